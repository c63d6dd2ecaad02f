// The text files of this folder as constants of the program (written by embed.cmake at build time).
// Internal to samples/saigon.
#ifndef CITYLAYERS_SAMPLES_SAIGON_EMBEDDED_H_
#define CITYLAYERS_SAMPLES_SAIGON_EMBEDDED_H_

#include "absl/strings/string_view.h"

namespace citylayers::saigon {

extern const absl::string_view kAreasTsv;
extern const absl::string_view kJamsTsv;
extern const absl::string_view kLowLanesTsv;
extern const absl::string_view kPlacesTsv;
extern const absl::string_view kQuartersTsv;
extern const absl::string_view kSpotHeightsTsv;
extern const absl::string_view kStationsTsv;
extern const absl::string_view kStreetsTsv;
extern const absl::string_view kWaterTsv;

}  // namespace citylayers::saigon

#endif  // CITYLAYERS_SAMPLES_SAIGON_EMBEDDED_H_
