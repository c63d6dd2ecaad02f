// Reads stations from a CSV or GeoJSON file.
#ifndef CITYLAYERS_SERVICES_TOOLS_CITYPACK_STATION_FILE_H_
#define CITYLAYERS_SERVICES_TOOLS_CITYPACK_STATION_FILE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "storage/pack/station.h"

namespace citylayers::citypack {

/// Reads stations, sorted by id. Columns (CSV, comma-separated, quotes as in RFC 4180) or
/// properties of point features (GeoJSON; the file starts with "{"):
///   id or station_id · name · kind (measure_defaults.h) · lat and lon (CSV only)
///   optional: name_en · alert_1, alert_2, alert_3 (values of alert levels I to III, from I up to
///   the last that exists) · min_value, max_value (readings outside are refused; without them the
///   default range of the kind, and for a river at least 3 m above its highest level)
/// An id is converted to lower case with "-" for characters other than letters and digits, maximum
/// 63 characters; names become canonical (base/text.h). Rows with the same id are measures of one
/// station.
/// INVALID_ARGUMENT: a column is missing or repeated, an unknown kind, an invalid place, alert
/// levels that do not rise or lie outside the range, a name that is not UTF-8; the message names
/// line or feature. NOT_FOUND: there is no such file.
absl::StatusOr<std::vector<storage::PackStation>> ReadStations(const std::string& path);

/// Reads stations from text; `what` names the text in messages.
absl::StatusOr<std::vector<storage::PackStation>> ParseStationText(std::string_view text,
                                                                   std::string_view what);

/// Gives stations that the embedded city has as well (the nearest of the same name and measure
/// within 3 km) its id, unless another station has that id, and its English name and alert levels
/// where the file has none.
void CompleteFrom(const std::vector<storage::PackStation>& known,
                  std::vector<storage::PackStation>* stations);

}  // namespace citylayers::citypack

#endif  // CITYLAYERS_SERVICES_TOOLS_CITYPACK_STATION_FILE_H_
