#include "tests/damage/facts.h"

#include <memory>
#include <random>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

#include "storage/alerts/alert_codec.h"
#include "storage/alerts/rocks_alert_store.h"
#include "storage/checkpoint/checkpoint_file.h"
#include "storage/pack/city_pack.h"
#include "tests/support/readings_store_fixture.h"
#include "tests/support/small_pack.h"

namespace citylayers::damage {
namespace {

constexpr std::uint32_t kSeries = 12;
constexpr int kStates = 40;

/// Incompressible bytes.
std::string Noise(std::size_t size, unsigned seed) {
  std::mt19937 random(seed);
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

template <typename T, typename ToText>
void Add(Facts& facts, const std::string& name, const absl::StatusOr<T>& value, ToText to_text) {
  facts.by_name[name] = value.ok() ? to_text(*value) : kError + value.status().ToString();
}

void AddOpen(Facts& facts, const absl::Status& status) {
  facts.by_name["open"] = status.ok() ? "ok" : kError + status.ToString();
}

std::string Text(const storage::StoredReading& reading) {
  return absl::StrCat(reading.time_ms, "=", reading.value, "/", int{reading.quality}, " ");
}

std::string Text(const storage::ReadingBatch& batch) {
  std::string text = absl::StrCat(batch.source, " ", batch.sequence, ": ");
  for (std::size_t i = 0; i < batch.size(); ++i) {
    absl::StrAppend(&text, batch.series[i], " ", Text(batch.row(i)));
  }
  return text;
}

storage::ReadingsStoreOptions StoreOptions(const std::string& directory) {
  storage::ReadingsStoreOptions options;
  options.directory = directory;
  options.seal_in_background = false;
  options.min_free_bytes = 0;
  return options;
}

std::unique_ptr<storage::ReadingsStore> OpenReadings(const std::string& directory) {
  auto store = storage::ReadingsStore::Open(StoreOptions(directory));
  EXPECT_TRUE(store.ok()) << store.status();
  return *std::move(store);
}

// Writes some batches, with refused rows and small states among them, all distinct.
void WriteSome(storage::ReadingsStore& store, int first, int count) {
  for (int i = first; i < first + count; ++i) {
    std::vector<storage::Row> rows;
    for (std::uint32_t series = 0; series < kSeries; ++series) {
      rows.push_back({series, storage::kStartMs + i * std::int64_t{60'000}, i + series / 10.0});
    }
    storage::RejectedRows refused{.messages = {absl::StrCat("letter ", i)},
                                  .rows = {{.row = 1, .reason = 2}}};
    ASSERT_TRUE(store.log().Append(storage::Batch("gate", i + 1, rows), refused).ok());
    const std::string key = absl::StrCat("state-", i % kStates);
    ASSERT_TRUE(store.state().Put(key, Noise(1500, static_cast<unsigned>(i))).ok());
  }
}

storage::AlertEventRecord Line(storage::AlertEventType type, std::string comment) {
  return {.type = type,
          .event_time = absl::FromUnixSeconds(1'762'425'000),
          .write_time = absl::FromUnixSeconds(1'762'425'000),
          .actor = "Lan",
          .comment = std::move(comment)};
}

void RaiseSome(storage::AlertStore& store, int count) {
  for (int i = 0; i < count; ++i) {
    storage::AlertRecord alert{.id = store.NextAlertId(),
                               .rule = "stage",
                               .subject = absl::StrCat("stations/", i),
                               .create_time = absl::FromUnixSeconds(1'762'425'000 + i),
                               .update_time = absl::FromUnixSeconds(1'762'425'000 + i)};
    storage::CapRecord cap{.cap_id = store.NextCapId(), .alert_id = alert.id};
    cap.xml = Noise(1500, static_cast<unsigned>(alert.id));
    storage::RuleStateRecord state{.rule = "stage", .subject = alert.subject, .tier = 1};
    ASSERT_TRUE(store
                    .Apply({{.alert = alert,
                             .events = {Line(storage::AlertEventType::kRaised, "at 1.5 m"),
                                        Line(storage::AlertEventType::kAcknowledged, "seen")},
                             .rule_state = state,
                             .cap = cap}})
                    .ok());
  }
}

}  // namespace

void MakePack(const std::string& directory) {
  auto writer = storage::PackWriter::Create(directory);
  ASSERT_TRUE(writer.ok()) << writer.status();
  const auto add = [&](const char* name, const std::string& bytes) {
    ASSERT_TRUE((*writer)->WriteFile(name, bytes).ok());
  };
  add("roads.bin", storage::EncodeRoads(storage::TestRoads()));
  add("skeletons.bin",
      storage::EncodeTileArchive({{77, storage::EncodeSkeleton({{0, 1, 3, 0, "abc"}})}}));
  add("base.bin", storage::EncodeTileArchive({{5, "five"}, {9, Noise(3000, 9)}}));
  add("stations.toml", storage::FormatStations(storage::TestStations()));
  add("cells.bin", storage::EncodeSegmentCells({4, 2, {0, 2, 4, 4}, {0, 5, 5, 0}}));
  for (const char* raster : {"terrain.tif", "connection.tif", "water.tif"}) {
    add(raster, Noise(20'000, static_cast<unsigned>(raster[0])));
  }
  const auto id = (*writer)->Commit(storage::TestManifest());
  ASSERT_TRUE(id.ok()) << id.status();
}

Facts ReadPack(const std::string& directory) {
  Facts facts;
  const auto opened = storage::CityPack::Open(directory);
  AddOpen(facts, opened.status());
  if (!opened.ok()) return facts;
  const storage::CityPack& pack = **opened;
  facts.by_name["manifest"] = storage::FormatManifest(pack.manifest());
  facts.by_name["stations"] = storage::FormatStations(pack.stations());
  for (std::uint32_t i = 0; i < pack.segments().size(); ++i) {
    facts.by_name[absl::StrCat("segment ", i)] =
        absl::StrCat(pack.segments()[i].stable_id, " ", pack.segments()[i].length_m);
  }
  facts.by_name["tile"] =
      absl::BytesToHexString(std::string(pack.base_tiles().Find(9).value_or("none")));
  for (const std::string& path : {pack.terrain_path(), pack.connection_path(), pack.water_path()}) {
    facts.by_name[path.substr(path.rfind('/'))] = absl::BytesToHexString(storage::ReadFile(path));
  }
  return facts;
}

void MakeReadings(const std::string& directory) {
  {
    const auto store = OpenReadings(directory);
    std::vector<storage::MeasureDef> measures;
    for (std::uint32_t i = 0; i < kSeries; ++i) measures.push_back(storage::SpeedOf(int(i)));
    ASSERT_TRUE(
        store->registrar().SeedStations({{.id = "phu-an", .name_vi = "Phú An"}}, measures).ok());
    WriteSome(*store, 0, 60);
    ASSERT_TRUE(store->upkeep().Seal().ok());
    ASSERT_TRUE(store->upkeep().Compact().ok());
    WriteSome(*store, 60, 20);
  }
  // The second opening writes the log into tables; later writes are only in the log.
  const auto store = OpenReadings(directory);
  WriteSome(*store, 80, 60);
}

Facts ReadReadings(const std::string& directory) {
  Facts facts;
  const auto opened = storage::ReadingsStore::Open(StoreOptions(directory));
  AddOpen(facts, opened.status());
  if (!opened.ok()) return facts;
  const storage::ReadingsStore& store = **opened;
  facts.loss = store.Loss();
  std::vector<std::uint32_t> all(kSeries);
  for (std::uint32_t i = 0; i < kSeries; ++i) all[i] = i;
  const auto latest = store.series().Latest(all);
  for (std::uint32_t i = 0; i < kSeries; ++i) {
    const storage::MeasureDef* measure = store.registry().Measure(i);
    facts.by_name[absl::StrCat("measure ", i)] =
        measure == nullptr ? "none" : absl::StrCat(measure->name, " ", measure->max_value);
    facts.by_name[absl::StrCat("latest ", i)] = latest[i].has_value() ? Text(*latest[i]) : "none";
    Add(facts, absl::StrCat("readings ", i), store.series().Query(i, 0, INT64_MAX),
        [](const auto& readings) {
          std::string text;
          for (const storage::StoredReading& reading : readings) text += Text(reading);
          return text;
        });
    Add(facts, absl::StrCat("hours ", i), store.series().Aggregate(i, 0, INT64_MAX, 3'600'000),
        [](const auto& windows) {
          std::string text;
          for (const storage::WindowAggregate& w : windows) {
            absl::StrAppend(&text, w.start_ms, " ", w.count, " ", w.sum, " ", w.max, "; ");
          }
          return text;
        });
  }
  for (std::uint64_t offset = store.log().OldestResumeOffset(); offset < store.log().LastOffset();
       ++offset) {
    Add(facts, absl::StrCat("batch ", offset + 1), store.log().Read(offset, 1),
        [](const auto& batches) { return batches.empty() ? "none" : Text(batches[0]->batch); });
  }
  facts.by_name["last offset"] = absl::StrCat(store.log().LastOffset());
  Add(facts, "refused", store.dead_letters().Read("", 1000), [](const auto& page) {
    std::string text;
    for (const storage::DeadLetter& letter : page.letters) {
      absl::StrAppend(&text, letter.message, ", ");
    }
    return text;
  });
  for (int i = 0; i < kStates; ++i) {
    const std::string key = absl::StrCat("state-", i);
    Add(facts, key, store.state().Get(key),
        [](const std::string& bytes) { return absl::BytesToHexString(bytes); });
  }
  const auto station = store.registry().FindStation("phu-an");
  facts.by_name["station"] = station.has_value() ? station->name_vi : "none";
  return facts;
}

void MakeAlerts(const std::string& directory) {
  for (int opening = 0; opening < 3; ++opening) {
    auto store = storage::OpenRocksAlertStore(directory);
    ASSERT_TRUE(store.ok()) << store.status();
    RaiseSome(**store, 25);
  }
}

Facts ReadAlerts(const std::string& directory) {
  Facts facts;
  auto opened = storage::OpenRocksAlertStore(directory);
  AddOpen(facts, opened.status());
  if (!opened.ok()) return facts;
  storage::AlertStore& store = **opened;
  facts.loss = store.Loss();
  facts.by_name["next alert"] = absl::StrCat(store.NextAlertId());
  facts.by_name["next cap"] = store.NextCapId();
  for (std::uint64_t id = 1; id <= 75; ++id) {
    Add(facts, absl::StrCat("alert ", id), store.GetAlert(id),
        [](const auto& alert) { return absl::BytesToHexString(storage::EncodeAlert(alert)); });
    Add(facts, absl::StrCat("trail ", id), store.ListEvents(id), [](const auto& events) {
      std::string text;
      for (const auto& event : events) text += absl::BytesToHexString(storage::EncodeEvent(event));
      return text;
    });
  }
  Add(facts, "active", store.ListActiveAlerts(),
      [](const auto& alerts) { return absl::StrCat(alerts.size()); });
  Add(facts, "rules", store.ListRuleStates(), [](const auto& states) {
    std::string text;
    for (const auto& state : states)
      text += absl::BytesToHexString(storage::EncodeRuleState(state));
    return text;
  });
  std::string caps;
  const absl::Status scanned = store.ScanCaps([&](const storage::CapRecord& cap) {
    caps += absl::BytesToHexString(storage::EncodeCap(cap));
    return true;
  });
  facts.by_name["caps"] = scanned.ok() ? caps : kError + scanned.ToString();
  return facts;
}

void MakeCheckpoint(const std::string& directory) {
  ASSERT_TRUE(storage::SaveCheckpoint(directory + "/traffic", {.kind = "traffic",
                                                               .kind_version = 3,
                                                               .pack_id = std::string(32, 'a'),
                                                               .log_offset = 77,
                                                               .payload = Noise(500, 1)})
                  .ok());
}

Facts ReadCheckpoint(const std::string& directory) {
  Facts facts;
  const auto checkpoint = storage::LoadCheckpoint(directory + "/traffic");
  AddOpen(facts, checkpoint.status());
  if (!checkpoint.ok()) return facts;
  facts.by_name["content"] =
      absl::StrCat(checkpoint->kind, " ", checkpoint->kind_version, " ", checkpoint->pack_id, " ",
                   checkpoint->log_offset, " ", absl::BytesToHexString(checkpoint->payload));
  return facts;
}

}  // namespace citylayers::damage
