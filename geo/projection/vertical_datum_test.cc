#include "geo/projection/vertical_datum.h"

#include <cmath>
#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace citylayers::geo {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(VerticalDatum, NamesRoundTrip) {
  for (const auto datum : {VerticalDatum::kHonDau, VerticalDatum::kEgm2008, VerticalDatum::kEgm96,
                           VerticalDatum::kLocal}) {
    const auto parsed = ParseVerticalDatum(VerticalDatumName(datum));
    ASSERT_TRUE(parsed.ok());
    EXPECT_EQ(*parsed, datum);
  }
  EXPECT_EQ(ParseVerticalDatum(" HonDau ").value(), VerticalDatum::kHonDau);
}

TEST(VerticalDatum, AMistypedNameGetsASuggestion) {
  EXPECT_THAT(ParseVerticalDatum("egm208").status().message(),
              HasSubstr("did you mean 'egm2008'?"));
  EXPECT_THAT(ParseVerticalDatum("hon dau").status().message(),
              HasSubstr("did you mean 'hondau'?"));
  EXPECT_THAT(ParseVerticalDatum("navd88").status().message(), Not(HasSubstr("did you mean")));
  EXPECT_THAT(ParseVerticalDatum("").status().message(), HasSubstr("is missing"));
  EXPECT_EQ(ParseVerticalDatum(std::string(1 << 20, 'x')).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(VerticalDatum, Egm2008IsLoweredToHonDau) {
  EXPECT_DOUBLE_EQ(OffsetToHonDauM(VerticalDatum::kEgm2008).value(), -0.86);
  EXPECT_DOUBLE_EQ(OffsetToHonDauM(VerticalDatum::kEgm2008, -0.91).value(), -0.91);
  EXPECT_DOUBLE_EQ(OffsetToHonDauM(VerticalDatum::kHonDau).value(), 0);
}

TEST(VerticalDatum, OthersMustBringTheirOffset) {
  for (const auto datum : {VerticalDatum::kEgm96, VerticalDatum::kLocal}) {
    EXPECT_EQ(OffsetToHonDauM(datum).status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_DOUBLE_EQ(OffsetToHonDauM(datum, 0.25).value(), 0.25);
  }
}

TEST(VerticalDatum, AnOffsetThatCannotBeMeantIsRefused) {
  constexpr double kInf = std::numeric_limits<double>::infinity();
  for (const double offset : {std::nan(""), kInf, -kInf, 101.0}) {
    EXPECT_FALSE(OffsetToHonDauM(VerticalDatum::kLocal, offset).ok()) << offset;
  }
  EXPECT_FALSE(OffsetToHonDauM(VerticalDatum::kHonDau, 0.5).ok());
  EXPECT_TRUE(OffsetToHonDauM(VerticalDatum::kHonDau, 0.0).ok());
}

}  // namespace
}  // namespace citylayers::geo
