// Report of measured figures: text on standard output, JSON lines for programs.
#ifndef CITYLAYERS_TESTS_BENCH_REPORT_H_
#define CITYLAYERS_TESTS_BENCH_REPORT_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace citylayers::bench {

/// One measured figure; names are those of the budgets, e.g. "tiles.cold_z12_14_p50_ms".
struct Figure {
  std::string name;
  double value = 0;
  std::string unit;
  std::string note;       ///< measured operation and data, with percentiles
  std::string peer;       ///< program that did the same work; empty: none
  double peer_value = 0;  ///< in the same unit
  double ratio =
      0;  ///< improvement over the peer by the figure's own measure; set together with `peer`
};

/// Percentiles of a sample, nearest rank. REQUIRES: not empty.
struct Percentiles {
  double p50 = 0, p90 = 0, p99 = 0, max = 0;
  std::size_t count = 0;
};
Percentiles PercentilesOf(std::vector<double> values);
/// "p50 1.2, p90 1.5, p99 2.0, max 2.2 ms of 100".
std::string TextOf(const Percentiles& percentiles, std::string_view unit);

/// Prints figures as they are added and appends them to a file when one is given. Not thread-safe.
class Report {
 public:
  /// INVALID_ARGUMENT: the file cannot be written. `command` is the command line of the benchmark.
  static absl::StatusOr<Report> Open(std::string json_file, std::string command);

  /// Prints processor, cores, kernel and memory of this machine.
  void PrintMachine() const;
  void Add(const Figure& figure);
  /// Reports a figure that cannot be measured here, and how to enable it.
  void Skip(std::string_view name, std::string_view why);
  /// Reports a figure whose measurement failed.
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
