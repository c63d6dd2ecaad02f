#include "services/layers/skeleton_tile.h"

#include <array>
#include <optional>
#include <span>

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

absl::StatusOr<std::string> SkeletonTiles::Tag(geo::TileId tile,
                                               const std::vector<TileAttribute>& attributes,
                                               const Filter& shown) const {
  const std::optional<std::string_view> bytes = pack_->skeletons().Find(tile.Key());
  if (!bytes.has_value()) return std::string();
  ASSIGN_OR_RETURN(const storage::SkeletonView skeleton, storage::SkeletonView::Decode(*bytes));
  std::vector<std::int32_t> content;
  content.reserve(skeleton.size() * (attributes.size() + 1));
  for (std::size_t i = 0; i < skeleton.size(); ++i) {
    const std::uint32_t segment = skeleton.segment(i);
    if (shown != nullptr && !shown(segment)) continue;
    content.push_back(static_cast<std::int32_t>(segment));
    for (const TileAttribute& attribute : attributes)
      content.push_back((*attribute.values)[segment]);
  }
  if (content.empty()) return std::string();
  ContentTag tag(pack_->pack_id(), sub_layer_, tile);
  tag.Add(std::span<const std::int32_t>(content));
  return tag.Hex();
}

absl::StatusOr<std::string> SkeletonTiles::Encode(geo::TileId tile,
                                                  const std::vector<TileAttribute>& attributes,
                                                  const Filter& shown) const {
  std::string out;
  const std::optional<std::string_view> bytes = pack_->skeletons().Find(tile.Key());
  if (!bytes.has_value()) return out;
  ASSIGN_OR_RETURN(const storage::SkeletonView skeleton, storage::SkeletonView::Decode(*bytes));
  geo::LayerWriter writer(sub_layer_);
  writer.Reserve(bytes->size() + skeleton.size() * (attributes.size() + 4) * 2);
  std::optional<std::uint32_t> name_key;  // unset when no street has a name: the key is left out
  const std::uint32_t class_key = writer.Key("class");
  std::vector<std::uint32_t> keys;
  for (const TileAttribute& attribute : attributes) keys.push_back(writer.Key(attribute.name));
  std::vector<std::uint32_t> names(skeleton.name_count(), 0);
  std::array<std::uint32_t, geo::kRoadClassWords.size()> classes{};
  ValueCache values(&writer);
  std::vector<geo::LayerWriter::Tag> tags;
  for (std::size_t i = 0; i < skeleton.size(); ++i) {
    const std::uint32_t segment = skeleton.segment(i);
    if (shown != nullptr && !shown(segment)) continue;
    tags.clear();
    if (const std::uint32_t local = skeleton.local_name(i);
        local != storage::SkeletonView::kUnnamed) {
      if (!name_key) name_key = writer.Key("name");
      if (names[local] == 0)
        names[local] = writer.StringValue(pack_->segments().name_text(skeleton.name(local))) + 1;
      tags.push_back({*name_key, names[local] - 1});
    }
    const geo::RoadClass road_class = geo::RoadClassOf(skeleton.road_class(i));
    std::uint32_t& class_value = classes[static_cast<std::size_t>(road_class)];
    if (class_value == 0) class_value = writer.StringValue(geo::RoadClassWord(road_class)) + 1;
    tags.push_back({class_key, class_value - 1});
    for (std::size_t a = 0; a < attributes.size(); ++a) {
      tags.push_back({keys[a], values.Index((*attributes[a].values)[segment])});
    }
    writer.AddFeature(geo::GeometryType::kLine, segment, skeleton.geometry(i), tags);
  }
  writer.AppendTo(&out);
  return out;
}

}  // namespace citylayers::layers
