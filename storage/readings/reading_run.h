// Readings of one series in time order, in little memory. Internal to this folder.
#ifndef CITYLAYERS_STORAGE_READINGS_READING_RUN_H_
#define CITYLAYERS_STORAGE_READINGS_READING_RUN_H_

#include <cstdint>
#include <string>
#include <vector>

#include "storage/readings/reading.h"

namespace citylayers::storage {

/// Ascending readings with one of each time. The latest are kept as they are (24 bytes each), older
/// ones encoded in blocks of kBlock (about 4 bytes each, for decimals at a steady pace). A reading
/// in order costs as much as a push_back, a late one decodes and encodes one block (about 2 us).
/// Not thread-safe.
class ReadingRun {
 public:
  static constexpr size_t kBlock = 32;       ///< readings of a block
  static constexpr size_t kRecentMax = 128;  ///< with so many not encoded, Insert compacts

  /// True when it was added, false when it replaced the reading of its time.
  bool Insert(const StoredReading& reading);
  /// Appends those with start_ms <= time < end_ms.
  void Collect(int64_t start_ms, int64_t end_ms, std::vector<StoredReading>& out) const;
  std::vector<StoredReading> All() const;

  /// Encodes what fills whole blocks and gives back the memory that the rest does not need.
  void Compact();
  /// Whether Compact would make a block.
  bool IsCompactable() const { return recent_.size() >= kBlock; }

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
  bool InsertIntoBlock(const StoredReading& reading);

  std::vector<Block> blocks_;          // ascending
  std::vector<StoredReading> recent_;  // after all blocks
  size_t size_ = 0;
};

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_READINGS_READING_RUN_H_
