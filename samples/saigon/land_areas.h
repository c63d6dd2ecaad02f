// The rings of areas.tsv and quarters.tsv in the plane. Internal to samples/saigon.
#ifndef CITYLAYERS_SAMPLES_SAIGON_LAND_AREAS_H_
#define CITYLAYERS_SAMPLES_SAIGON_LAND_AREAS_H_

#include <string>
#include <vector>

#include "samples/saigon/base_map.h"
#include "samples/saigon/plane.h"

namespace citylayers::saigon {

struct LandArea {
  AreaKind kind = AreaKind::kPark;
  std::string name_vi;
  std::string name_en;
  std::vector<Point> ring;  // open, counter-clockwise
};

std::vector<LandArea> ReadLandAreas();

/// Character of the local streets of a quarter: see quarters.tsv.
enum class QuarterStyle { kNone, kDense, kTown, kPlanned, kVilla, kRural };

struct Quarter {
  std::string name;
  QuarterStyle style = QuarterStyle::kNone;
  double spacing_m = 0;
  std::vector<Point> ring;
};

/// In order of precedence: the first quarter that contains a place applies.
std::vector<Quarter> ReadQuarters();

}  // namespace citylayers::saigon

#endif  // CITYLAYERS_SAMPLES_SAIGON_LAND_AREAS_H_
