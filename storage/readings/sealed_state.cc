#include "storage/readings/sealed_state.h"

#include "base/status_macros.h"
#include "storage/bytes/bytes.h"
#include "storage/readings/row_frame.h"
#include "storage/readings/row_keys.h"

namespace citylayers::storage {

std::string SealedStateKey(std::uint32_t series) {
  std::string key(1, kSealedStatePrefix);
  PutFixed32(key, series);
  return key;
}

std::string EncodeSealedState(const SealedState& state) {
  std::string out(1, static_cast<char>(kRowVersion));
  PutVarint(out, static_cast<std::uint64_t>(state.tail_first_ms));
  PutVarint(out, state.tail_count);
  PutVarint(out, static_cast<std::uint64_t>(state.latest.time_ms));
  out.push_back(static_cast<char>(state.latest.quality));
  PutDouble(out, state.latest.value);
  return out;
}

absl::StatusOr<SealedState> DecodeSealedState(std::string_view bytes) {
  ByteReader reader(bytes);
  RETURN_IF_ERROR(CheckRowVersion(reader, "a series' state"));
  SealedState state;
  state.any = true;
  ASSIGN_OR_RETURN(state.tail_first_ms, ReadTimeMs(reader));
  ASSIGN_OR_RETURN(state.tail_count, reader.ReadVarintUpTo(kRowsMax, "a chunk's rows"));
  ASSIGN_OR_RETURN(state.latest.time_ms, ReadTimeMs(reader));
  ASSIGN_OR_RETURN(state.latest.quality, reader.ReadByte());
  ASSIGN_OR_RETURN(state.latest.value, reader.ReadDouble());
  RETURN_IF_ERROR(reader.ExpectEnd());
  return state;
}

}  // namespace citylayers::storage
