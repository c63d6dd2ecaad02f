#include "storage/readings/log_codec.h"

#include <vector>

#include "base/status_macros.h"
#include "storage/bytes/bytes.h"
#include "storage/bytes/integer_column.h"
#include "storage/bytes/value_column.h"
#include "storage/readings/row_frame.h"
#include "storage/readings/time_bucket.h"

namespace citylayers::storage {

std::string LogKey(std::uint64_t offset) {
  std::string key;
  PutFixed64(key, offset);
  return key;
}

absl::StatusOr<std::uint64_t> ParseLogKey(std::string_view key) {
  ByteReader reader(key);
  ASSIGN_OR_RETURN(const std::uint64_t offset, reader.ReadFixed64());
  RETURN_IF_ERROR(reader.ExpectEnd());
  return offset;
}

std::string EncodeLogRow(const ReadingBatch& batch) {
  std::string body;
  body.reserve(64 + batch.size() * 6);
  PutText(body, batch.source);
  PutVarint(body, batch.epoch);
  PutVarint(body, batch.sequence);
  PutVarint(body, batch.size());
  PutIntegerColumnFast(body, std::vector<std::int64_t>(batch.series.begin(), batch.series.end()));
  PutIntegerColumnFast(body, batch.times_ms);
  PutValueColumn(body, batch.values, /*decimals_hint=*/0, /*fast=*/true);
  std::vector<std::int64_t> qualities(batch.qualities.begin(), batch.qualities.end());
  qualities.resize(batch.size(), 0);
  PutIntegerColumnFast(body, qualities);
  return FrameRow(body);
}

absl::StatusOr<ReadingBatch> DecodeLogRow(std::string_view bytes) {
  ByteReader reader(bytes);
  RETURN_IF_ERROR(CheckRowFrame(reader, "a log row"));
  ReadingBatch batch;
  ASSIGN_OR_RETURN(const std::string_view source, reader.ReadText(kRowTextMax));
  batch.source = std::string(source);
  ASSIGN_OR_RETURN(batch.epoch, reader.ReadVarint());
  ASSIGN_OR_RETURN(batch.sequence, reader.ReadVarint());
  ASSIGN_OR_RETURN(const std::uint64_t rows, reader.ReadVarintUpTo(kRowsMax, "a batch's rows"));
  ASSIGN_OR_RETURN(const std::vector<std::int64_t> series, ReadIntegerColumn(reader, rows));
  for (const std::int64_t id : series) {
    if (id < 0 || id > UINT32_MAX) return absl::DataLossError("a series id is out of range");
  }
  batch.series.assign(series.begin(), series.end());
  ASSIGN_OR_RETURN(batch.times_ms, ReadIntegerColumn(reader, rows));
  for (const std::int64_t time_ms : batch.times_ms) {
    if (time_ms < 0 || time_ms > kLatestTimeMs) {
      return absl::DataLossError("a time is out of range");
    }
  }
  ASSIGN_OR_RETURN(batch.values, ReadValueColumn(reader, rows));
  RETURN_IF_ERROR(ReadQualities(reader, rows, batch.qualities));
  RETURN_IF_ERROR(reader.ExpectEnd());
  return batch;
}

}  // namespace citylayers::storage
