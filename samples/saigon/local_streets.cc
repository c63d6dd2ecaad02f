// Streets are traced like stream lines through a field of directions that repeats every quarter
// turn: at each place the field follows the main streets and banks nearby, so that local streets
// run along or across them. Lines keep the quarter's spacing from others of the same direction and
// stop early at random, which gives T-junctions and dead ends instead of a grid.
#include "samples/saigon/local_streets.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "absl/strings/str_cat.h"

#include "samples/saigon/direction_field.h"
#include "samples/saigon/quarter_map.h"
#include "samples/saigon/roads.h"

namespace citylayers::saigon {
namespace {

constexpr double kStepM = 10;

// Points of traced lines with their directions, used to keep lines of one direction apart.
class TracedPoints {
 public:
  TracedPoints(Point low, Point high)
      : low_(low),
        columns_(static_cast<int>((high.x - low.x) / kCellM) + 1),
        rows_(static_cast<int>((high.y - low.y) / kCellM) + 1),
        cells_(static_cast<std::size_t>(columns_) * static_cast<std::size_t>(rows_)) {}

  void Add(Point p, double angle, int line) {
    const int c = Cell(p.x - low_.x), r = Cell(p.y - low_.y);
    if (c < 0 || r < 0 || c >= columns_ || r >= rows_) return;
    cells_[IndexOf(c, r)].push_back({p, {std::cos(angle), std::sin(angle)}, line});
  }
  /// True when a line of about this direction (other than `line`) is nearer than `apart_m`.
  bool IsNear(Point p, double angle, double apart_m, int line) const {
    const Point direction = {std::cos(angle), std::sin(angle)};
    const double squared = apart_m * apart_m;
    const int c0 = std::max(0, Cell(p.x - low_.x - apart_m));
    const int c1 = std::min(columns_ - 1, Cell(p.x - low_.x + apart_m));
    const int r0 = std::max(0, Cell(p.y - low_.y - apart_m));
    const int r1 = std::min(rows_ - 1, Cell(p.y - low_.y + apart_m));
    for (int r = r0; r <= r1; ++r) {
      for (int c = c0; c <= c1; ++c) {
        for (const Mark& m : cells_[IndexOf(c, r)]) {
          const Point d = m.p - p;
          if (Dot(d, d) < squared && m.line != line &&
              std::abs(Dot(m.direction, direction)) > kSameDirection) {
            return true;
          }
        }
      }
    }
    return false;
  }

 private:
  struct Mark {
    Point p;
    Point direction;
    int line;
  };
  static constexpr double kCellM = 40;
  static constexpr double kSameDirection = 0.77;  // cosine: within 40 degrees
  static int Cell(double v) { return static_cast<int>(std::floor(v / kCellM)); }
  std::size_t IndexOf(int c, int r) const {
    return static_cast<std::size_t>(r) * static_cast<std::size_t>(columns_) +
           static_cast<std::size_t>(c);
  }
  Point low_;
  int columns_, rows_;
  std::vector<std::vector<Mark>> cells_;
};

class Generator {
 public:
  Generator(const std::vector<Street>& main, const BankDistance& banks, std::uint64_t seed)
      : main_(main),
        low_(ToPlane({kBounds.west_deg, 10.66})),
        high_(ToPlane({kBounds.east_deg, kBounds.north_deg})),
        field_(main, low_, high_),
        quarters_(low_, high_, banks),
        pieces_(120),
        traced_(low_, high_),
        random_(seed),
        seed_(seed) {
    for (std::size_t s = 0; s < main.size(); ++s) {
      if (main[s].MeetsAtEndsOnly()) continue;
      pieces_.Add(static_cast<int>(s), main[s].line);
      const std::vector<Point> line = Densify(main[s].line, 20);
      for (std::size_t i = 1; i < line.size(); ++i) {
        traced_.Add(line[i], Heading(line[i - 1], line[i]), -1);
      }
    }
  }

  std::vector<Street> Run() {
    SeedAlongMain();
    // Three rounds of seeds over the whole area, each with new directions: later ones fill the
    // gaps.
    for (int round = 0; round < 3; ++round) SeedEverywhere(round == 0 ? 70 : 45);
    return std::move(streets_);
  }

 private:
  static double Heading(Point a, Point b) { return std::atan2(b.y - a.y, b.x - a.x); }

  double FieldAt(Point p, const Quarter& quarter) const {
    double sway_deg = 0;
    switch (quarter.style) {
      case QuarterStyle::kDense:
        sway_deg = 13;
        break;
      case QuarterStyle::kTown:
        sway_deg = 9;
        break;
      case QuarterStyle::kPlanned:
        sway_deg = 1.5;
        break;
      case QuarterStyle::kVilla:
        sway_deg = 30;
        break;
      case QuarterStyle::kRural:
        sway_deg = 34;
        break;
      case QuarterStyle::kNone:
        break;
    }
    const double coarse = Noise(seed_ + 1, p, 420), fine = Noise(seed_ + 2, p, 130);
    return field_.At(p) + (coarse + 0.35 * fine) * sway_deg * std::numbers::pi / 180;
  }

  // Returns the one of the field's four directions that is nearest to `angle`.
  static double Nearest(double field, double angle) {
    const double quarter = std::numbers::pi / 2;
    return field + std::round((angle - field) / quarter) * quarter;
  }

  void SeedAlongMain() {
    for (const Street& street : main_) {
      if (street.MeetsAtEndsOnly()) continue;
      const std::vector<Point> line = Densify(street.line, 12);
      double wait_m = 40;
      for (std::size_t i = 1; i < line.size(); ++i) {
        wait_m -= Distance(line[i - 1], line[i]);
        if (wait_m > 0) continue;
        const Quarter* here = nullptr;
        for (const double side : {1.0, -1.0}) {
          const double across = Heading(line[i - 1], line[i]) + side * std::numbers::pi / 2;
          const Point inside = line[i] + Point{std::cos(across), std::sin(across)} * 30.0;
          const Quarter* quarter = quarters_.At(inside);
          if (quarter == nullptr) continue;
          here = quarter;
          Trace(line[i], across, *quarter, true);
        }
        wait_m = here == nullptr ? 40 : here->spacing_m * random_.Uniform(0.55, 1.05);
      }
    }
  }

  void SeedEverywhere(double lattice_m) {
    for (double y = low_.y; y < high_.y; y += lattice_m) {
      for (double x = low_.x; x < high_.x; x += lattice_m) {
        const Point p = {x + random_.Uniform(0, lattice_m), y + random_.Uniform(0, lattice_m)};
        const double turn = random_.Uniform() < 0.5 ? 0 : std::numbers::pi / 2;
        const Quarter* quarter = quarters_.At(p);
        if (quarter != nullptr) Trace(p, FieldAt(p, *quarter) + turn, *quarter, false);
      }
    }
  }

  // Walks from `start` until the street ends. Appends to `out`; returns true when it ended at a
  // main street.
  bool Walk(Point start, double angle, double apart_m, double longest_m, int id, bool from_main,
            std::vector<Point>* out) {
    Point p = start;
    double length = 0;
    while (length < longest_m) {
      const Quarter* quarter = quarters_.At(p);
      if (quarter == nullptr && !(from_main && length < 35)) return false;
      if (quarter != nullptr && !(from_main && length < 20)) {
        angle = Nearest(FieldAt(p, *quarter), angle);
      }
      const Point next = p + Point{std::cos(angle), std::sin(angle)} * kStepM;
      if (quarters_.At(next) == nullptr && !(from_main && length < 35)) return false;
      if (!(from_main && length < kStepM)) {
        Point hit;
        if (HitsMain(p, next, &hit)) {
          out->push_back(hit);
          return true;
        }
      }
      if (traced_.IsNear(next, angle, apart_m, id) && length > (from_main ? 25 : 0)) return false;
      out->push_back(next);
      p = next;
      length += kStepM;
    }
    return false;
  }

  bool HitsMain(Point a, Point b, Point* hit) const {
    double first = 2;
    pieces_.VisitNear(a, b, 0, [&](const PieceIndex::Piece& q) {
      double t = 0, u = 0;
      if (Intersect(a, b, q.a, q.b, &t, &u) && t < first) first = t;
    });
    if (first > 1) return false;
    *hit = Lerp(a, b, first);
    return true;
  }

  void Trace(Point start, double angle, const Quarter& quarter, bool from_main) {
    const double vary = quarter.style == QuarterStyle::kPlanned ? 0.08 : 0.28;
    const double apart_m = quarter.spacing_m * random_.Uniform(1 - vary, 1 + vary);
    // Random numbers are drawn before any test, so that a change in one quarter leaves the others
    // unchanged.
    const double forward_m = Longest(quarter), backward_m = Longest(quarter);
    const int id = static_cast<int>(streets_.size());
    if (traced_.IsNear(start, angle, apart_m * (from_main ? 0.8 : 1.0), id)) return;
    std::vector<Point> ahead, line;
    Walk(start, angle, apart_m * 0.62, forward_m, id, from_main, &ahead);
    if (!from_main) {
      Walk(start, angle + std::numbers::pi, apart_m * 0.62, backward_m, id, false, &line);
      std::reverse(line.begin(), line.end());
    }
    line.push_back(start);
    line.insert(line.end(), ahead.begin(), ahead.end());
    const double length = PolylineLength(line);
    if (line.size() < 3 || length < 0.45 * quarter.spacing_m) return;
    for (std::size_t i = 1; i < line.size(); ++i)
      traced_.Add(line[i], Heading(line[i - 1], line[i]), id);
    Street street;
    street.id = kFirstLocalId + id;
    street.line = Simplify(line, 2.0);
    street.junctions.assign(street.line.size(), -1);
    street.road_class = geo::RoadClass::kLocal;
    street.max_speed_kmh = 30;
    street.name = NameFor(quarter, length);
    streets_.push_back(std::move(street));
  }

  double Longest(const Quarter& quarter) {
    const double mean_m = quarter.style == QuarterStyle::kDense   ? 260
                          : quarter.style == QuarterStyle::kTown  ? 420
                          : quarter.style == QuarterStyle::kVilla ? 420
                          : quarter.style == QuarterStyle::kRural ? 900
                                                                  : 1500;
    return mean_m * (0.25 - std::log(1 - random_.Uniform()));
  }

  std::string NameFor(const Quarter& quarter, double length) {
    const double dice = random_.Uniform();
    const int number = 1 + static_cast<int>(random_.Uniform() * 64);
    if (quarter.style == QuarterStyle::kDense) {
      return dice < 0.14 ? absl::StrCat("Hẻm ", number * 7 % 389 + 3) : "";
    }
    if (length > 250 && dice < 0.4) return absl::StrCat("Đường số ", number);
    return "";
  }

  const std::vector<Street>& main_;
  const Point low_, high_;
  const DirectionField field_;
  const QuarterMap quarters_;
  PieceIndex pieces_;
  TracedPoints traced_;
  Random random_;
  const std::uint64_t seed_;
  std::vector<Street> streets_;
};

}  // namespace

std::vector<Street> LocalStreets(const std::vector<Street>& main, const BankDistance& banks,
                                 std::uint64_t seed) {
  return Generator(main, banks, seed).Run();
}

}  // namespace citylayers::saigon
