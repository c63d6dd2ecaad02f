#include "geo/flood/connection_level.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <queue>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "geo/flood/neighbours.h"
#include "proto/support/status_macros.h"

namespace citylayers::geo {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// A float as an integer of the same order, so that (height, cell) packs into one word whose
// comparison is a single instruction.
std::uint32_t OrderedBits(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  return (bits & 0x80000000u) != 0 ? ~bits : bits | 0x80000000u;
}

std::uint64_t Pack(float level, std::size_t cell) {
  return std::uint64_t{OrderedBits(level)} << 32 | cell;
}

template <typename A, typename B>
absl::Status CheckSameSize(const Grid<A>& a, const Grid<B>& b, const char* what) {
  if (a.columns() == b.columns() && a.rows() == b.rows()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(what, ": the elevation has ", a.columns(), " x ",
                                                 a.rows(), " cells but the other grid ",
                                                 b.columns(), " x ", b.rows()));
}

std::size_t Step(std::size_t cell, std::ptrdiff_t step) {
  return static_cast<std::size_t>(static_cast<std::ptrdiff_t>(cell) + step);
}

// A reach that wants a cell.
struct Claim {
  std::size_t cell = 0;
  std::uint16_t reach = kNoReach;
};

// The working arrays of one priority-flood, on the padded layout.
class PriorityFlood {
 public:
  PriorityFlood(const Grid<float>& elevation_m, const Grid<std::uint8_t>& open_water,
                Connectivity connectivity)
      : layout_(elevation_m.columns(), elevation_m.rows(), connectivity),
        elevation_m_(layout_.Pad(elevation_m, std::numeric_limits<float>::quiet_NaN())),
        water_(layout_.Pad(open_water, std::uint8_t{0})),
        level_(layout_.size(), kInfinity),
        done_(layout_.size(), 0) {}

  Grid<float> Run() {
    SeedOpenWater();
    while (!frontier_.empty()) {
      const std::uint64_t next = frontier_.top();
      frontier_.pop();
      Spread(static_cast<std::size_t>(next & 0xFFFFFFFFu));
      // Whatever is not above the water just reached floods with it, in order of arrival: no heap.
      for (std::size_t i = 0; i < level_ground_.size(); ++i) Spread(level_ground_[i]);
      level_ground_.clear();
    }
    return layout_.Unpad(level_);
  }

 private:
  void SeedOpenWater() {
    for (std::size_t cell = 0; cell < water_.size(); ++cell) {
      if (water_[cell] != 0) {
        level_[cell] = std::isnan(elevation_m_[cell]) ? -kInfinity : elevation_m_[cell];
        done_[cell] = 1;
      } else if (std::isnan(elevation_m_[cell])) {
        done_[cell] = 1;  // walls and the padding
      }
    }
    // Water amid water has nobody to flood.
    for (std::size_t cell = 0; cell < water_.size(); ++cell) {
      if (water_[cell] == 0) continue;
      const bool shore =
          std::any_of(layout_.steps().begin(), layout_.steps().end(),
                      [&](std::ptrdiff_t step) { return done_[Step(cell, step)] == 0; });
      if (shore) frontier_.push(Pack(level_[cell], cell));
    }
  }

  void Spread(std::size_t cell) {
    const float level = level_[cell];
    for (const std::ptrdiff_t step : layout_.steps()) {
      const std::size_t next = Step(cell, step);
      if (done_[next] != 0) continue;
      done_[next] = 1;
      if (elevation_m_[next] <= level) {
        level_[next] = level;
        level_ground_.push_back(next);
      } else {
        level_[next] = elevation_m_[next];
        frontier_.push(Pack(level_[next], next));
      }
    }
  }

  PaddedLayout layout_;
  std::vector<float> elevation_m_;
  std::vector<std::uint8_t> water_;
  std::vector<float> level_;
  std::vector<std::uint8_t> done_;
  std::priority_queue<std::uint64_t, std::vector<std::uint64_t>, std::greater<>> frontier_;
  std::vector<std::size_t> level_ground_;
};

}  // namespace

absl::StatusOr<Grid<float>> ConnectionLevel(const Grid<float>& elevation_m,
                                            const Grid<std::uint8_t>& open_water,
                                            Connectivity connectivity) {
  RETURN_IF_ERROR(CheckSameSize(elevation_m, open_water, "connection level"));
  if (elevation_m.size() > (std::size_t{1} << 31)) {
    return absl::InvalidArgumentError(absl::StrCat("connection level: ", elevation_m.size(),
                                                   " cells are more than 2^31; split the terrain"));
  }
  return PriorityFlood(elevation_m, open_water, connectivity).Run();
}

absl::StatusOr<Grid<std::uint16_t>> ReachLabels(const Grid<float>& elevation_m,
                                                const Grid<float>& level,
                                                const Grid<std::uint16_t>& reaches,
                                                Connectivity connectivity) {
  RETURN_IF_ERROR(CheckSameSize(elevation_m, level, "reach labels"));
  RETURN_IF_ERROR(CheckSameSize(elevation_m, reaches, "reach labels"));
  const PaddedLayout layout(elevation_m.columns(), elevation_m.rows(), connectivity);
  const std::vector<float> ground =
      layout.Pad(elevation_m, std::numeric_limits<float>::quiet_NaN());
  const std::vector<float> wet_above = layout.Pad(level, kInfinity);
  std::vector<std::uint16_t> label = layout.Pad(reaches, kNoReach);
  // Nearest first along the steps by which the flood came: the cell's level is then its own ground
  // or that of the cell before. Steps cost 5 by an edge and 7 by a corner, so distances wait in a
  // ring of 8 lists (Dial's form of Dijkstra's algorithm) and no heap is needed.
  constexpr std::size_t kEdgeCost = 5, kCornerCost = 7, kLists = 8;
  std::array<std::vector<Claim>, kLists> waiting;
  for (std::size_t cell = 0; cell < label.size(); ++cell) {
    if (label[cell] != kNoReach) waiting[0].push_back({cell, label[cell]});
  }
  std::fill(label.begin(), label.end(), kNoReach);
  std::size_t empty_lists = 0;
  for (std::size_t distance = 0; empty_lists < kLists; ++distance) {
    std::vector<Claim> claims = std::move(waiting[distance % kLists]);
    waiting[distance % kLists].clear();
    empty_lists = claims.empty() ? empty_lists + 1 : 0;
    for (const Claim& claim : claims) {
      if (label[claim.cell] != kNoReach) continue;
      label[claim.cell] = claim.reach;
      for (std::size_t i = 0; i < layout.steps().size(); ++i) {
        const std::size_t next = Step(claim.cell, layout.steps()[i]);
        if (label[next] != kNoReach || wet_above[next] == kInfinity) continue;
        if (wet_above[next] != std::max(wet_above[claim.cell], ground[next])) continue;
        const std::size_t cost = i < 4 ? kEdgeCost : kCornerCost;
        waiting[(distance + cost) % kLists].push_back({next, claim.reach});
      }
    }
  }
  return layout.Unpad(label);
}

}  // namespace citylayers::geo
