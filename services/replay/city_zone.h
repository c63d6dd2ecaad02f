// The time zone of the city, for everything that people read or type.
#ifndef CITYLAYERS_SERVICES_REPLAY_CITY_ZONE_H_
#define CITYLAYERS_SERVICES_REPLAY_CITY_ZONE_H_

#include "absl/time/time.h"

namespace citylayers::replay {

/// Asia/Ho_Chi_Minh. Fixed at UTC+7, which has held since 1975, so that no zone database is needed.
inline absl::TimeZone CityZone() { return absl::FixedTimeZone(7 * 60 * 60); }

}  // namespace citylayers::replay

#endif  // CITYLAYERS_SERVICES_REPLAY_CITY_ZONE_H_
