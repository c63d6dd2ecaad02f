#include "storage/bytes/bytes.h"

#include <bit>

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"

namespace citylayers::storage {
namespace {

template <typename T>
void PutBigEndian(std::string& out, T value) {
  char bytes[sizeof(T)];
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    bytes[i] = static_cast<char>(value >> (8 * (sizeof(T) - 1 - i)));
  }
  out.append(bytes, sizeof(T));
}

template <typename T>
T FromBigEndian(std::string_view bytes) {
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    value = static_cast<T>((static_cast<std::uint64_t>(value) << 8) |
                           static_cast<std::uint8_t>(bytes[i]));
  }
  return value;
}

}  // namespace

void PutVarint(std::string& out, std::uint64_t value) {
  char bytes[10];
  std::size_t size = 0;
  while (value >= 0x80) {
    bytes[size++] = static_cast<char>(value | 0x80);
    value >>= 7;
  }
  bytes[size++] = static_cast<char>(value);
  out.append(bytes, size);
}

void PutFixed16(std::string& out, std::uint16_t value) { PutBigEndian(out, value); }
void PutFixed32(std::string& out, std::uint32_t value) { PutBigEndian(out, value); }
void PutFixed64(std::string& out, std::uint64_t value) { PutBigEndian(out, value); }
void PutDouble(std::string& out, double value) {
  PutBigEndian(out, std::bit_cast<std::uint64_t>(value));
}

void PutText(std::string& out, std::string_view text) {
  PutVarint(out, text.size());
  out.append(text);
}

absl::StatusOr<std::string_view> ByteReader::ReadBytes(std::size_t size) {
  if (size > bytes_.size()) {
    return absl::DataLossError(
        absl::StrCat("bytes end early: ", size, " wanted, ", bytes_.size(), " left"));
  }
  const std::string_view taken = bytes_.substr(0, size);
  bytes_.remove_prefix(size);
  return taken;
}

absl::StatusOr<std::uint8_t> ByteReader::ReadByte() {
  ASSIGN_OR_RETURN(const std::string_view bytes, ReadBytes(1));
  return static_cast<std::uint8_t>(bytes[0]);
}

absl::StatusOr<std::uint64_t> ByteReader::ReadVarint() {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 10 && i < bytes_.size(); ++i) {
    const std::uint8_t byte = static_cast<std::uint8_t>(bytes_[i]);
    if (i == 9 && byte > 1) return absl::DataLossError("a varint exceeds 64 bits");
    value |= static_cast<std::uint64_t>(byte & 0x7f) << (7 * i);
    if ((byte & 0x80) == 0) {
      bytes_.remove_prefix(i + 1);
      return value;
    }
  }
  return absl::DataLossError("bytes end within a varint");
}

absl::StatusOr<std::uint64_t> ByteReader::ReadVarintUpTo(std::uint64_t max, std::string_view what) {
  ASSIGN_OR_RETURN(const std::uint64_t value, ReadVarint());
  if (value > max) {
    return absl::DataLossError(
        absl::StrCat(std::string(what), " is ", value, ", which exceeds ", max));
  }
  return value;
}

absl::StatusOr<std::uint16_t> ByteReader::ReadFixed16() {
  ASSIGN_OR_RETURN(const std::string_view bytes, ReadBytes(2));
  return FromBigEndian<std::uint16_t>(bytes);
}

absl::StatusOr<std::uint32_t> ByteReader::ReadFixed32() {
  ASSIGN_OR_RETURN(const std::string_view bytes, ReadBytes(4));
  return FromBigEndian<std::uint32_t>(bytes);
}

absl::StatusOr<std::uint64_t> ByteReader::ReadFixed64() {
  ASSIGN_OR_RETURN(const std::string_view bytes, ReadBytes(8));
  return FromBigEndian<std::uint64_t>(bytes);
}

absl::StatusOr<double> ByteReader::ReadDouble() {
  ASSIGN_OR_RETURN(const std::uint64_t bits, ReadFixed64());
  return std::bit_cast<double>(bits);
}

absl::StatusOr<std::string_view> ByteReader::ReadText(std::size_t max_size) {
  ASSIGN_OR_RETURN(const std::uint64_t size, ReadVarintUpTo(max_size, "a text's length"));
  return ReadBytes(size);
}

absl::Status ByteReader::ExpectEnd() const {
  if (bytes_.empty()) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(bytes_.size(), " bytes too many at the end"));
}

}  // namespace citylayers::storage
