#include "samples/saigon/waterways.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/str_split.h"

#include "samples/saigon/embedded.h"
#include "samples/saigon/outline.h"
#include "samples/saigon/tsv.h"

namespace citylayers::saigon {
namespace {

AreaKind ParseKind(const Row& row) {
  if (row.fields[0] == "river") return AreaKind::kRiver;
  if (row.fields[0] == "canal") return AreaKind::kCanal;
  if (row.fields[0] == "lake") return AreaKind::kLake;
  BadTable(row, "kind is not river, canal or lake");
}

double PieceDistance(Point p, Point a, Point b, double half_a, double half_b) {
  const double t = NearestFraction(p, a, b);
  return Distance(p, Lerp(a, b, t)) - std::lerp(half_a, half_b, t);
}

}  // namespace

std::vector<Waterway> ReadWaterways() {
  std::vector<Waterway> waterways;
  for (const Row& row : ReadTable("water.tsv", kWaterTsv, 5)) {
    Waterway w;
    w.kind = ParseKind(row);
    w.name_vi = row.fields[1];
    w.name_en = row.fields[2];
    const std::vector<std::string> widths = absl::StrSplit(row.fields[3], ' ');
    if (widths.size() != 2) BadTable(row, "width is not 'from to'");
    const double from = ParseNumber(row, widths[0]), to = ParseNumber(row, widths[1]);
    w.centre = Smooth(ParsePoints(row, row.fields[4], 2), 40);
    const double length = PolylineLength(w.centre);
    double along = 0;
    for (std::size_t i = 0; i < w.centre.size(); ++i) {
      if (i > 0) along += Distance(w.centre[i - 1], w.centre[i]);
      // Banks are never straight: the width varies by some 8 %.
      const double breathe = 1 + 0.08 * Noise(11, w.centre[i], 600);
      w.half_m.push_back(0.5 * std::lerp(from, to, along / length) * breathe);
    }
    waterways.push_back(std::move(w));
  }
  return waterways;
}

BankDistance::BankDistance(const std::vector<Waterway>& waterways) {
  for (const Waterway& w : waterways) {
    for (std::size_t i = 1; i < w.centre.size(); ++i) {
      const Piece piece = {w.centre[i - 1], w.centre[i], w.half_m[i - 1], w.half_m[i]};
      const int index = static_cast<int>(pieces_.size());
      pieces_.push_back(piece);
      const double reach = std::max(piece.half_a, piece.half_b) + kReachM;
      const auto cell = [](double v) { return static_cast<int>(std::floor(v / kCellM)); };
      for (int c = cell(std::min(piece.a.x, piece.b.x) - reach);
           c <= cell(std::max(piece.a.x, piece.b.x) + reach); ++c) {
        for (int r = cell(std::min(piece.a.y, piece.b.y) - reach);
             r <= cell(std::max(piece.a.y, piece.b.y) + reach); ++r) {
          cells_[CellOf(c, r)].push_back(index);
        }
      }
    }
  }
}

double BankDistance::At(Point p) const {
  const auto it = cells_.find(CellOf(static_cast<int>(std::floor(p.x / kCellM)),
                                     static_cast<int>(std::floor(p.y / kCellM))));
  double best = kReachM;
  if (it == cells_.end()) return best;
  for (const int i : it->second) {
    const Piece& q = pieces_[static_cast<std::size_t>(i)];
    best = std::min(best, PieceDistance(p, q.a, q.b, q.half_a, q.half_b));
  }
  return best;
}

Point BankDistance::Outward(Point p) const {
  constexpr double kStep = 2;
  const Point slope = {At({p.x + kStep, p.y}) - At({p.x - kStep, p.y}),
                       At({p.x, p.y + kStep}) - At({p.x, p.y - kStep})};
  const double length = Length(slope);
  return length < 1e-9 ? Point{0, 0} : slope * (1 / length);
}

std::vector<std::vector<Point>> Outline(const Waterway& water) {
  const double widest = *std::max_element(water.half_m.begin(), water.half_m.end());
  const double narrowest = *std::min_element(water.half_m.begin(), water.half_m.end());
  // A cell must be smaller than the width of the water, otherwise the contour breaks into pieces.
  const double cell_m = std::clamp(narrowest * 0.6, 6.0, 25.0);
  OutlineField field = MakeField(water.centre, widest + 3 * cell_m, cell_m);
  const double far = 3 * cell_m;
  for (std::size_t i = 1; i < water.centre.size(); ++i) {
    const double half_a = water.half_m[i - 1], half_b = water.half_m[i];
    field.VisitNear(water.centre[i - 1], water.centre[i], std::max(half_a, half_b) + far,
                    [&](Point p, float* value) {
                      const double d =
                          PieceDistance(p, water.centre[i - 1], water.centre[i], half_a, half_b);
                      *value = std::min(*value, static_cast<float>(d));
                    });
  }
  return Outline(field, cell_m * 0.12);
}

}  // namespace citylayers::saigon
