// The load on a city until it is killed: a replay, its gauges and an operator.
#ifndef CITYLAYERS_TESTS_CRASH_LOAD_H_
#define CITYLAYERS_TESTS_CRASH_LOAD_H_

#include <atomic>
#include <cstdint>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "tests/crash/city.h"
#include "tests/crash/ledger.h"

namespace citylayers::crash {

/// An acknowledgement of an alert. Each has a different actor, which identifies it in the audit
/// trail.
struct Action {
  std::string alert;
  std::string actor;
  bool acknowledged = false;
};

/// State that continues from one process of the server to the next.
struct Story {
  Ledger ledger;
  std::vector<Action> actions;
  std::vector<std::string> speed_measures;
  std::vector<std::string> level_measures;
  std::vector<std::string> rain_measures;
  absl::Time city_time;
  std::uint64_t speed_sequence = 0;
  std::uint64_t gauge_sequence = 0;
  std::uint64_t epoch = 1;

  std::vector<std::string> AllMeasures() const;
};

/// Three threads: one drives the city clock and writes stages and rain, one writes speeds, one
/// acknowledges open alerts. Each ends at the first failed call; its batch or action then stays
/// unacknowledged in the story.
///
///   Load load(city, story, /*high_water=*/true, seed);
///   load.Start();
///   load.ExpectFailures();
///   daemon.Kill();
///   load.Join();
class Load {
 public:
  /// High water is above báo động III, otherwise the water is low. The references must outlive
  /// this.
  Load(City& city, Story& story, bool high_water, std::uint64_t seed)
      : city_(city), story_(story), high_water_(high_water), seed_(seed) {}
  ~Load() { Join(); }

  void Start();
  /// Failed calls after this are expected.
  void ExpectFailures() { failures_expected_ = true; }
  /// Ends the threads after the calls under way, and waits for them.
  void Join();

  /// Calls that failed before failures were expected, and wrong answers.
  std::vector<std::string> surprises() const;

 private:
  void DriveAndGauge();
  void SendSpeeds();
  void Operate();
  bool Send(const readings::v1::WriteReadingsRequest& request);
  void Surprise(const std::string& what);

  City& city_;
  Story& story_;
  const bool high_water_;
  const std::uint64_t seed_;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> failures_expected_{false};
  std::atomic<std::int64_t> city_ms_{0};
  std::vector<std::thread> threads_;
  mutable absl::Mutex mutex_;
  std::vector<std::string> surprises_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace citylayers::crash

#endif  // CITYLAYERS_TESTS_CRASH_LOAD_H_
