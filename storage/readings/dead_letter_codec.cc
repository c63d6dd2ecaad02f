#include "storage/readings/dead_letter_codec.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"

#include "base/status_macros.h"
#include "storage/bytes/bytes.h"
#include "storage/readings/row_frame.h"

namespace citylayers::storage {
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
  ASSIGN_OR_RETURN(const std::string_view source, reader.ReadText(kRowTextMax));
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
  ASSIGN_OR_RETURN(const std::string_view message, reader.ReadText(kRowTextMax));
  letter.message = std::string(message);
  ASSIGN_OR_RETURN(const std::string_view measure, reader.ReadText(kRowTextMax));
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
  if (version != kRowVersion) {
    return absl::DataLossError(absl::StrCat("a dead letter has version ", version));
  }
  ASSIGN_OR_RETURN(DeadLetter letter, ReadOneDeadLetter(reader));
  return std::vector<DeadLetter>{std::move(letter)};
}

}  // namespace citylayers::storage
