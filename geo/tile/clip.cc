#include "geo/tile/clip.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

namespace citylayers::geo {
namespace {

struct Piece {
  TilePoint from;
  TilePoint to;
  bool leaves = false;  // the segment continues beyond `to`
};

// Liang-Barsky: the segment a + t (b - a) is inside each edge's half plane for a range of t; the
// intersection with [0, 1] is the piece.
std::optional<Piece> ClipSegment(TilePoint a, TilePoint b, const TileBox& box) {
  const double dx = b.x - a.x, dy = b.y - a.y;
  const std::array<double, 4> direction = {-dx, dx, -dy, dy};
  const std::array<double, 4> distance = {a.x - box.min_x, box.max_x - a.x, a.y - box.min_y,
                                          box.max_y - a.y};
  double t0 = 0, t1 = 1;
  for (std::size_t i = 0; i < 4; ++i) {
    if (direction[i] == 0) {
      if (distance[i] < 0) return std::nullopt;
      continue;
    }
    const double t = distance[i] / direction[i];
    if (direction[i] < 0) {
      t0 = std::max(t0, t);
    } else {
      t1 = std::min(t1, t);
    }
    if (t0 > t1) return std::nullopt;
  }
  // End points are kept bit by bit, so that parts of one line join without a gap.
  const auto at = [&](double t) {
    return TilePoint{std::clamp(a.x + t * dx, box.min_x, box.max_x),
                     std::clamp(a.y + t * dy, box.min_y, box.max_y)};
  };
  return Piece{t0 > 0 ? at(t0) : a, t1 < 1 ? at(t1) : b, t1 < 1};
}

}  // namespace

std::vector<TileLine> ClipLine(std::span<const TilePoint> line, const TileBox& box) {
  std::vector<TileLine> parts;
  TileLine part;
  const auto finish = [&] {
    if (part.size() >= 2) parts.push_back(std::move(part));
    part.clear();
  };
  for (std::size_t i = 1; i < line.size(); ++i) {
    const std::optional<Piece> piece = ClipSegment(line[i - 1], line[i], box);
    if (!piece) {
      finish();
      continue;
    }
    if (part.empty() || !(part.back() == piece->from)) {
      finish();
      part.push_back(piece->from);
    }
    if (!(piece->to == part.back())) part.push_back(piece->to);
    if (piece->leaves) finish();
  }
  finish();
  return parts;
}

}  // namespace citylayers::geo
