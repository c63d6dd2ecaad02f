#include "geo/mvt/geometry.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <protozero/buffer_string.hpp>
#include <protozero/varint.hpp>

namespace citylayers::geo {
namespace {

enum Command : std::uint32_t { kMoveTo = 1, kLineTo = 2, kClosePath = 7 };

struct Vertex {
  std::int32_t x = 0;
  std::int32_t y = 0;
  friend bool operator==(Vertex, Vertex) = default;
};

Vertex Rounded(TilePoint p) {
  return {static_cast<std::int32_t>(std::lround(p.x)), static_cast<std::int32_t>(std::lround(p.y))};
}

// Appends the rounded points without repetitions.
void RoundInto(std::span<const TilePoint> line, std::vector<Vertex>& out) {
  out.clear();
  for (const TilePoint& p : line) {
    const Vertex v = Rounded(p);
    if (out.empty() || !(out.back() == v)) out.push_back(v);
  }
}

std::int64_t TwiceArea(std::span<const Vertex> ring) {
  std::int64_t twice = 0;
  for (std::size_t i = 0; i < ring.size(); ++i) {
    const Vertex a = ring[i], b = ring[i + 1 == ring.size() ? 0 : i + 1];
    twice += std::int64_t{a.x} * b.y - std::int64_t{b.x} * a.y;
  }
  return twice;
}

// Writes command integers; parameters are differences to the last vertex written.
class CommandWriter {
 public:
  void Add(Command command, std::size_t count) {
    protozero::add_varint_to_buffer(&bytes_, static_cast<std::uint32_t>(count) << 3 | command);
  }
  void Add(Vertex v) {
    AddDifference(v.x - last_.x);
    AddDifference(v.y - last_.y);
    last_ = v;
  }
  void AddPath(std::span<const Vertex> ring) {
    Add(kMoveTo, 1);
    Add(ring[0]);
    Add(kLineTo, ring.size() - 1);
    for (const Vertex& v : ring.subspan(1)) Add(v);
  }
  std::string Take() { return std::move(bytes_); }

 private:
  void AddDifference(std::int32_t d) {
    protozero::add_varint_to_buffer(&bytes_, protozero::encode_zigzag32(d));
  }

  std::string bytes_;
  Vertex last_;
};

}  // namespace

std::string EncodePointGeometry(std::span<const TilePoint> points) {
  if (points.empty()) return {};
  CommandWriter writer;
  writer.Add(kMoveTo, points.size());
  for (const TilePoint& p : points) writer.Add(Rounded(p));
  return writer.Take();
}

std::string EncodeLineGeometry(std::span<const TileLine> parts) {
  CommandWriter writer;
  std::vector<Vertex> line;
  for (const TileLine& part : parts) {
    RoundInto(part, line);
    if (line.size() >= 2) writer.AddPath(line);
  }
  return writer.Take();
}

std::string EncodeLineGeometry(const TileLine& line) {
  return EncodeLineGeometry(std::span<const TileLine>(&line, 1));
}

std::string EncodePolygonGeometry(std::span<const TilePolygon> polygons) {
  CommandWriter writer;
  std::vector<Vertex> ring;
  for (const TilePolygon& polygon : polygons) {
    for (std::size_t i = 0; i < polygon.rings.size(); ++i) {
      const bool outside = i == 0;
      RoundInto(polygon.rings[i], ring);
      while (ring.size() > 1 && ring.back() == ring.front()) ring.pop_back();
      const std::int64_t area = ring.size() < 3 ? 0 : TwiceArea(ring);
      if (area == 0 && outside) break;
      if (area == 0) continue;
      if ((area > 0) != outside) std::reverse(ring.begin() + 1, ring.end());
      writer.AddPath(ring);
      writer.Add(kClosePath, 1);
    }
  }
  return writer.Take();
}

std::string EncodePolygonGeometry(const TilePolygon& polygon) {
  return EncodePolygonGeometry(std::span<const TilePolygon>(&polygon, 1));
}

}  // namespace citylayers::geo
