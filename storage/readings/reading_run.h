// Readings of one series in time order, compactly in memory. Internal to this folder.
#ifndef CITYLAYERS_STORAGE_READINGS_READING_RUN_H_
#define CITYLAYERS_STORAGE_READINGS_READING_RUN_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/types/span.h"

#include "storage/readings/reading.h"

namespace citylayers::storage {

/// Merges two ascending lists into one; of equal times the reading of `newer` is kept.
std::vector<StoredReading> MergeReadings(absl::Span<const StoredReading> older,
                                         absl::Span<const StoredReading> newer);

/// Ascending readings, one per time. The latest are kept unencoded (24 bytes each), older ones
/// encoded in blocks of kBlock (about 4 bytes each for decimals with a constant period). A reading
/// in order costs as much as a push_back. Readings older than a block are collected, so that a
/// gateway that sends hours of data again costs little more: the blocks are decoded once per
/// kLateMax of them. Not thread-safe.
class ReadingRun {
 public:
  static constexpr std::size_t kBlock = 32;  ///< readings per block
  /// At this many unencoded readings, Insert encodes a block.
  static constexpr std::size_t kRecentMax = 64;
  /// Maximum number of late readings that wait for their blocks.
  static constexpr std::size_t kLateMax = 64;

  /// Adds the reading, or replaces the one of the same time. Returns the change of size(). It may
  /// be negative: a replacement of a reading in a block counts until the blocks are decoded.
  std::ptrdiff_t Insert(const StoredReading& reading);
  /// Appends the readings with start_ms <= time < end_ms.
  void Collect(std::int64_t start_ms, std::int64_t end_ms, std::vector<StoredReading>& out) const;
  std::vector<StoredReading> All() const;

  /// Encodes readings that fill whole blocks and late ones, and frees unused memory. Returns the
  /// change of size(), which is exact afterwards.
  /// True when Compact would encode readings.
  std::ptrdiff_t Compact();
  bool IsCompactable() const { return recent_.size() >= kBlock || !late_.empty(); }

  /// An upper bound of the number of readings; exact when none is late.
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  /// Bytes of the readings, without this object.
  std::size_t memory_bytes() const;

 private:
  struct Block {
    std::int64_t first_ms = 0;
    std::int64_t last_ms = 0;
    std::uint32_t count = 0;
    std::string bytes;
  };

  static Block Encode(const StoredReading* readings, std::size_t count);
  static std::vector<StoredReading> Decode(const Block& block);
  static bool InsertInto(std::vector<StoredReading>& readings, const StoredReading& reading);
  void EncodeLate();
  std::size_t Spread() const;

  std::vector<Block> blocks_;          // ascending
  std::vector<StoredReading> recent_;  // after all blocks
  std::vector<StoredReading> late_;    // newer than the blocks' readings of these times
  std::size_t size_ = 0;
};

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_READINGS_READING_RUN_H_
