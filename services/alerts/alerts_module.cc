#include "services/alerts/alerts_module.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"

#include "base/status_macros.h"
#include "services/alerts/alerts_backup.h"
#include "services/alerts/alerts_options.h"
#include "services/alerts/cut_offs.h"
#include "services/alerts/evaluator.h"
#include "services/runtime/backup_source.h"
#include "services/runtime/data_directory.h"
#include "services/runtime/log.h"
#include "services/runtime/module_channels.h"
#include "services/runtime/monotonic_clock.h"
#include "services/runtime/tick_thread.h"
#include "storage/alerts/rocks_alert_store.h"

namespace citylayers::alerts {
namespace {

class Alerts final : public runtime::Module {
 public:
  Alerts(const runtime::ModuleContext& context, std::unique_ptr<storage::AlertStore> store,
         std::unique_ptr<AlertManager> manager, ConditionFollowerOptions input_options)
      : context_(context),
        store_(std::move(store)),
        manager_(std::move(manager)),
        input_options_(input_options),
        cut_offs_(context.metrics),
        service_(*manager_, context.city_clock, context.calls, cut_offs_,
                 ServiceLimitsOf(context.config)),
        backup_(*store_),
        backed_up_(context.backups, backup_) {}

  std::vector<grpc::Service*> GrpcServices() override { return {&service_}; }

  absl::Status Start() override {
    const auto flood = context_.channels.To("flood");
    const auto traffic = context_.channels.To("traffic");
    // Each change of an input is evaluated at once; ages and holds are evaluated every tick.
    inputs_ = std::make_unique<ConditionFollower>(
        flood, traffic, cut_offs_, input_options_, [this] { WakeEvaluation(); }, machine_clock_);
    evaluator_ = std::make_unique<Evaluator>(
        *manager_, [this](absl::Time since, absl::Time now) { return inputs_->Read(since, now); },
        context_.city_clock, context_.metrics);
    absl::MutexLock lock(&ticks_mutex_);
    ticks_ = std::make_unique<runtime::TickThread>(context_.config.GetDuration("alerts.tick"),
                                                   [this] { evaluator_->Evaluate(); });
    return absl::OkStatus();
  }

  absl::Status Ready() const override {
    RETURN_IF_ERROR(store_->WriteStatus());
    return evaluator_ == nullptr ? absl::OkStatus() : evaluator_->Ready();
  }

  std::vector<std::string> Notices() const override {
    const std::string loss = store_->Loss();
    return loss.empty() ? std::vector<std::string>() : std::vector<std::string>{loss};
  }

  void Stop() override {
    std::unique_ptr<runtime::TickThread> ticks;
    {
      absl::MutexLock lock(&ticks_mutex_);
      ticks = std::move(ticks_);
    }
    ticks.reset();
    evaluator_.reset();
    inputs_.reset();
  }

 private:
  void WakeEvaluation() {
    absl::MutexLock lock(&ticks_mutex_);
    if (ticks_ != nullptr) ticks_->Wake();
  }

  const runtime::ModuleContext context_;
  const std::unique_ptr<storage::AlertStore> store_;
  const std::unique_ptr<AlertManager> manager_;
  const ConditionFollowerOptions input_options_;
  CutOffs cut_offs_;
  AlertServiceImpl service_;
  AlertsBackup backup_;
  const runtime::BackupSources::Registration backed_up_;
  const runtime::MonotonicClock machine_clock_;
  std::unique_ptr<ConditionFollower> inputs_;
  std::unique_ptr<Evaluator> evaluator_;
  absl::Mutex ticks_mutex_;
  std::unique_ptr<runtime::TickThread> ticks_ ABSL_GUARDED_BY(ticks_mutex_);
};

absl::StatusOr<std::unique_ptr<runtime::Module>> Make(const runtime::ModuleContext& context) {
  ASSIGN_OR_RETURN(const ConditionFollowerOptions input_options,
                   ConditionFollowerOptionsOf(context.config));
  ASSIGN_OR_RETURN(const std::string directory,
                   runtime::OpenDataDirectory(context.config, "alerts"));
  ASSIGN_OR_RETURN(std::unique_ptr<storage::AlertStore> store,
                   storage::OpenRocksAlertStore(directory));
  if (const std::string loss = store->Loss(); !loss.empty()) {
    runtime::LogError("alerts: changes of alerts are lost", {{"what", loss}});
  }
  ASSIGN_OR_RETURN(std::unique_ptr<AlertManager> manager,
                   AlertManager::Open(*store, AlertManagerOptionsOf(context.config)));
  return std::unique_ptr<runtime::Module>(
      std::make_unique<Alerts>(context, std::move(store), std::move(manager), input_options));
}

}  // namespace

runtime::ModuleSpec AlertsModule() {
  return {.name = "alerts",
          .needs = {"readings", "flood", "traffic"},
          .services = {v1::AlertService::service_full_name()},
          .options = AlertsOptions(),
          .make = Make};
}

}  // namespace citylayers::alerts
