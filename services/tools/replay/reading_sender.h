// Sends readings in numbered batches, each stored exactly once.
#ifndef CITYLAYERS_SERVICES_TOOLS_REPLAY_READING_SENDER_H_
#define CITYLAYERS_SERVICES_TOOLS_REPLAY_READING_SENDER_H_

#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>

#include "absl/status/statusor.h"

#include "services/tools/replay/city_port.h"
#include "services/tools/replay/pacer.h"
#include "services/tools/replay/retry.h"

namespace citylayers::replay {

/// Source, epoch and batch size of a sender.
struct SenderOptions {
  std::string source = "replay";  // maximum 64 characters
  std::uint64_t epoch = 1;        // a new number for every run that counts from 1 again
  std::size_t batch_rows_max = 5000;
  RetryOptions retry;
};

struct SentCounts {
  std::uint64_t batches = 0;
  std::uint64_t accepted = 0;
  std::uint64_t rejected = 0;
  std::string first_rejection;  // as reported by the server
};

/// Repeats a batch with the same sequence until the server has acknowledged it: the server stores a
/// sequence once, so that a restart of the server neither loses nor doubles it. Not thread-safe.
///
///   ReadingSender sender(port, pacer, {.source = "gauge-7", .epoch = now_us});
///   auto response = sender.Send(columns);
class ReadingSender {
 public:
  /// `port` and `pacer` must outlive this.
  ReadingSender(CityPort& port, Pacer& pacer, SenderOptions options)
      : port_(port), pacer_(pacer), options_(std::move(options)) {}

  /// Sends one batch of at most batch_rows_max rows. CANCELLED: stopped before it was acknowledged.
  /// Other errors are the server's final refusal of this batch; its sequence is not used again.
  absl::StatusOr<readings::v1::WriteReadingsResponse> Send(readings::v1::ReadingColumns readings);

  const SentCounts& counts() const { return counts_; }
  std::size_t batch_rows_max() const { return options_.batch_rows_max; }

 private:
  CityPort& port_;
  Pacer& pacer_;
  const SenderOptions options_;
  std::uint64_t sequence_ = 0;
  SentCounts counts_;
};

/// Builds ReadingColumns row by row. Not thread-safe.
class ColumnsBuilder {
 public:
  /// `key` identifies the measure within this batch: equal keys must have equal names.
  void Add(std::uint64_t key, const std::string& measure, absl::Time at, double value,
           readings::v1::Quality quality);
  std::size_t size() const { return static_cast<std::size_t>(columns_.values_size()); }
  /// Returns the rows added, and begins an empty batch.
  readings::v1::ReadingColumns Take();

 private:
  readings::v1::ReadingColumns columns_;
  std::unordered_map<std::uint64_t, std::uint32_t> indexes_;  // key -> index into measures
  std::int64_t last_ms_ = 0;
};

}  // namespace citylayers::replay

#endif  // CITYLAYERS_SERVICES_TOOLS_REPLAY_READING_SENDER_H_
