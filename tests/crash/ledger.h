// Record of what was sent to a city and acknowledged, to compare with what the city has later.
#ifndef CITYLAYERS_TESTS_CRASH_LEDGER_H_
#define CITYLAYERS_TESTS_CRASH_LEDGER_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"

#include "citylayers/readings/v1/reading_service.pb.h"

namespace citylayers::crash {

/// A sent batch. Each (measure, time) is sent in one batch only.
struct SentBatch {
  readings::v1::WriteReadingsRequest request;
  bool acknowledged = false;
};

/// The record of one run. Two reads of the city are compared with it: its log (WatchReadings) must
/// have every row of an acknowledged batch exactly once, and its store (QueryReadings) must return
/// exactly the rows of the log. A batch without an acknowledgement is completely in the log or not
/// at all. Thread-safe.
class Ledger {
 public:
  /// Records a batch before it is sent; returns its number.
  std::size_t Send(const readings::v1::WriteReadingsRequest& request);
  void Acknowledge(std::size_t batch);

  /// Compares rows of the city's log with the record. Returns the differences: a row that was never
  /// sent, another value, a repeated row.
  std::vector<std::string> TakeLog(const readings::v1::ReadingColumns& rows);
  /// Batches that the log lacks completely or partly.
  std::vector<std::string> CheckBatches() const;
  /// Compares the answer to a query of all measures from `begin_ms` with the log: rows that are
  /// missing, repeated, unknown or have another value.
  std::vector<std::string> CheckQuery(const std::vector<readings::v1::ReadingColumns>& answer,
                                      std::int64_t begin_ms) const;

  /// True when the log contained this batch.
  bool InLog(std::size_t batch) const;
  std::vector<std::size_t> Unacknowledged() const;
  readings::v1::WriteReadingsRequest RequestOf(std::size_t batch) const;
  std::size_t batches() const;
  std::size_t acknowledged_rows() const;

 private:
  using Key = std::pair<std::uint32_t, std::int64_t>;  // measure, time in ms
  struct Row {
    double value = 0;
    std::size_t batch = 0;
    int in_log = 0;
  };

  static std::vector<std::int64_t> TimesOf(const readings::v1::ReadingColumns& rows);
  std::string NameOf(const Key& key) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::uint32_t Intern(const std::string& measure) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable absl::Mutex mutex_;
  std::vector<std::string> measures_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::uint32_t> measure_ids_ ABSL_GUARDED_BY(mutex_);
  std::vector<SentBatch> batches_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::size_t> rows_in_log_ ABSL_GUARDED_BY(mutex_);  // by batch
  absl::flat_hash_map<Key, Row> rows_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace citylayers::crash

#endif  // CITYLAYERS_TESTS_CRASH_LEDGER_H_
