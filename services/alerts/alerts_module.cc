#include "services/alerts/alerts_module.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/synchronization/mutex.h"

#include "base/status_macros.h"
#include "geo/flood/depth_class.h"
#include "geo/roads/road_class.h"
#include "services/alerts/cut_offs.h"
#include "services/alerts/evaluator.h"
#include "services/runtime/config/suggestion.h"
#include "services/runtime/data_directory.h"
#include "services/runtime/log.h"
#include "services/runtime/module_channels.h"
#include "services/runtime/monotonic_clock.h"
#include "services/runtime/tick_thread.h"
#include "storage/alerts/rocks_alert_store.h"

namespace citylayers::alerts {
namespace {

using runtime::OptionType;

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
                 ServiceLimitsOf(context.config)) {}

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
  const runtime::MonotonicClock machine_clock_;
  std::unique_ptr<ConditionFollower> inputs_;
  std::unique_ptr<Evaluator> evaluator_;
  absl::Mutex ticks_mutex_;
  std::unique_ptr<runtime::TickThread> ticks_ ABSL_GUARDED_BY(ticks_mutex_);
};

std::vector<std::string> RoadClassWords() {
  return {geo::kRoadClassWords.begin(), geo::kRoadClassWords.end()};
}

// "1 from 0.10 m, 2 from 0.20 m, ...".
std::string DepthTiers() {
  std::string text;
  for (std::size_t i = 0; i < geo::kWetClasses.size(); ++i) {
    absl::StrAppendFormat(&text, "%s%d from %.2f m", i == 0 ? "" : ", ", static_cast<int>(i) + 1,
                          geo::kWetClassesFromM<double>[i]);
  }
  return text;
}

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

AlertManagerOptions AlertManagerOptionsOf(const runtime::Config& config) {
  AlertManagerOptions options;
  StageRuleOptions& stage = options.rules.stage;
  stage.clear_below_m = config.GetDouble("alerts.stage_clear_below_m");
  stage.readings = static_cast<int>(config.GetInt("alerts.stage_readings"));
  stage.immediate_above_m = config.GetDouble("alerts.stage_immediate_above_m");
  stage.radius_m = config.GetDouble("alerts.stage_radius_m");
  StreetDepthRuleOptions& street = options.rules.street_depth;
  street.clear_below_m = config.GetDouble("alerts.street_clear_below_m");
  street.hold = config.GetDuration("alerts.street_hold");
  street.keep = config.GetDuration("alerts.street_keep");
  street.min_tier = static_cast<int>(config.GetInt("alerts.street_min_tier"));
  JamRuleOptions& jam = options.rules.jam;
  jam.queue_hold = config.GetDuration("alerts.jam_queue_hold");
  jam.official_hold = config.GetDuration("alerts.jam_official_hold");
  jam.keep = config.GetDuration("alerts.jam_keep");
  jam.length_min_m = config.GetDouble("alerts.jam_length_m_min");
  jam.min_tier = static_cast<int>(config.GetInt("alerts.jam_min_tier"));
  options.rules.outage.hold = config.GetDuration("alerts.outage_hold");
  options.cap.sender = config.GetString("alerts.cap_sender");
  options.cap.sender_name = config.GetString("alerts.cap_sender_name");
  options.active_max = static_cast<size_t>(config.GetInt("alerts.active_max"));
  options.caps_scanned_max = static_cast<size_t>(config.GetInt("alerts.caps_scanned_max"));
  options.watch_held_max = static_cast<size_t>(config.GetInt("alerts.watch_held_max"));
  return options;
}

AlertServiceLimits ServiceLimitsOf(const runtime::Config& config) {
  AlertServiceLimits limits;
  limits.page_size_max = static_cast<int>(config.GetInt("alerts.page_size_max"));
  limits.page_size_default = std::min(limits.page_size_default, limits.page_size_max);
  limits.caps_max = static_cast<int>(config.GetInt("alerts.cap_list_max"));
  limits.caps_default = std::min(limits.caps_default, limits.caps_max);
  limits.watch_snapshot_max = static_cast<int>(config.GetInt("alerts.watch_snapshot_max"));
  return limits;
}

absl::StatusOr<ConditionFollowerOptions> ConditionFollowerOptionsOf(const runtime::Config& config) {
  ConditionFollowerOptions options;
  options.lists.silence_max = config.GetDuration("alerts.input_silence_max");
  options.lists.rows_max = static_cast<std::size_t>(config.GetInt("alerts.input_rows_max"));
  const std::string& word = config.GetString("alerts.street_class_min");
  const std::optional<geo::RoadClass> street_class_min = geo::ParseRoadClass(word);
  if (!street_class_min.has_value()) {
    const std::vector<std::string> words = RoadClassWords();
    const std::string near = runtime::Suggest(word, words);
    return absl::InvalidArgumentError(
        absl::StrCat("alerts.street_class_min: there is no class of road \"", word, "\"",
                     near.empty() ? "" : absl::StrCat("; did you mean \"", near, "\"?"),
                     " (any of ", absl::StrJoin(words, ", "), ")"));
  }
  options.street_class_min = *street_class_min;
  return options;
}

runtime::ModuleSpec AlertsModule() {
  return {
      .name = "alerts",
      .needs = {"readings", "flood", "traffic"},
      .services = {v1::AlertService::service_full_name()},
      .options =
          {
              {"alerts.tick", OptionType::kDuration, "1s",
               "Maximum time between two evaluations of the rules; a change of an input is "
               "evaluated at once.",
               0.1, 60},
              {"alerts.active_max", OptionType::kInt, "10000",
               "Maximum number of unresolved alerts; further ones are not raised.", 1, 1e6},
              {"alerts.page_size_max", OptionType::kInt, "1000",
               "Maximum number of alerts per page of ListAlerts.", 1, 1000},
              {"alerts.cap_list_max", OptionType::kInt, "1000",
               "Maximum number of CAP messages in a list; the newest are kept.", 1, 1000},
              {"alerts.caps_scanned_max", OptionType::kInt, "10000",
               "Maximum number of CAP messages that one list reads, including long ended ones.", 1,
               1e6},
              {"alerts.watch_snapshot_max", OptionType::kInt, "1000",
               "Maximum number of alerts in a watcher's snapshot; the newest are kept.", 1, 1000},
              {"alerts.watch_held_max", OptionType::kInt, "10000",
               "Changed alerts held for watchers; a watcher further behind gets a snapshot.", 1,
               1e6},
              {"alerts.input_silence_max", OptionType::kDuration, "10s",
               "Time without a message after which a stream of the flood or traffic service counts "
               "as broken; they send at least every 5 s.",
               6, 600},
              {"alerts.input_rows_max", OptionType::kInt, "100000",
               "Maximum number of stages, flooded streets or jams; a longer list counts as "
               "unavailable.",
               1, 1e6},
              {"alerts.cap_sender", OptionType::kString, "alerts@citylayers.example",
               "Sender of CAP messages: an address in the city's own domain."},
              {"alerts.cap_sender_name", OptionType::kString, "citylayers – Thành phố Hồ Chí Minh",
               "Name of the sender in CAP messages, as people read it."},
              {"alerts.stage_readings", OptionType::kInt, "2",
               "Consecutive readings that begin or end an alert level.", 1, 100},
              {"alerts.stage_clear_below_m", OptionType::kDouble, "0.05",
               "An alert level ends this far under it, metres.", 0.001, 5},
              {"alerts.stage_immediate_above_m", OptionType::kDouble, "0.1",
               "Urgency is Immediate from this height above level III, metres.", 0.001, 5},
              {"alerts.stage_radius_m", OptionType::kDouble, "5000",
               "Radius of the area of a gauge's alerts, metres.", 1, 1e5},
              {"alerts.street_class_min", OptionType::kString, "tertiary",
               absl::StrCat("Least important class of road whose flooding raises an alert, one of ",
                            absl::StrJoin(RoadClassWords(), ", "), ".")},
              {"alerts.street_min_tier", OptionType::kInt, "2",
               absl::StrCat("Lowest tier of depth that raises: ", DepthTiers(), "."), 1,
               geo::kWetClasses.size()},
              {"alerts.street_clear_below_m", OptionType::kDouble, "0.05",
               "A depth class ends this far under it, metres.", 0.001, 0.09},
              {"alerts.street_hold", OptionType::kDuration, "10m",
               "City time for which a depth must hold to raise."},
              {"alerts.street_keep", OptionType::kDuration, "20m",
               "City time for which a street must be clear to end."},
              {"alerts.jam_min_tier", OptionType::kInt, "2",
               "Lowest jam tier that raises: 1 slow, 2 queue (under 10 km/h), 3 official (under 5 "
               "km/h).",
               1, 3},
              {"alerts.jam_length_m_min", OptionType::kDouble, "200",
               "Minimum length of a queue that raises an alert, metres.", 0, 1e5},
              {"alerts.jam_queue_hold", OptionType::kDuration, "10m",
               "City time for which a queue must hold to raise."},
              {"alerts.jam_official_hold", OptionType::kDuration, "30m",
               "City time after which a standstill is a jam by the city's definition."},
              {"alerts.outage_hold", OptionType::kDuration, "10m",
               "City time for which data must be missing to raise an alert of kind OUTAGE."},
              {"alerts.jam_keep", OptionType::kDuration, "5m",
               "City time for which a jam must be gone to end."},
          },
      .make = Make};
}

}  // namespace citylayers::alerts
