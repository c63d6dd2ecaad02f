#include "samples/saigon/direction_field.h"

#include <algorithm>
#include <cmath>

namespace citylayers::saigon {
namespace {

constexpr double kLatticeM = 100;

}  // namespace

DirectionField::DirectionField(const std::vector<Street>& main, Point low, Point high)
    : low_(low),
      columns_(static_cast<int>((high.x - low.x) / kLatticeM) + 2),
      rows_(static_cast<int>((high.y - low.y) / kLatticeM) + 2),
      sums_(static_cast<std::size_t>(columns_) * static_cast<std::size_t>(rows_)) {
  for (const Street& street : main) {
    if (street.MeetsAtEndsOnly()) continue;
    const std::vector<Point> line = Densify(street.line, 80);
    for (std::size_t i = 1; i < line.size(); ++i) AddPiece(line[i - 1], line[i]);
  }
}

double DirectionField::At(Point p) const {
  const double fx = (p.x - low_.x) / kLatticeM, fy = (p.y - low_.y) / kLatticeM;
  const int c = std::clamp(static_cast<int>(fx), 0, columns_ - 2);
  const int r = std::clamp(static_cast<int>(fy), 0, rows_ - 2);
  const double u = std::clamp(fx - c, 0.0, 1.0), v = std::clamp(fy - r, 0.0, 1.0);
  const std::complex<double> sum = (1 - v) * ((1 - u) * Unit(c, r) + u * Unit(c + 1, r)) +
                                   v * ((1 - u) * Unit(c, r + 1) + u * Unit(c + 1, r + 1));
  return std::arg(sum) / 4;
}

std::complex<double> DirectionField::Unit(int c, int r) const {
  const std::complex<double> sum =
      sums_[static_cast<std::size_t>(r) * static_cast<std::size_t>(columns_) +
            static_cast<std::size_t>(c)];
  const double size = std::abs(sum);
  return size < 1e-12 ? std::complex<double>(1, 0) : sum / size;
}

void DirectionField::AddPiece(Point a, Point b) {
  const Point middle = Lerp(a, b, 0.5);
  const double length = Distance(a, b);
  if (length < 1) return;
  const double angle = 4 * std::atan2(b.y - a.y, b.x - a.x);
  const std::complex<double> direction = std::polar(length, angle);
  const int reach = 16;
  const int c0 = static_cast<int>((middle.x - low_.x) / kLatticeM);
  const int r0 = static_cast<int>((middle.y - low_.y) / kLatticeM);
  for (int r = std::max(0, r0 - reach); r <= std::min(rows_ - 1, r0 + reach); ++r) {
    for (int c = std::max(0, c0 - reach); c <= std::min(columns_ - 1, c0 + reach); ++c) {
      const double d = Distance(middle, low_ + Point{c * kLatticeM, r * kLatticeM});
      sums_[static_cast<std::size_t>(r) * static_cast<std::size_t>(columns_) +
            static_cast<std::size_t>(c)] += direction * std::exp(-d / 140);
    }
  }
}

}  // namespace citylayers::saigon
