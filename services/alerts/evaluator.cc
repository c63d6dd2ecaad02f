#include "services/alerts/evaluator.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "services/alerts/alert_service.h"
#include "services/runtime/log.h"
#include "services/runtime/monotonic_clock.h"

namespace citylayers::alerts {

Evaluator::Evaluator(AlertManager& manager, ReadInputs read_inputs, const runtime::CityClock& clock,
                     runtime::Metrics& metrics)
    : manager_(manager),
      read_inputs_(std::move(read_inputs)),
      clock_(clock),
      active_(metrics.Gauge("citylayers_alerts_active", "Alerts that are not resolved")),
      silent_gauge_(metrics.Gauge("citylayers_alerts_silent", "Alerts whose subject has no data")),
      gaps_gauge_(metrics.Gauge("citylayers_alerts_data_gaps",
                                "Gauges and lists that the rules cannot evaluate")),
      failed_evaluations_(metrics.Counter("citylayers_alerts_failed_evaluations_total",
                                          "Evaluations whose result could not be stored")),
      evaluation_seconds_(metrics.Seconds("citylayers_alerts_evaluation_seconds",
                                          "Time to apply the rules and to store the result")) {
  for (const char* input : {kStagesInput, kStreetsInput, kJamsInput}) {
    input_down_[input] = &metrics.Gauge(
        "citylayers_alerts_input_down",
        "1 while the list cannot be read, so that its alerts keep their state", {{"input", input}});
  }
}

void Evaluator::Evaluate() {
  if (clock_.state().mode() == common::v1::CLOCK_MODE_UNSPECIFIED) return;
  const runtime::MonotonicClock clock;
  const absl::Time start = clock.Now();
  const EvaluationTime before = EvaluationTimeOf(clock_);
  const std::optional<Conditions> conditions =
      read_inputs_(before.city - manager_.StageWindow(before), before.city);
  if (!conditions.has_value()) return;
  NoteStatus(manager_.Evaluate(*conditions, EvaluationTimeOf(clock_)));
  NoteSilence();
  NoteGaps(*conditions);
  active_.Set(static_cast<double>(manager_.book().active_count()));
  evaluation_seconds_.Observe(absl::ToDoubleSeconds(clock.Now() - start));
}

absl::Status Evaluator::Ready() const {
  const absl::MutexLock lock(&mutex_);
  return ready_;
}

void Evaluator::NoteGaps(const Conditions& conditions) {
  gaps_gauge_.Set(static_cast<double>(manager_.book().data_gaps().size()));
  for (auto& [input, gauge] : input_down_) gauge->Set(0);
  absl::Status ready;
  for (const InputFailure& failure : conditions.failures) {
    input_down_.at(failure.input)->Set(1);
    ready = absl::UnavailableError(
        absl::StrCat("the alert rules cannot read ", failure.input, ": ", failure.why));
  }
  const absl::MutexLock lock(&mutex_);
  ready_ = std::move(ready);
}

void Evaluator::NoteStatus(const absl::Status& status) {
  if (!status.ok()) failed_evaluations_.Increment();
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
void Evaluator::NoteSilence() {
  const std::vector<std::string> subjects = manager_.book().silent_subjects();
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
