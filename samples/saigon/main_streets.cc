#include "samples/saigon/main_streets.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "absl/strings/str_split.h"

#include "geo/roads/road_class.h"
#include "samples/saigon/embedded.h"
#include "samples/saigon/tsv.h"

namespace citylayers::saigon {
namespace {

constexpr double kMergeM = 24;     // crossings nearer than this are one junction (a roundabout)
constexpr double kSnapM = 90;      // an end this near to another street is joined to it
constexpr double kQuayM = 17;      // distance of a quay street's centre from the water
constexpr double kAbutmentM = 12;  // a bridge begins this far before the water
constexpr double kStubM = 60;      // shorter dead ends beyond a crossing are drawing errors

geo::RoadClass ParseClass(const Row& row) {
  const std::optional<geo::RoadClass> road_class = geo::ParseRoadClass(row.fields[1]);
  if (road_class.has_value() && *road_class != geo::RoadClass::kService) return *road_class;
  BadTable(row, "unknown road class");
}

double SpeedLimitKmh(geo::RoadClass road_class) {
  switch (road_class) {
    case geo::RoadClass::kMotorway:
      return 100;
    case geo::RoadClass::kTrunk:
      return 60;
    case geo::RoadClass::kPrimary:
      return 50;
    default:
      return 40;
  }
}

// Moves the line out of the water, so that it follows the quay even if both drawings are rough.
std::vector<Point> PushToQuay(std::vector<Point> line, const BankDistance& banks) {
  line = Densify(line, 35);
  for (Point& p : line) {
    for (int i = 0; i < 30 && banks.At(p) < kQuayM; ++i) {
      p = p + banks.Outward(p) * std::max(1.0, kQuayM - banks.At(p));
    }
  }
  return Simplify(line, 2.0);
}

Street ReadStreet(const Row& row, const BankDistance& banks) {
  Street street;
  street.name = row.fields[0];
  street.road_class = ParseClass(row);
  street.max_speed_kmh = SpeedLimitKmh(street.road_class);
  street.lanes = static_cast<int>(ParseNumber(row, row.fields[3]));
  street.line = ParsePoints(row, row.fields[4], 2);
  bool curve = false, bank = false;
  for (const std::string& flag : std::vector<std::string>(absl::StrSplit(row.fields[2], ','))) {
    if (flag == "oneway")
      street.oneway = geo::Oneway::kForward;
    else if (flag == "bridge")
      street.bridge = true;
    else if (flag == "tunnel")
      street.tunnel = true;
    else if (flag == "curve")
      curve = true;
    else if (flag == "bank")
      bank = true;
    else if (flag != "-")
      BadTable(row, "unknown flag " + flag);
  }
  street.apart = street.road_class == geo::RoadClass::kMotorway;
  if (curve) street.line = Simplify(Smooth(street.line, 30), 1.0);
  if (bank) street.line = PushToQuay(std::move(street.line), banks);
  return street;
}

// Joins each loose end to the street that it should meet: first to another street's end, then to
// the nearest line.
void SnapEnds(std::vector<Street>& streets) {
  for (std::size_t s = 0; s < streets.size(); ++s) {
    for (const bool front : {true, false}) {
      Point& end = front ? streets[s].line.front() : streets[s].line.back();
      Point best = end;
      double nearest = kSnapM;
      bool to_end = false;
      for (std::size_t o = 0; o < streets.size(); ++o) {
        if (o == s) continue;
        const std::vector<Point>& line = streets[o].line;
        for (const Point p : {line.front(), line.back()}) {
          if (Distance(p, end) < (to_end ? nearest : kMergeM + 6)) {
            nearest = Distance(p, end);
            best = p;
            to_end = true;
          }
        }
        if (to_end || streets[o].MeetsAtEndsOnly()) continue;
        for (std::size_t i = 0; i + 1 < line.size(); ++i) {
          const Point p = Lerp(line[i], line[i + 1], NearestFraction(end, line[i], line[i + 1]));
          if (Distance(p, end) < nearest) {
            nearest = Distance(p, end);
            best = p;
          }
        }
      }
      end = best;
    }
  }
}

void TrimStubs(std::vector<Street>& streets, std::size_t nodes) {
  const std::vector<int> degrees = NodeDegrees(streets, nodes);
  for (Street& street : streets) {
    for (int side = 0; side < 2; ++side) {
      std::reverse(street.line.begin(), street.line.end());
      std::reverse(street.junctions.begin(), street.junctions.end());
      if (degrees[static_cast<std::size_t>(street.junctions.back())] > 1) continue;
      double length = 0;
      for (std::size_t i = street.line.size() - 1; i > 0; --i) {
        length += Distance(street.line[i], street.line[i - 1]);
        if (length > kStubM) break;
        if (street.junctions[i - 1] >= 0 && i > 1) {
          street.line.resize(i);
          street.junctions.resize(i);
          break;
        }
      }
    }
  }
}

// Cuts a street at water: the parts over water become bridges.
std::vector<Street> CutBridges(const Street& street, const BankDistance& banks, int* next_node) {
  if (street.bridge || street.tunnel) return {street};
  // Points every 8 m, so that abutments are within 8 m of their nominal place.
  std::vector<Point> line;
  std::vector<int> junctions;
  std::vector<bool> wet;
  for (std::size_t i = 0; i < street.line.size(); ++i) {
    if (i > 0) {
      const std::vector<Point> fine = Densify({street.line[i - 1], street.line[i]}, 8);
      for (std::size_t k = 1; k + 1 < fine.size(); ++k) {
        line.push_back(fine[k]);
        junctions.push_back(-2);  // not a point of the street, only a place to cut
      }
    }
    line.push_back(street.line[i]);
    junctions.push_back(street.junctions[i]);
  }
  for (const Point p : line) wet.push_back(banks.At(p) < 0);
  std::vector<bool> over = wet;
  for (std::size_t i = 0; i < line.size(); ++i) {
    for (std::size_t k = i; k-- > 0 && wet[i] && Distance(line[k], line[i]) < kAbutmentM;) {
      over[k] = true;
    }
    for (std::size_t k = i + 1;
         wet[i] && k < line.size() && Distance(line[k], line[i]) < kAbutmentM; ++k) {
      over[k] = true;
    }
  }
  std::vector<Street> parts;
  Street part = street;
  part.line = {line[0]};
  part.junctions = {junctions[0]};
  part.bridge = over[0] && over[1];
  for (std::size_t i = 1; i < line.size(); ++i) {
    const bool cut = i + 1 < line.size() && (over[i] && over[i + 1]) != part.bridge;
    if (junctions[i] == -2 && !cut) continue;
    part.line.push_back(line[i]);
    part.junctions.push_back(junctions[i]);
    if (!cut) continue;
    if (part.junctions.back() < 0) part.junctions.back() = (*next_node)++;
    const int node = part.junctions.back();
    parts.push_back(part);
    part.line = {line[i]};
    part.junctions = {node};
    part.bridge = over[i] && over[i + 1];
  }
  parts.push_back(part);
  return parts;
}

}  // namespace

std::vector<Street> MainStreets(const BankDistance& banks) {
  std::vector<Street> streets;
  for (const Row& row : ReadTable("streets.tsv", kStreetsTsv, 5)) {
    streets.push_back(ReadStreet(row, banks));
    streets.back().id = static_cast<std::int64_t>(streets.size()) * 100;
  }
  SnapEnds(streets);
  const std::size_t nodes = JoinStreets(streets, kMergeM, 1.0).size();
  TrimStubs(streets, nodes);
  std::vector<Street> parts;
  int next_node = static_cast<int>(nodes);
  for (const Street& street : streets) {
    std::int64_t id = street.id;
    for (Street& part : CutBridges(street, banks, &next_node)) {
      part.id = ++id;
      parts.push_back(std::move(part));
    }
  }
  return parts;
}

}  // namespace citylayers::saigon
