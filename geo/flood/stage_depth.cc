#include "geo/flood/stage_depth.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"

#include "geo/flood/connection_level.h"

namespace citylayers::geo {
namespace {

constexpr float kUnknownStage = -std::numeric_limits<float>::infinity();

void FitTo(const Grid<float>& like, Grid<float>* out) {
  if (out->columns() == like.columns() && out->rows() == like.rows()) return;
  *out = Grid<float>(like.columns(), like.rows());
}

}  // namespace

void DepthAtStage(const Grid<float>& elevation_m, const Grid<float>& level_m, float stage_m,
                  Grid<float>* depth_m) {
  FitTo(elevation_m, depth_m);
  // Plain pointers without aliasing: the compiler turns the loop into vector instructions.
  const float* __restrict ground = elevation_m.cells().data();
  const float* __restrict level = level_m.cells().data();
  float* __restrict depth = depth_m->cells().data();
  const std::size_t size = elevation_m.size();
  for (std::size_t i = 0; i < size; ++i) depth[i] = DepthOfCellM(ground[i], level[i], stage_m);
}

float StageField::Of(std::uint16_t reach) const {
  return reach < stage_m.size() && reach != kNoReach ? stage_m[reach] : kUnknownStage;
}

void DepthAtStages(const Grid<float>& elevation_m, const Grid<float>& level_m,
                   const Grid<std::uint16_t>& reach, const StageField& stages,
                   Grid<float>* depth_m) {
  FitTo(elevation_m, depth_m);
  // A table over every possible label takes the range check out of the loop.
  std::vector<float> stage_of(std::size_t{kNoReach} + 1, kUnknownStage);
  std::copy_n(stages.stage_m.begin(),
              std::min<std::size_t>(stages.stage_m.size(), std::size_t{kNoReach}),
              stage_of.begin());
  for (std::size_t i = 0; i < elevation_m.size(); ++i) {
    (*depth_m)[i] = DepthOfCellM(elevation_m[i], level_m[i], stage_of[reach[i]]);
  }
}

absl::StatusOr<StageField> InterpolateStages(std::span<const double> reach_chainage_m,
                                             std::span<const GaugeStage> gauges) {
  std::vector<GaugeStage> sorted;
  for (const GaugeStage& g : gauges) {
    if (!std::isfinite(g.chainage_m) || !std::isfinite(g.stage_m)) {
      return absl::InvalidArgumentError(absl::StrCat("gauge at ", g.chainage_m, " m with stage ",
                                                     g.stage_m, " m: both must be finite"));
    }
    sorted.push_back(g);
  }
  std::stable_sort(sorted.begin(), sorted.end(), [](const GaugeStage& a, const GaugeStage& b) {
    return a.chainage_m < b.chainage_m;
  });
  // The last of each run of equal places, which stable sorting kept in the order given.
  const auto last_first = std::unique(
      sorted.rbegin(), sorted.rend(),
      [](const GaugeStage& a, const GaugeStage& b) { return a.chainage_m == b.chainage_m; });
  sorted.erase(sorted.begin(), last_first.base());
  StageField field;
  field.stage_m.assign(reach_chainage_m.size(), kUnknownStage);
  if (sorted.empty()) return field;
  for (std::size_t i = 0; i < reach_chainage_m.size(); ++i) {
    const double at_m = reach_chainage_m[i];
    if (!std::isfinite(at_m)) {
      return absl::InvalidArgumentError(absl::StrCat("reach ", i, " lies at ", at_m, " m"));
    }
    const auto after =
        std::upper_bound(sorted.begin(), sorted.end(), at_m,
                         [](double m, const GaugeStage& g) { return m < g.chainage_m; });
    if (after == sorted.begin() || after == sorted.end()) {
      field.stage_m[i] =
          static_cast<float>((after == sorted.end() ? sorted.back() : *after).stage_m);
      continue;
    }
    const GaugeStage& a = *(after - 1);
    const double share = (at_m - a.chainage_m) / (after->chainage_m - a.chainage_m);
    field.stage_m[i] = static_cast<float>(a.stage_m + share * (after->stage_m - a.stage_m));
  }
  return field;
}

FloodTotals TotalsOf(const Grid<float>& depth_m) {
  FloodTotals totals;
  for (const float depth : depth_m.cells()) {
    if (!(depth > 0)) continue;
    ++totals.wet_cells;
    totals.depth_sum_m += depth;
    totals.max_depth_m = std::max<double>(totals.max_depth_m, depth);
  }
  return totals;
}

}  // namespace citylayers::geo
