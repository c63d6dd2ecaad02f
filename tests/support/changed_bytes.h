// Bytes that a faulty or hostile writer could leave, for tests of decoders.
#ifndef CITYLAYERS_TESTS_SUPPORT_CHANGED_BYTES_H_
#define CITYLAYERS_TESTS_SUPPORT_CHANGED_BYTES_H_

#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace citylayers::test {

/// Lower-case hexadecimal.
inline std::string Hex(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (const char byte : bytes) {
    hex += kDigits[static_cast<std::uint8_t>(byte) / 16];
    hex += kDigits[static_cast<std::uint8_t>(byte) % 16];
  }
  return hex;
}

/// Calls visit(bytes) `rounds` times with `seed`, of which 1 to 8 bytes are replaced. REQUIRES:
/// seed is not empty. The same bytes in each run.
template <typename Visit>
void ForChangedBytes(const std::string& seed, int rounds, Visit visit) {
  std::mt19937_64 random(2);
  for (int round = 0; round < rounds; ++round) {
    std::string bytes = seed;
    for (std::uint64_t changes = 1 + random() % 8; changes > 0; --changes) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    visit(bytes);
  }
}

/// Calls visit(bytes) with each single bit of `seed` inverted, then with each shorter beginning of
/// `seed`.
template <typename Visit>
void ForDamagedBytes(std::string seed, Visit visit) {
  for (std::size_t bit = 0; bit < seed.size() * 8; ++bit) {
    seed[bit / 8] = static_cast<char>(seed[bit / 8] ^ (1 << (bit % 8)));
    visit(seed);
    seed[bit / 8] = static_cast<char>(seed[bit / 8] ^ (1 << (bit % 8)));
  }
  for (std::size_t size = 0; size < seed.size(); ++size) visit(seed.substr(0, size));
}

}  // namespace citylayers::test

#endif  // CITYLAYERS_TESTS_SUPPORT_CHANGED_BYTES_H_
