#include "geo/mvt/tile_decoder.h"

#include <limits>
#include <set>

#include "absl/strings/str_cat.h"
#include <protozero/exception.hpp>
#include <protozero/pbf_reader.hpp>

#include "base/status_macros.h"
#include "geo/mvt/geometry_reader.h"

namespace citylayers::geo {
namespace {

using protozero::pbf_reader;
using protozero::pbf_wire_type;

absl::Status Broken(const std::string& what) {
  return absl::InvalidArgumentError(absl::StrCat("vector tile: ", what));
}

absl::Status ExpectType(const pbf_reader& message, pbf_wire_type type, const std::string& field) {
  if (message.wire_type() == type) return absl::OkStatus();
  return Broken(absl::StrCat(field, " has the wrong wire type ",
                             static_cast<int>(message.wire_type()), ", expected ",
                             static_cast<int>(type)));
}

absl::StatusOr<DecodedValue> DecodeValue(pbf_reader message) {
  std::optional<DecodedValue> value;
  while (message.next()) {
    if (value) return Broken("a value holds more than one field");
    pbf_wire_type type = pbf_wire_type::varint;
    if (message.tag() == 1) type = pbf_wire_type::length_delimited;
    if (message.tag() == 2) type = pbf_wire_type::fixed32;
    if (message.tag() == 3) type = pbf_wire_type::fixed64;
    RETURN_IF_ERROR(ExpectType(message, type, "a value's field"));
    switch (message.tag()) {
      case 1:
        value = message.get_string();
        break;
      case 2:
        value = static_cast<double>(message.get_float());
        break;
      case 3:
        value = message.get_double();
        break;
      case 4:
        value = message.get_int64();
        break;
      case 5: {
        const std::uint64_t v = message.get_uint64();
        if (v <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
          value = static_cast<std::int64_t>(v);
        } else {
          value = v;
        }
        break;
      }
      case 6:
        value = message.get_sint64();
        break;
      case 7:
        value = message.get_bool();
        break;
      default:
        return Broken(absl::StrCat("a value has the unknown field ", message.tag(), ", use 1..7"));
    }
  }
  if (!value) return Broken("a value is empty");
  return *std::move(value);
}

// A layer's fields as found; features are decoded once keys and values are known.
struct RawLayer {
  DecodedLayer layer;
  bool has_name = false;
  std::vector<pbf_reader> features;
};

absl::StatusOr<RawLayer> ReadLayerFields(pbf_reader message) {
  RawLayer raw;
  while (message.next()) {
    const bool text = message.tag() >= 1 && message.tag() <= 4;
    const bool number = message.tag() == 5 || message.tag() == 15;
    if (text || number) {
      RETURN_IF_ERROR(ExpectType(message,
                                 text ? pbf_wire_type::length_delimited : pbf_wire_type::varint,
                                 absl::StrCat("layer field ", message.tag())));
    }
    switch (message.tag()) {
      case 1:
        raw.layer.name = message.get_string();
        raw.has_name = true;
        break;
      case 2:
        raw.features.push_back(message.get_message());
        break;
      case 3:
        raw.layer.keys.push_back(message.get_string());
        break;
      case 4: {
        ASSIGN_OR_RETURN(DecodedValue value, DecodeValue(message.get_message()));
        raw.layer.values.push_back(std::move(value));
        break;
      }
      case 5:
        raw.layer.extent = message.get_uint32();
        break;
      case 15:
        raw.layer.version = message.get_uint32();
        break;
      default:
        message.skip();
    }
  }
  if (!raw.has_name || raw.layer.name.empty()) return Broken("a layer has no name");
  // Version 0 includes a missing one: the schema's default of 1 must not be relied upon.
  if (raw.layer.version < 1 || raw.layer.version > 2) {
    return Broken(absl::StrCat("layer '", raw.layer.name, "' has version ", raw.layer.version,
                               ", known are 1 and 2"));
  }
  if (raw.layer.extent == 0) {
    return Broken(absl::StrCat("layer '", raw.layer.name, "' has extent 0"));
  }
  return raw;
}

absl::Status DecodeTags(pbf_reader& message, const RawLayer& raw, DecodedFeature& feature) {
  const auto range = message.get_packed_uint32();
  for (auto it = range.begin(); it != range.end();) {
    const std::uint32_t key = *it++;
    if (it == range.end()) return Broken("has an odd number of tag indexes");
    const std::uint32_t value = *it++;
    if (key >= raw.layer.keys.size())
      return Broken(absl::StrCat("names key ", key, " that is missing"));
    if (value >= raw.layer.values.size()) {
      return Broken(absl::StrCat("names value ", value, " that is missing"));
    }
    feature.tags.push_back({key, value});
  }
  return absl::OkStatus();
}

absl::StatusOr<DecodedFeature> DecodeFeature(pbf_reader message, const RawLayer& raw) {
  DecodedFeature feature;
  std::optional<std::uint32_t> type;
  std::optional<std::string_view> geometry;
  while (message.next()) {
    const bool packed = message.tag() == 2 || message.tag() == 4;
    if (message.tag() >= 1 && message.tag() <= 4) {
      RETURN_IF_ERROR(ExpectType(message,
                                 packed ? pbf_wire_type::length_delimited : pbf_wire_type::varint,
                                 absl::StrCat("feature field ", message.tag())));
    }
    switch (message.tag()) {
      case 1:
        feature.id = message.get_uint64();
        break;
      case 2:
        RETURN_IF_ERROR(DecodeTags(message, raw, feature));
        break;
      case 3:
        type = message.get_uint32();
        break;
      case 4: {
        if (geometry) return Broken("has two geometries");
        const protozero::data_view view = message.get_view();
        geometry = std::string_view(view.data(), view.size());
        break;
      }
      default:
        message.skip();
    }
  }
  if (!type) return Broken("has no geometry type");
  if (*type > 3) return Broken(absl::StrCat("has the unknown geometry type ", *type));
  if (!geometry) return Broken("has no geometry");
  feature.type = static_cast<GeometryType>(*type);
  ASSIGN_OR_RETURN(feature.parts,
                   ReadGeometry(feature.type, *geometry, /*strict=*/raw.layer.version >= 2));
  return feature;
}

absl::StatusOr<DecodedLayer> DecodeLayer(pbf_reader message) {
  ASSIGN_OR_RETURN(RawLayer raw, ReadLayerFields(message));
  for (std::size_t i = 0; i < raw.features.size(); ++i) {
    absl::StatusOr<DecodedFeature> feature = DecodeFeature(raw.features[i], raw);
    if (!feature.ok()) {
      return absl::InvalidArgumentError(absl::StrCat("layer '", raw.layer.name, "', feature ", i,
                                                     ": ", feature.status().message()));
    }
    raw.layer.features.push_back(*std::move(feature));
  }
  return std::move(raw.layer);
}

absl::StatusOr<std::vector<DecodedLayer>> DecodeMessage(std::string_view bytes) {
  std::vector<DecodedLayer> layers;
  std::set<std::string, std::less<>> names;
  pbf_reader message(bytes.data(), bytes.size());
  while (message.next()) {
    if (message.tag() != 3) {
      message.skip();
      continue;
    }
    RETURN_IF_ERROR(ExpectType(message, pbf_wire_type::length_delimited, "a layer"));
    ASSIGN_OR_RETURN(DecodedLayer layer, DecodeLayer(message.get_message()));
    if (!names.insert(layer.name).second) {
      return Broken(absl::StrCat("two layers are named '", layer.name, "'"));
    }
    layers.push_back(std::move(layer));
  }
  return layers;
}

}  // namespace

const DecodedValue* DecodedLayer::Find(const DecodedFeature& feature, std::string_view key) const {
  for (const LayerWriter::Tag& tag : feature.tags) {
    if (keys[tag.key] == key) return &values[tag.value];
  }
  return nullptr;
}

absl::StatusOr<std::vector<DecodedLayer>> DecodeTile(std::string_view bytes) {
  // protozero throws on bytes that are not a protobuf message; the exception
  // stays in this function.
  try {
    return DecodeMessage(bytes);
  } catch (const protozero::exception& e) {
    return Broken(absl::StrCat("not a protobuf message: ", e.what()));
  }
}

}  // namespace citylayers::geo
