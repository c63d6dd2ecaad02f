#include "storage/readings/measure.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "storage/bytes/bytes.h"

namespace citylayers::storage {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kTextMax = 256;
constexpr std::size_t kIdMax = 63;
constexpr std::size_t kThresholdsMax = 64;

bool IsId(std::string_view text) {
  return !text.empty() && text.size() <= kIdMax &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return absl::ascii_isalnum(c) || c == '_' || c == '-' || c == '.';
         });
}

bool IsKind(std::string_view text) {
  return !text.empty() && text.size() <= kIdMax &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '_';
         });
}

absl::StatusOr<std::string> ReadString(ByteReader& reader) {
  ASSIGN_OR_RETURN(const std::string_view text, reader.ReadText(kTextMax));
  return std::string(text);
}

absl::Status CheckVersion(ByteReader& reader) {
  ASSIGN_OR_RETURN(const std::uint8_t version, reader.ReadByte());
  if (version == kVersion) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("a registry record has version ", version));
}

}  // namespace

absl::StatusOr<MeasureName> ParseMeasureName(std::string_view name) {
  const auto refuse = [name] {
    return absl::InvalidArgumentError(
        absl::StrCat("'", std::string(name.substr(0, kTextMax)),
                     "' is not a measure; write stations/{id}/measures/{kind} or "
                     "segments/{id}/measures/{kind}"));
  };
  MeasureName parts;
  const std::size_t id_start = name.find('/');
  if (id_start == std::string_view::npos) return refuse();
  parts.collection = name.substr(0, id_start);
  std::string_view rest = name.substr(id_start + 1);
  const std::size_t id_end = rest.find('/');
  constexpr std::string_view kMeasures = "/measures/";
  if (id_end == std::string_view::npos || rest.substr(id_end, kMeasures.size()) != kMeasures) {
    return refuse();
  }
  parts.id = rest.substr(0, id_end);
  parts.kind = rest.substr(id_end + kMeasures.size());
  if (parts.collection != "stations" && parts.collection != "segments") return refuse();
  if (!IsId(parts.id) || !IsKind(parts.kind)) return refuse();
  return parts;
}

absl::Status CheckMeasure(const MeasureDef& measure) {
  ASSIGN_OR_RETURN(const MeasureName parts, ParseMeasureName(measure.name));
  const auto refuse = [&measure](std::string_view what) {
    return absl::InvalidArgumentError(
        absl::StrCat("measure ", measure.name, ": ", std::string(what)));
  };
  if (parts.is_pattern()) return refuse("the id '-' stands for all and cannot be registered");
  if (measure.decimals < 0 || measure.decimals > 6) return refuse("decimals must be 0 to 6");
  if (measure.period_ms < 0) return refuse("the period must not be negative");
  if (!std::isfinite(measure.min_value) || !std::isfinite(measure.max_value) ||
      measure.min_value > measure.max_value) {
    return refuse("min_value and max_value must be finite, and min_value <= max_value");
  }
  if (measure.unit.size() > kTextMax || measure.vertical_datum.size() > kTextMax) {
    return refuse("unit and vertical_datum have at most 256 bytes");
  }
  if (measure.thresholds.size() > kThresholdsMax) return refuse("at most 64 thresholds");
  for (const Threshold& threshold : measure.thresholds) {
    if (!std::isfinite(threshold.value) || threshold.name_vi.size() > kTextMax ||
        threshold.name_en.size() > kTextMax) {
      return refuse("a threshold needs a finite value and names of at most 256 bytes");
    }
  }
  return absl::OkStatus();
}

std::string EncodeMeasure(const MeasureDef& measure) {
  std::string out(1, static_cast<char>(kVersion));
  PutText(out, measure.name);
  PutText(out, measure.unit);
  out.push_back(static_cast<char>(measure.decimals));
  PutVarint(out, static_cast<std::uint64_t>(measure.period_ms));
  PutText(out, measure.vertical_datum);
  PutDouble(out, measure.min_value);
  PutDouble(out, measure.max_value);
  PutVarint(out, measure.thresholds.size());
  for (const Threshold& threshold : measure.thresholds) {
    PutText(out, threshold.name_vi);
    PutText(out, threshold.name_en);
    PutDouble(out, threshold.value);
  }
  return out;
}

absl::StatusOr<MeasureDef> DecodeMeasure(std::string_view bytes) {
  ByteReader reader(bytes);
  RETURN_IF_ERROR(CheckVersion(reader));
  MeasureDef measure;
  ASSIGN_OR_RETURN(measure.name, ReadString(reader));
  ASSIGN_OR_RETURN(measure.unit, ReadString(reader));
  ASSIGN_OR_RETURN(measure.decimals, reader.ReadByte());
  ASSIGN_OR_RETURN(const std::uint64_t period_ms, reader.ReadVarintUpTo(INT64_MAX, "a period"));
  measure.period_ms = static_cast<std::int64_t>(period_ms);
  ASSIGN_OR_RETURN(measure.vertical_datum, ReadString(reader));
  ASSIGN_OR_RETURN(measure.min_value, reader.ReadDouble());
  ASSIGN_OR_RETURN(measure.max_value, reader.ReadDouble());
  ASSIGN_OR_RETURN(const std::uint64_t thresholds,
                   reader.ReadVarintUpTo(kThresholdsMax, "the number of thresholds"));
  for (std::uint64_t i = 0; i < thresholds; ++i) {
    Threshold& threshold = measure.thresholds.emplace_back();
    ASSIGN_OR_RETURN(threshold.name_vi, ReadString(reader));
    ASSIGN_OR_RETURN(threshold.name_en, ReadString(reader));
    ASSIGN_OR_RETURN(threshold.value, reader.ReadDouble());
  }
  RETURN_IF_ERROR(reader.ExpectEnd());
  if (const absl::Status checked = CheckMeasure(measure); !checked.ok()) {
    return absl::DataLossError(checked.message());
  }
  return measure;
}

std::string EncodeStation(const StationDef& station) {
  std::string out(1, static_cast<char>(kVersion));
  PutText(out, station.id);
  PutText(out, station.name_vi);
  PutText(out, station.name_en);
  PutDouble(out, station.location.lon_deg);
  PutDouble(out, station.location.lat_deg);
  return out;
}

absl::StatusOr<StationDef> DecodeStation(std::string_view bytes) {
  ByteReader reader(bytes);
  RETURN_IF_ERROR(CheckVersion(reader));
  StationDef station;
  ASSIGN_OR_RETURN(station.id, ReadString(reader));
  ASSIGN_OR_RETURN(station.name_vi, ReadString(reader));
  ASSIGN_OR_RETURN(station.name_en, ReadString(reader));
  ASSIGN_OR_RETURN(station.location.lon_deg, reader.ReadDouble());
  ASSIGN_OR_RETURN(station.location.lat_deg, reader.ReadDouble());
  RETURN_IF_ERROR(reader.ExpectEnd());
  return station;
}

}  // namespace citylayers::storage
