#include "geo/projection/vertical_datum.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace citylayers::geo {
namespace {

constexpr std::array<std::pair<std::string_view, VerticalDatum>, 4> kNames = {{
    {"hondau", VerticalDatum::kHonDau},
    {"egm2008", VerticalDatum::kEgm2008},
    {"egm96", VerticalDatum::kEgm96},
    {"local", VerticalDatum::kLocal},
}};

// Number of letters to insert, delete or replace to get from a to b.
std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, replace}));
    }
  }
  return row.back();
}

}  // namespace

std::string_view VerticalDatumName(VerticalDatum datum) {
  for (const auto& [name, value] : kNames) {
    if (value == datum) return name;
  }
  return "unknown";
}

absl::StatusOr<VerticalDatum> ParseVerticalDatum(std::string_view name) {
  constexpr std::size_t kLongestName = 32;  // limits the work for a hostile name
  // Debian's absl has its own string_view type; std::string converts to both.
  std::string lower(name.substr(0, kLongestName));
  absl::StripAsciiWhitespace(&lower);
  absl::AsciiStrToLower(&lower);
  std::string_view nearest;
  std::size_t nearest_distance = 3;  // a distance over two letters is not a typing error
  for (const auto& [known, value] : kNames) {
    if (lower == known) return value;
    if (const std::size_t d = EditDistance(lower, known); d < nearest_distance) {
      nearest_distance = d;
      nearest = known;
    }
  }
  return absl::InvalidArgumentError(absl::StrCat(
      lower.empty() ? std::string("vertical datum is missing")
                    : absl::StrCat("vertical datum '", lower, "' is not known"),
      nearest.empty() ? std::string()
                      : absl::StrCat("; did you mean '", std::string(nearest), "'?"),
      " Use hondau, egm2008, egm96 or local (the last two with an offset in metres to Hon Dau)"));
}

absl::StatusOr<double> OffsetToHonDauM(VerticalDatum datum, std::optional<double> given_offset_m) {
  const std::string name(VerticalDatumName(datum));
  if (!given_offset_m) {
    if (datum == VerticalDatum::kHonDau) return 0.0;
    if (datum == VerticalDatum::kEgm2008) return kEgm2008ToHonDauM;
    return absl::InvalidArgumentError(
        absl::StrCat("vertical datum '", name,
                     "' has no default offset; give the metres to add to reach Hon Dau heights"));
  }
  if (!(std::abs(*given_offset_m) <= kMaxDatumOffsetM)) {
    return absl::InvalidArgumentError(absl::StrCat("vertical datum '", name, "': offset ",
                                                   *given_offset_m, " m is not within +-",
                                                   kMaxDatumOffsetM, " m"));
  }
  if (datum == VerticalDatum::kHonDau && *given_offset_m != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("vertical datum 'hondau' takes no offset, but ", *given_offset_m,
                     " m was given; use 'local' for heights with another zero"));
  }
  return *given_offset_m;
}

}  // namespace citylayers::geo
