#include "geo/flood/contour.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace citylayers::geo {
namespace {

constexpr std::int32_t kNone = -1;

// Adds a point; when it and the two before it are on one line, the middle one is removed.
void AddPoint(TileLine& line, TilePoint p) {
  if (line.size() >= 2) {
    const TilePoint a = line[line.size() - 2], b = line.back();
    if ((b.x - a.x) * (p.y - b.y) == (b.y - a.y) * (p.x - b.x)) line.pop_back();
  }
  line.push_back(p);
}

}  // namespace

ContourTracer::ContourTracer(const Grid<float>& samples, const TileLattice& lattice,
                             std::span<const float> thresholds)
    : lattice_(lattice),
      thresholds_(thresholds),
      width_(static_cast<std::size_t>(lattice.count) + 2),
      values_(width_ * width_, 0.0f) {
  const auto count = static_cast<std::size_t>(lattice.count);
  for (std::size_t row = 0; row < count; ++row) {
    const float* from = samples.cells().data() + row * count;
    std::copy(from, from + count, values_.data() + (row + 1) * width_ + 1);
  }
  // One pass per threshold: each is a plain comparison loop, which is compiled
  // to vector instructions.
  reached_.assign(values_.size(), 0);
  for (const float threshold : thresholds_) {
    for (std::size_t node = 0; node < values_.size(); ++node) {
      reached_[node] += values_[node] >= threshold ? 1 : 0;
    }
  }
  highest_ = *std::max_element(reached_.begin(), reached_.end());
  if (highest_ == 0) return;
  for (std::size_t row = 0; row + 1 < width_; ++row) {
    const std::uint8_t* upper = reached_.data() + row * width_;
    const std::uint8_t* lower = upper + width_;
    for (std::size_t column = 0; column + 1 < width_; ++column) {
      const std::uint8_t nw = upper[column];
      if (upper[column + 1] != nw || lower[column] != nw || lower[column + 1] != nw) {
        mixed_.push_back(row * width_ + column);
      }
    }
  }
}

std::vector<ContourRing> ContourTracer::Trace(std::size_t k) {
  std::vector<ContourRing> rings;
  if (IsEmpty(k)) return rings;
  next_.assign(2 * values_.size(), kNone);
  edges_.clear();
  for (const std::size_t node : mixed_) LinkCell(node, k);
  for (const std::int32_t edge : edges_) {
    if (next_[static_cast<std::size_t>(edge)] != kNone) rings.push_back(Follow(edge, k));
  }
  return rings;
}

void ContourTracer::LinkCell(std::size_t node, std::size_t k) {
  const bool nw = Reaches(node, k), ne = Reaches(node + 1, k);
  const bool sw = Reaches(node + width_, k), se = Reaches(node + width_ + 1, k);
  const int high = nw | ne << 1 | se << 2 | sw << 3;
  if (high == 0 || high == 15) return;
  const auto n = static_cast<std::int32_t>(node), w = static_cast<std::int32_t>(width_);
  const std::int32_t top = 2 * n, left = 2 * n + 1, bottom = 2 * (n + w), right = 2 * (n + 1) + 1;
  const auto link = [this](std::int32_t from, std::int32_t to) {
    next_[static_cast<std::size_t>(from)] = to;
    edges_.push_back(from);
  };
  // Each line has the high corner on its right (y grows downwards).
  switch (high) {
    case 1:  // nw
      link(top, left);
      break;
    case 2:  // ne
      link(right, top);
      break;
    case 3:  // nw ne
      link(right, left);
      break;
    case 4:  // se
      link(bottom, right);
      break;
    case 5:  // nw se: kept apart
      link(top, left), link(bottom, right);
      break;
    case 6:  // ne se
      link(bottom, top);
      break;
    case 7:  // all but sw
      link(bottom, left);
      break;
    case 8:  // sw
      link(left, bottom);
      break;
    case 9:  // nw sw
      link(top, bottom);
      break;
    case 10:  // ne sw: kept apart
      link(right, top), link(left, bottom);
      break;
    case 11:  // all but se
      link(right, bottom);
      break;
    case 12:  // se sw
      link(left, right);
      break;
    case 13:  // all but ne
      link(top, right);
      break;
    case 14:  // all but nw
      link(left, top);
      break;
    default:
      break;
  }
}

ContourRing ContourTracer::Follow(std::int32_t first, std::size_t k) {
  ContourRing ring;
  const auto node = static_cast<std::size_t>(first) / 2;
  const std::size_t other = node + (first % 2 == 0 ? 1 : width_);
  ring.inner = Reaches(node, k) ? node : other;
  for (std::int32_t edge = first; edge != kNone;) {
    AddPoint(ring.points, PointOn(edge, k));
    edge = std::exchange(next_[static_cast<std::size_t>(edge)], kNone);
  }
  // The ring ends at its first point, which an open ring does not repeat.
  if (ring.points.back() == ring.points.front()) ring.points.pop_back();
  ring.area = SignedArea(ring.points);
  return ring;
}

TilePoint ContourTracer::PointOn(std::int32_t edge, std::size_t k) const {
  const auto node = static_cast<std::size_t>(edge) / 2;
  const bool horizontal = edge % 2 == 0;
  const float a = values_[node], b = values_[node + (horizontal ? 1 : width_)];
  const double along = a < b ? CrossingFrom(a, b, k) : lattice_.spacing - CrossingFrom(b, a, k);
  const std::size_t column = node % width_, row = node / width_;
  const double x = lattice_.origin + (static_cast<double>(column) - 1) * lattice_.spacing;
  const double y = lattice_.origin + (static_cast<double>(row) - 1) * lattice_.spacing;
  return horizontal ? TilePoint{x + along, y} : TilePoint{x, y + along};
}

// Distance from the low sample to the crossing of thresholds[k]: a whole number, at least 1 away
// from both samples and from the crossings of the other thresholds on this edge, in their order.
double ContourTracer::CrossingFrom(float low, float high, std::size_t k) const {
  std::size_t last = k;
  while (last + 1 < thresholds_.size() && thresholds_[last + 1] <= high) ++last;
  double at = 0;
  for (std::size_t i = 0; i <= k; ++i) {
    if (thresholds_[i] <= low) continue;
    const double exact = static_cast<double>(thresholds_[i] - low) / (high - low);
    const double wanted = std::max(std::round(exact * lattice_.spacing), at + 1);
    at = std::min(wanted, lattice_.spacing - 1 - static_cast<double>(last - i));
  }
  return at;
}

std::vector<std::uint32_t> ContourTracer::Regions(std::size_t k) const {
  std::vector<std::uint32_t> region(values_.size(), 0);
  std::vector<std::size_t> open;
  std::uint32_t count = 0;
  for (std::size_t start = 0; start < values_.size(); ++start) {
    if (region[start] != 0 || !Reaches(start, k)) continue;
    region[start] = ++count;
    open.push_back(start);
    while (!open.empty()) {
      const std::size_t node = open.back();
      open.pop_back();
      // The padding reaches no threshold, so no step leaves the array.
      for (const std::size_t near : {node - 1, node + 1, node - width_, node + width_}) {
        if (region[near] != 0 || !Reaches(near, k)) continue;
        region[near] = count;
        open.push_back(near);
      }
    }
  }
  return region;
}

}  // namespace citylayers::geo
