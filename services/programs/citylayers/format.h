// Formatting and parsing of values on the command line.
#ifndef CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_FORMAT_H_
#define CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_FORMAT_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "base/lon_lat.h"

namespace citylayers::cli {

enum class OutputFormat { kTable, kJson, kNdjson, kGeoJson };

/// Local time in the city, "2025-11-06 18:00:00"; "-" for the epoch, which means "none".
std::string FormatCityTime(absl::Time time);
/// "2m 05s", "3h 10m".
std::string FormatAge(absl::Duration age);
/// Fixed decimals; never "-0.00".
std::string FormatNumber(double value, int decimals);
/// "12,345".
std::string FormatCount(std::uint64_t count);

/// Parses RFC 3339, "2022-10-10 18:00" in the city's zone, or "HH:MM" on the day of `today`.
/// INVALID_ARGUMENT: none of these.
absl::StatusOr<absl::Time> ParseCityTime(std::string_view text, absl::Time today);
/// "WEST,SOUTH,EAST,NORTH" in degrees. INVALID_ARGUMENT: not four numbers in range and order.
absl::StatusOr<LonLatBox> ParseBox(std::string_view text);

/// The enum's value without the prefix that it shares with its type, in lower case:
/// ("SEVERITY_SEVERE", "SEVERITY_") -> "severe"; unspecified values become `unspecified`.
std::string EnumWord(std::string_view value, std::string_view prefix,
                     std::string_view unspecified = "-");

/// "alerts/17" from "17" or "alerts/17".
std::string ResourceName(std::string_view collection, std::string_view text);

}  // namespace citylayers::cli

#endif  // CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_FORMAT_H_
