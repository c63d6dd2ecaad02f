#include "storage/bytes/integer_column.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"

namespace citylayers::storage {
namespace {

std::vector<std::int64_t> RoundTrip(const std::vector<std::int64_t>& values, bool fast = false) {
  std::string out;
  fast ? PutIntegerColumnFast(out, values) : PutIntegerColumn(out, values);
  ByteReader reader(out);
  const auto read = ReadIntegerColumn(reader, values.size());
  EXPECT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(reader.remaining(), 0u);
  return read.value_or(std::vector<std::int64_t>{});
}

std::size_t Size(const std::vector<std::int64_t>& values) {
  std::string out;
  PutIntegerColumn(out, values);
  return out.size();
}

IntegerMode ModeOf(const std::vector<std::int64_t>& values) {
  std::string out;
  PutIntegerColumn(out, values);
  return static_cast<IntegerMode>(out[0]);
}

// Shapes of real columns, with the expected mode of each.
TEST(IntegerColumnTest, EachShapeGetsItsMode) {
  std::vector<std::int64_t> constant(500, 7), regular, gaps, rain, walk, noise, jitter;
  std::mt19937 random(1);
  std::geometric_distribution<std::int64_t> magnitude(0.05);
  for (std::int64_t i = 0; i < 500; ++i) {
    regular.push_back(1666000000000 + i * 300000);
    gaps.push_back(1666000000000 + (i + i / 100 * 3) * 300000);
    rain.push_back(i > 200 && i < 210 ? 12 : 0);
    walk.push_back((walk.empty() ? 300 : walk.back()) +
                   (random() % 2 == 0 ? 1 : -1) * magnitude(random));
    noise.push_back(300 + (random() % 2 == 0 ? 1 : -1) * magnitude(random));
    jitter.push_back(static_cast<std::int64_t>(random() % 256));
  }
  EXPECT_EQ(ModeOf(constant), IntegerMode::kConstant);
  EXPECT_EQ(ModeOf(regular), IntegerMode::kLinear);
  EXPECT_EQ(ModeOf(gaps), IntegerMode::kDeltaRuns);
  EXPECT_EQ(ModeOf(rain), IntegerMode::kDeltaRuns);
  EXPECT_EQ(ModeOf(walk), IntegerMode::kRiceDelta);
  EXPECT_EQ(ModeOf(noise), IntegerMode::kRiceSmooth);
  EXPECT_EQ(ModeOf(jitter), IntegerMode::kPacked);
  for (const auto& shape : {constant, regular, gaps, rain, walk, noise, jitter}) {
    EXPECT_EQ(RoundTrip(shape), shape);
    EXPECT_EQ(RoundTrip(shape, /*fast=*/true), shape);
  }
  EXPECT_LE(Size(constant), 2u);
  EXPECT_LE(Size(regular), 11u);
  EXPECT_LE(Size(rain), 24u);
}

// A model of any column: random walks of every magnitude, including the extremes of int64.
TEST(IntegerColumnTest, RandomColumnsRoundTrip) {
  std::mt19937_64 random(2);
  for (int round = 0; round < 2000; ++round) {
    std::vector<std::int64_t> values;
    const std::size_t count = random() % 200;
    const int shift = static_cast<int>(random() % 64);
    for (std::size_t i = 0; i < count; ++i) {
      values.push_back(static_cast<std::int64_t>(random()) >> shift);
      if (random() % 50 == 0) values.back() = std::numeric_limits<std::int64_t>::min();
      if (random() % 50 == 0) values.back() = std::numeric_limits<std::int64_t>::max();
    }
    ASSERT_EQ(RoundTrip(values), values) << "round " << round;
    ASSERT_EQ(RoundTrip(values, /*fast=*/true), values) << "round " << round;
  }
}

// Rice codes are within a tenth of the entropy of a noisy sensor's values.
TEST(IntegerColumnTest, NoiseCostsLittleMoreThanItsEntropy) {
  std::mt19937_64 random(3);
  std::geometric_distribution<std::int64_t> zigzag(1.0 / 20);
  std::vector<std::int64_t> values = {0};
  for (int i = 0; i < 10000; ++i) {
    values.push_back(values.back() + UnZigZag(static_cast<std::uint64_t>(zigzag(random))));
  }
  const double p = 1.0 / 20;
  const double entropy_bits = (-p * std::log2(p) - (1 - p) * std::log2(1 - p)) / p;
  EXPECT_LE(static_cast<double>(Size(values)) * 8 / 10000, entropy_bits * 1.1);
}

TEST(IntegerColumnTest, BytesStayAsTheyAre) {
  const auto hex = [](const std::vector<std::int64_t>& values) {
    std::string out;
    PutIntegerColumn(out, values);
    return absl::BytesToHexString(out);
  };
  EXPECT_EQ(hex({5, 5, 5}), "000a");
  EXPECT_EQ(hex({1000, 1300, 1600}), "01d00fd804");
  EXPECT_EQ(hex({0, 0, 0, 0, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9}), "050000feff0700");
  std::vector<std::int64_t> rain(80, 0);
  std::fill(rain.begin() + 40, rain.end(), 9);
  EXPECT_EQ(hex(rain), "0200002712010027");
  EXPECT_EQ(hex({310, 302, 305, 298, 307, 303, 296, 309, 300, 304}), "06ec0443979ea44f8e");
  EXPECT_EQ(hex({7, 0, 3, 5, 1, 6, 2, 4}), "040003c71a8b");
}

// A decoder must return an error for damaged bytes, and never more rows than requested.
TEST(IntegerColumnTest, AnyBytesAreAnsweredWithoutHarm) {
  std::mt19937_64 random(4);
  int refused = 0;
  for (int round = 0; round < 50000; ++round) {
    std::string bytes(random() % 60, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    if (!bytes.empty()) bytes[0] = static_cast<char>(random() % 8);
    const std::size_t count = random() % 300;
    ByteReader reader(bytes);
    const auto read = ReadIntegerColumn(reader, count);
    if (read.ok()) {
      EXPECT_EQ(read->size(), count);
    } else {
      ++refused;
      EXPECT_EQ(read.status().code(), absl::StatusCode::kDataLoss);
    }
  }
  EXPECT_GT(refused, 10000);
}

TEST(IntegerColumnTest, EveryTruncationIsNoticed) {
  std::vector<std::int64_t> noise;
  std::mt19937_64 random(5);
  for (int i = 0; i < 100; ++i) noise.push_back(static_cast<std::int64_t>(random() % 1000));
  std::string out;
  PutIntegerColumn(out, noise);
  for (std::size_t cut = 0; cut < out.size(); ++cut) {
    ByteReader reader(std::string_view(out).substr(0, cut));
    EXPECT_FALSE(ReadIntegerColumn(reader, noise.size()).ok()) << "cut at " << cut;
  }
}

}  // namespace
}  // namespace citylayers::storage
