// A reader of the embedded tables. They are part of the program, so a bad line is a faulty build:
// these functions end the process with a message that names table and line. Internal to
// samples/saigon.
#ifndef CITYLAYERS_SAMPLES_SAIGON_TSV_H_
#define CITYLAYERS_SAMPLES_SAIGON_TSV_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

#include "samples/saigon/plane.h"

namespace citylayers::saigon {

/// One line of a table: fields split at tabs; consecutive tabs count as one.
struct Row {
  std::string where;  // "water.tsv:7", for messages
  std::vector<std::string> fields;
};

/// All rows of `text` except comments (#) and empty lines. REQUIRES: each has `fields` fields.
std::vector<Row> ReadTable(absl::string_view table, absl::string_view text, std::size_t fields);

double ParseNumber(const Row& row, absl::string_view text);
/// "106.70 10.76, 106.71 10.77" in the plane. REQUIRES: at least `min_points`, all near the city.
std::vector<Point> ParsePoints(const Row& row, absl::string_view text, std::size_t min_points);

[[noreturn]] void BadTable(const Row& row, absl::string_view problem);

}  // namespace citylayers::saigon

#endif  // CITYLAYERS_SAMPLES_SAIGON_TSV_H_
