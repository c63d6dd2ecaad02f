#include "geo/flood/depressions.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "geo/flood/priority_flood.h"

namespace citylayers::geo {
namespace {

constexpr std::int32_t kUnlabelled = -2;

// Labels a flooded terrain on the padded layout: the depression that each cell is in or drains to.
class Labeller {
 public:
  explicit Labeller(const PriorityFlood& flood)
      : flood_(flood), label_(flood.layout().size(), kNoDepression) {}

  // Numbers the depressions in reverse order of flooding: from the highest spill level down, each
  // before the one that it spills into.
  void Run() {
    for (const std::uint32_t cell : flood_.order()) {
      if (IsHollow(cell)) label_[cell] = kUnlabelled;
    }
    for (const std::uint32_t cell : flood_.order()) {
      if (label_[cell] == kUnlabelled) {
        Claim(cell);
      } else if (!IsHollow(cell) && flood_.water()[cell] == 0) {
        label_[cell] = label_[DownstreamOf(cell)];
      }
    }
    const std::int32_t last = count_ - 1;
    for (std::int32_t& label : label_) label = label < 0 ? label : last - label;
    for (std::int32_t& next : downstream_) next = next < 0 ? next : last - next;
    std::reverse(downstream_.begin(), downstream_.end());
    std::reverse(spill_.begin(), spill_.end());
  }

  bool IsHollow(std::size_t cell) const {
    return flood_.water()[cell] == 0 && flood_.level()[cell] > flood_.elevation_m()[cell];
  }
  const std::vector<std::int32_t>& label() const { return label_; }
  const std::vector<std::int32_t>& downstream() const { return downstream_; }
  const std::vector<float>& spill() const { return spill_; }

 private:
  // Numbers the whole hollow around its first cell. Water entered over its sill, so it spills
  // there, and the sill's cell is already labelled.
  void Claim(std::uint32_t first) {
    const float spill = flood_.level()[first];
    downstream_.push_back(label_[flood_.from()[first]]);
    spill_.push_back(spill);
    const std::int32_t number = count_++;
    std::vector<std::size_t> open = {first};
    label_[first] = number;
    while (!open.empty()) {
      const std::size_t cell = open.back();
      open.pop_back();
      for (const std::ptrdiff_t step : flood_.layout().steps()) {
        const std::size_t next = Neighbour(cell, step);
        if (label_[next] != kUnlabelled || flood_.level()[next] != spill) continue;
        label_[next] = number;
        open.push_back(next);
      }
    }
  }

  // The steepest descent over the filled terrain; across a flat, the direction of the flood
  // in reverse. Both lead to a cell earlier in the order of flooding, which has its label,
  // so no cycle can form.
  std::size_t DownstreamOf(std::size_t cell) const {
    const float level = flood_.level()[cell];
    std::size_t best = flood_.from()[cell];
    double steepest = 0;
    const auto steps = flood_.layout().steps();
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const std::size_t next = Neighbour(cell, steps[i]);
      const double fall = static_cast<double>(level) - flood_.level()[next];
      const double slope = i < 4 ? fall : fall / std::numbers::sqrt2;
      if (slope > steepest) {
        steepest = slope;
        best = next;
      }
    }
    return best;
  }

  static std::size_t Neighbour(std::size_t cell, std::ptrdiff_t step) {
    return static_cast<std::size_t>(static_cast<std::ptrdiff_t>(cell) + step);
  }

  const PriorityFlood& flood_;
  std::vector<std::int32_t> label_;
  std::vector<std::int32_t> downstream_;
  std::vector<float> spill_;
  std::int32_t count_ = 0;
};

}  // namespace

absl::StatusOr<DepressionMap> DepressionMap::Build(const Grid<float>& elevation_m,
                                                   const Grid<std::uint8_t>& open_water,
                                                   double cell_area_m2, Connectivity connectivity) {
  RETURN_IF_ERROR(CheckFloodGrids(elevation_m, open_water));
  if (!(cell_area_m2 > 0) || !std::isfinite(cell_area_m2)) {
    return absl::InvalidArgumentError(
        absl::StrCat("depressions: a cell's area of ", cell_area_m2, " m2 is not positive"));
  }
  PriorityFlood flood(elevation_m, open_water, connectivity);
  flood.Run(/*record=*/true);
  Labeller labeller(flood);
  labeller.Run();

  DepressionMap map;
  map.cell_area_m2_ = cell_area_m2;
  map.catchment_ = flood.layout().Unpad(labeller.label());
  for (std::size_t d = 0; d < labeller.spill().size(); ++d) {
    map.depressions_.push_back({labeller.spill()[d], 0, 0, labeller.downstream()[d]});
  }
  map.CollectCells(elevation_m, flood.layout().Unpad(flood.level()), open_water);
  map.MeasureDepressions();
  return map;
}

void DepressionMap::CollectCells(const Grid<float>& elevation_m, const Grid<float>& level_m,
                                 const Grid<std::uint8_t>& open_water) {
  const auto lies_in_hollow = [&](std::size_t i) {
    return catchment_[i] >= 0 && open_water[i] == 0 && level_m[i] > elevation_m[i];
  };
  for (std::size_t i = 0; i < catchment_.size(); ++i) {
    if (lies_in_hollow(i)) ++depressions_[static_cast<std::size_t>(catchment_[i])].cell_count;
  }
  first_cell_.assign(size() + 1, 0);
  for (std::size_t d = 0; d < size(); ++d) {
    first_cell_[d + 1] = first_cell_[d] + depressions_[d].cell_count;
  }
  cells_.resize(first_cell_.back());
  std::vector<std::size_t> at(first_cell_.begin(), first_cell_.end() - 1);
  for (std::size_t i = 0; i < catchment_.size(); ++i) {
    if (!lies_in_hollow(i)) continue;
    cells_[at[static_cast<std::size_t>(catchment_[i])]++] = {elevation_m[i],
                                                             static_cast<std::uint32_t>(i)};
  }
}

void DepressionMap::MeasureDepressions() {
  sums_m_.resize(cells_.size());
  for (std::size_t d = 0; d < size(); ++d) {
    const std::span<Cell> cells(cells_.data() + first_cell_[d], depressions_[d].cell_count);
    std::sort(cells.begin(), cells.end(), [](const Cell& a, const Cell& b) {
      return a.elevation_m != b.elevation_m ? a.elevation_m < b.elevation_m : a.index < b.index;
    });
    const double lowest_m = cells[0].elevation_m;
    double sum_m = 0;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      sum_m += cells[i].elevation_m - lowest_m;
      sums_m_[first_cell_[d] + i] = sum_m;
    }
    const double rise_m = depressions_[d].spill_level_m - lowest_m;
    depressions_[d].capacity_m3 =
        (rise_m * static_cast<double>(cells.size()) - sum_m) * cell_area_m2_;
  }
}

std::vector<double> DepressionMap::ZoneAreasM2(const Grid<std::uint8_t>& zones,
                                               std::size_t zone_count) const {
  std::vector<double> areas_m2((size() + 1) * zone_count, 0);
  for (std::size_t i = 0; i < catchment_.size(); ++i) {
    if (zones[i] >= zone_count) continue;
    const std::size_t row = catchment_[i] < 0 ? size() : static_cast<std::size_t>(catchment_[i]);
    areas_m2[row * zone_count + zones[i]] += cell_area_m2_;
  }
  return areas_m2;
}

std::vector<double> DepressionMap::InflowM3(std::span<const double> areas_m2,
                                            std::span<const double> runoff_m_by_zone) {
  const std::size_t zones = runoff_m_by_zone.size();
  std::vector<double> inflow_m3(zones == 0 ? 0 : areas_m2.size() / zones, 0);
  for (std::size_t row = 0; row < inflow_m3.size(); ++row) {
    for (std::size_t zone = 0; zone < zones; ++zone) {
      inflow_m3[row] += areas_m2[row * zones + zone] * runoff_m_by_zone[zone];
    }
  }
  return inflow_m3;
}

Ponds DepressionMap::Fill(std::span<const double> inflow_m3) const {
  Ponds ponds;
  ponds.level_m.assign(size(), std::numeric_limits<double>::quiet_NaN());
  ponds.volume_m3.assign(size(), 0);
  for (std::size_t d = 0; d < size() && d < inflow_m3.size(); ++d) {
    ponds.volume_m3[d] = inflow_m3[d];
  }
  for (std::size_t i = size(); i < inflow_m3.size(); ++i) ponds.spilled_m3 += inflow_m3[i];
  for (std::size_t d = 0; d < size(); ++d) {
    double& volume_m3 = ponds.volume_m3[d];
    if (volume_m3 > depressions_[d].capacity_m3) {
      const double excess_m3 = volume_m3 - depressions_[d].capacity_m3;
      volume_m3 = depressions_[d].capacity_m3;
      const std::int32_t next = depressions_[d].downstream;
      (next < 0 ? ponds.spilled_m3 : ponds.volume_m3[static_cast<std::size_t>(next)]) += excess_m3;
    }
    if (volume_m3 > 0) ponds.level_m[d] = LevelOfVolumeM(d, volume_m3);
  }
  return ponds;
}

double DepressionMap::LevelOfVolumeM(std::size_t depression, double volume_m3) const {
  const Depression& d = depressions_[depression];
  if (volume_m3 >= d.capacity_m3) return d.spill_level_m;
  const std::size_t first = first_cell_[depression];
  const double lowest_m = cells_[first].elevation_m;
  const double cells_of_water_m = volume_m3 / cell_area_m2_;
  // The number of wet cells: the largest number for which water that just covers the last one is
  // not more than the volume.
  std::size_t wet = 1, beyond = d.cell_count + 1;
  while (beyond - wet > 1) {
    const std::size_t middle = wet + (beyond - wet) / 2;
    const double height_m = cells_[first + middle - 1].elevation_m - lowest_m;
    const double needed_m = height_m * static_cast<double>(middle) - sums_m_[first + middle - 1];
    (needed_m <= cells_of_water_m ? wet : beyond) = middle;
  }
  return lowest_m + (cells_of_water_m + sums_m_[first + wet - 1]) / static_cast<double>(wet);
}

void DepressionMap::RaiseToPonds(const Ponds& ponds, Grid<float>* depth_m) const {
  for (std::size_t d = 0; d < size(); ++d) {
    const double level_m = ponds.level_m[d];
    for (std::size_t i = first_cell_[d]; i < first_cell_[d + 1]; ++i) {
      // The remaining cells are higher. An empty depression's level is NaN and stops at once.
      if (!(level_m > cells_[i].elevation_m)) break;
      float& depth = (*depth_m)[cells_[i].index];
      depth = std::max(depth, static_cast<float>(level_m - cells_[i].elevation_m));
    }
  }
}

}  // namespace citylayers::geo
