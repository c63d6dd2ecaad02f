#include "storage/readings/encoded_batch.h"

#include <algorithm>

#include "storage/readings/dead_letter_codec.h"
#include "storage/readings/log_codec.h"

namespace citylayers::storage {

EncodedBatch EncodeBatch(const ReadingBatch& batch, const RejectedRows& rejects,
                         absl::Time received) {
  EncodedBatch encoded;
  encoded.log_row = EncodeLogRow(batch);
  encoded.rejected_count = static_cast<std::uint32_t>(rejects.size());
  if (!rejects.empty()) {
    const DeadLetterBatch of{absl::ToUnixMicros(received), batch.source, batch.epoch,
                             batch.sequence};
    for (std::size_t start = 0; start < rejects.size(); start += kDeadLettersPerRow) {
      encoded.dead_letters.push_back(EncodeDeadLetters(
          of, rejects, start, std::min(kDeadLettersPerRow, rejects.size() - start)));
    }
  }
  return encoded;
}

std::size_t MemoryOf(const ReadingBatch& batch, const EncodedBatch& encoded) {
  std::size_t bytes = encoded.log_row.capacity() + batch.source.capacity() +
                      batch.series.capacity() * sizeof(std::uint32_t) +
                      batch.times_ms.capacity() * sizeof(std::int64_t) +
                      batch.values.capacity() * sizeof(double) + batch.qualities.capacity();
  for (const std::string& row : encoded.dead_letters) bytes += row.capacity();
  return bytes;
}

}  // namespace citylayers::storage
