// A batch of readings in its stored form.
#ifndef CITYLAYERS_STORAGE_READINGS_ENCODED_BATCH_H_
#define CITYLAYERS_STORAGE_READINGS_ENCODED_BATCH_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"

#include "storage/readings/reading.h"
#include "storage/readings/rejected_rows.h"

namespace citylayers::storage {

/// The rows that the writer puts for a batch, without their keys.
struct EncodedBatch {
  std::string log_row;
  std::vector<std::string> dead_letters;  ///< its rejected rows, see EncodeDeadLetters
  std::uint32_t rejected_count = 0;
};

/// `received` is the time of the rejection. O(rows).
EncodedBatch EncodeBatch(const ReadingBatch& batch, const RejectedRows& rejects,
                         absl::Time received);

/// Memory of a waiting batch. The columns' capacity equals their rows: the validator reserves.
std::size_t MemoryOf(const ReadingBatch& batch, const EncodedBatch& encoded);

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_READINGS_ENCODED_BATCH_H_
