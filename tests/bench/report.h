// Figures and how they are told: to people on standard output, to programs as lines of JSON.
#ifndef CITYLAYERS_TESTS_BENCH_REPORT_H_
#define CITYLAYERS_TESTS_BENCH_REPORT_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace citylayers::bench {

/// One measured figure; names are those of the budgets, e.g. "tiles.cold_z12_16_p50_ms".
struct Figure {
  std::string name;
  double value = 0;
  std::string unit;
  std::string note;       ///< what was measured, on what, with percentiles
  std::string peer;       ///< who did the same work; empty: nobody
  double peer_value = 0;  ///< in the same unit
  double ratio = 0;       ///< how much better ours is by the figure's own measure; set with a peer
};

/// Percentiles of a sample, nearest rank. REQUIRES: not empty.
struct Percentiles {
  double p50 = 0, p90 = 0, p99 = 0, max = 0;
  std::size_t count = 0;
};
Percentiles PercentilesOf(std::vector<double> values);
/// "p50 1.2, p90 1.5, p99 2.0, max 2.2 ms of 100".
std::string TextOf(const Percentiles& percentiles, std::string_view unit);

/// Prints figures as they come and appends them to a file when one is given. Not thread-safe.
class Report {
 public:
  /// INVALID_ARGUMENT: the file cannot be written. `command` is what was run.
  static absl::StatusOr<Report> Open(std::string json_file, std::string command);

  /// Processor, cores, kernel and memory of this machine.
  void PrintMachine() const;
  void Add(const Figure& figure);
  /// A figure that cannot be had here, and what to do to have it.
  void Skip(std::string_view name, std::string_view why);
  /// A figure that should have come.
  void Fail(std::string_view name, const absl::Status& status);

  int failed() const { return failed_; }

 private:
  Report(std::string json_file, std::string command)
      : json_file_(std::move(json_file)), command_(std::move(command)) {}

  std::string json_file_;
  std::string command_;
  int failed_ = 0;
};

}  // namespace citylayers::bench

#endif  // CITYLAYERS_TESTS_BENCH_REPORT_H_
