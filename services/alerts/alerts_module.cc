#include "services/alerts/alerts_module.h"

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "spdlog/spdlog.h"
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>

#include "proto/support/status_macros.h"
#include "services/alerts/alert_service.h"
#include "services/alerts/input_client.h"
#include "services/layers/tick_thread.h"
#include "services/runtime/city_clock.h"
#include "storage/alerts/rocks_alert_store.h"

namespace citylayers::alerts {
namespace {

using runtime::OptionType;

class Alerts final : public runtime::Module {
 public:
  Alerts(runtime::ModuleContext& context, std::unique_ptr<storage::AlertStore> store,
         std::unique_ptr<AlertDesk> desk)
      : context_(context),
        store_(std::move(store)),
        desk_(std::move(desk)),
        service_(*desk_, context.city_clock(), context.calls()),
        active_(
            context.metrics().Gauge("citylayers_alerts_active", "Alerts that are not resolved")),
        silent_gauge_(context.metrics().Gauge("citylayers_alerts_silent",
                                              "Alerts whose subject has no data")),
        failed_looks_(context.metrics().Counter("citylayers_alerts_failed_looks_total",
                                                "Looks whose result could not be stored")),
        look_seconds_(context.metrics().Seconds(
            "citylayers_alerts_look_seconds", "Time to ask the services, apply rules and store")) {}

  std::vector<grpc::Service*> GrpcServices() override { return {&service_}; }

  absl::Status Start() override {
    InputClientOptions options;
    options.street_class_min = context_.config().GetString("alerts.street_class_min");
    inputs_ = std::make_unique<InputClient>(context_.Channel("flood"), context_.Channel("traffic"),
                                            std::move(options));
    looker_ = std::make_unique<layers::TickThread>(context_.config().GetDuration("alerts.tick"),
                                                   [this] { LookOnce(); });
    return absl::OkStatus();
  }

  void Stop() override {
    looker_.reset();
    inputs_.reset();
  }

 private:
  void LookOnce() {
    // Before the clock's owner has spoken, "now" and "exercise" would be guesses.
    if (context_.city_clock().state().mode() == common::v1::CLOCK_MODE_UNSPECIFIED) return;
    const absl::Time start = absl::Now();
    const Look look = inputs_->Read();
    const absl::Status status = desk_->Observe(look, MomentOf(context_.city_clock()));
    if (!status.ok()) failed_looks_.Increment();
    if (status != last_status_) {
      if (status.ok()) {
        spdlog::info("alerts: alerts are stored again");
      } else {
        spdlog::error("alerts: {}; trying again every {}", std::string(status.message()),
                      absl::FormatDuration(context_.config().GetDuration("alerts.tick")));
      }
      last_status_ = status;
    }
    NoteSilence();
    active_.Set(static_cast<double>(desk_->active_count()));
    look_seconds_.Observe(absl::ToDoubleSeconds(absl::Now() - start));
  }

  // Says once when what an alert is about falls silent, and when it is heard again.
  void NoteSilence() {
    const std::vector<std::string> subjects = desk_->silent_subjects();
    std::set<std::string> silent(subjects.begin(), subjects.end());
    for (const std::string& subject : silent) {
      if (!silent_.contains(subject)) {
        spdlog::warn("alerts: no data of {}; its alert stays as it is", subject);
      }
    }
    for (const std::string& subject : silent_) {
      if (!silent.contains(subject)) spdlog::info("alerts: {} is heard again, or over", subject);
    }
    silent_gauge_.Set(static_cast<double>(silent.size()));
    silent_ = std::move(silent);
  }

  runtime::ModuleContext& context_;
  const std::unique_ptr<storage::AlertStore> store_;
  const std::unique_ptr<AlertDesk> desk_;
  AlertServiceImpl service_;
  prometheus::Gauge& active_;
  prometheus::Gauge& silent_gauge_;
  prometheus::Counter& failed_looks_;
  prometheus::Histogram& look_seconds_;
  absl::Status last_status_;      // Of the looker's thread.
  std::set<std::string> silent_;  // Of the looker's thread.
  std::unique_ptr<InputClient> inputs_;
  std::unique_ptr<layers::TickThread> looker_;
};

absl::StatusOr<std::unique_ptr<runtime::Module>> Make(runtime::ModuleContext& context) {
  ASSIGN_OR_RETURN(const std::string directory, context.DataDirectory("alerts"));
  ASSIGN_OR_RETURN(std::unique_ptr<storage::AlertStore> store,
                   storage::OpenRocksAlertStore(directory));
  ASSIGN_OR_RETURN(std::unique_ptr<AlertDesk> desk,
                   AlertDesk::Open(*store, DeskOptionsOf(context.config())));
  return std::unique_ptr<runtime::Module>(
      std::make_unique<Alerts>(context, std::move(store), std::move(desk)));
}

}  // namespace

DeskOptions DeskOptionsOf(const runtime::Config& config) {
  DeskOptions options;
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
  options.cap.sender = config.GetString("alerts.cap_sender");
  options.cap.sender_name = config.GetString("alerts.cap_sender_name");
  options.active_max = static_cast<size_t>(config.GetInt("alerts.active_max"));
  return options;
}

runtime::ModuleSpec AlertsModule() {
  return {
      .name = "alerts",
      .needs = {"readings", "flood", "traffic"},
      .services = {v1::AlertService::service_full_name()},
      .options =
          {
              {"alerts.tick", OptionType::kDuration, "1s", "Time between two looks at the city.",
               0.1, 60},
              {"alerts.active_max", OptionType::kInt, "10000",
               "Alerts that are not resolved; more are not raised.", 1, 1e6},
              {"alerts.cap_sender", OptionType::kString, "alerts@citylayers.example",
               "Sender of CAP messages: an address in the city's own domain."},
              {"alerts.cap_sender_name", OptionType::kString, "citylayers – Thành phố Hồ Chí Minh",
               "Who speaks in CAP messages, for people."},
              {"alerts.stage_readings", OptionType::kInt, "2",
               "Readings in a row at a level that begin or end it.", 1, 100},
              {"alerts.stage_clear_below_m", OptionType::kDouble, "0.05",
               "An alert level ends this far under it, metres.", 0.001, 5},
              {"alerts.stage_immediate_above_m", OptionType::kDouble, "0.1",
               "Urgency is Immediate this far over level III, metres.", 0.001, 5},
              {"alerts.stage_radius_m", OptionType::kDouble, "5000",
               "Radius of the area that a gauge speaks for, metres.", 1, 1e5},
              {"alerts.street_class_min", OptionType::kString, "tertiary",
               "Least important class of road whose water is an alert of its own."},
              {"alerts.street_min_tier", OptionType::kInt, "2",
               "Lowest depth class that raises: 1 from 0.10 m, 2 from 0.20 m, 3 from 0.30 m, 4 "
               "from "
               "0.50 m.",
               1, 4},
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
               "Shorter queues raise nothing, metres.", 0, 1e5},
              {"alerts.jam_queue_hold", OptionType::kDuration, "10m",
               "City time for which a queue must hold to raise."},
              {"alerts.jam_official_hold", OptionType::kDuration, "30m",
               "City time after which a standstill is a jam by the city's definition."},
              {"alerts.jam_keep", OptionType::kDuration, "5m",
               "City time for which a jam must be gone to end."},
          },
      .make = Make};
}

}  // namespace citylayers::alerts
