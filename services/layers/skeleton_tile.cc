#include "services/layers/skeleton_tile.h"

#include <array>
#include <optional>
#include <span>
#include <utility>

#include "base/status_macros.h"
#include "geo/mvt/layer_writer.h"
#include "geo/roads/road_class.h"
#include "services/layers/content_tag.h"
#include "storage/pack/skeleton.h"

namespace citylayers::layers {
namespace {

/// Indexes of small numbers in a layer's value table, so that most attributes cost an array access,
/// not a hash look-up.
class ValueCache {
 public:
  explicit ValueCache(geo::LayerWriter* writer) : writer_(writer) {}
  std::uint32_t Index(std::int32_t value) {
    if (value < 0 || static_cast<std::size_t>(value) >= small_.size())
      return writer_->IntValue(value);
    std::uint32_t& slot = small_[static_cast<std::size_t>(value)];
    if (slot == 0) slot = writer_->IntValue(value) + 1;
    return slot - 1;
  }

 private:
  geo::LayerWriter* writer_;
  std::array<std::uint32_t, 512> small_{};
};

}  // namespace

absl::StatusOr<TileJob> SkeletonTiles::Open(geo::TileId tile, std::vector<TileAttribute> attributes,
                                            SegmentFilter shown) const {
  storage::SkeletonView skeleton;
  if (const std::optional<std::string_view> bytes = pack_->skeletons().Find(tile.Key())) {
    ASSIGN_OR_RETURN(skeleton, storage::SkeletonView::Decode(*bytes));
  }
  return TileJob(*this, tile, skeleton, std::move(attributes), std::move(shown));
}

std::string TileJob::Tag() const {
  std::vector<std::int32_t> content;
  content.reserve(skeleton_.size() * (attributes_.size() + 1));
  for (std::size_t i = 0; i < skeleton_.size(); ++i) {
    const std::uint32_t segment = skeleton_.segment(i);
    if (!Shows(segment)) continue;
    content.push_back(static_cast<std::int32_t>(segment));
    for (const TileAttribute& attribute : attributes_)
      content.push_back((*attribute.values)[segment]);
  }
  if (content.empty()) return std::string();
  ContentTag tag(tiles_.pack_->pack_id(), tiles_.sub_layer_, tile_);
  tag.Add(std::span<const std::int32_t>(content));
  return tag.Hex();
}

void TileJob::AppendTo(std::string* out) const {
  if (skeleton_.size() == 0) return;
  geo::LayerWriter writer(tiles_.sub_layer_);
  writer.Reserve(skeleton_.byte_size() + skeleton_.size() * (attributes_.size() + 4) * 2);
  std::optional<std::uint32_t> name_key;  // unset when no street has a name: the key is left out
  const std::uint32_t class_key = writer.Key("class");
  std::vector<std::uint32_t> keys;
  for (const TileAttribute& attribute : attributes_) keys.push_back(writer.Key(attribute.name));
  std::vector<std::uint32_t> names(skeleton_.name_count(), 0);
  std::array<std::uint32_t, geo::kRoadClassWords.size()> classes{};
  ValueCache values(&writer);
  std::vector<geo::LayerWriter::Tag> tags;
  for (std::size_t i = 0; i < skeleton_.size(); ++i) {
    const std::uint32_t segment = skeleton_.segment(i);
    if (!Shows(segment)) continue;
    tags.clear();
    if (const std::uint32_t local = skeleton_.local_name(i);
        local != storage::SkeletonView::kUnnamed) {
      if (!name_key) name_key = writer.Key("name");
      if (names[local] == 0)
        names[local] =
            writer.StringValue(tiles_.pack_->segments().name_text(skeleton_.name(local))) + 1;
      tags.push_back({*name_key, names[local] - 1});
    }
    const geo::RoadClass road_class = geo::RoadClassOf(skeleton_.road_class(i));
    std::uint32_t& class_value = classes[static_cast<std::size_t>(road_class)];
    if (class_value == 0) class_value = writer.StringValue(geo::RoadClassWord(road_class)) + 1;
    tags.push_back({class_key, class_value - 1});
    for (std::size_t a = 0; a < attributes_.size(); ++a) {
      tags.push_back({keys[a], values.Index((*attributes_[a].values)[segment])});
    }
    writer.AddFeature(geo::GeometryType::kLine, segment, skeleton_.geometry(i), tags);
  }
  writer.AppendTo(out);
}

}  // namespace citylayers::layers
