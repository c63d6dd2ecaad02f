// The time zone of the city, for times that people read or type.
#ifndef CITYLAYERS_BASE_CITY_ZONE_H_
#define CITYLAYERS_BASE_CITY_ZONE_H_

#include "absl/time/time.h"

namespace citylayers {

/// Asia/Ho_Chi_Minh. Fixed at UTC+7, which has held since 1975, so that no zone database is needed.
inline absl::TimeZone CityZone() { return absl::FixedTimeZone(7 * 60 * 60); }

}  // namespace citylayers

#endif  // CITYLAYERS_BASE_CITY_ZONE_H_
