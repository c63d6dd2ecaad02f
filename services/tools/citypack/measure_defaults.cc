#include "services/tools/citypack/measure_defaults.h"

#include <algorithm>
#include <array>
#include <string>

#include "absl/time/time.h"

namespace citylayers::citypack {
namespace {

struct Default {
  std::string_view kind;
  std::string_view other_word;
  const char* unit;
  int decimals;
  int period_minutes;
  const char* datum;
  double min_value;
  double max_value;
};

// Ranges cover measured values of the city with a margin: the highest recorded tide at Phú An is
// 1.77 m (2019-09-30), and a 10-minute rain of 60 mm has not been observed.
constexpr std::array<Default, 6> kDefaults = {{
    {"water_level", "level", "m", 3, 10, "hondau", -4, 5},
    {"rainfall", "rain", "mm", 1, 10, "", 0, 150},
    {"speed", "speed", "km/h", 1, 1, "", 0, 200},
    {"flow", "flow", "1/h", 0, 1, "", 0, 20000},
    {"occupancy", "occupancy", "%", 1, 1, "", 0, 100},
    {"depth", "depth", "m", 2, 5, "", 0, 10},
}};

}  // namespace

std::optional<storage::PackMeasure> DefaultMeasure(std::string_view kind) {
  const auto it = std::find_if(kDefaults.begin(), kDefaults.end(), [&](const Default& d) {
    return d.kind == kind || d.other_word == kind;
  });
  if (it == kDefaults.end()) return std::nullopt;
  return storage::PackMeasure{std::string(it->kind),
                              it->unit,
                              it->decimals,
                              absl::Minutes(it->period_minutes),
                              it->datum,
                              it->min_value,
                              it->max_value,
                              {}};
}

std::vector<Threshold> AlertLevels(const std::vector<double>& values_m) {
  constexpr std::array<const char*, 3> kNumerals = {"I", "II", "III"};
  std::vector<Threshold> levels;
  for (std::size_t i = 0; i < std::min(values_m.size(), kNumerals.size()); ++i) {
    levels.push_back({std::string("báo động ") + kNumerals[i],
                      std::string("alert level ") + kNumerals[i], values_m[i]});
  }
  return levels;
}

}  // namespace citylayers::citypack
