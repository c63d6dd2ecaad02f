#include "geo/flood/priority_flood.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"

namespace citylayers::geo {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr std::size_t kMaxCells = std::size_t{1} << 31;

// Maps a float to an integer with the same order, so that (height, cell) packs into one word whose
// comparison is a single instruction.
std::uint32_t OrderedBits(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  return (bits & 0x80000000u) != 0 ? ~bits : bits | 0x80000000u;
}

std::uint64_t Pack(float level, std::size_t cell) {
  return std::uint64_t{OrderedBits(level)} << 32 | cell;
}

std::size_t Step(std::size_t cell, std::ptrdiff_t step) {
  return static_cast<std::size_t>(static_cast<std::ptrdiff_t>(cell) + step);
}

}  // namespace

absl::Status CheckFloodGrids(const Grid<float>& elevation_m, const Grid<std::uint8_t>& open_water) {
  if (elevation_m.columns() != open_water.columns() || elevation_m.rows() != open_water.rows()) {
    return absl::InvalidArgumentError(
        absl::StrCat("flood: the elevation has ", elevation_m.columns(), " x ", elevation_m.rows(),
                     " cells but the open water ", open_water.columns(), " x ", open_water.rows()));
  }
  if (elevation_m.size() > kMaxCells) {
    return absl::InvalidArgumentError(absl::StrCat("flood: ", elevation_m.size(),
                                                   " cells are more than 2^31; split the terrain"));
  }
  return absl::OkStatus();
}

PriorityFlood::PriorityFlood(const Grid<float>& elevation_m, const Grid<std::uint8_t>& open_water,
                             Connectivity connectivity)
    : layout_(elevation_m.columns(), elevation_m.rows(), connectivity),
      elevation_m_(layout_.Pad(elevation_m, std::numeric_limits<float>::quiet_NaN())),
      water_(layout_.Pad(open_water, std::uint8_t{0})),
      level_(layout_.size(), kInfinity),
      done_(layout_.size(), 0) {}

void PriorityFlood::Run(bool record) {
  SeedOpenWater();
  if (!record) return RunLoop<false>();
  order_.reserve(layout_.size());
  from_.resize(layout_.size());
  for (std::size_t cell = 0; cell < from_.size(); ++cell) {
    from_[cell] = static_cast<std::uint32_t>(cell);
  }
  RunLoop<true>();
}

void PriorityFlood::SeedOpenWater() {
  for (std::size_t cell = 0; cell < water_.size(); ++cell) {
    if (water_[cell] != 0) {
      level_[cell] = std::isnan(elevation_m_[cell]) ? -kInfinity : elevation_m_[cell];
      done_[cell] = 1;
    } else if (std::isnan(elevation_m_[cell])) {
      done_[cell] = 1;  // walls and the padding
    }
  }
  // A water cell surrounded by water has no cell to flood.
  for (std::size_t cell = 0; cell < water_.size(); ++cell) {
    if (water_[cell] == 0) continue;
    const bool shore =
        std::any_of(layout_.steps().begin(), layout_.steps().end(),
                    [&](std::ptrdiff_t step) { return done_[Step(cell, step)] == 0; });
    if (shore) frontier_.push(Pack(level_[cell], cell));
  }
}

template <bool kRecord>
void PriorityFlood::RunLoop() {
  while (!frontier_.empty()) {
    const std::uint64_t next = frontier_.top();
    frontier_.pop();
    Spread<kRecord>(static_cast<std::size_t>(next & 0xFFFFFFFFu));
    // Cells not above the water just reached are flooded with it, in order of
    // arrival, without the heap.
    for (std::size_t i = 0; i < level_ground_.size(); ++i) Spread<kRecord>(level_ground_[i]);
    level_ground_.clear();
  }
}

template <bool kRecord>
void PriorityFlood::Spread(std::size_t cell) {
  const float level = level_[cell];
  if constexpr (kRecord) order_.push_back(static_cast<std::uint32_t>(cell));
  for (const std::ptrdiff_t step : layout_.steps()) {
    const std::size_t next = Step(cell, step);
    if (done_[next] != 0) continue;
    done_[next] = 1;
    if constexpr (kRecord) from_[next] = static_cast<std::uint32_t>(cell);
    if (elevation_m_[next] <= level) {
      level_[next] = level;
      level_ground_.push_back(next);
    } else {
      level_[next] = elevation_m_[next];
      frontier_.push(Pack(level_[next], next));
    }
  }
}

}  // namespace citylayers::geo
