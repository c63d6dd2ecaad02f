// Times in the JSON format of RFC 3339.
#ifndef CITYLAYERS_BASE_RFC3339_H_
#define CITYLAYERS_BASE_RFC3339_H_

#include <string>

#include "absl/time/time.h"

namespace citylayers {

/// "2026-11-28T19:45:00.123Z".
inline std::string Rfc3339(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d%ET%H:%M:%E3SZ", time, absl::UTCTimeZone());
}

}  // namespace citylayers

#endif  // CITYLAYERS_BASE_RFC3339_H_
