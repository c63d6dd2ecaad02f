#include "storage/readings/row_codec.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "storage/bytes/bytes.h"
#include "storage/bytes/checksum.h"
#include "storage/bytes/integer_column.h"
#include "storage/bytes/value_column.h"

namespace citylayers::storage {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kTextMax = 4096;
constexpr char kDedupePrefix = 'Q';

// Every value starts with its version; log rows and chunks continue with a CRC-32C of the rest.
std::string Sealed(std::string_view body) {
  std::string out(1, static_cast<char>(kVersion));
  PutFixed32(out, RowChecksum(body));
  out += body;
  return out;
}

absl::Status CheckVersion(ByteReader& reader, std::string_view what) {
  ASSIGN_OR_RETURN(const std::uint8_t version, reader.ReadByte());
  if (version == kVersion) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(std::string(what), " has version ", version,
                                          ", and this program reads ", kVersion));
}

absl::Status Unseal(ByteReader& reader, std::string_view what) {
  RETURN_IF_ERROR(CheckVersion(reader, what));
  ASSIGN_OR_RETURN(const std::uint32_t crc, reader.ReadFixed32());
  if (RowChecksum(reader.rest()) == crc) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("the checksum of ", std::string(what), " is wrong"));
}

void PutQualities(std::string& out, const std::vector<std::int64_t>& qualities) {
  PutIntegerColumn(out, qualities);
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

absl::StatusOr<std::int64_t> ReadTime(ByteReader& reader) {
  ASSIGN_OR_RETURN(const std::uint64_t time_ms, reader.ReadVarintUpTo(kLatestTimeMs, "a time"));
  return static_cast<std::int64_t>(time_ms);
}

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

}  // namespace

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

std::string DedupeKey(std::string_view source, std::uint64_t epoch, std::uint64_t sequence) {
  std::string key(1, kDedupePrefix);
  PutText(key, source);
  PutFixed64(key, epoch);
  PutFixed64(key, sequence);
  return key;
}

absl::StatusOr<DedupeKeyParts> ParseDedupeKey(std::string_view key) {
  ByteReader reader(key);
  ASSIGN_OR_RETURN(const std::uint8_t prefix, reader.ReadByte());
  if (prefix != kDedupePrefix) return absl::DataLossError("not a deduplication key");
  DedupeKeyParts parts;
  ASSIGN_OR_RETURN(const std::string_view source, reader.ReadText(kTextMax));
  parts.source = std::string(source);
  ASSIGN_OR_RETURN(parts.epoch, reader.ReadFixed64());
  ASSIGN_OR_RETURN(parts.sequence, reader.ReadFixed64());
  RETURN_IF_ERROR(reader.ExpectEnd());
  return parts;
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
  return Sealed(std::move(body));
}

absl::StatusOr<ReadingBatch> DecodeLogRow(std::string_view bytes) {
  ByteReader reader(bytes);
  RETURN_IF_ERROR(Unseal(reader, "a log row"));
  ReadingBatch batch;
  ASSIGN_OR_RETURN(const std::string_view source, reader.ReadText(kTextMax));
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
  PutQualities(body, qualities);
  return Sealed(std::move(body));
}

namespace {

absl::StatusOr<ChunkStats> ReadStats(ByteReader& reader) {
  ChunkStats stats;
  ASSIGN_OR_RETURN(stats.count, reader.ReadVarintUpTo(kRowsMax, "a chunk's rows"));
  if (stats.count == 0) return absl::DataLossError("a chunk is empty");
  ASSIGN_OR_RETURN(stats.first_ms, ReadTime(reader));
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

absl::StatusOr<ChunkStats> DecodeChunkStats(std::string_view bytes) {
  ByteReader reader(bytes);
  RETURN_IF_ERROR(Unseal(reader, "a chunk"));
  return ReadStats(reader);
}

absl::StatusOr<std::vector<StoredReading>> DecodeChunk(std::string_view bytes) {
  ByteReader reader(bytes);
  RETURN_IF_ERROR(Unseal(reader, "a chunk"));
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

std::string EncodeSealedState(const SealedState& state) {
  std::string out(1, static_cast<char>(kVersion));
  PutVarint(out, static_cast<std::uint64_t>(state.tail_first_ms));
  PutVarint(out, state.tail_count);
  PutVarint(out, static_cast<std::uint64_t>(state.latest.time_ms));
  out.push_back(static_cast<char>(state.latest.quality));
  PutDouble(out, state.latest.value);
  return out;
}

absl::StatusOr<SealedState> DecodeSealedState(std::string_view bytes) {
  ByteReader reader(bytes);
  RETURN_IF_ERROR(CheckVersion(reader, "a series' state"));
  SealedState state;
  state.any = true;
  ASSIGN_OR_RETURN(state.tail_first_ms, ReadTime(reader));
  ASSIGN_OR_RETURN(state.tail_count, reader.ReadVarintUpTo(kRowsMax, "a chunk's rows"));
  ASSIGN_OR_RETURN(state.latest.time_ms, ReadTime(reader));
  ASSIGN_OR_RETURN(state.latest.quality, reader.ReadByte());
  ASSIGN_OR_RETURN(state.latest.value, reader.ReadDouble());
  RETURN_IF_ERROR(reader.ExpectEnd());
  return state;
}

std::string EncodeLostChunk(std::int64_t end_ms, std::string_view chunk_row) {
  std::string out(1, static_cast<char>(kVersion));
  PutVarint(out, static_cast<std::uint64_t>(end_ms));
  out += chunk_row;
  return out;
}

absl::StatusOr<std::int64_t> DecodeLostChunkEnd(std::string_view bytes) {
  ByteReader reader(bytes);
  RETURN_IF_ERROR(CheckVersion(reader, "a lost chunk"));
  ASSIGN_OR_RETURN(const std::uint64_t end_ms, reader.ReadVarintUpTo(kLatestTimeMs + 1, "a time"));
  return static_cast<std::int64_t>(end_ms);
}

std::string EncodeAppendResult(const AppendResult& result) {
  std::string out(1, static_cast<char>(kVersion));
  PutVarint(out, result.offset);
  PutVarint(out, result.accepted_count);
  PutVarint(out, result.rejected_count);
  return out;
}

absl::StatusOr<AppendResult> DecodeAppendResult(std::string_view bytes) {
  ByteReader reader(bytes);
  RETURN_IF_ERROR(CheckVersion(reader, "a deduplication record"));
  AppendResult result;
  ASSIGN_OR_RETURN(result.offset, reader.ReadVarint());
  ASSIGN_OR_RETURN(const std::uint64_t accepted, reader.ReadVarintUpTo(UINT32_MAX, "a count"));
  ASSIGN_OR_RETURN(const std::uint64_t rejected, reader.ReadVarintUpTo(UINT32_MAX, "a count"));
  RETURN_IF_ERROR(reader.ExpectEnd());
  result.accepted_count = static_cast<std::uint32_t>(accepted);
  result.rejected_count = static_cast<std::uint32_t>(rejected);
  return result;
}

namespace {

constexpr std::uint8_t kDeadLettersVersion = 2;

// Cuts between characters: the stored text must still be UTF-8.
std::string_view Cut(std::string_view text) {
  if (text.size() <= kRejectTextMax) return text;
  std::size_t size = kRejectTextMax;
  while (size > 0 && (static_cast<std::uint8_t>(text[size]) & 0xC0) == 0x80) --size;
  return text.substr(0, size);
}

// The texts of a dictionary that some of the rows use, and their new indexes.
class Dictionary {
 public:
  explicit Dictionary(const std::vector<std::string>& texts)
      : texts_(texts), new_index_(texts.size(), kUnused) {}
  std::uint64_t IndexOf(std::uint32_t old_index) {
    std::uint32_t& index = new_index_[old_index];
    if (index == kUnused) {
      index = static_cast<std::uint32_t>(used_.size());
      used_.push_back(old_index);
    }
    return index;
  }
  void AppendTo(std::string& out) const {
    PutVarint(out, used_.size());
    for (const std::uint32_t index : used_) PutText(out, Cut(texts_[index]));
  }

 private:
  static constexpr std::uint32_t kUnused = UINT32_MAX;
  const std::vector<std::string>& texts_;
  std::vector<std::uint32_t> new_index_;
  std::vector<std::uint32_t> used_;
};

// The fields that both versions begin with, after the version byte.
absl::StatusOr<DeadLetter> ReadLetterHead(ByteReader& reader) {
  DeadLetter letter;
  ASSIGN_OR_RETURN(const std::uint64_t received_us, reader.ReadVarintUpTo(INT64_MAX, "a time"));
  letter.received_us = static_cast<std::int64_t>(received_us);
  ASSIGN_OR_RETURN(const std::string_view source, reader.ReadText(kTextMax));
  letter.source = std::string(source);
  ASSIGN_OR_RETURN(letter.epoch, reader.ReadVarint());
  ASSIGN_OR_RETURN(letter.sequence, reader.ReadVarint());
  return letter;
}

// Version 1, after its version byte.
absl::StatusOr<DeadLetter> ReadOneDeadLetter(ByteReader& reader) {
  ASSIGN_OR_RETURN(DeadLetter letter, ReadLetterHead(reader));
  ASSIGN_OR_RETURN(const std::uint64_t row, reader.ReadVarintUpTo(UINT32_MAX, "a row"));
  letter.row = static_cast<std::uint32_t>(row);
  ASSIGN_OR_RETURN(letter.reason, reader.ReadByte());
  ASSIGN_OR_RETURN(const std::string_view message, reader.ReadText(kTextMax));
  letter.message = std::string(message);
  ASSIGN_OR_RETURN(const std::string_view measure, reader.ReadText(kTextMax));
  letter.measure = std::string(measure);
  ASSIGN_OR_RETURN(const std::uint64_t time_ms, reader.ReadVarint());
  letter.reading.time_ms = UnZigZag(time_ms);
  ASSIGN_OR_RETURN(letter.reading.value, reader.ReadDouble());
  ASSIGN_OR_RETURN(letter.reading.quality, reader.ReadByte());
  RETURN_IF_ERROR(reader.ExpectEnd());
  return letter;
}

absl::StatusOr<std::vector<std::string>> ReadDictionary(ByteReader& reader) {
  ASSIGN_OR_RETURN(const std::uint64_t count, reader.ReadVarintUpTo(kDeadLettersPerRow, "texts"));
  std::vector<std::string> texts;
  for (std::uint64_t i = 0; i < count; ++i) {
    ASSIGN_OR_RETURN(const std::string_view text, reader.ReadText(kRejectTextMax));
    texts.emplace_back(text);
  }
  return texts;
}

absl::StatusOr<std::vector<DeadLetter>> ReadDeadLetterBatch(ByteReader& reader) {
  ASSIGN_OR_RETURN(DeadLetter letter, ReadLetterHead(reader));
  ASSIGN_OR_RETURN(const std::vector<std::string> measures, ReadDictionary(reader));
  ASSIGN_OR_RETURN(const std::vector<std::string> messages, ReadDictionary(reader));
  ASSIGN_OR_RETURN(const std::uint64_t count, reader.ReadVarintUpTo(kDeadLettersPerRow, "rows"));
  std::vector<DeadLetter> letters;
  for (std::uint64_t i = 0; i < count; ++i) {
    ASSIGN_OR_RETURN(const std::uint64_t row, reader.ReadVarintUpTo(UINT32_MAX, "a row"));
    letter.row = static_cast<std::uint32_t>(row);
    ASSIGN_OR_RETURN(letter.reason, reader.ReadByte());
    // 0: a row whose index is outside its dictionary.
    ASSIGN_OR_RETURN(const std::uint64_t measure, reader.ReadVarintUpTo(measures.size(), "a name"));
    letter.measure = measure == 0 ? std::string() : measures[measure - 1];
    ASSIGN_OR_RETURN(const std::uint64_t message, reader.ReadVarintUpTo(messages.size(), "a text"));
    letter.message = message == 0 ? std::string() : messages[message - 1];
    ASSIGN_OR_RETURN(const std::uint64_t time_ms, reader.ReadVarint());
    letter.reading.time_ms = UnZigZag(time_ms);
    ASSIGN_OR_RETURN(letter.reading.value, reader.ReadDouble());
    ASSIGN_OR_RETURN(letter.reading.quality, reader.ReadByte());
    letters.push_back(letter);
  }
  RETURN_IF_ERROR(reader.ExpectEnd());
  return letters;
}

}  // namespace

std::string EncodeDeadLetters(const DeadLetterBatch& batch, const RejectedRows& rejects,
                              std::size_t start, std::size_t count) {
  std::string rows;
  Dictionary measures(rejects.measures);
  Dictionary messages(rejects.messages);
  PutVarint(rows, count);
  for (const RejectedRow& row : absl::MakeConstSpan(rejects.rows).subspan(start, count)) {
    PutVarint(rows, row.row);
    rows.push_back(static_cast<char>(row.reason));
    PutVarint(rows, row.measure < rejects.measures.size() ? measures.IndexOf(row.measure) + 1 : 0);
    PutVarint(rows, row.message < rejects.messages.size() ? messages.IndexOf(row.message) + 1 : 0);
    PutVarint(rows, ZigZag(row.reading.time_ms));
    PutDouble(rows, row.reading.value);
    rows.push_back(static_cast<char>(row.reading.quality));
  }
  std::string out(1, static_cast<char>(kDeadLettersVersion));
  PutVarint(out, static_cast<std::uint64_t>(batch.received_us));
  PutText(out, batch.source);
  PutVarint(out, batch.epoch);
  PutVarint(out, batch.sequence);
  measures.AppendTo(out);
  messages.AppendTo(out);
  out.append(rows);
  return out;
}

absl::StatusOr<std::vector<DeadLetter>> DecodeDeadLetters(std::string_view bytes) {
  ByteReader reader(bytes);
  ASSIGN_OR_RETURN(const std::uint8_t version, reader.ReadByte());
  if (version == kDeadLettersVersion) return ReadDeadLetterBatch(reader);
  if (version != kVersion) {
    return absl::DataLossError(absl::StrCat("a dead letter has version ", version));
  }
  ASSIGN_OR_RETURN(DeadLetter letter, ReadOneDeadLetter(reader));
  return std::vector<DeadLetter>{std::move(letter)};
}

}  // namespace citylayers::storage
