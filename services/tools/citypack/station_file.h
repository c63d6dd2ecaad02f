// Stations out of a CSV or GeoJSON file.
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
///   optional: name_en · alert_1, alert_2, alert_3 (values of alert levels I to III, from I on as
///   many as there are) · min_value, max_value (readings outside are refused; without them the
///   kind's range, and for a river at least 3 m over its highest level)
/// An id becomes lower case with "-" for what is not a letter or digit, at most 63 characters;
/// names become canonical (base/text.h). Rows of one id are measures of one station.
/// INVALID_ARGUMENT: a column is missing or there twice, an unknown kind, a place that is none,
/// alert levels that do not rise or lie outside the range, a name that is not UTF-8; the message
/// names line or feature. NOT_FOUND: no such file.
absl::StatusOr<std::vector<storage::PackStation>> ReadStations(const std::string& path);

/// The same from text; `what` names it in messages.
absl::StatusOr<std::vector<storage::PackStation>> ParseStationText(std::string_view text,
                                                                   std::string_view what);

/// Gives stations that are also known to the embedded city (the nearest of the same name and
/// measure within 3 km) its id, when no other has it, and its English name and alert levels where
/// the file has none.
void CompleteFrom(const std::vector<storage::PackStation>& known,
                  std::vector<storage::PackStation>* stations);

}  // namespace citylayers::citypack

#endif  // CITYLAYERS_SERVICES_TOOLS_CITYPACK_STATION_FILE_H_
