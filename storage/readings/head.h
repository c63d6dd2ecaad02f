// Readings of the log that are not in chunks yet, and the latest reading of every series.
#ifndef CITYLAYERS_STORAGE_READINGS_HEAD_H_
#define CITYLAYERS_STORAGE_READINGS_HEAD_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/span.h"

#include "storage/readings/reading.h"
#include "storage/readings/reading_run.h"
#include "storage/readings/row_codec.h"

namespace citylayers::storage {

/// Holds recent readings by series, in time order; a later reading of the same time replaces the
/// earlier one. Sealing sets a series' readings aside (they stay visible) and drops them once their
/// chunk is on disk. Thread-safe: series are distributed over stripes with a mutex each. Apply
/// costs about 50 ns per reading that comes in order.
class Head {
 public:
  /// `full_count`: number of readings at which a series is reported as full. The first time, a
  /// series is full at a number between half and all of that, which depends on its id: otherwise
  /// series that are written together would become full in the same batch, and sealing them would
  /// delay the batches behind it.
  explicit Head(size_t full_count) : full_count_(full_count) {}

  /// Adds a logged batch and returns the series that became full with it.
  std::vector<uint32_t> Apply(uint64_t offset, const ReadingBatch& batch);

  /// Appends the series' readings with start_ms <= time < end_ms, ascending.
  void Collect(uint32_t series, int64_t start_ms, int64_t end_ms,
               std::vector<StoredReading>& out) const;
  /// The latest reading by time of each of the given series.
  std::vector<std::optional<StoredReading>> Latest(absl::Span<const uint32_t> series) const;

  /// Sets the state of a series from disk. On opening, before Apply.
  void SetSealed(uint32_t series, const SealedState& sealed);

  struct Job {
    uint32_t series = 0;
    std::vector<StoredReading> readings;
    SealedState sealed;
  };
  /// Sets the series' readings aside for sealing. Returns nullopt when it has none, or others are
  /// still aside.
  std::optional<Job> StartSealing(uint32_t series);
  /// Drops the readings set aside: their chunks are on disk.
  void FinishSealing(uint32_t series, const SealedState& sealed);
  /// Puts the readings set aside back: their chunks could not be written.
  void AbandonSealing(uint32_t series);

  /// Encodes the readings that came since the last call; call it periodically from one thread. It
  /// holds a stripe for some 50 us at a time.
  void Compact();

  /// Offset of the oldest batch with a reading that is in no chunk; `none` when there is none.
  uint64_t OldestUnsealedOffset(uint64_t none) const;
  /// Series whose oldest unsealed reading came with an offset up to `offset`.
  std::vector<uint32_t> SeriesUnsealedSince(uint64_t offset) const;
  /// Number of readings in memory; late ones may be counted twice temporarily.
  size_t reading_count() const { return reading_count_.load(std::memory_order_relaxed); }

 private:
  static constexpr size_t kStripes = 64;
  // Neighbouring ids share a stripe: series that were registered together are written together, so
  // a batch takes one lock for many of them.
  static constexpr size_t kNeighbours = 64;
  static constexpr uint64_t kNoOffset = UINT64_MAX;

  struct Series {
    ReadingRun active;
    ReadingRun aside;
    uint64_t active_since = kNoOffset;
    uint64_t aside_since = kNoOffset;
    bool has_latest = false;
    bool told_full = false;
    bool was_sealed = false;  // since opening
    StoredReading latest;
    SealedState sealed;
  };
  struct Stripe {
    mutable absl::Mutex mutex;
    std::vector<Series> series ABSL_GUARDED_BY(mutex);
  };

  size_t FullCount(uint32_t series, bool was_sealed) const;
  void Count(ptrdiff_t change) {  // unsigned arithmetic: adding a negative change subtracts
    reading_count_.fetch_add(static_cast<size_t>(change), std::memory_order_relaxed);
  }
  static Series& At(Stripe& stripe, uint32_t series) ABSL_EXCLUSIVE_LOCKS_REQUIRED(stripe.mutex);
  static const Series* Find(const Stripe& stripe, uint32_t series)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(stripe.mutex);
  static size_t StripeIndex(uint32_t series) { return series / kNeighbours % kStripes; }
  static size_t SlotOf(uint32_t series) {
    return series / (kNeighbours * kStripes) * kNeighbours + series % kNeighbours;
  }
  static uint32_t SeriesAt(size_t stripe, size_t slot) {
    return static_cast<uint32_t>((slot / kNeighbours * kStripes + stripe) * kNeighbours +
                                 slot % kNeighbours);
  }
  Stripe& StripeOf(uint32_t series) { return stripes_[StripeIndex(series)]; }
  const Stripe& StripeOf(uint32_t series) const { return stripes_[StripeIndex(series)]; }
  void ApplyRow(Stripe& stripe, uint64_t offset, uint32_t series, const StoredReading& reading,
                std::vector<uint32_t>& full, ptrdiff_t& added)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(stripe.mutex);

  const size_t full_count_;
  std::array<Stripe, kStripes> stripes_;
  std::atomic<size_t> reading_count_{0};
};

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_READINGS_HEAD_H_
