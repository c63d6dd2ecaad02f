// Reads the city's inputs and has the alert desk evaluate them, once per tick.
#ifndef CITYLAYERS_SERVICES_ALERTS_LOOKER_H_
#define CITYLAYERS_SERVICES_ALERTS_LOOKER_H_

#include <map>
#include <set>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>

#include "services/alerts/alert_desk.h"
#include "services/alerts/input_client.h"
#include "services/runtime/city_clock.h"
#include "services/runtime/metrics.h"

namespace citylayers::alerts {

/// Runs one evaluation at a time: reads the services, passes the result to the desk, and reports
/// failures and subjects without data: in the log when they begin and end, in metrics always. One
/// caller at a time; blocks as InputClient does.
class Looker {
 public:
  /// All arguments must outlive the looker.
  Looker(AlertDesk& desk, InputClient& inputs, const runtime::CityClock& clock,
         runtime::Metrics& metrics);

  /// Does nothing before the clock's owner has sent a state: "now" and "exercise" are unknown until
  /// then.
  void LookOnce();

  /// OK when the last evaluation could read all inputs; else names the list that failed, and the
  /// reason. Thread-safe.
  absl::Status Ready() const;

 private:
  void NoteGaps(const Look& look);
  void NoteStatus(const absl::Status& status);
  void NoteSilence();

  AlertDesk& desk_;
  InputClient& inputs_;
  const runtime::CityClock& clock_;
  prometheus::Gauge& active_;
  prometheus::Gauge& silent_gauge_;
  prometheus::Gauge& gaps_gauge_;
  std::map<std::string, prometheus::Gauge*> input_down_;  // By input.
  prometheus::Counter& failed_looks_;
  prometheus::Histogram& look_seconds_;
  absl::Status last_status_;
  std::set<std::string> silent_;
  mutable absl::Mutex mutex_;
  absl::Status ready_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_SERVICES_ALERTS_LOOKER_H_
