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
#include "storage/readings/sealed_state.h"

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
  explicit Head(std::size_t full_count) : full_count_(full_count) {}

  /// Adds a logged batch and returns the series that became full with it.
  std::vector<std::uint32_t> Apply(std::uint64_t offset, const ReadingBatch& batch);

  /// Appends the series' readings with start_ms <= time < end_ms, ascending.
  void Collect(std::uint32_t series, std::int64_t start_ms, std::int64_t end_ms,
               std::vector<StoredReading>& out) const;
  /// The latest reading by time of each of the given series.
  std::vector<std::optional<StoredReading>> Latest(absl::Span<const std::uint32_t> series) const;

  /// Sets the state of a series from disk. On opening, before Apply.
  void SetSealed(std::uint32_t series, const SealedState& sealed);

  struct Job {
    std::uint32_t series = 0;
    std::vector<StoredReading> readings;
    SealedState sealed;
  };
  /// Sets the series' readings aside for sealing. Returns nullopt when it has none, or others are
  /// still aside.
  std::optional<Job> StartSealing(std::uint32_t series);
  /// Drops the readings set aside: their chunks are on disk.
  void FinishSealing(std::uint32_t series, const SealedState& sealed);
  /// Puts the readings set aside back: their chunks could not be written.
  void AbandonSealing(std::uint32_t series);

  /// Encodes the readings that came since the last call; call it periodically from one thread. It
  /// holds a stripe for some 50 us at a time.
  void Compact();

  /// Offset of the oldest batch with a reading that is in no chunk; `none` when there is none.
  std::uint64_t OldestUnsealedOffset(std::uint64_t none) const;
  /// Series whose oldest unsealed reading came with an offset up to `offset`.
  std::vector<std::uint32_t> SeriesUnsealedSince(std::uint64_t offset) const;
  /// Number of readings in memory; late ones may be counted twice temporarily.
  std::size_t reading_count() const { return reading_count_.load(std::memory_order_relaxed); }

 private:
  static constexpr std::size_t kStripes = 64;
  // Neighbouring ids share a stripe: series that were registered together are written together, so
  // a batch takes one lock for many of them.
  static constexpr std::size_t kNeighbours = 64;
  static constexpr std::uint64_t kNoOffset = UINT64_MAX;

  struct Series {
    ReadingRun active;
    ReadingRun aside;
    std::uint64_t active_since = kNoOffset;
    std::uint64_t aside_since = kNoOffset;
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

  std::size_t FullCount(std::uint32_t series, bool was_sealed) const;
  void Count(std::ptrdiff_t change) {  // unsigned arithmetic: adding a negative change subtracts
    reading_count_.fetch_add(static_cast<std::size_t>(change), std::memory_order_relaxed);
  }
  static Series& At(Stripe& stripe, std::uint32_t series)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(stripe.mutex);
  static const Series* Find(const Stripe& stripe, std::uint32_t series)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(stripe.mutex);
  static std::size_t StripeIndex(std::uint32_t series) { return series / kNeighbours % kStripes; }
  static std::size_t SlotOf(std::uint32_t series) {
    return series / (kNeighbours * kStripes) * kNeighbours + series % kNeighbours;
  }
  static std::uint32_t SeriesAt(std::size_t stripe, std::size_t slot) {
    return static_cast<std::uint32_t>((slot / kNeighbours * kStripes + stripe) * kNeighbours +
                                      slot % kNeighbours);
  }
  Stripe& StripeOf(std::uint32_t series) { return stripes_[StripeIndex(series)]; }
  const Stripe& StripeOf(std::uint32_t series) const { return stripes_[StripeIndex(series)]; }
  void ApplyRow(Stripe& stripe, std::uint64_t offset, std::uint32_t series,
                const StoredReading& reading, std::vector<std::uint32_t>& full,
                std::ptrdiff_t& added) ABSL_EXCLUSIVE_LOCKS_REQUIRED(stripe.mutex);

  const std::size_t full_count_;
  std::array<Stripe, kStripes> stripes_;
  std::atomic<std::size_t> reading_count_{0};
};

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_READINGS_HEAD_H_
