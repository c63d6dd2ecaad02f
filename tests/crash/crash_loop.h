// The kill -9 loop: loads a city, kills it at a random time, restarts it and checks everything that
// it acknowledged.
#ifndef CITYLAYERS_TESTS_CRASH_CRASH_LOOP_H_
#define CITYLAYERS_TESTS_CRASH_CRASH_LOOP_H_

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "tests/crash/city.h"
#include "tests/crash/load.h"
#include "tests/support/daemon_process.h"

namespace citylayers::crash {

struct CrashOptions {
  std::uint64_t seed = 1;
  std::string program;    ///< citylayersd
  std::string pack;       ///< a city pack with roads, terrain and the gauge phu-an
  std::string directory;  ///< empty: data and log of the server
  int segments = 200;     ///< with speeds, near each of two places
  /// Maximum time from the start of the process until its tiles equal those before the kill.
  absl::Duration recovery_max = absl::Seconds(5);
};

/// Result of one cycle.
struct CycleResult {
  bool quiescent = false;          ///< no load before the kill; the tiles were recorded
  absl::Duration listening;        ///< from the start of the process
  absl::Duration recovery;         ///< until the tiles were equal; for quiescent cycles
  std::vector<std::string> wrong;  ///< empty: the cycle passed
};

/// Runs cycles on one data directory. Every second cycle lets the city settle before the kill and
/// compares traffic and flood tiles afterwards; the others kill it 5 to 500 ms into the load.
/// After each restart it checks:
///  - the log has every acknowledged batch once and no other reading than was sent, and a batch
///    without acknowledgement is there as a whole or not at all;
///  - queries give exactly the readings of the log;
///  - batches sent again are stored once;
///  - each acknowledged action is in the audit trail once; no condition has two alerts.
/// Not thread-safe.
class CrashLoop {
 public:
  explicit CrashLoop(CrashOptions options) : options_(std::move(options)), random_(options_.seed) {}

  /// Starts the city and lists its measures.
  absl::Status SetUp();
  /// Errors: the loop cannot continue, e.g. the daemon does not start again.
  absl::StatusOr<CycleResult> RunCycle(int cycle);
  /// "12,340 readings in 120 batches, 37 actions".
  std::string Summary() const;

 private:
  struct TileState {
    std::string content_tag;
    std::string data;
    bool operator==(const TileState&) const = default;
  };

  absl::Status Restart();
  absl::StatusOr<std::vector<TileState>> Tiles();
  absl::StatusOr<std::vector<TileState>> SettledTiles();
  absl::Status WaitForTiles(const std::vector<TileState>& before, absl::Time started,
                            CycleResult* result);
  absl::Status CheckReadings(std::vector<std::string>* wrong);
  absl::Status SendAgain(std::vector<std::string>* wrong);
  absl::Status CheckActions(std::vector<std::string>* wrong);
  absl::Status CheckAlerts(bool settled, bool high_water, std::vector<std::string>* wrong);
  absl::Status AwaitAlerts(bool high_water);
  static bool HighWater(int cycle) { return cycle % 6 < 4; }

  const CrashOptions options_;
  std::mt19937_64 random_;
  Story story_;
  std::unique_ptr<test_support::DaemonProcess> daemon_;
  std::unique_ptr<City> city_;
  absl::Duration listening_;
  std::uint64_t log_offset_ = 0;
  int high_waters_ = 0;  // started so far
};

}  // namespace citylayers::crash

#endif  // CITYLAYERS_TESTS_CRASH_CRASH_LOOP_H_
