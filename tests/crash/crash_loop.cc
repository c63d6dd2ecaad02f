#include "tests/crash/crash_loop.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/time/clock.h"

#include "base/status_macros.h"
#include "base/strings.h"

namespace citylayers::crash {
namespace {

constexpr char kPhuAn[] = "stations/phu-an";
const absl::Time kCityStart =
    absl::FromCivil(absl::CivilSecond(2025, 10, 22, 6, 0, 0), absl::FixedTimeZone(7 * 3600));
constexpr absl::Duration kPoll = absl::Milliseconds(50);
constexpr absl::Duration kSettled = absl::Milliseconds(800);  // three ticks of the layers
constexpr absl::Duration kSettleMax = absl::Seconds(60);
constexpr absl::Duration kAlertsMax = absl::Seconds(30);
constexpr std::size_t kEvidenceMax = 8;

// Bến Thành and Thảo Điền.
const std::vector<TileOf>& WatchedTiles() {
  static const auto& tiles = *new std::vector<TileOf>{
      {"layers/traffic", 14, 13047, 7698}, {"layers/traffic", 14, 13049, 7697},
      {"layers/traffic", 12, 3261, 1924},  {"layers/traffic", 12, 3262, 1924},
      {"layers/flood", 14, 13047, 7698},   {"layers/flood", 14, 13049, 7697},
      {"layers/flood", 12, 3261, 1924},    {"layers/flood", 12, 3262, 1924}};
  return tiles;
}

std::string NameOf(const TileOf& tile) {
  return StrCat(tile.layer, " ", tile.z, "/", tile.x, "/", tile.y);
}

void Append(std::vector<std::string> some, std::vector<std::string>* all) {
  if (some.size() > kEvidenceMax) {
    const std::size_t more = some.size() - kEvidenceMax;
    some.resize(kEvidenceMax);
    some.push_back(StrCat("... and ", more, " more"));
  }
  all->insert(all->end(), some.begin(), some.end());
}

}  // namespace

absl::Status CrashLoop::SetUp() {
  story_.city_time = kCityStart;
  RETURN_IF_ERROR(Restart());
  constexpr LonLatBox kBenThanh{106.690, 10.765, 106.705, 10.780};
  constexpr LonLatBox kThaoDien{106.730, 10.795, 106.745, 10.810};
  for (const LonLatBox& box : {kBenThanh, kThaoDien}) {
    ASSIGN_OR_RETURN(const auto segments, city_->Segments(box, options_.segments));
    for (const std::string& segment : segments) {
      story_.speed_measures.push_back(StrCat(segment, "/measures/speed"));
    }
  }
  std::sort(story_.speed_measures.begin(), story_.speed_measures.end());
  story_.speed_measures.erase(
      std::unique(story_.speed_measures.begin(), story_.speed_measures.end()),
      story_.speed_measures.end());
  ASSIGN_OR_RETURN(story_.level_measures, city_->StationMeasures("water_level"));
  ASSIGN_OR_RETURN(story_.rain_measures, city_->StationMeasures("rainfall"));
  if (story_.speed_measures.empty() || story_.level_measures.empty()) {
    return absl::FailedPreconditionError(StrCat(
        options_.pack, " has no segments around Bến Thành and Thảo Điền, or no river gauges"));
  }
  return absl::OkStatus();
}

absl::Status CrashLoop::Restart() {
  city_.reset();
  daemon_.reset();
  const absl::Time begin = absl::Now();
  ASSIGN_OR_RETURN(
      daemon_, test_support::DaemonProcess::Start(
                   {.program = options_.program,
                    .arguments = {"--target", "all", "--pack", options_.pack, "--data",
                                  options_.directory + "/data", "--alerts.tick", "250ms",
                                  "--traffic.checkpoint", "700ms", "--flood.checkpoint", "700ms",
                                  "--security.anonymous", "admin"},
                    .log_file = options_.directory + "/citylayersd.log"}));
  listening_ = absl::Now() - begin;
  city_ = std::make_unique<City>(daemon_->grpc_address());
  return absl::OkStatus();
}

absl::StatusOr<CycleResult> CrashLoop::RunCycle(int cycle) {
  CycleResult result{.quiescent = cycle % 2 == 1};
  const bool high_water = HighWater(cycle);
  if (high_water && (cycle == 0 || !HighWater(cycle - 1))) ++high_waters_;
  Load load(*city_, story_, high_water, random_());
  load.Start();
  std::vector<TileState> before;
  if (result.quiescent) {
    absl::SleepFor(absl::Milliseconds(1500 + random_() % 500));
    RETURN_IF_ERROR(AwaitAlerts(high_water));
    load.Join();
    ASSIGN_OR_RETURN(before, SettledTiles());
    for (std::size_t i = 0; i < before.size(); ++i) {
      const bool wet = high_water && WatchedTiles()[i].x == 13049;
      const bool traffic = WatchedTiles()[i].layer == "layers/traffic";
      if (before[i].data.empty() && (wet || traffic)) {
        result.wrong.push_back(StrCat(NameOf(WatchedTiles()[i]), ": empty before the kill"));
      }
    }
    RETURN_IF_ERROR(CheckAlerts(/*settled=*/true, high_water, &result.wrong));
    load.ExpectFailures();
    daemon_->Kill();
  } else {
    absl::SleepFor(absl::Milliseconds(5 + random_() % 496));
    load.ExpectFailures();
    daemon_->Kill();
    load.Join();
  }
  Append(load.surprises(), &result.wrong);

  const absl::Time started = absl::Now();
  RETURN_IF_ERROR(Restart());
  result.listening = listening_;
  if (result.quiescent) RETURN_IF_ERROR(WaitForTiles(before, started, &result));
  RETURN_IF_ERROR(CheckReadings(&result.wrong));
  RETURN_IF_ERROR(CheckActions(&result.wrong));
  RETURN_IF_ERROR(CheckAlerts(/*settled=*/result.quiescent, high_water, &result.wrong));
  RETURN_IF_ERROR(SendAgain(&result.wrong));
  return result;
}

absl::StatusOr<std::vector<CrashLoop::TileState>> CrashLoop::Tiles() {
  std::vector<TileState> states;
  for (const TileOf& tile : WatchedTiles()) {
    ASSIGN_OR_RETURN(auto got, city_->GetTile(tile));
    states.push_back({got.content_tag(), std::move(*got.mutable_data())});
  }
  return states;
}

// Waits until the clock holds and the tiles no longer change.
absl::StatusOr<std::vector<CrashLoop::TileState>> CrashLoop::SettledTiles() {
  const absl::Time deadline = absl::Now() + kSettleMax;
  std::vector<TileState> last;
  absl::Time since;
  while (absl::Now() < deadline) {
    ASSIGN_OR_RETURN(const auto clock, city_->GetClock());
    ASSIGN_OR_RETURN(std::vector<TileState> tiles, Tiles());
    if (!clock.held() || tiles != last) {
      last = std::move(tiles);
      since = absl::Now();
    } else if (absl::Now() - since > kSettled) {
      return last;
    }
    absl::SleepFor(kPoll);
  }
  return absl::DeadlineExceededError("the tiles of a city without new readings go on changing");
}

absl::Status CrashLoop::WaitForTiles(const std::vector<TileState>& before, absl::Time started,
                                     CycleResult* result) {
  absl::StatusOr<std::vector<TileState>> tiles;
  while (true) {
    tiles = Tiles();
    result->recovery = absl::Now() - started;
    if (tiles.ok() && *tiles == before) break;
    if (result->recovery > options_.recovery_max) break;
    absl::SleepFor(kPoll);
  }
  if (!tiles.ok()) {
    result->wrong.push_back(StrCat("no tiles ", absl::FormatDuration(result->recovery),
                                   " after the start: ", tiles.status().ToString()));
    return absl::OkStatus();
  }
  for (std::size_t i = 0; i < before.size(); ++i) {
    const TileState &old = before[i], &now = (*tiles)[i];
    if (now == old) continue;
    result->wrong.push_back(
        StrCat(NameOf(WatchedTiles()[i]), " differs ", absl::FormatDuration(result->recovery),
               " after the start: ", old.data.size(), " bytes, tag ", old.content_tag, " before; ",
               now.data.size(), " bytes, tag ", now.content_tag, " now"));
  }
  return absl::OkStatus();
}

absl::Status CrashLoop::CheckReadings(std::vector<std::string>* wrong) {
  std::vector<std::string> found;
  RETURN_IF_ERROR(city_->ReadLog(&log_offset_, [&](const readings::v1::ReadingColumns& rows) {
    const auto some = story_.ledger.TakeLog(rows);
    found.insert(found.end(), some.begin(), some.end());
  }));
  Append(std::move(found), wrong);
  Append(story_.ledger.CheckBatches(), wrong);
  const std::int64_t begin_ms = absl::ToUnixMillis(kCityStart);
  ASSIGN_OR_RETURN(const auto answer,
                   city_->Query(story_.AllMeasures(), begin_ms,
                                absl::ToUnixMillis(story_.city_time + absl::Hours(24))));
  Append(story_.ledger.CheckQuery(answer, begin_ms), wrong);
  return absl::OkStatus();
}

// Batches without an acknowledgement, and one with an acknowledgement, are sent again under their
// sequence: each must be in the log once.
absl::Status CrashLoop::SendAgain(std::vector<std::string>* wrong) {
  std::vector<std::size_t> batches = story_.ledger.Unacknowledged();
  if (story_.ledger.batches() > 0) {
    const std::size_t any = random_() % story_.ledger.batches();
    if (std::find(batches.begin(), batches.end(), any) == batches.end()) batches.push_back(any);
  }
  for (const std::size_t batch : batches) {
    const bool stored = story_.ledger.InLog(batch);
    const auto request = story_.ledger.RequestOf(batch);
    // The window of remembered sequences is finite, and far larger than one cycle.
    if (request.sequence() + 500 < std::min(story_.speed_sequence, story_.gauge_sequence)) continue;
    ASSIGN_OR_RETURN(const auto response, city_->Write(request));
    story_.ledger.Acknowledge(batch);
    if (response.duplicate() != stored) {
      wrong->push_back(StrCat(
          "batch ", request.source(), " ", request.sequence(), " was ",
          stored ? "stored already, and stored" : "not stored, and called stored", " again"));
    }
  }
  return CheckReadings(wrong);
}

absl::Status CrashLoop::CheckActions(std::vector<std::string>* wrong) {
  std::map<std::string, std::map<std::string, int>> trail;  // alert -> actor -> events
  std::vector<std::string> found;
  for (const Action& action : story_.actions) {
    const auto [it, is_new] = trail.try_emplace(action.alert);
    if (is_new) {
      ASSIGN_OR_RETURN(const auto events, city_->ListEvents(action.alert));
      int raised = 0;
      for (const auto& event : events) {
        raised += event.type() == alerts::v1::ALERT_EVENT_TYPE_RAISED ? 1 : 0;
        if (event.type() != alerts::v1::ALERT_EVENT_TYPE_ACKNOWLEDGED) continue;
        ++it->second[event.actor()];
      }
      if (raised != 1) found.push_back(StrCat(action.alert, ": raised ", raised, " times"));
    }
    const auto count = it->second.find(action.actor);
    const int times = count == it->second.end() ? 0 : count->second;
    if (times > 1 || (times == 0 && action.acknowledged)) {
      found.push_back(StrCat(action.alert, ": the action of ", action.actor,
                             action.acknowledged ? ", acknowledged," : "", " is in the trail ",
                             times, " times"));
    }
  }
  Append(std::move(found), wrong);
  return absl::OkStatus();
}

// One alert per condition: never two open ones about the same subject, and at Phú An one for each
// high water.
absl::Status CrashLoop::CheckAlerts(bool settled, bool high_water,
                                    std::vector<std::string>* wrong) {
  ASSIGN_OR_RETURN(const auto alerts, city_->ListAlerts(""));
  std::set<std::string> open;
  int at_phu_an = 0;
  bool open_at_phu_an = false;
  for (const auto& alert : alerts) {
    const std::string about = StrCat(alert.rule(), " ", alert.subject());
    const bool is_open = alert.state() != alerts::v1::ALERT_STATE_RESOLVED;
    if (is_open && !open.insert(about).second) {
      wrong->push_back(StrCat("two open alerts about ", about));
    }
    if (alert.kind() != alerts::v1::ALERT_KIND_STAGE || alert.subject() != kPhuAn) continue;
    ++at_phu_an;
    open_at_phu_an = open_at_phu_an || is_open;
  }
  if (at_phu_an > high_waters_ || (settled && at_phu_an != high_waters_)) {
    wrong->push_back(
        StrCat(at_phu_an, " stage alerts at Phú An in ", high_waters_, " high waters"));
  }
  if (settled && open_at_phu_an != high_water) {
    wrong->push_back(StrCat("the stage alert at Phú An is ", open_at_phu_an ? "" : "not ",
                            "open at ", high_water ? "high" : "low", " water"));
  }
  return absl::OkStatus();
}

// Alerts need several readings and evaluations: the load continues until the city has them, or the
// following check reports the missing ones.
absl::Status CrashLoop::AwaitAlerts(bool high_water) {
  const absl::Time deadline = absl::Now() + kAlertsMax;
  while (true) {
    std::vector<std::string> wrong;
    RETURN_IF_ERROR(CheckAlerts(/*settled=*/true, high_water, &wrong));
    if (wrong.empty() || absl::Now() > deadline) return absl::OkStatus();
    absl::SleepFor(kPoll);
  }
}

std::string CrashLoop::Summary() const {
  const auto acknowledged = std::count_if(story_.actions.begin(), story_.actions.end(),
                                          [](const Action& action) { return action.acknowledged; });
  return StrCat(story_.ledger.acknowledged_rows(), " readings in ", story_.ledger.batches(),
                " batches, ", acknowledged, " alert actions, ", high_waters_, " high waters");
}

}  // namespace citylayers::crash
