#include "storage/readings/registrar.h"

#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "rocksdb/write_batch.h"

#include "base/status_macros.h"
#include "storage/bytes/bytes.h"
#include "storage/readings/database.h"
#include "storage/readings/registry.h"
#include "storage/readings/row_keys.h"
#include "storage/readings/writer.h"

namespace citylayers::storage {
namespace {

std::string MeasureKey(std::uint32_t series) {
  std::string key(1, kMeasurePrefix);
  PutFixed32(key, series);
  return key;
}

std::string StationKey(const std::string& id) { return kStationPrefix + id; }

}  // namespace

absl::StatusOr<std::vector<std::uint32_t>> Registrar::RegisterMeasures(
    const std::vector<MeasureDef>& measures) {
  for (const MeasureDef& measure : measures) RETURN_IF_ERROR(CheckMeasure(measure));
  absl::MutexLock lock(&registering_);
  std::vector<MeasureDef> fresh;
  absl::flat_hash_map<std::string, std::uint32_t> fresh_series;
  for (const MeasureDef& measure : measures) {
    if (registry_.Find(measure.name).has_value() || fresh_series.contains(measure.name)) continue;
    const std::uint32_t series =
        registry_.series_count() + static_cast<std::uint32_t>(fresh.size());
    if (series >= series_max_) {
      return absl::ResourceExhaustedError(
          absl::StrCat("the registry holds series_max = ", series_max_, " measures"));
    }
    fresh_series.emplace(measure.name, series);
    fresh.push_back(measure);
  }
  if (!fresh.empty()) {
    RETURN_IF_ERROR(writer_.Commit(
        [&](rocksdb::WriteBatch& write) {
          for (const MeasureDef& measure : fresh) {
            write.Put(database_.meta(), MeasureKey(fresh_series[measure.name]),
                      EncodeMeasure(measure));
          }
        },
        /*needs_space=*/true));
    for (MeasureDef& measure : fresh) registry_.AddMeasure(std::move(measure));
  }
  std::vector<std::uint32_t> series;
  series.reserve(measures.size());
  for (const MeasureDef& measure : measures) series.push_back(*registry_.Find(measure.name));
  return series;
}

absl::Status Registrar::SeedStations(std::vector<StationDef> stations,
                                     const std::vector<MeasureDef>& measures) {
  RETURN_IF_ERROR(RegisterMeasures(measures).status());
  absl::MutexLock lock(&registering_);
  std::vector<StationDef> fresh;
  for (StationDef& station : stations) {
    const bool named = ParseMeasureName(absl::StrCat("stations/", station.id, "/measures/x")).ok();
    if (!named || station.id == "-" || station.name_vi.size() > 256 ||
        station.name_en.size() > 256) {
      return absl::InvalidArgumentError(absl::StrCat(
          "station '", station.id,
          "': an id has 1 to 63 letters, digits, '_', '-' or '.', and names at most 256 bytes"));
    }
    if (!registry_.FindStation(station.id).has_value()) fresh.push_back(std::move(station));
  }
  if (fresh.empty()) return absl::OkStatus();
  RETURN_IF_ERROR(writer_.Commit(
      [&](rocksdb::WriteBatch& write) {
        for (const StationDef& station : fresh) {
          write.Put(database_.meta(), StationKey(station.id), EncodeStation(station));
        }
      },
      /*needs_space=*/true));
  for (StationDef& station : fresh) registry_.AddStation(std::move(station));
  return absl::OkStatus();
}

}  // namespace citylayers::storage
