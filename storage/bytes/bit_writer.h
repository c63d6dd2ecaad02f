// A writer of numbers with any count of bits.
#ifndef CITYLAYERS_STORAGE_BYTES_BIT_WRITER_H_
#define CITYLAYERS_STORAGE_BYTES_BIT_WRITER_H_

#include <cstdint>
#include <string>

namespace citylayers::storage {

/// Appends numbers of 0 to 64 bits to bytes; bits are filled from the lowest of each byte upwards.
class BitWriter {
 public:
  explicit BitWriter(std::string& out) : out_(out) {}
  /// `value` must have at most `width` bits.
  void Put(std::uint64_t value, int width) {
    if (width > 32) {
      Put(value & 0xffffffff, 32);
      Put(value >> 32, width - 32);
      return;
    }
    hold_ |= value << held_;
    held_ += width;
    while (held_ >= 8) {
      out_.push_back(static_cast<char>(hold_));
      hold_ >>= 8;
      held_ -= 8;
    }
  }
  /// Completes the last byte with zeros. Call it once, at the end.
  void Flush() {
    if (held_ > 0) out_.push_back(static_cast<char>(hold_));
    hold_ = 0;
    held_ = 0;
  }

 private:
  std::string& out_;
  std::uint64_t hold_ = 0;
  int held_ = 0;
};

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_BYTES_BIT_WRITER_H_
