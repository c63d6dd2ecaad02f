#include "storage/bytes/value_column.h"

#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"

namespace citylayers::storage {
namespace {

std::string Encode(const std::vector<double>& values, int decimals_hint, bool fast = false) {
  std::string out;
  PutValueColumn(out, values, decimals_hint, fast);
  return out;
}

// Bits are compared, since NaN != NaN and 0.0 == -0.0.
void ExpectRoundTrip(const std::vector<double>& values, int decimals_hint) {
  for (const bool fast : {false, true}) {
    const std::string bytes = Encode(values, decimals_hint, fast);
    ByteReader reader(bytes);
    const auto read = ReadValueColumn(reader, values.size());
    ASSERT_TRUE(read.ok()) << read.status();
    ASSERT_EQ(read->size(), values.size());
    EXPECT_EQ(reader.remaining(), 0u);
    for (std::size_t i = 0; i < values.size(); ++i) {
      ASSERT_EQ(std::bit_cast<std::uint64_t>((*read)[i]), std::bit_cast<std::uint64_t>(values[i]))
          << "row " << i << " is " << values[i];
    }
  }
}

TEST(ValueColumnTest, DecimalsAreExact) {
  std::mt19937_64 random(1);
  for (int decimals = 0; decimals <= kMaxDecimals; ++decimals) {
    std::vector<double> values;
    for (int i = 0; i < 300; ++i) {
      values.push_back((static_cast<double>(random() % 2000000) - 1000000) /
                       std::pow(10, decimals));
    }
    ExpectRoundTrip(values, decimals);
    EXPECT_LE(Encode(values, decimals)[0], kMaxDecimals) << decimals;
  }
}

TEST(ValueColumnTest, MoreDecimalsThanPromisedAreKept) {
  ExpectRoundTrip({1.5, 1.25, 1.125}, 1);
  EXPECT_EQ(Encode({1.5, 1.25, 1.125}, 1)[0], 3);
}

TEST(ValueColumnTest, TrueFloatsAndOddValuesAreKeptBitByBit) {
  std::mt19937_64 random(2);
  std::vector<double> values = {-0.0,
                                0.0,
                                std::numeric_limits<double>::quiet_NaN(),
                                std::numeric_limits<double>::infinity(),
                                1e300,
                                5e-324,
                                1.0 / 3};
  for (int i = 0; i < 200; ++i) values.push_back(std::bit_cast<double>(random()));
  ExpectRoundTrip(values, 1);
  ExpectRoundTrip({}, 1);
  ExpectRoundTrip({9007199254740993.0}, 0);
}

TEST(ValueColumnTest, ScalingRefusesWhatItCannotGiveBack) {
  EXPECT_EQ(ScaleExactly(1.701, 3), 1701);
  EXPECT_EQ(ScaleExactly(0.1, 1), 1);
  EXPECT_EQ(ScaleExactly(0.15, 1), std::nullopt);
  EXPECT_EQ(ScaleExactly(-0.0, 1), std::nullopt);
  EXPECT_EQ(ScaleExactly(std::nan(""), 1), std::nullopt);
  EXPECT_EQ(ScaleExactly(1e17, 1), std::nullopt);
}

TEST(ValueColumnTest, BytesStayAsTheyAre) {
  EXPECT_EQ(absl::BytesToHexString(Encode({1.4, 1.4, 1.4}, 3)), "0300f015");
  EXPECT_EQ(absl::BytesToHexString(Encode({1.0 / 3}, 1)), "ff08555555555555d53f");
}

TEST(ValueColumnTest, AnyBytesAreAnsweredWithoutHarm) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 50000; ++round) {
    std::string bytes(random() % 60, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    if (!bytes.empty() && random() % 2 == 0) bytes[0] = '\xff';
    ByteReader reader(bytes);
    const auto read = ReadValueColumn(reader, random() % 300);
    if (!read.ok()) {
      EXPECT_EQ(read.status().code(), absl::StatusCode::kDataLoss);
    }
  }
}

}  // namespace
}  // namespace citylayers::storage
