#include "geo/roads/osm_tags.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace citylayers::geo {
namespace {

constexpr double kKmPerMile = 1.609344;
constexpr double kMinKmh = 5;
constexpr double kMaxKmh = 150;
constexpr int kMaxLanes = 20;

constexpr std::array<std::pair<std::string_view, RoadClass>, 10> kClasses = {{
    {"motorway", RoadClass::kMotorway},
    {"trunk", RoadClass::kTrunk},
    {"primary", RoadClass::kPrimary},
    {"secondary", RoadClass::kSecondary},
    {"tertiary", RoadClass::kTertiary},
    {"residential", RoadClass::kLocal},
    {"unclassified", RoadClass::kLocal},
    {"living_street", RoadClass::kLocal},
    {"road", RoadClass::kLocal},
    {"service", RoadClass::kService},
}};

constexpr std::array<const char*, 10> kStatesOfNoUse = {
    "disused",    "abandoned", "demolished", "razed",   "removed",
    "dismantled", "destroyed", "proposed",   "planned", "impassable"};

std::string_view WithoutSuffix(std::string_view text, std::string_view suffix) {
  return text.ends_with(suffix) ? text.substr(0, text.size() - suffix.size()) : text;
}

std::string_view TrimRight(std::string_view text) {
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

template <typename T>
std::optional<T> ParseWhole(std::string_view text) {
  T value{};
  const char* const end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value);
  if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
  return value;
}

}  // namespace

std::optional<RoadClass> ParseHighway(std::string_view highway) {
  const std::string_view base = WithoutSuffix(highway, "_link");
  for (const auto& [name, road_class] : kClasses) {
    if (base == name) return road_class;
  }
  return std::nullopt;
}

Oneway ParseOneway(std::string_view oneway, std::string_view junction, std::string_view highway) {
  if (oneway == "yes" || oneway == "1" || oneway == "true") return Oneway::kForward;
  if (oneway == "-1" || oneway == "reverse") return Oneway::kBackward;
  if (!oneway.empty()) return Oneway::kNo;
  const bool implied = junction == "roundabout" || junction == "circular" ||
                       WithoutSuffix(highway, "_link") == "motorway";
  return implied ? Oneway::kForward : Oneway::kNo;
}

double ParseMaxSpeedKmh(std::string_view max_speed) {
  const std::string_view number = TrimRight(WithoutSuffix(max_speed, "mph"));
  const double factor =
      number.size() < max_speed.size() && max_speed.ends_with("mph") ? kKmPerMile : 1;
  const std::optional<double> value = ParseWhole<double>(TrimRight(WithoutSuffix(number, "km/h")));
  const double kmh = value.value_or(0) * factor;
  return kmh >= kMinKmh && kmh <= kMaxKmh ? kmh : 0;
}

int ParseLanes(std::string_view lanes) {
  const int value = ParseWhole<int>(lanes).value_or(0);
  return value >= 1 && value <= kMaxLanes ? value : 0;
}

bool ParseBridge(std::string_view bridge) {
  return !bridge.empty() && bridge != "no" && bridge != "low_water_crossing";
}

bool ParseTunnel(std::string_view tunnel) {
  constexpr std::array<std::string_view, 6> kAtTheGround = {
      "", "no", "building_passage", "avalanche_protector", "covered", "culvert"};
  return std::find(kAtTheGround.begin(), kAtTheGround.end(), tunnel) == kAtTheGround.end();
}

bool IsClosedToVehicles(const TagLookup& tag) {
  for (const char* state : kStatesOfNoUse) {
    if (tag(state) == "yes") return true;
  }
  // From the most general to the most specific; the last one set applies.
  std::string_view general = tag("access");
  for (const char* key : {"vehicle", "motor_vehicle"}) {
    if (const std::string_view value = tag(key); !value.empty()) general = value;
  }
  const auto is_open = [&](const char* key) {
    const std::string_view value = tag(key);
    return (value.empty() ? general : value) != "no";
  };
  if (is_open("motorcar") || is_open("motorcycle")) return false;
  // Buses share the road with others unless it is tagged as theirs only.
  for (const char* key : {"bus", "psv"}) {
    if (const std::string_view value = tag(key); !value.empty() && value != "no") return false;
  }
  return true;
}

}  // namespace citylayers::geo
