// Tests of RejectedReadings on a real store, without a server.
#include "services/readings/rejected_readings.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include <google/protobuf/util/json_util.h>

#include "tests/support/readings_fixture.h"

namespace citylayers::readings {
namespace {

class RejectedReadingsTest : public TestReadings {
 protected:
  absl::StatusOr<v1::ListRejectedReadingsResponse> List(int page_size,
                                                        const std::string& token = "") const {
    v1::ListRejectedReadingsRequest request;
    request.set_page_size(page_size);
    request.set_page_token(token);
    return RejectedReadings(store_->dead_letters()).List(request);
  }
};

TEST_F(RejectedReadingsTest, ARejectionHasItsReadingItsBatchAndTheMessageOfTheAnswer) {
  const auto response = Write({{kLevel, kNow, 1}, {kLevel, kNow, 99}}, 7);
  ASSERT_EQ(response.rejections_size(), 1);
  const auto page = List(0);
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_EQ(page->rejections_size(), 1);
  const v1::StoredRejection& stored = page->rejections(0);
  EXPECT_EQ(stored.source(), "test");
  EXPECT_EQ(stored.sequence(), 7u);
  EXPECT_EQ(stored.rejection().SerializeAsString(), response.rejections(0).SerializeAsString());
  EXPECT_EQ(stored.rejection().reason(), v1::REJECT_REASON_OUT_OF_RANGE);
  EXPECT_EQ(stored.rejection().message(), "99 m lies outside -4 to 5");
  EXPECT_EQ(stored.reading().measure(), kLevel);
  EXPECT_EQ(stored.reading().value(), 99);
  EXPECT_EQ(FromProtoTime(stored.reading().read_time()), kNow);
  EXPECT_GT(stored.reject_time().seconds(), 0);
  EXPECT_EQ(page->next_page_token(), "");
}

TEST_F(RejectedReadingsTest, PagesAreNewestFirstAndContinueWhereTheyEnded) {
  for (int i = 0; i < 5; ++i) Write({{kLevel, kNow, 100.0 + i}});
  std::vector<double> values;
  std::string token;
  do {
    const auto page = List(2, token);
    ASSERT_TRUE(page.ok()) << page.status();
    EXPECT_LE(page->rejections_size(), 2);
    for (const auto& stored : page->rejections()) values.push_back(stored.reading().value());
    Write({{kLevel, kNow, 999}});  // Newer ones shift no page.
    token = page->next_page_token();
  } while (!token.empty());
  EXPECT_EQ(values, (std::vector<double>{104, 103, 102, 101, 100}));
}

TEST_F(RejectedReadingsTest, APageHasAMaximum) {
  Write(std::vector<Row>(1001, {kLevel, kNow, 99}));
  EXPECT_EQ(List(0)->rejections_size(), 100);
  const auto page = List(5000);
  EXPECT_EQ(page->rejections_size(), 1000);
  EXPECT_EQ(List(1, page->next_page_token())->rejections_size(), 1) << "with another page size";
}

TEST_F(RejectedReadingsTest, APageOfTheLongestTextsTakesLessThanAMegabyte) {
  v1::WriteReadingsRequest request;
  request.set_source(std::string(64, 's'));
  for (int i = 0; i < 1000; ++i) {
    request.mutable_readings()->add_measures(std::string(4000, 'm') + std::to_string(i));
    request.mutable_readings()->add_measure_indexes(static_cast<std::uint32_t>(i));
    request.mutable_readings()->add_time_deltas_ms(1);
    request.mutable_readings()->add_values(1);
  }
  ASSERT_TRUE(Ingest(request).ok());
  const auto page = List(1000);
  ASSERT_EQ(page->rejections_size(), 1000);
  EXPECT_LT(page->SpaceUsedLong(), 1u << 20);
}

TEST_F(RejectedReadingsTest, AnyReadingHasAJsonForm) {
  Write({{kLevel, absl::FromUnixMillis(std::numeric_limits<std::int64_t>::max() / 2), 1},
         {kLevel, absl::FromUnixMillis(std::numeric_limits<std::int64_t>::min() / 2), 1},
         {kLevel, kNow, std::nan("")},
         {"", kNow, std::numeric_limits<double>::infinity()}});
  const auto page = List(10);
  ASSERT_EQ(page->rejections_size(), 4);
  for (const v1::StoredRejection& stored : page->rejections()) {
    std::string json;
    EXPECT_TRUE(google::protobuf::util::MessageToJsonString(stored, &json).ok())
        << stored.ShortDebugString();
  }
  EXPECT_EQ(page->rejections(3).reading().read_time().seconds(), 253'402'300'799);
}

TEST_F(RejectedReadingsTest, ErrorsNameTheField) {
  Write(std::vector<Row>(3, {kLevel, kNow, 99}));
  EXPECT_EQ(List(-1).status().code(), absl::StatusCode::kInvalidArgument);
  const std::string token = List(1)->next_page_token();
  EXPECT_TRUE(List(1, token).ok());
  for (const std::string& bad : {std::string("x"), token + "AAAA", token.substr(1)}) {
    const absl::Status status = List(1, bad).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << bad;
    EXPECT_THAT(status.ToString(), testing::HasSubstr("page_token"));
  }
  v1::ListStationsRequest stations;
  stations.set_page_size(1);
  const auto page = StationDirectory(store_->registry()).List(stations);
  EXPECT_FALSE(List(1, page->next_page_token()).ok()) << "a token of another list";
}

}  // namespace
}  // namespace citylayers::readings
