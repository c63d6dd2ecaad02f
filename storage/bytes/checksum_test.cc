#include "storage/bytes/checksum.h"

#include <string>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"

namespace citylayers::storage {
namespace {

// The test vectors of RFC 3720, appendix B.4.
TEST(RowChecksumTest, KnownAnswersOfRfc3720) {
  std::string ascending;
  for (int i = 0; i < 32; ++i) ascending.push_back(static_cast<char>(i));
  EXPECT_EQ(RowChecksum(std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(RowChecksum(std::string(32, '\xff')), 0x62a8ab43u);
  EXPECT_EQ(RowChecksum(ascending), 0x46dd794eu);
  EXPECT_EQ(RowChecksum("123456789"), 0xe3069283u);
  EXPECT_EQ(RowChecksum(""), 0u);
}

TEST(RowChecksumTest, EveryFlippedBitIsNoticed) {
  std::string bytes = "an acknowledged batch is on disk";
  const std::uint32_t crc = RowChecksum(bytes);
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_NE(RowChecksum(bytes), crc) << "bit " << bit;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
  }
}

// The check value of CRC-32 in the catalogue of parametrised CRC algorithms.
TEST(CheckpointChecksumTest, KnownAnswer) {
  EXPECT_EQ(CheckpointChecksum("123456789"), 0xcbf43926u);
  EXPECT_EQ(CheckpointChecksum(""), 0u);
}

// The answers of xxhsum for empty input.
TEST(PackChecksumTest, KnownAnswers) {
  EXPECT_EQ(PackChecksum(""), 0x2d06800538d394c2u);
  EXPECT_EQ(PackDigestHex(""), "99aa06d3014798d86001c324468d497f");
}

// Expected values: the published examples of FIPS 180-4.
TEST(AuditHashTest, EqualsThePublishedExamples) {
  EXPECT_EQ(absl::BytesToHexString(AuditHash("")),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(absl::BytesToHexString(AuditHash("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace citylayers::storage
