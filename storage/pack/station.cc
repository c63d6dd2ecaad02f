#include "storage/pack/station.h"

#include <cstdint>

#include "base/status_macros.h"
#include "base/strings.h"
#include "base/toml_reader.h"
#include "base/toml_writer.h"

namespace citylayers::storage {
namespace {

constexpr std::int64_t kFormatVersion = 1;

void AppendMeasure(const PackMeasure& m, std::string* out) {
  StrAppend(
      out, "\n[[station.measure]]\nkind = ", TomlString(m.kind), "\nunit = ", TomlString(m.unit),
      "\ndecimals = ", m.decimals, "\nperiod_s = ", absl::ToInt64Seconds(m.period),
      "\nvertical_datum = ", TomlString(m.vertical_datum),
      "\nmin_value = ", TomlNumber(m.min_value), "\nmax_value = ", TomlNumber(m.max_value), "\n");
  for (const Threshold& t : m.thresholds) {
    StrAppend(out, "[[station.measure.threshold]]\nname_vi = ", TomlString(t.name_vi),
              "\nname_en = ", TomlString(t.name_en), "\nvalue = ", TomlNumber(t.value), "\n");
  }
}

PackMeasure ReadMeasure(const TomlReader& toml) {
  PackMeasure m;
  m.kind = toml.String("kind");
  m.unit = toml.String("unit");
  m.decimals = static_cast<int>(toml.Int("decimals"));
  m.period = absl::Seconds(toml.Int("period_s"));
  m.vertical_datum = toml.String("vertical_datum");
  m.min_value = toml.Double("min_value");
  m.max_value = toml.Double("max_value");
  for (const TomlReader& t : toml.Tables("threshold")) {
    m.thresholds.push_back({t.String("name_vi"), t.String("name_en"), t.Double("value")});
  }
  return m;
}

}  // namespace

std::string FormatStations(const std::vector<PackStation>& stations) {
  std::string out =
      StrCat("# Stations of a citylayers city pack.\nformat_version = ", kFormatVersion, "\n");
  for (const PackStation& s : stations) {
    StrAppend(&out, "\n[[station]]\nid = ", TomlString(s.id), "\nname_vi = ", TomlString(s.name_vi),
              "\nname_en = ", TomlString(s.name_en), "\nlon_deg = ", TomlNumber(s.location.lon_deg),
              "\nlat_deg = ", TomlNumber(s.location.lat_deg), "\n");
    for (const PackMeasure& m : s.measures) AppendMeasure(m, &out);
  }
  return out;
}

absl::StatusOr<std::vector<PackStation>> ParseStations(std::string_view text) {
  ASSIGN_OR_RETURN(const TomlReader toml, TomlReader::Parse(text, "stations.toml"));
  const std::int64_t version = toml.Int("format_version");
  RETURN_IF_ERROR(toml.status());
  if (version > kFormatVersion) {
    return absl::FailedPreconditionError(StrCat("stations.toml has format version ", version,
                                                "; this program reads up to ", kFormatVersion,
                                                ": update it, or build the pack again"));
  }
  std::vector<PackStation> stations;
  for (const TomlReader& t : toml.Tables("station")) {
    PackStation s;
    s.id = t.String("id");
    s.name_vi = t.String("name_vi");
    s.name_en = t.String("name_en");
    s.location = {t.Double("lon_deg"), t.Double("lat_deg")};
    for (const TomlReader& m : t.Tables("measure")) s.measures.push_back(ReadMeasure(m));
    if (const absl::Status status = toml.status(); !status.ok()) {
      return absl::DataLossError(StrCat(status.message(), " in station \"", s.id, "\""));
    }
    stations.push_back(std::move(s));
  }
  RETURN_IF_ERROR(toml.status());
  return stations;
}

}  // namespace citylayers::storage
