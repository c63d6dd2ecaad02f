// Readings that are in the log but not in chunks yet, and the latest reading of every series.
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
/// earlier one. Sealing takes a series' readings aside (they stay visible), and drops them once
/// their chunk is on disk. Thread-safe: series are spread over stripes with a mutex each. Apply
/// costs about 50 ns a reading that comes in order.
class Head {
 public:
  /// `full_count`: readings with which a series wants to be sealed. For the first time it does so
  /// between a half and all of that, by its number: series that are written together would become
  /// full in the same batch otherwise, and their sealing would hold up the batches behind it.
  explicit Head(size_t full_count) : full_count_(full_count) {}

  /// Takes in a logged batch and returns the series that became full with it.
  std::vector<uint32_t> Apply(uint64_t offset, const ReadingBatch& batch);

  /// Appends the series' readings with start_ms <= time < end_ms, ascending.
  void Collect(uint32_t series, int64_t start_ms, int64_t end_ms,
               std::vector<StoredReading>& out) const;
  /// The latest reading by time of each series asked for.
  std::vector<std::optional<StoredReading>> Latest(absl::Span<const uint32_t> series) const;

  /// What the store knows from disk about a series. Before Apply, on opening.
  void SetSealed(uint32_t series, const SealedState& sealed);

  struct Job {
    uint32_t series = 0;
    std::vector<StoredReading> readings;
    SealedState sealed;
  };
  /// Takes the series' readings aside. Nothing when it has none, or others are still aside.
  std::optional<Job> StartSealing(uint32_t series);
  /// Their chunks are on disk: drops them.
  void FinishSealing(uint32_t series, const SealedState& sealed);
  /// Their chunks could not be written: puts them back.
  void AbandonSealing(uint32_t series);

  /// Encodes what has come since the last time: call it now and then, from one thread. It holds a
  /// stripe for some 50 us at a time.
  void Compact();

  /// Offset of the oldest batch with a reading that is in no chunk; `none` when there is no such.
  uint64_t OldestUnsealedOffset(uint64_t none) const;
  /// Series whose oldest unsealed reading came with an offset up to `offset`.
  std::vector<uint32_t> SeriesUnsealedSince(uint64_t offset) const;
  /// Readings in memory; late ones may count twice for a moment.
  size_t reading_count() const { return reading_count_.load(std::memory_order_relaxed); }

 private:
  static constexpr size_t kStripes = 64;
  // Neighbours share a stripe: series that were registered together are written together, and a
  // batch takes one lock for so many.
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
  void Count(ptrdiff_t change) {  // unsigned arithmetic: a negative change is taken away
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
