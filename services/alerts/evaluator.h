// Evaluates the alert rules on the present inputs.
#ifndef CITYLAYERS_SERVICES_ALERTS_EVALUATOR_H_
#define CITYLAYERS_SERVICES_ALERTS_EVALUATOR_H_

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>

#include "services/alerts/alert_manager.h"
#include "services/alerts/rules/observations.h"
#include "services/runtime/city_clock.h"
#include "services/runtime/metrics.h"

namespace citylayers::alerts {

/// Runs one evaluation at a time: reads the inputs, passes them to the manager, and reports
/// failures and subjects without data: in the log when they begin and end, in metrics always. One
/// caller at a time.
class Evaluator {
 public:
  /// Returns the inputs at city time `now`, with the readings of gauges from `readings_since` on;
  /// nullopt while they are not known yet.
  using ReadInputs =
      std::function<std::optional<Conditions>(absl::Time readings_since, absl::Time now)>;

  /// The references must outlive the evaluator.
  Evaluator(AlertManager& manager, ReadInputs read_inputs, const runtime::CityClock& clock,
            runtime::Metrics& metrics);

  /// Does nothing before the clock's owner has sent a state ("now" and "exercise" are unknown until
  /// then), and before the inputs are known.
  void Evaluate();

  /// OK when the last evaluation could read all inputs; else names the list that failed, and the
  /// reason. Thread-safe.
  absl::Status Ready() const;

 private:
  void NoteGaps(const Conditions& conditions);
  void NoteStatus(const absl::Status& status);
  void NoteSilence();

  AlertManager& manager_;
  const ReadInputs read_inputs_;
  const runtime::CityClock& clock_;
  prometheus::Gauge& active_;
  prometheus::Gauge& silent_gauge_;
  prometheus::Gauge& gaps_gauge_;
  std::map<std::string, prometheus::Gauge*> input_down_;  // By input.
  prometheus::Counter& failed_evaluations_;
  prometheus::Histogram& evaluation_seconds_;
  absl::Status last_status_;
  std::set<std::string> silent_;
  mutable absl::Mutex mutex_;
  absl::Status ready_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_SERVICES_ALERTS_EVALUATOR_H_
