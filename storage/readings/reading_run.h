// Readings of one series in time order, in little memory. Internal to this folder.
#ifndef CITYLAYERS_STORAGE_READINGS_READING_RUN_H_
#define CITYLAYERS_STORAGE_READINGS_READING_RUN_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/types/span.h"

#include "storage/readings/reading.h"

namespace citylayers::storage {

/// Merges two ascending lists into one; where times are equal the reading of `newer` stays.
std::vector<StoredReading> MergeReadings(absl::Span<const StoredReading> older,
                                         absl::Span<const StoredReading> newer);

/// Ascending readings with one of each time. The latest are kept as they are (24 bytes each), older
/// ones encoded in blocks of kBlock (about 4 bytes each, for decimals at a steady pace). A reading
/// in order costs as much as a push_back. One that is older than a block waits with others, so that
/// a gateway that sends hours again costs little more: the blocks are decoded once for kLateMax of
/// them. Not thread-safe.
class ReadingRun {
 public:
  static constexpr size_t kBlock = 32;      ///< readings of a block
  static constexpr size_t kRecentMax = 64;  ///< with so many not encoded, Insert encodes a block
  static constexpr size_t kLateMax = 64;    ///< late readings that wait for their blocks, at most

  /// Adds the reading, or replaces the one of its time. Returns by how much size() has changed:
  /// what replaces a reading of a block counts until the blocks are decoded, so that may be
  /// negative.
  ptrdiff_t Insert(const StoredReading& reading);
  /// Appends those with start_ms <= time < end_ms.
  void Collect(int64_t start_ms, int64_t end_ms, std::vector<StoredReading>& out) const;
  std::vector<StoredReading> All() const;

  /// Encodes what fills whole blocks and what is late, and gives back the memory that the rest does
  /// not need. Returns by how much size() has changed, which is exact afterwards.
  ptrdiff_t Compact();
  /// Whether Compact would encode something.
  bool IsCompactable() const { return recent_.size() >= kBlock || !late_.empty(); }

  /// At least the readings that there are; exact when none is late.
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  /// Bytes of the readings, without this object's own.
  size_t memory_bytes() const;

 private:
  struct Block {
    int64_t first_ms = 0;
    int64_t last_ms = 0;
    uint32_t count = 0;
    std::string bytes;
  };

  static Block Encode(const StoredReading* readings, size_t count);
  static std::vector<StoredReading> Decode(const Block& block);
  static bool InsertInto(std::vector<StoredReading>& readings, const StoredReading& reading);
  void EncodeLate();
  size_t Spread() const;

  std::vector<Block> blocks_;          // ascending
  std::vector<StoredReading> recent_;  // after all blocks
  std::vector<StoredReading> late_;    // newer than what blocks_ have of these times
  size_t size_ = 0;
};

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_READINGS_READING_RUN_H_
