#include "geo/mvt/geometry_reader.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include <protozero/varint.hpp>

#include "base/status_macros.h"

namespace citylayers::geo {
namespace {

using Part = std::vector<DecodedPoint>;

absl::Status Broken(const std::string& what) {
  return absl::InvalidArgumentError(absl::StrCat("geometry ", what));
}

// Reads the command integers and tracks the cursor that they move.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : at_(bytes.data()), end_(at_ + bytes.size()) {}

  bool done() const { return at_ == end_; }

  // Reads the count of the next command, which must be `command`. Each repetition of a MoveTo or
  // LineTo needs at least two bytes, so a larger count is invalid.
  absl::StatusOr<std::uint32_t> Count(std::uint32_t command, const char* name) {
    if (done()) return Broken(absl::StrCat("ends where ", name, " is due"));
    const auto integer = static_cast<std::uint32_t>(protozero::decode_varint(&at_, end_));
    const std::uint32_t count = integer >> 3;
    if ((integer & 7) != command) {
      return Broken(absl::StrCat("has command ", integer & 7, " where ", name, " is due"));
    }
    const bool has_parameters = command != 7;
    if (has_parameters && count > static_cast<std::uint64_t>(end_ - at_) / 2) {
      return Broken(absl::StrCat("claims ", count, " points but ends before them"));
    }
    return count;
  }

  absl::StatusOr<DecodedPoint> Next() {
    for (std::int64_t* coordinate : {&cursor_.x, &cursor_.y}) {
      if (done()) return Broken("ends in the middle of a point");
      const auto raw = static_cast<std::uint32_t>(protozero::decode_varint(&at_, end_));
      *coordinate += protozero::decode_zigzag32(raw);
    }
    return cursor_;
  }

  // True when the next command is ClosePath.
  bool AtClosePath() const {
    const char* ahead = at_;
    return !done() && (protozero::decode_varint(&ahead, end_) & 7) == 7;
  }

 private:
  const char* at_;
  const char* end_;
  DecodedPoint cursor_;
};

// Positive when the ring runs clockwise on the map. In floating point, relative to the first point,
// because damaged coordinates would overflow integers.
double TwiceArea(const Part& ring) {
  double twice = 0;
  for (std::size_t i = 1; i + 1 < ring.size(); ++i) {
    const auto ax = static_cast<double>(ring[i].x - ring[0].x);
    const auto ay = static_cast<double>(ring[i].y - ring[0].y);
    const auto bx = static_cast<double>(ring[i + 1].x - ring[0].x);
    const auto by = static_cast<double>(ring[i + 1].y - ring[0].y);
    twice += ax * by - bx * ay;
  }
  return twice;
}

absl::StatusOr<std::vector<Part>> ReadPoints(Reader reader) {
  ASSIGN_OR_RETURN(const std::uint32_t count, reader.Count(1, "MoveTo"));
  if (count == 0) return Broken("has no points");
  Part points;
  for (std::uint32_t i = 0; i < count; ++i) {
    ASSIGN_OR_RETURN(const DecodedPoint p, reader.Next());
    points.push_back(p);
  }
  if (!reader.done()) return Broken("of points goes on after its points");
  return std::vector<Part>{std::move(points)};
}

// MoveTo with one point, then LineTo with at least `min_lines`.
absl::StatusOr<Part> ReadPath(Reader& reader, std::uint32_t min_lines, bool strict) {
  ASSIGN_OR_RETURN(const std::uint32_t moves, reader.Count(1, "MoveTo"));
  if (moves != 1) return Broken(absl::StrCat("begins a path with ", moves, " MoveTo, not 1"));
  Part part;
  ASSIGN_OR_RETURN(const DecodedPoint first, reader.Next());
  part.push_back(first);
  ASSIGN_OR_RETURN(const std::uint32_t lines, reader.Count(2, "LineTo"));
  if (lines < min_lines) {
    return Broken(
        absl::StrCat("has a path of ", lines, " LineTo, at least ", min_lines, " are needed"));
  }
  for (std::uint32_t i = 0; i < lines; ++i) {
    ASSIGN_OR_RETURN(const DecodedPoint p, reader.Next());
    if (strict && p == part.back()) return Broken("has a LineTo of length zero");
    part.push_back(p);
  }
  return part;
}

absl::StatusOr<std::vector<Part>> ReadLines(Reader reader, bool strict) {
  std::vector<Part> parts;
  while (!reader.done()) {
    ASSIGN_OR_RETURN(Part part, ReadPath(reader, 1, strict));
    parts.push_back(std::move(part));
    if (!strict && reader.AtClosePath()) RETURN_IF_ERROR(reader.Count(7, "ClosePath").status());
  }
  if (parts.empty()) return Broken("has no lines");
  return parts;
}

absl::StatusOr<std::vector<Part>> ReadRings(Reader reader, bool strict) {
  std::vector<Part> rings;
  while (!reader.done()) {
    ASSIGN_OR_RETURN(Part ring, ReadPath(reader, 2, strict));
    ASSIGN_OR_RETURN(const std::uint32_t closes, reader.Count(7, "ClosePath"));
    if (closes != 1) return Broken(absl::StrCat("has ClosePath count ", closes, ", not 1"));
    if (strict && rings.empty() && TwiceArea(ring) < 0) return Broken("begins with a hole");
    rings.push_back(std::move(ring));
  }
  if (rings.empty()) return Broken("has no rings");
  return rings;
}

}  // namespace

absl::StatusOr<std::vector<std::vector<DecodedPoint>>> ReadGeometry(GeometryType type,
                                                                    std::string_view bytes,
                                                                    bool strict) {
  const Reader reader(bytes);
  switch (type) {
    case GeometryType::kPoint:
      return ReadPoints(reader);
    case GeometryType::kLine:
      return ReadLines(reader, strict);
    case GeometryType::kPolygon:
      return ReadRings(reader, strict);
    case GeometryType::kUnknown:
      return std::vector<Part>{};
  }
  return Broken("has an unknown type");
}

}  // namespace citylayers::geo
