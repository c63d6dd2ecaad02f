#include "samples/saigon/tsv.h"

#include <cstdio>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace citylayers::saigon {

void BadTable(const Row& row, absl::string_view problem) {
  std::fprintf(stderr, "samples/saigon/%s: %.*s\n", row.where.c_str(),
               static_cast<int>(problem.size()), problem.data());
  std::abort();
}

std::vector<Row> ReadTable(absl::string_view table, absl::string_view text, std::size_t fields) {
  std::vector<Row> rows;
  int number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    if (line.empty() || line[0] == '#') continue;
    Row row{absl::StrCat(table, ":", number), absl::StrSplit(line, '\t', absl::SkipWhitespace())};
    if (row.fields.size() != fields) {
      BadTable(row, absl::StrCat("has ", row.fields.size(), " fields, not ", fields));
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

double ParseNumber(const Row& row, absl::string_view text) {
  double value = 0;
  if (!absl::SimpleAtod(text, &value)) {
    BadTable(row, absl::StrCat("not a number: '", text, "'"));
  }
  return value;
}

std::vector<Point> ParsePoints(const Row& row, absl::string_view text, std::size_t min_points) {
  std::vector<Point> points;
  for (absl::string_view pair : absl::StrSplit(text, ',')) {
    const std::vector<std::string> both =
        absl::StrSplit(absl::StripAsciiWhitespace(pair), ' ', absl::SkipWhitespace());
    if (both.size() != 2) BadTable(row, absl::StrCat("not 'lon lat': '", pair, "'"));
    const LonLat p{ParseNumber(row, both[0]), ParseNumber(row, both[1])};
    if (p.lon_deg < 106.5 || p.lon_deg > 106.95 || p.lat_deg < 10.55 || p.lat_deg > 10.95) {
      BadTable(row, absl::StrCat("far from the city: '", pair, "'"));
    }
    points.push_back(ToPlane(p));
  }
  if (points.size() < min_points) BadTable(row, "too few points");
  return points;
}

}  // namespace citylayers::saigon
