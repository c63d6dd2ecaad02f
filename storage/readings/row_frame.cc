#include "storage/readings/row_frame.h"

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "storage/bytes/checksum.h"
#include "storage/bytes/integer_column.h"
#include "storage/readings/time_bucket.h"

namespace citylayers::storage {

std::string FrameRow(std::string_view body) {
  std::string out(1, static_cast<char>(kRowVersion));
  PutFixed32(out, RowChecksum(body));
  out += body;
  return out;
}

absl::Status CheckRowVersion(ByteReader& reader, std::string_view what) {
  ASSIGN_OR_RETURN(const std::uint8_t version, reader.ReadByte());
  if (version == kRowVersion) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(std::string(what), " has version ", version,
                                          ", and this program reads ", kRowVersion));
}

absl::Status CheckRowFrame(ByteReader& reader, std::string_view what) {
  RETURN_IF_ERROR(CheckRowVersion(reader, what));
  ASSIGN_OR_RETURN(const std::uint32_t crc, reader.ReadFixed32());
  if (RowChecksum(reader.rest()) == crc) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("the checksum of ", std::string(what), " is wrong"));
}

absl::StatusOr<std::int64_t> ReadTimeMs(ByteReader& reader) {
  ASSIGN_OR_RETURN(const std::uint64_t time_ms, reader.ReadVarintUpTo(kLatestTimeMs, "a time"));
  return static_cast<std::int64_t>(time_ms);
}

absl::Status ReadQualities(ByteReader& reader, std::size_t rows,
                           std::vector<std::uint8_t>& qualities) {
  ASSIGN_OR_RETURN(const std::vector<std::int64_t> column, ReadIntegerColumn(reader, rows));
  bool all_zero = true;
  for (const std::int64_t quality : column) {
    if (quality < 0 || quality > 255) return absl::DataLossError("a quality is out of 0..255");
    all_zero = all_zero && quality == 0;
  }
  if (!all_zero) qualities.assign(column.begin(), column.end());
  return absl::OkStatus();
}

}  // namespace citylayers::storage
