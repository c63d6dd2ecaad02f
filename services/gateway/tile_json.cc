#include "services/gateway/tile_json.h"

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include <nlohmann/json.hpp>

#include "base/rfc3339.h"
#include "base/strings.h"
#include "proto/support/enum_id.h"

namespace citylayers::gateway {
namespace {

using Json = nlohmann::ordered_json;

Json Localized(const common::v1::LocalizedText& text) {
  return Json{{"vi", text.vi()}, {"en", text.en()}};
}

// "speed, km/h" or "1 free, 2 slow": the description of a field for map makers.
std::string FieldText(const layers::v1::StateColumn& column) {
  std::string text = column.display_name().en();
  if (!column.enum_values().empty()) {
    StrAppend(&text, text.empty() ? "" : ": ",
              absl::StrJoin(column.enum_values(), ", ",
                            [](std::string* out, const layers::v1::EnumValue& value) {
                              StrAppend(out, value.number(), " ", value.id());
                            }));
  } else if (!column.unit().empty()) {
    StrAppend(&text, text.empty() ? "" : ", ", column.unit());
    if (column.scale() != 0 && column.scale() != 1) StrAppend(&text, " x ", column.scale());
  }
  return text.empty() ? "Number" : text;
}

Json VectorLayer(const layers::v1::Layer& layer, const layers::v1::SubLayer& sub_layer) {
  Json fields = Json::object();
  for (const auto& column : sub_layer.columns()) fields[column.name()] = FieldText(column);
  const std::map<std::string, std::string> sorted(sub_layer.static_fields().begin(),
                                                  sub_layer.static_fields().end());
  for (const auto& [name, text] : sorted) fields[name] = text;
  Json json{{"id", sub_layer.name()},
            {"fields", std::move(fields)},
            {"minzoom", layer.min_zoom()},
            {"maxzoom", layer.max_zoom()}};
  if (sub_layer.geometry() != layers::v1::GEOMETRY_TYPE_UNSPECIFIED) {
    json["geometry"] = EnumId(sub_layer.geometry());
  }
  if (sub_layer.id_kind() == layers::v1::ID_KIND_SEGMENT_INDEX) json["ids"] = "segment_index";
  return json;
}

void AddOurs(const layers::v1::Layer& layer, std::string_view base_url, std::string_view id,
             absl::Time city_time, Json& json) {
  const bool live = layer.kind() == layers::v1::LAYER_KIND_LIVE;
  json["kind"] = EnumId(layer.kind());
  json["display_name"] = Localized(layer.display_name());
  json["formats"] = EnumIds<layers::v1::TileFormat>(layer.formats());
  json["pack_id"] = layer.pack_id();
  json["data_version"] = StrCat(layer.version().epoch(), ":", layer.version().counter());
  if (layer.has_data_time()) {
    json["data_time"] = Rfc3339(absl::FromUnixSeconds(layer.data_time().seconds()) +
                                absl::Nanoseconds(layer.data_time().nanos()));
  }
  json["city_time"] = Rfc3339(city_time);
  json["notices"] = std::vector<std::string>(layer.notices().begin(), layer.notices().end());
  json["stale"] = layer.stale();
  if (live) json["stream"] = StrCat(base_url, "/live/", id);
  if (!layer.unavailable_reason().empty()) json["unavailable_reason"] = layer.unavailable_reason();
}

// Whether a text needs no escaping in a query.
bool IsPlain(std::string_view text) {
  return !text.empty() && absl::c_all_of(text, [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.';
  });
}

}  // namespace

std::string TileJsonOf(const layers::v1::Layer& layer, std::string_view base_url,
                       absl::Time city_time) {
  constexpr std::string_view kPrefix = "layers/";
  const std::string id = layer.name().substr(std::min(kPrefix.size(), layer.name().size()));
  const auto tiles_of = [&](std::string_view format) {
    // Caches keep the tiles of a pack as long as they may.
    const bool is_pinned =
        layer.kind() == layers::v1::LAYER_KIND_STATIC && IsPlain(layer.pack_id());
    return Json::array({StrCat(base_url, "/tiles/", id, "/{z}/{x}/{y}.", format,
                               is_pinned ? StrCat("?pack=", layer.pack_id()) : std::string())});
  };
  const bool has_mvt = layer.formats().empty() ||
                       absl::c_linear_search(layer.formats(), layers::v1::TILE_FORMAT_MVT);
  Json json{{"tilejson", "3.0.0"},
            {"tiles", tiles_of(has_mvt ? "mvt" : "png")},
            {"name", layer.display_name().en().empty() ? id : layer.display_name().en()},
            {"description", layer.description().en()},
            // The specification requires a semantic version here; the layer's version is
            // data_version.
            {"version", "1.0.0"},
            {"scheme", "xyz"},
            {"minzoom", layer.min_zoom()},
            {"maxzoom", layer.max_zoom()},
            {"attribution", layer.attribution()}};
  if (layer.has_bounds()) {
    const auto& box = layer.bounds();
    json["bounds"] = {box.west_deg(), box.south_deg(), box.east_deg(), box.north_deg()};
    json["center"] = {
        (box.west_deg() + box.east_deg()) / 2, (box.south_deg() + box.north_deg()) / 2,
        std::clamp(12, layer.min_zoom(), std::max(layer.min_zoom(), layer.max_zoom()))};
  }
  json["vector_layers"] = Json::array();
  if (has_mvt) {
    for (const auto& sub_layer : layer.sub_layers()) {
      json["vector_layers"].push_back(VectorLayer(layer, sub_layer));
    }
  }
  const bool has_png = absl::c_linear_search(layer.formats(), layers::v1::TILE_FORMAT_PNG);
  if (has_mvt && has_png) json["tiles_png"] = tiles_of("png");
  AddOurs(layer, base_url, id, city_time, json);
  // Replaces invalid UTF-8 instead of throwing: the text comes from files of the operator.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace citylayers::gateway
