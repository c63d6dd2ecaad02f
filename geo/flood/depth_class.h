// Classes of water depth on streets.
#ifndef CITYLAYERS_GEO_FLOOD_DEPTH_CLASS_H_
#define CITYLAYERS_GEO_FLOOD_DEPTH_CLASS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace citylayers::geo {

/// Classes of depth, in the terms used in Ho Chi Minh City. The thresholds are this project's
/// proposal after reports of the city's drainage company and press (ponding 0.10-0.15 m, flooded
/// 0.20-0.30, 0.40-0.60 in the great storm of 2015-09-15); no legal definition was found. The
/// numbers are those of flood.v1.FloodClass: do not change them. Deeper is larger, and what is
/// greater than kDry is wet.
enum class DepthClass : std::uint8_t {
  kUnknown = 0,  // which does not mean dry
  kDry = 1,
  kPonding = 2,
  kShallow = 3,
  kFlooded = 4,
  kDeep = 5,
};

/// What is known of a class. `id` is the word of schemas and code.
struct DepthClassInfo {
  DepthClass depth_class = DepthClass::kUnknown;
  std::int32_t from_cm = 0;  // minimum depth
  std::string_view id, name_vi, name_en;
};

/// The one table of classes, indexed by their numbers. The page has its own copy of the wet ones,
/// services/web/styles/depth_classes.ts; a test there reads these lines and compares both.
inline constexpr std::array<DepthClassInfo, 6> kDepthClasses = {{
    {DepthClass::kUnknown, 0, "unknown", "chưa rõ", "not known"},
    {DepthClass::kDry, 0, "dry", "khô", "dry"},
    {DepthClass::kPonding, 10, "ponding", "đọng nước", "ponding"},
    {DepthClass::kShallow, 20, "shallow", "ngập nhẹ", "shallow"},
    {DepthClass::kFlooded, 30, "flooded", "ngập", "flooded"},
    {DepthClass::kDeep, 50, "deep", "ngập sâu", "deep"},
}};

/// The classes with water, shallow ones first. Alert rules and depth bands count them from 0.
inline constexpr std::span<const DepthClassInfo, 4> kWetClasses =
    std::span(kDepthClasses).subspan<2>();

/// Minimum depths of kWetClasses in metres: 0.10, 0.20, 0.30, 0.50, each the nearest number of its
/// type.
template <typename Number>
inline constexpr std::array<Number, 4> kWetClassesFromM = {
    kWetClasses[0].from_cm / Number{100}, kWetClasses[1].from_cm / Number{100},
    kWetClasses[2].from_cm / Number{100}, kWetClasses[3].from_cm / Number{100}};
inline constexpr std::array<float, 4> kDepthClassFromM = kWetClassesFromM<float>;

/// An unknown number counts as kUnknown.
constexpr const DepthClassInfo& InfoOf(DepthClass c) {
  const auto i = static_cast<std::size_t>(c);
  return kDepthClasses[i < kDepthClasses.size() ? i : 0];
}

/// Class of a depth; a depth equal to a threshold belongs to the deeper class. NaN is kUnknown.
DepthClass DepthClassOf(float depth_m);

/// The same for the whole centimetres of layer columns.
DepthClass DepthClassOfCm(std::int32_t depth_cm);

}  // namespace citylayers::geo

#endif  // CITYLAYERS_GEO_FLOOD_DEPTH_CLASS_H_
