#include "services/programs/citylayers/resource_list.h"

#include <algorithm>

#include <google/protobuf/util/json_util.h>
#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "services/programs/citylayers/display_width.h"

namespace citylayers::cli {
namespace {

using Json = nlohmann::ordered_json;

// Text from the server is valid UTF-8 in proto3, but a faulty server must not cause an exception.
std::string Dump(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

Json ParseDocument(const std::string& text) {
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  return json.is_discarded() ? Json::object() : json;
}

Json ToGeometry(const Place& place) {
  if (place.empty()) return nullptr;
  if (place.size() == 1) {
    return {{"type", "Point"}, {"coordinates", {place[0].lon_deg, place[0].lat_deg}}};
  }
  Json coordinates = Json::array();
  for (const LonLat& point : place) coordinates.push_back({point.lon_deg, point.lat_deg});
  return {{"type", "LineString"}, {"coordinates", std::move(coordinates)}};
}

}  // namespace

Place PlaceOf(const common::v1::Point& point) { return {{point.lon_deg(), point.lat_deg()}}; }

Place PlaceOf(const common::v1::LineString& line) {
  Place place;
  for (const auto& point : line.points()) place.push_back({point.lon_deg(), point.lat_deg()});
  return place;
}

std::string ToJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json, options);
  return status.ok() ? json : "{}";
}

std::string ToFeature(const google::protobuf::Message& message, const Place& place) {
  const Json feature = {{"type", "Feature"},
                        {"geometry", ToGeometry(place)},
                        {"properties", ParseDocument(ToJson(message))}};
  return Dump(feature, -1);
}

void ResourceList::Add(const google::protobuf::Message& resource, std::vector<Cell> cells,
                       const Place& place) {
  constexpr std::size_t kSinkBytes = 64 * 1024;
  if (format_ == OutputFormat::kTable) {
    table_.Add(std::move(cells));
  } else if (format_ == OutputFormat::kNdjson) {
    StrAppend(&text_, ToJson(resource), "\n");
  } else {
    text_ += count_ == 0 ? Opening() : ",\n";
    text_ += format_ == OutputFormat::kJson ? ToJson(resource) : ToFeature(resource, place);
  }
  ++count_;
  if (sink_ != nullptr && text_.size() >= kSinkBytes) {
    sink_(text_);
    text_.clear();
  }
}

std::string_view ResourceList::Opening() const {
  return format_ == OutputFormat::kJson ? "[\n"
                                        : "{\"type\":\"FeatureCollection\",\"features\":[\n";
}

std::string ResourceList::Render(std::string_view when_empty) const {
  switch (format_) {
    case OutputFormat::kTable:
      return empty() ? StrCat(when_empty, "\n") : table_.Render();
    case OutputFormat::kNdjson:
      return text_;
    case OutputFormat::kJson:
      return empty() ? "[]\n" : StrCat(text_, "\n]\n");
    case OutputFormat::kGeoJson:
      break;
  }
  return empty() ? "{\"type\":\"FeatureCollection\",\"features\":[]}\n" : StrCat(text_, "\n]}\n");
}

std::string ResourceList::RenderHeader() const {
  return format_ == OutputFormat::kTable ? table_.RenderHeader() : "";
}

std::string ResourceList::RenderOne(const google::protobuf::Message& resource,
                                    const std::vector<Cell>& cells, const Place& place) const {
  if (format_ == OutputFormat::kTable) return table_.RenderRow(cells);
  if (format_ == OutputFormat::kGeoJson) return ToFeature(resource, place) + "\n";
  return ToJson(resource) + "\n";
}

std::string RenderOneResource(OutputFormat format, const google::protobuf::Message& resource,
                              const std::vector<std::pair<std::string, std::string>>& lines,
                              const Place& place) {
  switch (format) {
    case OutputFormat::kJson:
      return Dump(ParseDocument(ToJson(resource)), 2) + "\n";
    case OutputFormat::kNdjson:
      return ToJson(resource) + "\n";
    case OutputFormat::kGeoJson:
      return Dump(ParseDocument(ToFeature(resource, place)), 2) + "\n";
    case OutputFormat::kTable:
      break;
  }
  std::size_t width = 0;
  for (const auto& [name, value] : lines) width = std::max(width, DisplayWidth(name));
  std::string text;
  for (const auto& [name, value] : lines) {
    if (value.empty()) continue;
    text += name + std::string(width - DisplayWidth(name) + 2, ' ') + OneLine(value) + "\n";
  }
  return text;
}

}  // namespace citylayers::cli
