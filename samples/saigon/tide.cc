#include "samples/saigon/tide.h"

#include <array>
#include <cmath>
#include <numbers>

namespace citylayers::saigon {
namespace {

struct Extreme {
  double hour = 0;
  double stage_m = 0;
};

struct Curve {
  absl::string_view station_id;
  // Low after midnight, morning high, noon low, evening high.
  std::array<Extreme, 4> extremes;
};

// Phú An's evening high of 1.70 m is between the alert level III (1.60 m) and the record of
// 1.77 m (6 November 2025); the morning high stays below level I (1.40 m). Nhà Bè, nearer to the
// sea, is half an hour ahead.
constexpr std::array<Curve, 4> kCurves = {{
    {"phu-an", {{{0.0, 0.10}, {5.0, 1.32}, {11.5, -0.50}, {18.0, 1.70}}}},
    {"nha-be", {{{-0.5, 0.02}, {4.5, 1.30}, {11.0, -0.68}, {17.5, 1.66}}}},
    {"binh-trieu", {{{0.35, 0.16}, {5.3, 1.31}, {11.9, -0.40}, {18.3, 1.69}}}},
    {"thu-duc", {{{0.3, 0.14}, {5.25, 1.31}, {11.8, -0.42}, {18.25, 1.69}}}},
}};

}  // namespace

double TideM(absl::string_view station_id, double hour) {
  for (const Curve& curve : kCurves) {
    if (curve.station_id != station_id) continue;
    const double t = hour < curve.extremes[0].hour ? hour + 24 : hour;
    for (std::size_t i = 0; i < 4; ++i) {
      const Extreme from = curve.extremes[i];
      Extreme to = curve.extremes[(i + 1) % 4];
      if (i == 3) to.hour += 24;
      if (t > to.hour) continue;
      const double share = (t - from.hour) / (to.hour - from.hour);
      return from.stage_m +
             (to.stage_m - from.stage_m) * (1 - std::cos(share * std::numbers::pi)) / 2;
    }
    // After the next day's first low the curve repeats.
    return TideM(station_id, t - 24);
  }
  return 0;
}

}  // namespace citylayers::saigon
