// Classes of roads: numbers of packs, words of APIs, tiles and options, zooms of maps.
#ifndef CITYLAYERS_GEO_ROADS_ROAD_CLASS_H_
#define CITYLAYERS_GEO_ROADS_ROAD_CLASS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace citylayers::geo {

/// Classes in the order of OpenStreetMap's `highway` tag, most important first; links have the
/// class of their parent. The numbers are part of the pack format: do not change them.
enum class RoadClass : std::uint8_t {
  kMotorway = 0,
  kTrunk = 1,
  kPrimary = 2,
  kSecondary = 3,
  kTertiary = 4,
  kLocal = 5,    // residential, unclassified, living_street, road
  kService = 6,  // service ways: drawn, never measured
};

/// Indexed by the number of the class.
inline constexpr std::array<std::string_view, 7> kRoadClassWords = {
    "motorway", "trunk", "primary", "secondary", "tertiary", "local", "service"};

/// The class of a stored number; one past the last is the last.
constexpr RoadClass RoadClassOf(std::uint8_t number) {
  constexpr auto kLast = static_cast<std::uint8_t>(RoadClass::kService);
  return static_cast<RoadClass>(number < kLast ? number : kLast);
}

constexpr std::string_view RoadClassWord(RoadClass road_class) {
  return kRoadClassWords[static_cast<std::size_t>(
      RoadClassOf(static_cast<std::uint8_t>(road_class)))];
}

/// nullopt for words that are not a class.
constexpr std::optional<RoadClass> ParseRoadClass(std::string_view word) {
  for (std::size_t i = 0; i < kRoadClassWords.size(); ++i) {
    if (kRoadClassWords[i] == word) return static_cast<RoadClass>(i);
  }
  return std::nullopt;
}

/// Lowest zoom at which roads of this class are in tiles and watched.
constexpr std::uint8_t RoadClassMinZoom(RoadClass road_class) {
  constexpr std::array<std::uint8_t, kRoadClassWords.size()> kMinZoom = {8, 8, 8, 12, 13, 14, 14};
  return kMinZoom[static_cast<std::size_t>(RoadClassOf(static_cast<std::uint8_t>(road_class)))];
}

}  // namespace citylayers::geo

#endif  // CITYLAYERS_GEO_ROADS_ROAD_CLASS_H_
