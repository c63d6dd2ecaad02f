// Encoding of numbers and text as bytes, and a reader that never reads past the end.
#ifndef CITYLAYERS_STORAGE_BYTES_BYTES_H_
#define CITYLAYERS_STORAGE_BYTES_BYTES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace citylayers::storage {

/// Appends the value in 1 to 10 bytes, seven bits per byte, lowest first (LEB128).
void PutVarint(std::string& out, std::uint64_t value);

/// Maps 0, -1, 1, -2, ... to 0, 1, 2, 3, ... so that small magnitudes make short varints.
constexpr std::uint64_t ZigZag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
constexpr std::int64_t UnZigZag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

/// Append fixed-width integers, most significant byte first: as keys they sort like the numbers.
void PutFixed16(std::string& out, std::uint16_t value);
void PutFixed32(std::string& out, std::uint32_t value);
void PutFixed64(std::string& out, std::uint64_t value);

/// Appends the bits of the double as PutFixed64 does.
void PutDouble(std::string& out, double value);

/// Appends the length as a varint, then the bytes.
void PutText(std::string& out, std::string_view text);

/// Reads the encodings above from untrusted bytes. Every Read returns DATA_LOSS when the bytes end
/// too early or are invalid; the reader must not be used after that. The bytes must outlive the
/// reader. Not thread-safe.
///
///   ByteReader reader(bytes);
///   ASSIGN_OR_RETURN(const uint64_t count, reader.ReadVarint());
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

  absl::StatusOr<std::uint8_t> ReadByte();
  absl::StatusOr<std::uint64_t> ReadVarint();
  /// Reads a varint; DATA_LOSS when it exceeds `max`.
  absl::StatusOr<std::uint64_t> ReadVarintUpTo(std::uint64_t max, std::string_view what);
  absl::StatusOr<std::uint16_t> ReadFixed16();
  absl::StatusOr<std::uint32_t> ReadFixed32();
  absl::StatusOr<std::uint64_t> ReadFixed64();
  absl::StatusOr<double> ReadDouble();
  absl::StatusOr<std::string_view> ReadBytes(std::size_t size);
  /// Reads a text written by PutText; DATA_LOSS when it is longer than `max_size`.
  absl::StatusOr<std::string_view> ReadText(std::size_t max_size);
  /// DATA_LOSS when bytes are left over.
  absl::Status ExpectEnd() const;

  std::size_t remaining() const { return bytes_.size(); }
  std::string_view rest() const { return bytes_; }

 private:
  std::string_view bytes_;
};

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_BYTES_BYTES_H_
