// A reader of numbers with any count of bits.
#ifndef CITYLAYERS_STORAGE_BYTES_BIT_READER_H_
#define CITYLAYERS_STORAGE_BYTES_BIT_READER_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace citylayers::storage {

/// The inverse of BitWriter.
class BitReader {
 public:
  explicit BitReader(std::string_view bytes) : bytes_(bytes) {}
  /// The next `width` bits, 0 to 64. Past the end it returns zeros and sets overrun().
  std::uint64_t Take(int width) {
    if (width > 32) {
      const std::uint64_t low = Take(32);
      return low | Take(width - 32) << 32;
    }
    while (held_ < width) {
      if (position_ >= bytes_.size()) {
        overrun_ = true;
        return 0;
      }
      hold_ |= static_cast<std::uint64_t>(static_cast<std::uint8_t>(bytes_[position_++])) << held_;
      held_ += 8;
    }
    const std::uint64_t value = hold_ & ((std::uint64_t{1} << width) - 1);
    hold_ >>= width;
    held_ -= width;
    return value;
  }
  bool overrun() const { return overrun_; }
  /// Whole bytes from which bits were taken.
  std::size_t bytes_read() const { return position_; }

 private:
  std::string_view bytes_;
  std::size_t position_ = 0;
  std::uint64_t hold_ = 0;
  int held_ = 0;
  bool overrun_ = false;
};

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_BYTES_BIT_READER_H_
