#include "services/programs/citylayers/readings_input.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include <nlohmann/json.hpp>

#include "base/csv.h"
#include "base/status_macros.h"
#include "base/strings.h"

namespace citylayers::cli {
namespace {

using Json = nlohmann::json;

// absl accepts more than RFC 3339: words, single digits, second 60 of any minute.
bool IsRfc3339(std::string_view text) {
  constexpr std::string_view kShape = "dddd-dd-ddTdd:dd:dd";
  if (text.size() <= kShape.size()) return false;
  for (std::size_t i = 0; i < kShape.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const bool fits =
        kShape[i] == 'd' ? absl::ascii_isdigit(c) : absl::ascii_toupper(c) == kShape[i];
    if (!fits) return false;
  }
  return true;
}

// A leap second occurs only at the end of a day in UTC.
bool IsLeapSecondAtItsPlace(std::string_view text, absl::Time time) {
  constexpr std::size_t kSeconds = 17;
  if (text.substr(kSeconds, 2) != "60") return true;
  const absl::CivilSecond utc = absl::ToCivilSecond(time, absl::UTCTimeZone());
  return utc.hour() == 0 && utc.minute() == 0 && utc.second() == 0;
}

absl::StatusOr<absl::Time> ParseReadingTime(const std::string& text) {
  absl::Time time;
  std::string error;
  if (IsRfc3339(text) && absl::ParseTime(absl::RFC3339_full, text, &time, &error) &&
      IsLeapSecondAtItsPlace(text, time)) {
    return time;
  }
  return absl::InvalidArgumentError(
      StrCat("time \"", text, "\" is not RFC 3339, e.g. 2025-11-06T18:00:00+07:00"));
}

absl::StatusOr<double> ParseValue(const std::string& text) {
  if (const std::optional<double> value = ParseDecimal(text)) return *value;
  const bool comma = text.find(',') != std::string::npos;
  return absl::InvalidArgumentError(StrCat("value \"", text, "\" is not a number",
                                           comma ? "; write a decimal point, not a comma" : ""));
}

// The member of one of two names as text; nullopt when there is none.
std::optional<std::string> TextOf(const Json& object, const char* name, const char* other) {
  auto it = object.find(name);
  if (it == object.end()) it = object.find(other);
  if (it == object.end() || it->is_null()) return std::nullopt;
  return it->is_string() ? it->get<std::string>() : it->dump();
}

}  // namespace

absl::StatusOr<readings::v1::Quality> ParseQuality(std::string_view text) {
  if (text.empty()) return readings::v1::QUALITY_UNSPECIFIED;
  std::string name = absl::AsciiStrToUpper(ToAbsl(text));
  if (!absl::StartsWith(name, "QUALITY_")) name = "QUALITY_" + name;
  readings::v1::Quality quality;
  if (readings::v1::Quality_Parse(name, &quality)) return quality;
  return absl::InvalidArgumentError(
      StrCat("quality \"", text, "\" is not one of good, estimated, profile, suspect"));
}

absl::StatusOr<std::optional<InputReading>> ReadingsInput::Line(std::string_view line) {
  const std::string_view text = ToStd(absl::StripAsciiWhitespace(ToAbsl(line)));
  if (text.empty()) return std::nullopt;
  if (kind_ == Kind::kUnknown) {
    if (text[0] != '{') {
      RETURN_IF_ERROR(Header(text));
      kind_ = Kind::kCsv;
      return std::nullopt;
    }
    kind_ = Kind::kNdjson;
  }
  ASSIGN_OR_RETURN(InputReading reading, kind_ == Kind::kCsv ? CsvLine(text) : JsonLine(text));
  return reading;
}

absl::Status ReadingsInput::Header(std::string_view line) {
  ASSIGN_OR_RETURN(std::vector<std::string> names, SplitCsvLine(line));
  ASSIGN_OR_RETURN(names, CheckCsvHeader(std::move(names)));
  const auto find = [&names](std::string_view name) -> std::optional<std::size_t> {
    const auto it = std::find(names.begin(), names.end(), name);
    if (it == names.end()) return std::nullopt;
    return static_cast<std::size_t>(it - names.begin());
  };
  const auto measure = find("measure");
  const auto time = find("time");
  const auto value = find("value");
  if (!measure || !time || !value) {
    return absl::InvalidArgumentError(
        "the first line must name the columns: measure,time,value and optionally quality");
  }
  column_count_ = names.size();
  measure_column_ = *measure;
  time_column_ = *time;
  value_column_ = *value;
  quality_column_ = find("quality");
  return absl::OkStatus();
}

absl::StatusOr<InputReading> ReadingsInput::CsvLine(std::string_view line) const {
  ASSIGN_OR_RETURN(const std::vector<std::string> fields, SplitCsvLine(line));
  if (fields.size() != column_count_) {
    return absl::InvalidArgumentError(
        StrCat(fields.size(), " fields where the header has ", column_count_));
  }
  InputReading reading;
  reading.measure = fields[measure_column_];
  ASSIGN_OR_RETURN(reading.time, ParseReadingTime(fields[time_column_]));
  ASSIGN_OR_RETURN(reading.value, ParseValue(fields[value_column_]));
  if (quality_column_) {
    ASSIGN_OR_RETURN(reading.quality, ParseQuality(fields[*quality_column_]));
  }
  return reading;
}

absl::StatusOr<InputReading> ReadingsInput::JsonLine(std::string_view line) const {
  const Json object = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return absl::InvalidArgumentError("not a JSON object on one line");
  const auto measure = TextOf(object, "measure", "measure");
  const auto time = TextOf(object, "time", "readTime");
  const auto value = TextOf(object, "value", "value");
  if (!measure || !time || !value) {
    return absl::InvalidArgumentError("an object needs measure, time and value");
  }
  InputReading reading;
  reading.measure = *measure;
  ASSIGN_OR_RETURN(reading.time, ParseReadingTime(*time));
  ASSIGN_OR_RETURN(reading.value, ParseValue(*value));
  ASSIGN_OR_RETURN(reading.quality,
                   ParseQuality(TextOf(object, "quality", "quality").value_or("")));
  return reading;
}

}  // namespace citylayers::cli
