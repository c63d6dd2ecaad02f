#include "services/programs/citylayers/format.h"

#include <cmath>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"

#include "base/city_zone.h"
#include "base/strings.h"

namespace citylayers::cli {

std::string FormatCityTime(absl::Time time) {
  if (time == absl::UnixEpoch()) return "-";
  return absl::FormatTime("%Y-%m-%d %H:%M:%S", time, CityZone());
}

std::string FormatAge(absl::Duration age) {
  const std::int64_t seconds = absl::ToInt64Seconds(age);
  if (seconds < 60) return absl::StrFormat("%ds", seconds);
  if (seconds < 3600) return absl::StrFormat("%dm %02ds", seconds / 60, seconds % 60);
  return absl::StrFormat("%dh %02dm", seconds / 3600, seconds / 60 % 60);
}

std::string FormatNumber(double value, int decimals) {
  std::string text = absl::StrFormat("%.*f", decimals, value);
  if (text[0] == '-' && text.find_first_not_of("-0.") == std::string::npos) text.erase(0, 1);
  return text;
}

std::string FormatCount(std::uint64_t count) {
  const std::string digits = std::to_string(count);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

absl::StatusOr<absl::Time> ParseCityTime(std::string_view text, absl::Time today) {
  const std::string copy(text);
  absl::Time time;
  std::string error;
  if (absl::ParseTime(absl::RFC3339_full, copy, &time, &error)) return time;
  for (const char* format : {"%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d"}) {
    if (absl::ParseTime(format, copy, CityZone(), &time, &error)) return time;
  }
  if (absl::ParseTime("%H:%M", copy, absl::UTCTimeZone(), &time, &error)) {
    const absl::CivilSecond of_day = absl::ToCivilSecond(time, absl::UTCTimeZone());
    const absl::CivilDay day = absl::ToCivilDay(today, CityZone());
    return absl::FromCivil(
        absl::CivilSecond(day.year(), day.month(), day.day(), of_day.hour(), of_day.minute(), 0),
        CityZone());
  }
  return absl::InvalidArgumentError(
      StrCat("\"", text,
             "\" is not a time; write 2022-10-10T18:00:00+07:00, \"2022-10-10 18:00\" or 18:00"));
}

absl::StatusOr<LonLatBox> ParseBox(std::string_view text) {
  const std::vector<std::string> parts = absl::StrSplit(ToAbsl(text), ',');
  std::vector<double> degrees;
  for (const std::string& part : parts) {
    double value = 0;
    if (absl::SimpleAtod(part, &value) && std::isfinite(value)) degrees.push_back(value);
  }
  const bool good = parts.size() == 4 && degrees.size() == 4 && degrees[0] >= -180 &&
                    degrees[0] <= degrees[2] && degrees[2] <= 180 && degrees[1] >= -90 &&
                    degrees[1] <= degrees[3] && degrees[3] <= 90;
  if (!good) {
    return absl::InvalidArgumentError(
        StrCat("\"", text,
               "\" is not a box; write WEST,SOUTH,EAST,NORTH in degrees, e.g. "
               "106.68,10.76,106.71,10.79"));
  }
  return LonLatBox{degrees[0], degrees[1], degrees[2], degrees[3]};
}

std::string EnumWord(std::string_view value, std::string_view prefix,
                     std::string_view unspecified) {
  if (value.substr(0, prefix.size()) == prefix) value.remove_prefix(prefix.size());
  if (value == "UNSPECIFIED") return std::string(unspecified);
  std::string word = absl::AsciiStrToLower(ToAbsl(value));
  for (char& c : word) c = c == '_' ? ' ' : c;
  return word;
}

std::string ResourceName(std::string_view collection, std::string_view text) {
  const std::string prefix = StrCat(collection, "/");
  if (text.substr(0, prefix.size()) == prefix) return std::string(text);
  return StrCat(prefix, text);
}

}  // namespace citylayers::cli
