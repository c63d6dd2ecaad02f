#include "samples/saigon/quarter_map.h"

#include <algorithm>
#include <cmath>

namespace citylayers::saigon {
namespace {

constexpr double kBankClearM = 14;
constexpr double kCellM = 20;

}  // namespace

QuarterMap::QuarterMap(Point low, Point high, const BankDistance& banks)
    : quarters_(ReadQuarters()),
      low_(low),
      columns_(static_cast<int>((high.x - low.x) / kCellM) + 1),
      rows_(static_cast<int>((high.y - low.y) / kCellM) + 1),
      cells_(static_cast<std::size_t>(columns_) * static_cast<std::size_t>(rows_), -1) {
  const std::vector<LandArea> areas = ReadLandAreas();
  for (std::size_t q = quarters_.size(); q-- > 0;) {
    Paint(quarters_[q].ring, quarters_[q].style == QuarterStyle::kNone ? -1 : static_cast<int>(q));
  }
  for (const LandArea& area : areas) {
    if (area.kind != AreaKind::kPort) Paint(area.ring, -1);
  }
  for (int r = 0; r < rows_; ++r) {
    for (int c = 0; c < columns_; ++c) {
      if (Cell(c, r) >= 0 && banks.At(CentreOf(c, r)) < kBankClearM) Cell(c, r) = -1;
    }
  }
}

const Quarter* QuarterMap::At(Point p) const {
  const int c = static_cast<int>(std::floor((p.x - low_.x) / kCellM));
  const int r = static_cast<int>(std::floor((p.y - low_.y) / kCellM));
  if (c < 0 || r < 0 || c >= columns_ || r >= rows_) return nullptr;
  const int q = cells_[static_cast<std::size_t>(r) * static_cast<std::size_t>(columns_) +
                       static_cast<std::size_t>(c)];
  return q < 0 ? nullptr : &quarters_[static_cast<std::size_t>(q)];
}

int& QuarterMap::Cell(int c, int r) {
  return cells_[static_cast<std::size_t>(r) * static_cast<std::size_t>(columns_) +
                static_cast<std::size_t>(c)];
}

Point QuarterMap::CentreOf(int c, int r) const {
  return low_ + Point{(c + 0.5) * kCellM, (r + 0.5) * kCellM};
}

void QuarterMap::Paint(const std::vector<Point>& ring, int value) {
  Point from = ring[0], to = ring[0];
  for (const Point p : ring) {
    from = {std::min(from.x, p.x), std::min(from.y, p.y)};
    to = {std::max(to.x, p.x), std::max(to.y, p.y)};
  }
  const auto clamp = [](double v, int size) {
    return std::clamp(static_cast<int>(v), 0, size - 1);
  };
  for (int r = clamp((from.y - low_.y) / kCellM, rows_);
       r <= clamp((to.y - low_.y) / kCellM + 1, rows_); ++r) {
    for (int c = clamp((from.x - low_.x) / kCellM, columns_);
         c <= clamp((to.x - low_.x) / kCellM + 1, columns_); ++c) {
      if (InRing(CentreOf(c, r), ring)) Cell(c, r) = value;
    }
  }
}

}  // namespace citylayers::saigon
