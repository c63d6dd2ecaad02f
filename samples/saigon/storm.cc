#include "samples/saigon/storm.h"

#include <algorithm>
#include <cmath>

#include "samples/saigon/plane.h"

namespace citylayers::saigon {
namespace {

constexpr double kFirstHour = 14.5;
constexpr double kLastHour = 17.0;
constexpr double kTotalMm = 100;
constexpr LonLat kMacDinhChi = {106.7003, 10.7842};
constexpr double kPassesHour = 15.75;  // hour at which its centre is over Mạc Đĩnh Chi
constexpr double kSpeedMPerHour = 12'000;
constexpr double kAlongM = 4'600;  // standard deviations of the cell
constexpr double kAcrossM = 6'500;
constexpr Point kHeading = {0.74, 0.6726};  // towards the north-east

}  // namespace

Storm::Storm(std::uint64_t seed) : seed_(seed) {
  scale_mm_per_hour_ = kTotalMm / SumMm(kMacDinhChi, kFirstHour, kLastHour);
}

double Storm::ShapeAt(LonLat at, double hour) const {
  if (hour <= kFirstHour || hour >= kLastHour) return 0;
  const Point from_gauge = ToPlane(at) - ToPlane(kMacDinhChi);
  const double along = Dot(from_gauge, kHeading) - (hour - kPassesHour) * kSpeedMPerHour;
  const double across = Cross(kHeading, from_gauge);
  const double cell = std::exp(
      -0.5 * (along * along / (kAlongM * kAlongM) + across * across / (kAcrossM * kAcrossM)));
  // Showers within the cell move with it.
  const Point moving = ToPlane(at) - kHeading * ((hour - kPassesHour) * kSpeedMPerHour);
  const double showers = 1 + 0.35 * Noise(seed_ + 41, moving, 2'200);
  const double edges = std::min({1.0, (hour - kFirstHour) * 6, (kLastHour - hour) * 6});
  return cell * showers * edges;
}

double Storm::RateMmPerHour(LonLat at, double hour) const {
  return scale_mm_per_hour_ * ShapeAt(at, hour);
}

double Storm::SumMm(LonLat at, double from_hour, double to_hour) const {
  const double from = std::max(from_hour, kFirstHour), to = std::min(to_hour, kLastHour);
  if (from >= to) return 0;
  const int minutes = std::max(1, static_cast<int>(std::ceil((to - from) * 60 - 1e-9)));
  double sum = 0;
  for (int i = 0; i < minutes; ++i) {
    sum += RateMmPerHour(at, from + (to - from) * (i + 0.5) / minutes) * (to - from) / minutes;
  }
  return sum;
}

}  // namespace citylayers::saigon
