#include "storage/bytes/integer_column.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <numeric>

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "storage/bytes/bit_reader.h"
#include "storage/bytes/bit_writer.h"
#include "storage/bytes/rice_code.h"

namespace citylayers::storage {
namespace {

constexpr std::size_t kBlock = 64;

// Differences wrap around as unsigned numbers, so that any two int64 have one.
std::int64_t Difference(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}
std::int64_t Sum(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

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
