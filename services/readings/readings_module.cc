#include "services/readings/readings_module.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"

#include "base/status_macros.h"
#include "base/strings.h"
#include "services/readings/clock_keeper.h"
#include "services/readings/measure_directory.h"
#include "services/readings/reading_ingest.h"
#include "services/readings/reading_query.h"
#include "services/readings/readings_backup.h"
#include "services/readings/readings_metrics.h"
#include "services/readings/readings_services.h"
#include "services/readings/rejected_readings.h"
#include "services/readings/station_directory.h"
#include "services/runtime/backup_source.h"
#include "services/runtime/data_directory.h"
#include "services/runtime/log.h"
#include "services/runtime/monotonic_clock.h"
#include "services/runtime/tick_thread.h"
#include "storage/pack/city_pack.h"
#include "storage/readings/readings_store.h"

namespace citylayers::readings {
namespace {

using runtime::Option;
using runtime::OptionType;

constexpr double kMebi = 1 << 20;

std::vector<Option> Options() {
  return {
      {"readings.batch_rows_max", OptionType::kInt, "20000", "Maximum number of rows per batch.", 1,
       1'000'000},
      {"readings.rejects_reported_max", OptionType::kInt, "100",
       "Maximum number of refused rows listed in an answer; all are counted and kept.", 0, 100'000},
      {"readings.future_skew", OptionType::kDuration, "5m",
       "Maximum time of a reading ahead of the city clock.", 0, 86'400},
      {"readings.retention", OptionType::kDuration, "9600h",
       "Age up to which readings are accepted and kept (400 days).", 86'400, 3.2e9},
      {"readings.clock_ahead_max", OptionType::kDuration, "744h",
       "Maximum time that SetClock may move the city past the wall clock and its readings (31 "
       "days).",
       3600, 3.2e9},
      {"readings.clock_jump_per_run", OptionType::kDouble, "24",
       "Seconds of such jumps that become available again per second of a running city clock.", 0,
       1e6},
      {"readings.stream_credits", OptionType::kInt, "32",
       "Maximum number of unacknowledged batches of a StreamReadings client.", 1, 1024},
      {"readings.stream_waiting_max", OptionType::kInt, "8",
       "Maximum number of batches of one stream that wait for the disk; others are read later.", 1,
       1024},
      {"readings.message_rows_max", OptionType::kInt, "5000",
       "Maximum number of rows per message of QueryReadings and WatchReadings.", 1, 100'000},
      {"readings.names_max", OptionType::kInt, "10000",
       "Maximum number of measure names and patterns per request.", 1, 1'000'000},
      {"readings.latest_measures_max", OptionType::kInt, "200000",
       "Maximum number of measures that one GetLatestReadings matches.", 1, 10'000'000},
      {"readings.watch_heartbeat", OptionType::kDuration, "1s",
       "Time between heartbeats of a watcher without readings.", 0.05, 60},
      {"readings.queue_batches_max", OptionType::kInt, "1024",
       "Maximum number of batches that wait for the disk.", 1, 1'000'000},
      {"readings.queue_bytes_max", OptionType::kInt, "67108864",
       "Memory of the batches that wait for the disk, with their refused rows, bytes; limited to "
       "their share of server.memory_max.",
       kMebi, 1e12},
      {"readings.chunk_readings", OptionType::kInt, "2048",
       "Target number of readings per chunk on disk.", 16, 65'536},
      {"readings.head_readings_max", OptionType::kInt, "8000000",
       "Maximum number of readings in memory, not yet in a chunk (about 4 bytes each).", 1000,
       1e10},
      {"readings.unsealed_log_bytes_max", OptionType::kInt, "268435456",
       "Maximum size of the log that a restart has to replay, bytes.", kMebi, 1e12},
      {"readings.seal_after", OptionType::kDuration, "1h",
       "Maximum time before a reading is sealed into a chunk.", 1, 864'000},
      {"readings.log_retention_batches", OptionType::kInt, "100000",
       "Number of batches kept for watchers that resume.", 0, 1e9},
      {"readings.log_retention_bytes", OptionType::kInt, "268435456",
       "Size of the batches kept for watchers that resume, bytes; the smaller limit applies.", 0,
       1e13},
      {"readings.series_max", OptionType::kInt, "2000000", "Maximum number of known measures.", 1,
       4e9},
      {"readings.dedupe_window", OptionType::kInt, "1024",
       "Number of latest sequences per source for which a repeat is detected.", 1, 1'000'000},
      {"readings.dedupe_sources_max", OptionType::kInt, "10000",
       "Maximum number of remembered sources; the least recently active is dropped first.", 1,
       10'000'000},
      {"readings.dedupe_jump_max", OptionType::kInt, "100000",
       "Maximum step of a sequence past the newest of its source and epoch.", 1, 9e15},
      {"readings.dedupe_first_max", OptionType::kInt, "1000000000",
       "Maximum first sequence of an epoch of a source.", 1, 9e15},
      {"readings.dead_letter_bytes_max", OptionType::kInt, "67108864",
       "Maximum size of the stored refused readings, bytes.", kMebi, 1e12},
      {"readings.min_free_bytes", OptionType::kInt, "67108864",
       "Free space of the file system below which batches are refused, bytes.", 0, 1e13},
      {"readings.stall_after", OptionType::kDuration, "5s",
       "Time that a write waits for the disk after which the module is not ready.", 0.1, 3600},
      {"readings.block_cache_bytes", OptionType::kInt, "67108864",
       "Memory for the block cache, bytes; limited to half of the store's share of "
       "server.memory_max.",
       kMebi, 1e12},
  };
}

storage::ReadingsStoreOptions StoreOptions(const runtime::Config& config,
                                           const runtime::MemoryBudget& memory,
                                           std::string directory) {
  const auto size = [&config](const char* key) {
    return static_cast<std::size_t>(config.GetInt(key));
  };
  storage::ReadingsStoreOptions options;
  options.directory = std::move(directory);
  options.queue_batches_max = size("readings.queue_batches_max");
  options.queue_bytes_max =
      std::min(size("readings.queue_bytes_max"), memory.bytes(runtime::MemoryUse::kIngest));
  options.chunk_readings = size("readings.chunk_readings");
  options.head_readings_max = size("readings.head_readings_max");
  options.unsealed_log_bytes_max = size("readings.unsealed_log_bytes_max");
  options.seal_after = config.GetDuration("readings.seal_after");
  options.log_retention_batches = size("readings.log_retention_batches");
  options.log_retention_bytes = size("readings.log_retention_bytes");
  options.retention = config.GetDuration("readings.retention");
  options.series_max = static_cast<std::uint32_t>(config.GetInt("readings.series_max"));
  options.dedupe_window = size("readings.dedupe_window");
  options.dedupe_sources_max = size("readings.dedupe_sources_max");
  options.dedupe_jump_max = size("readings.dedupe_jump_max");
  options.dedupe_first_max = size("readings.dedupe_first_max");
  options.dead_letter_bytes_max = size("readings.dead_letter_bytes_max");
  options.min_free_bytes = size("readings.min_free_bytes");
  const std::size_t database = memory.bytes(runtime::MemoryUse::kStore);
  options.block_cache_bytes = std::min(size("readings.block_cache_bytes"), database / 2);
  options.write_buffer_bytes = database - options.block_cache_bytes;
  return options;
}

IngestOptions ToIngestOptions(const runtime::Config& config) {
  IngestOptions options;
  options.validator.future_skew = config.GetDuration("readings.future_skew");
  options.validator.retention = config.GetDuration("readings.retention");
  options.validator.batch_rows_max = static_cast<int>(config.GetInt("readings.batch_rows_max"));
  options.rejects_reported_max = static_cast<int>(config.GetInt("readings.rejects_reported_max"));
  options.stream_credits = static_cast<int>(config.GetInt("readings.stream_credits"));
  options.stream_waiting_max = static_cast<int>(config.GetInt("readings.stream_waiting_max"));
  return options;
}

QueryOptions ToQueryOptions(const runtime::Config& config) {
  QueryOptions options;
  options.message_rows_max = static_cast<int>(config.GetInt("readings.message_rows_max"));
  options.names_max = static_cast<int>(config.GetInt("readings.names_max"));
  options.latest_measures_max = static_cast<int>(config.GetInt("readings.latest_measures_max"));
  options.watch_heartbeat = config.GetDuration("readings.watch_heartbeat");
  return options;
}

class Readings final : public runtime::Module {
 public:
  Readings(const runtime::ModuleContext& context, std::unique_ptr<storage::ReadingsStore> store,
           std::unique_ptr<WallClock> machine, std::unique_ptr<ClockKeeper> clock)
      : pack_(context.pack),
        store_(std::move(store)),
        machine_(std::move(machine)),
        clock_(std::move(clock)),
        stall_after_(context.config.GetDuration("readings.stall_after")),
        memory_(context.memory),
        metrics_(context.metrics),
        directory_(
            store_->registry(), store_->registrar(),
            [this](std::uint64_t stable_id) { return pack_->FindSegment(stable_id).has_value(); }),
        ingest_(ToIngestOptions(context.config), store_->log(), directory_, *clock_, monotonic_,
                metrics_),
        query_(ToQueryOptions(context.config), *store_, directory_, *clock_, monotonic_),
        rejected_(store_->dead_letters()),
        stations_(store_->registry()),
        reading_service_(context.calls, ingest_, query_, rejected_),
        station_service_(context.calls, stations_),
        clock_service_(context.calls, *clock_, monotonic_),
        backup_(*store_),
        backed_up_(context.backups, backup_) {}
  ~Readings() override { Stop(); }

  std::vector<grpc::Service*> GrpcServices() override {
    return {&reading_service_, &station_service_, &clock_service_};
  }

  absl::Status Start() override {
    upkeep_ = std::make_unique<runtime::TickThread>(absl::Seconds(1), [this] { Upkeep(); });
    return absl::OkStatus();
  }

  absl::Status Ready() const override {
    RETURN_IF_ERROR(store_->log().AppendStatus());
    if (const absl::Duration waiting = store_->log().WriteWaiting(); waiting > stall_after_) {
      return absl::UnavailableError(StrCat("a write has waited for the disk for ",
                                           absl::ToInt64Seconds(waiting),
                                           " s: check the disk of the data directory"));
    }
    return store_->upkeep().SealStatus();
  }

  std::vector<std::string> Notices() const override {
    const std::string loss = store_->Loss();
    return loss.empty() ? std::vector<std::string>() : std::vector<std::string>{loss};
  }

  void Stop() override { upkeep_.reset(); }

 private:
  // Metrics every second, retention every hour.
  void Upkeep() {
    const storage::ReadingsStoreStats stats = store_->Stats();
    metrics_.Show(stats);
    memory_.share(runtime::MemoryUse::kIngest)->Report(stats.queued_bytes);
    memory_.share(runtime::MemoryUse::kStore)->Report(stats.database_bytes);
    TellTrouble(stats);
    const absl::Time now = monotonic_.Now();
    if (now < next_drop_) return;
    next_drop_ = now + absl::Hours(1);
    if (const absl::Status dropped = store_->upkeep().DropExpired(clock_->RetentionTime());
        !dropped.ok()) {
      runtime::LogError("readings: expired weeks could not be dropped",
                        {{"why", dropped.message()}});
    }
  }

  // Logs each fault once when it begins and once when it ends.
  void TellTrouble(const storage::ReadingsStoreStats& stats) {
    if (stats.lost_chunks > lost_chunks_told_) {
      runtime::LogError(
          "readings: damaged chunks were put aside; queries of their time fail: restore the data "
          "directory from a backup",
          {{"chunks", stats.lost_chunks}});
    }
    lost_chunks_told_ = stats.lost_chunks;
    const absl::Status sealing = store_->upkeep().SealStatus();
    if (sealing.ok() == sealing_ok_told_) return;
    sealing_ok_told_ = sealing.ok();
    if (sealing.ok()) {
      runtime::LogInfo("readings: all series are sealed into chunks again");
    } else {
      runtime::LogError("readings: a series cannot be sealed into chunks",
                        {{"why", sealing.message()}});
    }
  }

  const std::shared_ptr<const storage::CityPack> pack_;
  const std::unique_ptr<storage::ReadingsStore> store_;
  const std::unique_ptr<WallClock> machine_;
  const runtime::MonotonicClock monotonic_;
  const std::unique_ptr<ClockKeeper> clock_;
  const absl::Duration stall_after_;
  const runtime::MemoryBudget& memory_;
  ReadingsMetrics metrics_;
  MeasureDirectory directory_;
  ReadingIngest ingest_;
  ReadingQuery query_;
  const RejectedReadings rejected_;
  StationDirectory stations_;
  ReadingServiceImpl reading_service_;
  StationServiceImpl station_service_;
  ClockServiceImpl clock_service_;
  ReadingsBackup backup_;
  const runtime::BackupSources::Registration backed_up_;
  std::uint64_t lost_chunks_told_ = 0;  // used by Upkeep() only, like the next
  bool sealing_ok_told_ = true;
  absl::Time next_drop_ = absl::InfinitePast();  // by the monotonic clock; used by Upkeep() only
  std::unique_ptr<runtime::TickThread> upkeep_;
};

absl::StatusOr<std::unique_ptr<runtime::Module>> Make(const runtime::ModuleContext& context) {
  ASSIGN_OR_RETURN(std::string directory, runtime::OpenDataDirectory(context.config, "readings"));
  ASSIGN_OR_RETURN(std::unique_ptr<storage::ReadingsStore> store,
                   storage::ReadingsStore::Open(
                       StoreOptions(context.config, context.memory, std::move(directory))));
  RETURN_IF_ERROR(SeedFromPack(context.pack->stations(), store->registrar()));
  auto machine = std::make_unique<WallClock>();
  const ClockLimits limits{.ahead_max = context.config.GetDuration("readings.clock_ahead_max"),
                           .jump_per_run = context.config.GetDouble("readings.clock_jump_per_run")};
  ASSIGN_OR_RETURN(std::unique_ptr<ClockKeeper> clock, ClockKeeper::Load(*store, *machine, limits));
  const storage::ReadingsStoreStats stats = store->Stats();
  runtime::LogInfo("readings: store opened", {{"measures", stats.series_count},
                                              {"oldest_offset", stats.oldest_offset},
                                              {"last_offset", stats.last_offset},
                                              {"readings_in_memory", stats.head_readings}});
  if (const std::string loss = store->Loss(); !loss.empty()) {
    runtime::LogError("readings: acknowledged writes are lost", {{"what", loss}});
  }
  return std::make_unique<Readings>(context, std::move(store), std::move(machine),
                                    std::move(clock));
}

}  // namespace

runtime::ModuleSpec ReadingsModule() {
  return {
      .name = "readings",
      .needs = {},
      .services = {v1::ReadingService::service_full_name(), v1::StationService::service_full_name(),
                   common::v1::ClockService::service_full_name()},
      .needs_pack = true,
      .options = Options(),
      .make = Make};
}

}  // namespace citylayers::readings
