#include "services/alerts/looker.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "services/alerts/alert_service.h"
#include "services/runtime/log.h"
#include "services/runtime/monotonic_clock.h"

namespace citylayers::alerts {

Looker::Looker(AlertDesk& desk, InputClient& inputs, const runtime::CityClock& clock,
               runtime::Metrics& metrics)
    : desk_(desk),
      inputs_(inputs),
      clock_(clock),
      active_(metrics.Gauge("citylayers_alerts_active", "Alerts that are not resolved")),
      silent_gauge_(metrics.Gauge("citylayers_alerts_silent", "Alerts whose subject has no data")),
      gaps_gauge_(metrics.Gauge("citylayers_alerts_data_gaps",
                                "Gauges and lists that the rules cannot evaluate")),
      failed_looks_(metrics.Counter("citylayers_alerts_failed_looks_total",
                                    "Evaluations whose result could not be stored")),
      look_seconds_(metrics.Seconds("citylayers_alerts_look_seconds",
                                    "Time to ask the services, apply rules and store")) {
  for (const char* input : {kStagesInput, kStreetsInput, kJamsInput}) {
    input_down_[input] = &metrics.Gauge(
        "citylayers_alerts_input_down",
        "1 while the list cannot be read, so that its alerts keep their state", {{"input", input}});
  }
}

void Looker::LookOnce() {
  if (clock_.state().mode() == common::v1::CLOCK_MODE_UNSPECIFIED) return;
  const runtime::MonotonicClock clock;
  const absl::Time start = clock.Now();
  const Moment before = MomentOf(clock_);
  const Look look = inputs_.Read(before.city - desk_.StageWindow(before), before.city);
  NoteStatus(desk_.Observe(look, MomentOf(clock_)));
  NoteSilence();
  NoteGaps(look);
  active_.Set(static_cast<double>(desk_.active_count()));
  look_seconds_.Observe(absl::ToDoubleSeconds(clock.Now() - start));
}

absl::Status Looker::Ready() const {
  const absl::MutexLock lock(&mutex_);
  return ready_;
}

void Looker::NoteGaps(const Look& look) {
  gaps_gauge_.Set(static_cast<double>(desk_.data_gaps().size()));
  for (auto& [input, gauge] : input_down_) gauge->Set(0);
  absl::Status ready;
  for (const InputFailure& failure : look.failures) {
    input_down_.at(failure.input)->Set(1);
    ready = absl::UnavailableError(
        absl::StrCat("the alert rules cannot read ", failure.input, ": ", failure.why));
  }
  const absl::MutexLock lock(&mutex_);
  ready_ = std::move(ready);
}

void Looker::NoteStatus(const absl::Status& status) {
  if (!status.ok()) failed_looks_.Increment();
  if (status == last_status_) return;
  if (status.ok()) {
    runtime::LogInfo("alerts: writes succeed again");
  } else {
    runtime::LogError("alerts: write failed; the next evaluation tries again",
                      {{"why", status.message()}});
  }
  last_status_ = status;
}

// Logs once when the subject of an alert stops sending data, and once when that ends.
void Looker::NoteSilence() {
  const std::vector<std::string> subjects = desk_.silent_subjects();
  std::set<std::string> silent(subjects.begin(), subjects.end());
  for (const std::string& subject : silent) {
    if (!silent_.contains(subject)) {
      runtime::LogWarning("alerts: no data; the alert keeps its state", {{"subject", subject}});
    }
  }
  for (const std::string& subject : silent_) {
    if (!silent.contains(subject)) {
      runtime::LogInfo("alerts: data arrive again, or the alert has ended", {{"subject", subject}});
    }
  }
  silent_gauge_.Set(static_cast<double>(silent.size()));
  silent_ = std::move(silent);
}

}  // namespace citylayers::alerts
