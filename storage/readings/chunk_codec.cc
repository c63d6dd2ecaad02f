#include "storage/readings/chunk_codec.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "base/status_macros.h"
#include "storage/bytes/bytes.h"
#include "storage/bytes/integer_column.h"
#include "storage/bytes/value_column.h"
#include "storage/readings/row_frame.h"
#include "storage/readings/time_bucket.h"

namespace citylayers::storage {
namespace {

// A chunk's statistics: as integers if its values are integers, so that most
// take one to three bytes.
void PutStats(std::string& out, absl::Span<const StoredReading> readings, int decimals) {
  const auto [least, most] = std::minmax_element(
      readings.begin(), readings.end(),
      [](const StoredReading& a, const StoredReading& b) { return a.value < b.value; });
  double sum = 0;
  for (const StoredReading& reading : readings) sum += reading.value;
  const double first = readings.front().value;
  // The sum is rounded to the decimals of its terms: further digits are rounding errors.
  const double power = std::pow(10.0, decimals);
  if (const double rounded = std::round(sum * power) / power;
      std::fabs(rounded - sum) < 1e-9 * std::max(1.0, std::fabs(sum))) {
    sum = rounded;
  }
  const std::vector<double> stats = {least->value, most->value, first, readings.back().value, sum};
  PutValueColumn(out, stats, decimals);
}

absl::StatusOr<ChunkStats> ReadStats(ByteReader& reader) {
  ChunkStats stats;
  ASSIGN_OR_RETURN(stats.count, reader.ReadVarintUpTo(kRowsMax, "a chunk's rows"));
  if (stats.count == 0) return absl::DataLossError("a chunk is empty");
  ASSIGN_OR_RETURN(stats.first_ms, ReadTimeMs(reader));
  ASSIGN_OR_RETURN(const std::uint64_t span_ms, reader.ReadVarintUpTo(kBucketMs, "a chunk's span"));
  stats.last_ms = stats.first_ms + static_cast<std::int64_t>(span_ms);
  ASSIGN_OR_RETURN(const std::vector<double> values, ReadValueColumn(reader, 5));
  stats.min = values[0];
  stats.max = values[1];
  stats.first = values[2];
  stats.last = values[3];
  stats.sum = values[4];
  return stats;
}

}  // namespace

std::string ChunkPrefix(std::uint16_t bucket, std::uint32_t series) {
  std::string key;
  PutFixed16(key, bucket);
  PutFixed32(key, series);
  return key;
}

std::string EncodeChunkKey(ChunkKey key) {
  std::string out = ChunkPrefix(BucketOf(key.first_ms), key.series);
  PutFixed64(out, static_cast<std::uint64_t>(key.first_ms));
  out.push_back('\0');
  return out;
}

absl::StatusOr<ChunkKey> ParseChunkKey(std::string_view key) {
  ByteReader reader(key);
  ASSIGN_OR_RETURN(const std::uint16_t bucket, reader.ReadFixed16());
  ChunkKey parts;
  ASSIGN_OR_RETURN(parts.series, reader.ReadFixed32());
  ASSIGN_OR_RETURN(const std::uint64_t first_ms, reader.ReadFixed64());
  ASSIGN_OR_RETURN(const std::uint8_t generation, reader.ReadByte());
  RETURN_IF_ERROR(reader.ExpectEnd());
  if (first_ms > static_cast<std::uint64_t>(kLatestTimeMs) || generation != 0) {
    return absl::DataLossError("a chunk's key is damaged");
  }
  parts.first_ms = static_cast<std::int64_t>(first_ms);
  if (BucketOf(parts.first_ms) != bucket) {
    return absl::DataLossError("a chunk's key has its time in another bucket");
  }
  return parts;
}

std::string EncodeChunk(absl::Span<const StoredReading> readings, int decimals) {
  std::vector<std::int64_t> times, qualities;
  std::vector<double> values;
  times.reserve(readings.size());
  qualities.reserve(readings.size());
  values.reserve(readings.size());
  for (const StoredReading& reading : readings) {
    times.push_back(reading.time_ms - readings.front().time_ms);
    values.push_back(reading.value);
    qualities.push_back(reading.quality);
  }
  std::string body;
  PutVarint(body, readings.size());
  PutVarint(body, static_cast<std::uint64_t>(readings.front().time_ms));
  PutVarint(body, static_cast<std::uint64_t>(times.back()));
  PutStats(body, readings, decimals);
  PutIntegerColumn(body, times);
  PutValueColumn(body, values, decimals);
  PutIntegerColumn(body, qualities);
  return FrameRow(body);
}

absl::StatusOr<ChunkStats> DecodeChunkStats(std::string_view bytes) {
  ByteReader reader(bytes);
  RETURN_IF_ERROR(CheckRowFrame(reader, "a chunk"));
  return ReadStats(reader);
}

absl::StatusOr<std::vector<StoredReading>> DecodeChunk(std::string_view bytes) {
  ByteReader reader(bytes);
  RETURN_IF_ERROR(CheckRowFrame(reader, "a chunk"));
  ASSIGN_OR_RETURN(const ChunkStats stats, ReadStats(reader));
  const std::size_t rows = stats.count;
  ASSIGN_OR_RETURN(const std::vector<std::int64_t> times, ReadIntegerColumn(reader, rows));
  ASSIGN_OR_RETURN(const std::vector<double> values, ReadValueColumn(reader, rows));
  std::vector<std::uint8_t> qualities;
  RETURN_IF_ERROR(ReadQualities(reader, rows, qualities));
  RETURN_IF_ERROR(reader.ExpectEnd());
  if (times.front() != 0 || times.back() != stats.last_ms - stats.first_ms) {
    return absl::DataLossError("a chunk's times do not match its header");
  }
  std::vector<StoredReading> readings;
  readings.reserve(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    if (i > 0 && times[i] <= times[i - 1]) return absl::DataLossError("a chunk is out of order");
    readings.push_back(
        {stats.first_ms + times[i], values[i], qualities.empty() ? std::uint8_t{0} : qualities[i]});
  }
  return readings;
}

}  // namespace citylayers::storage
