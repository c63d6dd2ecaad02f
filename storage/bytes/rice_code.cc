#include "storage/bytes/rice_code.h"

#include <algorithm>

#include "storage/bytes/bit_reader.h"
#include "storage/bytes/bit_writer.h"

namespace citylayers::storage {
namespace {

constexpr std::size_t kBlock = 64;
// A quotient of this many ones is followed by the number itself: one outlier costs 11 bytes, not a
// megabyte.
constexpr int kRiceEscape = 24;
constexpr int kRiceMaxShift = 40;

std::uint64_t RiceBits(absl::Span<const std::int64_t> block, int shift) {
  std::uint64_t bits = 8;
  for (const std::int64_t value : block) {
    const std::uint64_t quotient = ZigZag(value) >> shift;
    bits += quotient < kRiceEscape ? quotient + 1 + static_cast<std::uint64_t>(shift)
                                   : kRiceEscape + 64;
  }
  return bits;
}

int BestRiceShift(absl::Span<const std::int64_t> block) {
  // The best shift is close to the width of the mean magnitude.
  double mean = 0;
  for (const std::int64_t value : block) mean += static_cast<double>(ZigZag(value));
  mean /= static_cast<double>(block.size());
  int width = 0;
  while (width < kRiceMaxShift && mean >= 2) {
    mean /= 2;
    ++width;
  }
  int best = width;
  for (const int shift : {width - 1, width + 1}) {
    if (shift < 0 || shift > kRiceMaxShift) continue;
    if (RiceBits(block, shift) < RiceBits(block, best)) best = shift;
  }
  return best;
}

}  // namespace

void PutRice(std::string& out, absl::Span<const std::int64_t> numbers) {
  BitWriter bits(out);
  for (std::size_t start = 0; start < numbers.size(); start += kBlock) {
    const absl::Span<const std::int64_t> block = numbers.subspan(start, kBlock);
    const int shift = BestRiceShift(block);
    bits.Put(static_cast<std::uint64_t>(shift), 6);
    for (const std::int64_t value : block) {
      const std::uint64_t number = ZigZag(value);
      const std::uint64_t quotient = number >> shift;
      if (quotient < kRiceEscape) {
        bits.Put((std::uint64_t{1} << quotient) - 1, static_cast<int>(quotient) + 1);
        bits.Put(number & ((std::uint64_t{1} << shift) - 1), shift);
      } else {
        bits.Put((std::uint64_t{1} << kRiceEscape) - 1, kRiceEscape);
        bits.Put(number, 64);
      }
    }
  }
  bits.Flush();
}

absl::Status ReadRice(ByteReader& reader, std::size_t count, std::vector<std::int64_t>& numbers) {
  BitReader bits(reader.rest());
  int shift = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (i % kBlock == 0) {
      shift = static_cast<int>(bits.Take(6));
      if (shift > kRiceMaxShift) return absl::DataLossError("a Rice shift is too large");
    }
    int quotient = 0;
    while (quotient < kRiceEscape && bits.Take(1) == 1) ++quotient;
    const std::uint64_t number =
        quotient == kRiceEscape
            ? bits.Take(64)
            : (static_cast<std::uint64_t>(quotient) << shift) | bits.Take(shift);
    if (bits.overrun()) return absl::DataLossError("Rice codes end early");
    numbers.push_back(UnZigZag(number));
  }
  return reader.ReadBytes(bits.bytes_read()).status();
}

}  // namespace citylayers::storage
