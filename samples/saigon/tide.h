// The tide of the generated day at the water-level stations. Part of scenario.h.
#ifndef CITYLAYERS_SAMPLES_SAIGON_TIDE_H_
#define CITYLAYERS_SAMPLES_SAIGON_TIDE_H_

#include "absl/strings/string_view.h"

namespace citylayers::saigon {

/// Metres over Hòn Dấu; 0 for other ids. `hour` is 0..24, local; the end of the day joins its
/// beginning. A mixed semidiurnal spring tide: two unequal highs, half-cosines between the
/// extremes. Thread-safe.
double TideM(absl::string_view station_id, double hour);

}  // namespace citylayers::saigon

#endif  // CITYLAYERS_SAMPLES_SAIGON_TIDE_H_
