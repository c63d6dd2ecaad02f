#include "services/tools/citypack/station_file.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include <nlohmann/json.hpp>

#include "base/csv.h"
#include "base/lon_lat.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "base/text.h"
#include "services/tools/citypack/measure_defaults.h"
#include "storage/pack/mapped_file.h"

namespace citylayers::citypack {
namespace {

using storage::PackMeasure;
using storage::PackStation;

constexpr double kSameStationM = 3000;
// Limit of the station registry (storage/readings): a longer id would fail at the server's start.
constexpr std::size_t kIdCharsMax = 63;
constexpr std::size_t kNameBytesMax = 256;
// A river whose alert levels exceed the default range gets a range derived from them, up to this
// level, which suits gauges of the deltas and their cities. Stations upstream with higher levels
// must give their range: a level of 140 is more often in centimetres.
constexpr double kHighestRiverM = 30;
constexpr double kRoomOverLevelsM = 3;

// One row of the file: named fields and their place in the file.
struct Row {
  std::string where;  // "stations.csv, line 3"
  std::map<std::string, std::string> fields;

  std::string Get(const std::string& key) const {
    const auto it = fields.find(key);
    return it == fields.end() ? "" : it->second;
  }
  absl::Status Bad(std::string_view why) const {
    return absl::InvalidArgumentError(StrCat(where, ": ", why));
  }
};

absl::StatusOr<std::vector<Row>> CsvRows(std::string_view text, std::string_view what) {
  ASSIGN_OR_RETURN(const CsvTable table, ParseCsv(text, what));
  std::vector<Row> rows;
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    Row row{table.Where(i), {}};
    for (std::size_t k = 0; k < table.header.size(); ++k) {
      row.fields[table.header[k]] = table.rows[i][k];
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

absl::StatusOr<std::vector<Row>> GeoJsonRows(std::string_view text, std::string_view what) {
  const nlohmann::json root = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!root.is_object() || !root.contains("features") || !root["features"].is_array()) {
    return absl::InvalidArgumentError(StrCat(what, " is not a GeoJSON FeatureCollection"));
  }
  std::vector<Row> rows;
  for (const nlohmann::json& feature : root["features"]) {
    Row row{StrCat(what, ", feature ", rows.size()), {}};
    const nlohmann::json geometry =
        feature.is_object() ? feature.value("geometry", nlohmann::json()) : nlohmann::json();
    const bool is_point =
        geometry.is_object() && geometry.contains("type") && geometry["type"] == "Point" &&
        geometry.contains("coordinates") && geometry["coordinates"].is_array() &&
        geometry["coordinates"].size() >= 2 && geometry["coordinates"][0].is_number() &&
        geometry["coordinates"][1].is_number();
    if (!is_point) return row.Bad("it is not a point");
    row.fields["lon"] = geometry["coordinates"][0].dump();
    row.fields["lat"] = geometry["coordinates"][1].dump();
    if (feature.contains("properties") && feature["properties"].is_object()) {
      for (const auto& [key, value] : feature["properties"].items()) {
        if (!value.is_null())
          row.fields[key] = value.is_string() ? value.get<std::string>() : value.dump();
      }
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string Slug(const std::string& id) {
  std::string slug;
  for (const char c : id) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c))) {
      slug += absl::ascii_tolower(static_cast<unsigned char>(c));
    } else if (!slug.empty() && slug.back() != '-') {
      slug += '-';
    }
  }
  while (!slug.empty() && slug.back() == '-') slug.pop_back();
  return slug;
}

constexpr std::array<const char*, 3> kAlertColumns = {"alert_1", "alert_2", "alert_3"};

// The number in a column; nullopt when it is empty or missing.
absl::StatusOr<std::optional<double>> Number(const Row& row, const char* key) {
  const std::string text = row.Get(key);
  if (text.empty()) return std::optional<double>();
  const std::optional<double> value = ParseDecimal(text);
  if (!value || !std::isfinite(*value)) {
    return row.Bad(StrCat(key, " \"", text, "\" is not a number"));
  }
  return value;
}

absl::StatusOr<std::vector<double>> Alerts(const Row& row) {
  std::vector<double> values;
  for (std::size_t i = 0; i < kAlertColumns.size(); ++i) {
    ASSIGN_OR_RETURN(const std::optional<double> value, Number(row, kAlertColumns[i]));
    if (!value) continue;
    if (values.size() < i) {
      return row.Bad(StrCat(kAlertColumns[i], " is given, but not ", kAlertColumns[values.size()],
                            "; give the levels from I on"));
    }
    if (!values.empty() && *value <= values.back()) return row.Bad("alert levels must rise");
    values.push_back(*value);
  }
  return values;
}

// Sets the range of valid readings, and checks that the alert levels lie in it.
absl::Status SetRange(const Row& row, const std::vector<double>& levels, PackMeasure* measure) {
  ASSIGN_OR_RETURN(const std::optional<double> min, Number(row, "min_value"));
  ASSIGN_OR_RETURN(const std::optional<double> max, Number(row, "max_value"));
  if (min) measure->min_value = *min;
  if (max) measure->max_value = *max;
  if (measure->min_value >= measure->max_value) {
    return row.Bad(
        StrCat("min_value ", measure->min_value, " is not under max_value ", measure->max_value));
  }
  const bool is_river = measure->kind == "water_level" && !max;
  if (is_river && !levels.empty() && levels.back() <= kHighestRiverM) {
    measure->max_value = std::max(measure->max_value, levels.back() + kRoomOverLevelsM);
  }
  for (std::size_t i = 0; i < levels.size(); ++i) {
    if (levels[i] >= measure->min_value && levels[i] <= measure->max_value) continue;
    return row.Bad(StrCat(kAlertColumns[i], " ", levels[i], " is outside the range of ",
                          measure->kind, ", ", measure->min_value, " to ",
                          is_river ? kHighestRiverM : measure->max_value, " ", measure->unit,
                          "; is it in another unit? If not, give min_value and max_value"));
  }
  return absl::OkStatus();
}

absl::StatusOr<PackStation> MakeStation(const Row& row) {
  PackStation s;
  s.id = Slug(row.fields.contains("id") ? row.Get("id") : row.Get("station_id"));
  if (s.id.empty()) return row.Bad("it has no `id` or `station_id`");
  if (s.id.size() > kIdCharsMax) {
    return row.Bad(StrCat("its id \"", s.id, "\" has more than ", kIdCharsMax, " characters"));
  }
  for (const auto& [key, name] : {std::pair("name", &s.name_vi), {"name_en", &s.name_en}}) {
    const std::string raw = row.Get(key);
    if (!IsUtf8(raw)) return row.Bad(StrCat("its ", key, " is not UTF-8; save the file as UTF-8"));
    *name = CanonicalName(raw);
  }
  if (std::max(s.name_vi.size(), s.name_en.size()) > kNameBytesMax) {
    return row.Bad(StrCat("its name has more than ", kNameBytesMax, " bytes"));
  }
  if (s.name_vi.empty()) return row.Bad("it has no `name`");
  const double nowhere = std::numeric_limits<double>::quiet_NaN();
  s.location = {ParseDecimal(row.Get("lon")).value_or(nowhere),
                ParseDecimal(row.Get("lat")).value_or(nowhere)};
  // Negated comparisons, so that NaN fails as well.
  if (!(std::abs(s.location.lon_deg) <= 180) || !(std::abs(s.location.lat_deg) <= 85)) {
    return row.Bad(StrCat("lat \"", row.Get("lat"), "\", lon \"", row.Get("lon"),
                          "\" is not a place in degrees"));
  }
  std::optional<PackMeasure> measure = DefaultMeasure(row.Get("kind"));
  if (!measure) {
    return row.Bad(StrCat("kind \"", row.Get("kind"),
                          "\" is not one of water_level, rainfall, speed, flow, occupancy, depth"));
  }
  ASSIGN_OR_RETURN(const std::vector<double> alerts, Alerts(row));
  RETURN_IF_ERROR(SetRange(row, alerts, &*measure));
  measure->thresholds = AlertLevels(alerts);
  s.measures.push_back(*std::move(measure));
  return s;
}

}  // namespace

absl::StatusOr<std::vector<PackStation>> ParseStationText(std::string_view text,
                                                          std::string_view what) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
    return absl::InvalidArgumentError(StrCat(what, " is UTF-16; save it as UTF-8"));
  }
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  const bool is_json = first != std::string_view::npos && text[first] == '{';
  ASSIGN_OR_RETURN(const std::vector<Row> rows,
                   is_json ? GeoJsonRows(text, what) : CsvRows(text, what));
  std::map<std::string, PackStation> stations;
  for (const Row& row : rows) {
    ASSIGN_OR_RETURN(PackStation s, MakeStation(row));
    const auto [it, is_new] = stations.try_emplace(s.id, s);
    if (is_new) continue;
    for (const PackMeasure& m : it->second.measures) {
      if (m.kind == s.measures[0].kind) {
        return row.Bad(StrCat("station \"", s.id, "\" measures ", m.kind, " twice"));
      }
    }
    it->second.measures.push_back(s.measures[0]);
  }
  if (stations.empty()) {
    return absl::InvalidArgumentError(StrCat(what, " has no stations"));
  }
  std::vector<PackStation> out;
  for (auto& [id, station] : stations) out.push_back(std::move(station));
  return out;
}

absl::StatusOr<std::vector<PackStation>> ReadStations(const std::string& path) {
  ASSIGN_OR_RETURN(const storage::MappedFile file, storage::MappedFile::Open(path));
  return ParseStationText(file.bytes(), path);
}

void CompleteFrom(const std::vector<PackStation>& known, std::vector<PackStation>* stations) {
  for (const PackStation& k : known) {
    // The nearest of the candidates; ids stay unique.
    PackStation* nearest = nullptr;
    bool is_taken = false;
    for (PackStation& s : *stations) {
      is_taken = is_taken || s.id == k.id;
      const bool same = k.name_vi == s.name_vi && k.measures.size() == 1 &&
                        s.measures.size() == 1 && k.measures[0].kind == s.measures[0].kind &&
                        DistanceM(k.location, s.location) <= kSameStationM;
      if (same && (nearest == nullptr ||
                   DistanceM(k.location, s.location) < DistanceM(k.location, nearest->location))) {
        nearest = &s;
      }
    }
    if (nearest == nullptr) continue;
    if (!is_taken) nearest->id = k.id;
    PackMeasure& measure = nearest->measures[0];
    if (nearest->name_en.empty()) nearest->name_en = k.name_en;
    if (measure.thresholds.empty()) measure.thresholds = k.measures[0].thresholds;
  }
  std::sort(stations->begin(), stations->end(),
            [](const PackStation& a, const PackStation& b) { return a.id < b.id; });
}

}  // namespace citylayers::citypack
