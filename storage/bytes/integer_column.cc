#include "storage/bytes/integer_column.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <numeric>

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"

namespace citylayers::storage {
namespace {

constexpr std::size_t kBlock = 64;
// A quotient of this many ones is followed by the number itself: one outlier costs 12
// bytes, not a megabyte.
constexpr int kRiceEscape = 24;
constexpr int kRiceMaxShift = 40;

// Differences wrap around as unsigned numbers, so that any two int64 have one.
std::int64_t Difference(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}
std::int64_t Sum(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

// Bits are filled from the lowest of each byte upwards.
class BitWriter {
 public:
  explicit BitWriter(std::string& out) : out_(out) {}
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

class BitReader {
 public:
  explicit BitReader(std::string_view bytes) : bytes_(bytes) {}
  // Past the end it returns zeros and sets overrun().
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
  std::size_t bytes_read() const { return position_; }

 private:
  std::string_view bytes_;
  std::size_t position_ = 0;
  std::uint64_t hold_ = 0;
  int held_ = 0;
  bool overrun_ = false;
};

// --- Blocks: zigzag(minimum) varint, width byte, then (value - minimum) in width bits each.

void PutBlocks(std::string& out, absl::Span<const std::int64_t> values) {
  for (std::size_t start = 0; start < values.size(); start += kBlock) {
    const absl::Span<const std::int64_t> block = values.subspan(start, kBlock);
    const auto [least, most] = std::minmax_element(block.begin(), block.end());
    const int width = std::bit_width(static_cast<std::uint64_t>(Difference(*most, *least)));
    PutVarint(out, ZigZag(*least));
    out.push_back(static_cast<char>(width));
    if (width == 0) continue;
    BitWriter bits(out);
    for (const std::int64_t value : block) {
      bits.Put(static_cast<std::uint64_t>(Difference(value, *least)), width);
    }
    bits.Flush();
  }
}

absl::Status ReadBlocks(ByteReader& reader, std::size_t count, std::vector<std::int64_t>& values) {
  while (count > 0) {
    const std::size_t rows = std::min(count, kBlock);
    ASSIGN_OR_RETURN(const std::uint64_t least, reader.ReadVarint());
    ASSIGN_OR_RETURN(const std::uint8_t width, reader.ReadByte());
    if (width > 64) return absl::DataLossError(absl::StrCat("a block's width is ", width));
    ASSIGN_OR_RETURN(const std::string_view bytes, reader.ReadBytes((rows * width + 7) / 8));
    BitReader bits(bytes);
    for (std::size_t i = 0; i < rows; ++i) {
      const std::uint64_t offset = width == 0 ? 0 : bits.Take(width);
      values.push_back(Sum(UnZigZag(least), static_cast<std::int64_t>(offset)));
    }
    count -= rows;
  }
  return absl::OkStatus();
}

// --- Golomb-Rice: per block 6 bits of shift, then quotient in ones and a zero,
// then `shift` low bits.

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

void PutRice(std::string& out, absl::Span<const std::int64_t> deltas) {
  BitWriter bits(out);
  for (std::size_t start = 0; start < deltas.size(); start += kBlock) {
    const absl::Span<const std::int64_t> block = deltas.subspan(start, kBlock);
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

absl::Status ReadRice(ByteReader& reader, std::size_t count, std::vector<std::int64_t>& deltas) {
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
    deltas.push_back(UnZigZag(number));
  }
  return reader.ReadBytes(bits.bytes_read()).status();
}

// --- Differences.

std::vector<std::int64_t> Deltas(absl::Span<const std::int64_t> values) {
  std::vector<std::int64_t> deltas;
  deltas.reserve(values.size());
  for (std::size_t i = 1; i < values.size(); ++i) {
    deltas.push_back(Difference(values[i], values[i - 1]));
  }
  return deltas;
}

// Tracks a running mean of a column in sixteenths, in which each value has the same weight as all
// values before it. Numbers wrap around, in the same way when reading.
class Smoother {
 public:
  explicit Smoother(std::int64_t first) : mean_(static_cast<std::uint64_t>(first) * 16) {}
  std::int64_t Predict() const { return static_cast<std::int64_t>(mean_ + 8) >> 4; }
  void Follow(std::int64_t value) {
    const std::uint64_t distance = static_cast<std::uint64_t>(value) * 16 - mean_;
    mean_ += static_cast<std::uint64_t>(static_cast<std::int64_t>(distance) >> 1);
  }

 private:
  std::uint64_t mean_;
};

std::vector<std::int64_t> SmoothDeltas(absl::Span<const std::int64_t> values) {
  std::vector<std::int64_t> deltas;
  deltas.reserve(values.size());
  Smoother smoother(values[0]);
  for (const std::int64_t value : values.subspan(1)) {
    deltas.push_back(Difference(value, smoother.Predict()));
    smoother.Follow(value);
  }
  return deltas;
}

void PutRuns(std::string& out, absl::Span<const std::int64_t> deltas) {
  for (std::size_t i = 0; i < deltas.size();) {
    std::size_t end = i + 1;
    while (end < deltas.size() && deltas[end] == deltas[i]) ++end;
    PutVarint(out, ZigZag(deltas[i]));
    PutVarint(out, end - i);
    i = end;
  }
}

absl::Status ReadRuns(ByteReader& reader, std::size_t count, std::vector<std::int64_t>& deltas) {
  while (deltas.size() < count) {
    ASSIGN_OR_RETURN(const std::uint64_t delta, reader.ReadVarint());
    ASSIGN_OR_RETURN(const std::uint64_t rows,
                     reader.ReadVarintUpTo(count - deltas.size(), "a run's length"));
    if (rows == 0) return absl::DataLossError("a run is empty");
    deltas.insert(deltas.end(), rows, UnZigZag(delta));
  }
  return absl::OkStatus();
}

// The greatest divisor of all differences: 300,000 for a five-minute grid with gaps.
std::int64_t CommonDivisor(absl::Span<const std::int64_t> deltas) {
  std::uint64_t divisor = 0;
  for (const std::int64_t delta : deltas) {
    const std::uint64_t magnitude = delta < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(delta)
                                              : static_cast<std::uint64_t>(delta);
    divisor = std::gcd(divisor, magnitude);
    if (divisor == 1) return 1;
  }
  if (divisor == 0 ||
      divisor > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return 1;
  }
  return static_cast<std::int64_t>(divisor);
}

std::string Start(IntegerMode mode, std::int64_t first) {
  std::string out(1, static_cast<char>(mode));
  PutVarint(out, ZigZag(first));
  return out;
}

// Constant and linear columns need no comparison: no other mode is shorter.
bool PutIfLinear(std::string& out, absl::Span<const std::int64_t> values) {
  const std::int64_t first = values.empty() ? 0 : values[0];
  const std::int64_t step = values.size() < 2 ? 0 : Difference(values[1], values[0]);
  for (std::size_t i = 2; i < values.size(); ++i) {
    if (Difference(values[i], values[i - 1]) != step) return false;
  }
  out += Start(step == 0 ? IntegerMode::kConstant : IntegerMode::kLinear, first);
  if (step != 0) PutVarint(out, ZigZag(step));
  return true;
}

void KeepShorter(std::string& best, std::string candidate) {
  if (candidate.size() < best.size()) best = std::move(candidate);
}

absl::StatusOr<std::vector<std::int64_t>> ReadDeltas(ByteReader& reader, IntegerMode mode,
                                                     std::size_t count) {
  std::vector<std::int64_t> deltas;
  deltas.reserve(count);
  switch (mode) {
    case IntegerMode::kConstant:
      deltas.assign(count, 0);
      return deltas;
    case IntegerMode::kLinear: {
      ASSIGN_OR_RETURN(const std::uint64_t step, reader.ReadVarint());
      deltas.assign(count, UnZigZag(step));
      return deltas;
    }
    case IntegerMode::kDeltaRuns:
      RETURN_IF_ERROR(ReadRuns(reader, count, deltas));
      return deltas;
    case IntegerMode::kPackedDelta: {
      ASSIGN_OR_RETURN(const std::uint64_t divisor, reader.ReadVarint());
      RETURN_IF_ERROR(ReadBlocks(reader, count, deltas));
      for (std::int64_t& delta : deltas) {
        delta = static_cast<std::int64_t>(static_cast<std::uint64_t>(delta) * divisor);
      }
      return deltas;
    }
    case IntegerMode::kRiceDelta:
    case IntegerMode::kRiceSmooth:
      RETURN_IF_ERROR(ReadRice(reader, count, deltas));
      return deltas;
    case IntegerMode::kPacked:
      break;
  }
  return absl::DataLossError(absl::StrCat("unknown integer column mode ", static_cast<int>(mode)));
}

}  // namespace

void PutIntegerColumn(std::string& out, absl::Span<const std::int64_t> values) {
  if (PutIfLinear(out, values)) return;
  std::vector<std::int64_t> deltas = Deltas(values);
  std::string best = Start(IntegerMode::kRiceDelta, values[0]);
  PutRice(best, deltas);
  std::string candidate = Start(IntegerMode::kRiceSmooth, values[0]);
  PutRice(candidate, SmoothDeltas(values));
  KeepShorter(best, std::move(candidate));
  candidate = Start(IntegerMode::kDeltaRuns, values[0]);
  PutRuns(candidate, deltas);
  KeepShorter(best, std::move(candidate));
  candidate.assign(1, static_cast<char>(IntegerMode::kPacked));
  PutBlocks(candidate, values);
  KeepShorter(best, std::move(candidate));
  const std::int64_t divisor = CommonDivisor(deltas);
  for (std::int64_t& delta : deltas) delta /= divisor;
  candidate = Start(IntegerMode::kPackedDelta, values[0]);
  PutVarint(candidate, static_cast<std::uint64_t>(divisor));
  PutBlocks(candidate, deltas);
  KeepShorter(best, std::move(candidate));
  out += best;
}

void PutIntegerColumnFast(std::string& out, absl::Span<const std::int64_t> values) {
  if (PutIfLinear(out, values)) return;
  out.push_back(static_cast<char>(IntegerMode::kPacked));
  PutBlocks(out, values);
}

absl::StatusOr<std::vector<std::int64_t>> ReadIntegerColumn(ByteReader& reader, std::size_t count) {
  ASSIGN_OR_RETURN(const std::uint8_t mode, reader.ReadByte());
  std::vector<std::int64_t> values;
  values.reserve(count);
  if (mode == static_cast<std::uint8_t>(IntegerMode::kPacked)) {
    RETURN_IF_ERROR(ReadBlocks(reader, count, values));
    return values;
  }
  ASSIGN_OR_RETURN(const std::uint64_t first, reader.ReadVarint());
  if (count == 0) return values;
  ASSIGN_OR_RETURN(const std::vector<std::int64_t> deltas,
                   ReadDeltas(reader, static_cast<IntegerMode>(mode), count - 1));
  values.push_back(UnZigZag(first));
  if (mode == static_cast<std::uint8_t>(IntegerMode::kRiceSmooth)) {
    Smoother smoother(values[0]);
    for (const std::int64_t delta : deltas) {
      values.push_back(Sum(smoother.Predict(), delta));
      smoother.Follow(values.back());
    }
    return values;
  }
  for (const std::int64_t delta : deltas) values.push_back(Sum(values.back(), delta));
  return values;
}

}  // namespace citylayers::storage
