#include "storage/bytes/value_column.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstring>

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "storage/bytes/integer_column.h"

namespace citylayers::storage {
namespace {

constexpr std::array<double, kMaxDecimals + 1> kPowersOfTen = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6};
constexpr double kLargestExact = 9007199254740992.0;  // 2^53
constexpr std::uint8_t kXorMode = 0xff;

bool ScaleAll(absl::Span<const double> values, int decimals, std::vector<std::int64_t>& scaled) {
  scaled.clear();
  for (const double value : values) {
    const std::optional<std::int64_t> one = ScaleExactly(value, decimals);
    if (!one.has_value()) return false;
    scaled.push_back(*one);
  }
  return true;
}

// Each number's bits XORed with those of the previous one: a byte of (leading zero
// bytes << 4 number of bytes that follow), then the middle bytes, lowest first;
// trailing zero bytes are omitted.
void PutXor(std::string& out, absl::Span<const double> values) {
  std::uint64_t before = 0;
  for (const double value : values) {
    const std::uint64_t bits = std::bit_cast<std::uint64_t>(value);
    const std::uint64_t changed = bits ^ before;
    before = bits;
    const int leading = changed == 0 ? 8 : std::countl_zero(changed) / 8;
    const int trailing = changed == 0 ? 0 : std::countr_zero(changed) / 8;
    const int size = 8 - leading - trailing;
    out.push_back(static_cast<char>(leading << 4 | size));
    for (int i = 0; i < size; ++i) {
      out.push_back(static_cast<char>(changed >> (8 * (trailing + i))));
    }
  }
}

absl::StatusOr<std::vector<double>> ReadXor(ByteReader& reader, std::size_t count) {
  std::vector<double> values;
  values.reserve(std::min(count, reader.remaining()));
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < count; ++i) {
    ASSIGN_OR_RETURN(const std::uint8_t sizes, reader.ReadByte());
    const int leading = sizes >> 4;
    const int size = sizes & 0xf;
    if (leading + size > 8) return absl::DataLossError("an XORed value exceeds eight bytes");
    ASSIGN_OR_RETURN(const std::string_view bytes,
                     reader.ReadBytes(static_cast<std::size_t>(size)));
    const int trailing = 8 - leading - size;
    for (int k = 0; k < size; ++k) {
      bits ^=
          static_cast<std::uint64_t>(static_cast<std::uint8_t>(bytes[static_cast<std::size_t>(k)]))
          << (8 * (trailing + k));
    }
    values.push_back(std::bit_cast<double>(bits));
  }
  return values;
}

}  // namespace

std::optional<std::int64_t> ScaleExactly(double value, int decimals) {
  const double scaled = value * kPowersOfTen[static_cast<std::size_t>(decimals)];
  if (!(std::fabs(scaled) < kLargestExact)) return std::nullopt;  // Refuses NaN as well.
  const std::int64_t integer = std::llround(scaled);
  // Compared as bits: -0.0 equals 0.0 but is a different value.
  if (std::bit_cast<std::uint64_t>(Unscale(integer, decimals)) !=
      std::bit_cast<std::uint64_t>(value)) {
    return std::nullopt;
  }
  return integer;
}

double Unscale(std::int64_t scaled, int decimals) {
  return static_cast<double>(scaled) / kPowersOfTen[static_cast<std::size_t>(decimals)];
}

void PutValueColumn(std::string& out, absl::Span<const double> values, int decimals_hint,
                    bool fast) {
  std::vector<std::int64_t> scaled;
  scaled.reserve(values.size());
  for (int decimals = std::max(decimals_hint, 0); decimals <= kMaxDecimals; ++decimals) {
    if (!ScaleAll(values, decimals, scaled)) continue;
    out.push_back(static_cast<char>(decimals));
    fast ? PutIntegerColumnFast(out, scaled) : PutIntegerColumn(out, scaled);
    return;
  }
  out.push_back(static_cast<char>(kXorMode));
  PutXor(out, values);
}

absl::StatusOr<std::vector<double>> ReadValueColumn(ByteReader& reader, std::size_t count) {
  ASSIGN_OR_RETURN(const std::uint8_t mode, reader.ReadByte());
  if (mode == kXorMode) return ReadXor(reader, count);
  if (mode > kMaxDecimals) {
    return absl::DataLossError(absl::StrCat("unknown value column mode ", mode));
  }
  ASSIGN_OR_RETURN(const std::vector<std::int64_t> scaled, ReadIntegerColumn(reader, count));
  std::vector<double> values;
  values.reserve(count);
  for (const std::int64_t integer : scaled) values.push_back(Unscale(integer, mode));
  return values;
}

}  // namespace citylayers::storage
