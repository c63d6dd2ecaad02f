#include "services/readings/reading_validator.h"

#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace citylayers::readings {
namespace {

const absl::Time kNow = absl::FromUnixMillis(1'666'000'000'000);
constexpr std::int64_t kNowMs = 1'666'000'000'000;

class ValidatorTest : public testing::Test {
 protected:
  ValidatorTest() {
    level_.name = "stations/phu_an/measures/water_level";
    level_.unit = "m";
    level_.min_value = -4;
    level_.max_value = 5;
    *names_.Add() = level_.name;
    *names_.Add() = "stations/nobody/measures/depth";
    known_ = {{7, &level_}, {0, nullptr}};
  }
  void Add(std::uint32_t index, std::int64_t time_ms, double value) {
    columns_.add_measure_indexes(index);
    columns_.add_time_deltas_ms(time_ms - last_ms_);
    columns_.add_values(value);
    last_ms_ = time_ms;
  }
  absl::StatusOr<Verdict> Run() { return Validate(columns_, names_, known_, kNow, options_); }
  /// The one row's reason.
  v1::RejectReason ReasonOf(std::uint32_t index, std::int64_t time_ms, double value) {
    columns_.Clear();
    last_ms_ = 0;
    Add(index, time_ms, value);
    const absl::StatusOr<Verdict> verdict = Run();
    EXPECT_TRUE(verdict.ok());
    if (verdict->refused.empty()) return v1::REJECT_REASON_UNSPECIFIED;
    EXPECT_FALSE(DescribeRejected(verdict->refused, 0).empty());
    return static_cast<v1::RejectReason>(verdict->refused.rows[0].reason);
  }

  storage::MeasureDef level_;
  MeasureNames names_;
  std::vector<KnownMeasure> known_;
  ValidatorOptions options_;
  v1::ReadingColumns columns_;
  std::int64_t last_ms_ = 0;
};

TEST_F(ValidatorTest, EachFaultHasItsReason) {
  const std::int64_t skew_ms = absl::ToInt64Milliseconds(options_.future_skew);
  const std::int64_t retention_ms = absl::ToInt64Milliseconds(options_.retention);
  EXPECT_EQ(ReasonOf(0, kNowMs, 1.4), v1::REJECT_REASON_UNSPECIFIED);
  EXPECT_EQ(ReasonOf(0, kNowMs, std::nan("")), v1::REJECT_REASON_NOT_FINITE);
  EXPECT_EQ(ReasonOf(0, kNowMs, -INFINITY), v1::REJECT_REASON_NOT_FINITE);
  EXPECT_EQ(ReasonOf(1, kNowMs, 1.4), v1::REJECT_REASON_UNKNOWN_MEASURE);
  EXPECT_EQ(ReasonOf(2, kNowMs, 1.4), v1::REJECT_REASON_MALFORMED);
  EXPECT_EQ(ReasonOf(0, kNowMs + skew_ms, 1.4), v1::REJECT_REASON_UNSPECIFIED);
  EXPECT_EQ(ReasonOf(0, kNowMs + skew_ms + 1, 1.4), v1::REJECT_REASON_FAR_FUTURE);
  EXPECT_EQ(ReasonOf(0, kNowMs - retention_ms, 1.4), v1::REJECT_REASON_UNSPECIFIED);
  EXPECT_EQ(ReasonOf(0, kNowMs - retention_ms - 1, 1.4), v1::REJECT_REASON_TOO_OLD);
  EXPECT_EQ(ReasonOf(0, -1, 1.4), v1::REJECT_REASON_TOO_OLD);
  EXPECT_EQ(ReasonOf(0, kNowMs, 5), v1::REJECT_REASON_UNSPECIFIED);
  EXPECT_EQ(ReasonOf(0, kNowMs, 5.001), v1::REJECT_REASON_OUT_OF_RANGE);
  EXPECT_EQ(ReasonOf(0, kNowMs, -4.001), v1::REJECT_REASON_OUT_OF_RANGE);
}

TEST_F(ValidatorTest, GoodRowsOfABadBatchAreKeptInOrder) {
  Add(0, kNowMs, 1.0);
  Add(1, kNowMs, 2.0);
  Add(0, kNowMs + 1000, 3.0);
  Add(0, kNowMs + 1000, 99.0);
  for (int i = 0; i < 4; ++i) columns_.add_qualities(v1::QUALITY_ESTIMATED);
  const absl::StatusOr<Verdict> verdict = Run();
  ASSERT_TRUE(verdict.ok());
  EXPECT_EQ(verdict->good.series, (std::vector<std::uint32_t>{7, 7}));
  EXPECT_EQ(verdict->good.times_ms, (std::vector<std::int64_t>{kNowMs, kNowMs + 1000}));
  EXPECT_EQ(verdict->good.values, (std::vector<double>{1.0, 3.0}));
  EXPECT_EQ(verdict->good.qualities, (std::vector<std::uint8_t>{2, 2}));
  ASSERT_EQ(verdict->refused.size(), 2u);
  const std::vector<storage::RejectedRow>& rows = verdict->refused.rows;
  EXPECT_EQ(rows[0].row, 1u);
  EXPECT_EQ(verdict->refused.measures[rows[0].measure], "stations/nobody/measures/depth");
  EXPECT_EQ(rows[1].row, 3u);
  EXPECT_EQ(rows[1].reading.value, 99.0);
  EXPECT_EQ(DescribeRejected(verdict->refused, 1), "99 m lies outside -4 to 5");
}

TEST_F(ValidatorTest, AQualityOfAnotherVersionIsMalformed) {
  Add(0, kNowMs, 1.0);
  columns_.add_qualities(static_cast<v1::Quality>(300));
  ASSERT_EQ(Run()->refused.size(), 1u);
  EXPECT_EQ(Run()->refused.rows[0].reason, v1::REJECT_REASON_MALFORMED);
  EXPECT_EQ(DescribeRejected(Run()->refused, 0), "quality 300 is not a known quality");
}

TEST_F(ValidatorTest, ANameThatIsTooLongIsMalformedAndTheOtherRowsAreKept) {
  *names_.Add() = std::string(storage::kMeasureNameBytesMax, 'x');
  *names_.Add() = std::string(storage::kMeasureNameBytesMax + 1, 'x');
  known_.resize(4);
  Add(0, kNowMs, 1.0);
  Add(2, kNowMs, 1.0);
  Add(3, kNowMs, 1.0);
  const absl::StatusOr<Verdict> verdict = Run();
  ASSERT_TRUE(verdict.ok());
  EXPECT_EQ(verdict->good.size(), 1u);
  ASSERT_EQ(verdict->refused.size(), 2u);
  EXPECT_EQ(verdict->refused.rows[0].reason, v1::REJECT_REASON_UNKNOWN_MEASURE);
  EXPECT_EQ(verdict->refused.rows[1].reason, v1::REJECT_REASON_MALFORMED);
  EXPECT_EQ(DescribeRejected(verdict->refused, 1),
            "the measure's name has 146 bytes; a name has at most 145");
}

std::size_t BytesOf(const storage::RejectedRows& refused) {
  std::size_t bytes = refused.rows.capacity() * sizeof(storage::RejectedRow);
  for (const std::string& name : refused.measures) bytes += sizeof(std::string) + name.capacity();
  for (const std::string& text : refused.messages) bytes += sizeof(std::string) + text.capacity();
  return bytes;
}

// All reasons to be refused, in every row, with the longest names: each name and
// text is stored once.
TEST_F(ValidatorTest, RefusedRowsCostASmallMultipleOfTheRequest) {
  for (const std::size_t name_bytes :
       {std::size_t{0}, std::size_t{10}, std::size_t{145}, std::size_t{100'000}}) {
    names_.Clear();
    known_.assign(20, KnownMeasure{});
    for (int i = 0; i < 20; ++i)
      *names_.Add() = std::string(name_bytes, static_cast<char>('a' + i));
    for (int i = 10; i < 20; ++i) known_[static_cast<std::size_t>(i)].measure = &level_;
    columns_.Clear();
    last_ms_ = 0;
    for (std::uint32_t row = 0; row < 20'000; ++row) {
      Add(row % 21, row % 3 == 0 ? kNowMs : 0, row % 5 == 0 ? std::nan("") : 1e9);
      columns_.add_qualities(static_cast<v1::Quality>(row % 7 == 0 ? row : 0));
    }
    *columns_.mutable_measures() = names_;
    const absl::StatusOr<Verdict> verdict = Run();
    ASSERT_TRUE(verdict.ok());
    ASSERT_EQ(verdict->refused.size(), 20'000u);
    EXPECT_LE(BytesOf(verdict->refused), 5 * columns_.ByteSizeLong());
  }
}

TEST_F(ValidatorTest, ADictionaryHasNoMoreNamesThanABatchHasRows) {
  options_.batch_rows_max = 2;
  EXPECT_TRUE(CheckNames(names_, options_).ok());
  *names_.Add() = "";
  EXPECT_THAT(CheckNames(names_, options_).ToString(),
              testing::HasSubstr("3 names; a dictionary has at most readings.batch_rows_max = 2"));
}

TEST_F(ValidatorTest, UnequalColumnsRefuseTheBatch) {
  Add(0, kNowMs, 1.0);
  columns_.add_values(2.0);
  EXPECT_EQ(Run().status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(Run().status().ToString(), testing::HasSubstr("1 measure_indexes"));
}

TEST_F(ValidatorTest, TooManyRowsRefuseTheBatch) {
  options_.batch_rows_max = 2;
  Add(0, kNowMs, 1.0);
  Add(0, kNowMs, 1.0);
  EXPECT_TRUE(Run().ok());
  Add(0, kNowMs, 1.0);
  EXPECT_EQ(Run().status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(Run().status().ToString(), testing::HasSubstr("readings.batch_rows_max = 2"));
}

TEST_F(ValidatorTest, AnEmptyBatchIsFine) { EXPECT_EQ(Run()->good.size(), 0u); }

// Random columns: accepted rows are within every bound, and no row is lost.
TEST_F(ValidatorTest, AnyColumnsAreAnswered) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 2000; ++round) {
    columns_.Clear();
    columns_.add_measures(level_.name);
    const std::size_t rows = random() % 20;
    for (std::size_t i = 0; i < rows; ++i) {
      columns_.add_measure_indexes(static_cast<std::uint32_t>(random() >> (32 + random() % 32)));
      columns_.add_time_deltas_ms(random() % 2 == 0 ? static_cast<std::int64_t>(random()) : kNowMs);
      columns_.add_values(std::bit_cast<double>(random()));
    }
    const absl::StatusOr<Verdict> verdict = Run();
    ASSERT_TRUE(verdict.ok());
    EXPECT_EQ(verdict->good.size() + verdict->refused.size(), rows);
    for (std::size_t i = 0; i < verdict->good.size(); ++i) {
      EXPECT_TRUE(std::fabs(verdict->good.values[i]) <= 5);
      EXPECT_GE(verdict->good.times_ms[i], 0);
      EXPECT_LE(verdict->good.times_ms[i], kNowMs + 300'000);
    }
  }
}

}  // namespace
}  // namespace citylayers::readings
