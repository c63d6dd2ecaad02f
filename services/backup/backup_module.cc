#include "services/backup/backup_module.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>

#include "base/build_info.h"
#include "base/clock.h"
#include "base/strings.h"
#include "services/backup/backup_runner.h"
#include "services/backup/backup_service.h"
#include "services/runtime/backup_source.h"
#include "services/runtime/log.h"
#include "services/runtime/monotonic_clock.h"

namespace citylayers::backup {
namespace {

using runtime::Option;
using runtime::OptionType;

std::vector<Option> Options() {
  return {
      {"backup.directory", OptionType::kString, "",
       "Directory for backups, an absolute path, on another disk than server.data; created when "
       "missing. Empty: no backups."},
      {"backup.min_free_bytes", OptionType::kInt, "268435456",
       "Free space that a backup leaves on the file system of backup.directory, bytes.", 0, 1e15},
      {"backup.keep_min", OptionType::kInt, "2",
       "Minimum number of backups that remain when a call asks to keep fewer.", 1, 1e6},
  };
}

absl::Status Check(const runtime::Config& config) {
  const std::string& directory = config.GetString("backup.directory");
  if (directory.empty() || std::filesystem::path(directory).is_absolute()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      StrCat("backup.directory = \"", directory, "\" must be an absolute path"));
}

BackupJobOptions JobOptions(const runtime::Config& config) {
  return {.backups = config.GetString("backup.directory"),
          .data = config.GetString("server.data"),
          .program_version = std::string(GetBuildInfo().version),
          .min_free_bytes = static_cast<std::uint64_t>(config.GetInt("backup.min_free_bytes")),
          .keep_min = static_cast<std::size_t>(config.GetInt("backup.keep_min"))};
}

class Backup final : public runtime::Module {
 public:
  explicit Backup(const runtime::ModuleContext& context)
      : sources_(context.backups),
        options_(JobOptions(context.config)),
        last_success_(context.metrics.Gauge(
            "citylayers_backup_last_success_timestamp_seconds",
            "Time of the last complete backup since the start, seconds since 1970; 0: none.")),
        duration_(context.metrics.Gauge("citylayers_backup_duration_seconds",
                                        "Duration of the last complete backup.")),
        bytes_(context.metrics.Gauge("citylayers_backup_bytes",
                                     "Size of all files of the last complete backup.")),
        failures_(context.metrics.Counter("citylayers_backup_failures_total",
                                          "Backups that failed or were cancelled.")),
        runner_([this](const BackupRequest& request, const OnProgress& on_progress) {
          return Run(request, on_progress);
        }),
        service_(context.calls, runner_, options_.backups) {}

  std::vector<grpc::Service*> GrpcServices() override { return {&service_}; }

  absl::Status Start() override {
    RemoveLeftCopies(options_.data, sources_.all());
    return absl::OkStatus();
  }

  void Stop() override { runner_.Stop(); }

 private:
  absl::StatusOr<MadeBackup> Run(const BackupRequest& request, const OnProgress& on_progress) {
    const absl::Time start = monotonic_.Now();
    absl::StatusOr<MadeBackup> made =
        MakeBackup(options_, sources_.all(), request, clock_, on_progress);
    const double took_s = absl::ToDoubleSeconds(monotonic_.Now() - start);
    if (!made.ok()) {
      failures_.Increment();
      runtime::LogError("backup failed", {{"why", ToStd(made.status().message())}});
      return made;
    }
    last_success_.Set(absl::ToDoubleSeconds(made->manifest.time - absl::UnixEpoch()));
    duration_.Set(took_s);
    bytes_.Set(static_cast<double>(made->manifest.bytes()));
    const storage::BackupStore* readings = made->manifest.FindStore("readings");
    runtime::LogInfo("backup complete", {{"name", made->name},
                                         {"offset", readings == nullptr ? 0 : readings->offset},
                                         {"bytes", made->manifest.bytes()},
                                         {"copied_bytes", made->copied_bytes},
                                         {"removed", made->removed.size()},
                                         {"took_s", took_s}});
    return made;
  }

  const WallClock clock_;
  const runtime::MonotonicClock monotonic_;
  const runtime::BackupSources& sources_;
  const BackupJobOptions options_;
  prometheus::Gauge& last_success_;
  prometheus::Gauge& duration_;
  prometheus::Gauge& bytes_;
  prometheus::Counter& failures_;
  BackupRunner runner_;
  BackupServiceImpl service_;
};

}  // namespace

runtime::ModuleSpec BackupModule() {
  return {.name = "backup",
          // Not called: their stores are copied, and they must be there first and end last.
          .needs = {"keys", "readings", "alerts"},
          .services = {v1::BackupService::service_full_name()},
          .options = Options(),
          .check = Check,
          .make = [](const runtime::ModuleContext& context)
              -> absl::StatusOr<std::unique_ptr<runtime::Module>> {
            return std::make_unique<Backup>(context);
          }};
}

}  // namespace citylayers::backup
