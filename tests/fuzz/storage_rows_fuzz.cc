// Fuzz target of rows of the readings store: chunks, log rows and their columns. The first byte
// selects the kind.
#include <cstdlib>
#include <string>

#include "storage/bytes/bytes.h"
#include "storage/bytes/checksum.h"
#include "storage/bytes/integer_column.h"
#include "storage/bytes/value_column.h"
#include "storage/readings/chunk_codec.h"
#include "storage/readings/dead_letter_codec.h"
#include "storage/readings/dedupe_codec.h"
#include "storage/readings/log_codec.h"
#include "storage/readings/lost_chunk_codec.h"
#include "storage/readings/sealed_state.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

using namespace citylayers::storage;  // NOLINT: half of what follows is from there

// Inserts the correct checksum after the version, so that the rest of the row is parsed.
std::string WithCheckSum(std::string_view row) {
  constexpr std::size_t kBodyBegin = 5;
  if (row.size() < kBodyBegin) return std::string(row);
  const std::string_view body = row.substr(kBodyBegin);
  std::string out(row.substr(0, 1));
  PutFixed32(out, RowChecksum(body));
  out += body;
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes = citylayers::fuzz::TextOf(data + 1, size - 1);
  switch (data[0] % 6) {
    case 0: {
      (void)DecodeChunk(bytes);
      const std::string row = WithCheckSum(bytes);
      const auto readings = DecodeChunk(row);
      if (readings.ok() && !DecodeChunkStats(row).ok()) std::abort();
      break;
    }
    case 1:
      (void)DecodeLogRow(bytes);
      (void)DecodeLogRow(WithCheckSum(bytes));
      break;
    case 2:
      (void)DecodeSealedState(bytes);
      (void)DecodeLostChunkEnd(bytes);
      (void)DecodeAppendResult(bytes);
      (void)DecodeDeadLetters(bytes);
      break;
    case 3:
      (void)ParseLogKey(bytes);
      (void)ParseChunkKey(bytes);
      (void)ParseDedupeKey(bytes);
      break;
    case 4: {
      ByteReader reader(bytes);
      (void)ReadIntegerColumn(reader, 1000);
      break;
    }
    default: {
      ByteReader reader(bytes);
      (void)ReadValueColumn(reader, 1000);
      break;
    }
  }
  return 0;
}
