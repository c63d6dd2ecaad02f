#include "geo/roads/osm_tags.h"

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

bool ParsePresence(std::string_view value) { return !value.empty() && value != "no"; }

}  // namespace citylayers::geo
