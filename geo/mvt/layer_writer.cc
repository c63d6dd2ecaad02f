#include "geo/mvt/layer_writer.h"

#include <utility>

#include <protozero/buffer_string.hpp>
#include <protozero/pbf_writer.hpp>
#include <protozero/varint.hpp>

namespace citylayers::geo {
namespace {

constexpr std::uint32_t kSpecVersion = 2;

// Field numbers of vector_tile.proto.
constexpr protozero::pbf_tag_type kTileLayer = 3;
enum LayerField : protozero::pbf_tag_type {
  kLayerName = 1,
  kLayerFeature = 2,
  kLayerKey = 3,
  kLayerValue = 4,
  kLayerExtent = 5,
  kLayerVersion = 15,
};
enum FeatureField : protozero::pbf_tag_type {
  kFeatureId = 1,
  kFeatureTags = 2,
  kFeatureType = 3,
  kFeatureGeometry = 4,
};
enum ValueField : protozero::pbf_tag_type {
  kValueString = 1,
  kValueUint = 5,
  kValueSint = 6,
};

constexpr std::uint32_t FieldKey(protozero::pbf_tag_type field, protozero::pbf_wire_type type) {
  return field << 3 | static_cast<std::uint32_t>(type);
}

std::size_t VarintSize(std::uint64_t value) {
  return static_cast<std::size_t>(protozero::length_of_varint(value));
}

}  // namespace

LayerWriter::LayerWriter(std::string_view name, std::uint32_t extent)
    : name_(name), extent_(extent) {}

std::uint32_t LayerWriter::Key(std::string_view key) {
  const auto next = static_cast<std::uint32_t>(key_indexes_.size());
  const auto [it, is_new] = key_indexes_.try_emplace(std::string(key), next);
  if (is_new) protozero::pbf_writer(keys_).add_string(kLayerKey, key.data(), key.size());
  return it->second;
}

std::uint32_t LayerWriter::ValueIndex(std::string&& encoded_value) {
  const auto next = static_cast<std::uint32_t>(value_indexes_.size());
  const auto [it, is_new] = value_indexes_.try_emplace(std::move(encoded_value), next);
  if (is_new) protozero::pbf_writer(values_).add_message(kLayerValue, it->first);
  return it->second;
}

std::uint32_t LayerWriter::StringValue(std::string_view value) {
  std::string encoded;
  protozero::pbf_writer(encoded).add_string(kValueString, value.data(), value.size());
  return ValueIndex(std::move(encoded));
}

std::uint32_t LayerWriter::IntValue(std::int64_t value) {
  std::string encoded;
  // A negative number takes ten bytes as int64 but few as sint64.
  if (value < 0) {
    protozero::pbf_writer(encoded).add_sint64(kValueSint, value);
  } else {
    protozero::pbf_writer(encoded).add_uint64(kValueUint, static_cast<std::uint64_t>(value));
  }
  return ValueIndex(std::move(encoded));
}

bool LayerWriter::AddFeature(GeometryType type, std::optional<std::uint64_t> id,
                             std::string_view geometry, std::span<const Tag> tags) {
  using protozero::pbf_wire_type;
  if (geometry.empty()) return false;
  // Computes sizes first, then writes in one pass: protozero's nested writers would move the bytes.
  std::size_t tags_size = 0;
  for (const Tag& tag : tags) tags_size += VarintSize(tag.key) + VarintSize(tag.value);
  std::size_t size = 2 + 1 + VarintSize(geometry.size()) + geometry.size();
  if (id) size += 1 + VarintSize(*id);
  if (!tags.empty()) size += 1 + VarintSize(tags_size) + tags_size;

  const auto add = [this](std::uint64_t v) { protozero::add_varint_to_buffer(&features_, v); };
  add(FieldKey(kLayerFeature, pbf_wire_type::length_delimited));
  add(size);
  if (id) {
    add(FieldKey(kFeatureId, pbf_wire_type::varint));
    add(*id);
  }
  if (!tags.empty()) {
    add(FieldKey(kFeatureTags, pbf_wire_type::length_delimited));
    add(tags_size);
    for (const Tag& tag : tags) {
      add(tag.key);
      add(tag.value);
    }
  }
  add(FieldKey(kFeatureType, pbf_wire_type::varint));
  add(static_cast<std::uint64_t>(type));
  add(FieldKey(kFeatureGeometry, pbf_wire_type::length_delimited));
  add(geometry.size());
  features_.append(geometry);
  ++feature_count_;
  return true;
}

void LayerWriter::AppendTo(std::string* tile) const {
  if (empty()) return;
  std::string head;
  {
    protozero::pbf_writer writer(head);
    // The version is first, because a reader needs it for the rest.
    writer.add_uint32(kLayerVersion, kSpecVersion);
    writer.add_string(kLayerName, name_);
  }
  std::string tail;
  protozero::pbf_writer(tail).add_uint32(kLayerExtent, extent_);
  const std::size_t size =
      head.size() + features_.size() + keys_.size() + values_.size() + tail.size();
  protozero::add_varint_to_buffer(tile,
                                  FieldKey(kTileLayer, protozero::pbf_wire_type::length_delimited));
  protozero::add_varint_to_buffer(tile, size);
  tile->reserve(tile->size() + size);
  tile->append(head).append(features_).append(keys_).append(values_).append(tail);
}

}  // namespace citylayers::geo
