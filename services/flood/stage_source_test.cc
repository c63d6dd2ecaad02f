#include "services/flood/stage_source.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/flood/street_source.h"
#include "tests/support/flood_pack.h"
#include "tests/support/fold_reading.h"

namespace citylayers::flood {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::int64_t kStartMs = 1'700'000'000'000;

class SetClock final : public Clock {
 public:
  absl::Time Now() const override { return now_; }
  absl::Time now_ = absl::FromUnixMillis(kStartMs);
};

// A layer of the small city, whose gauges are `west` and `east`, and the streams' sources.
class ConditionSourceTest : public ::testing::Test {
 protected:
  void Read(const std::string& station, double stage_m, int minutes_ago = 0,
            readings::v1::Quality quality = readings::v1::QUALITY_GOOD) {
    layers::FoldReading(*layer_, "stations/" + station + "/measures/water_level",
                        kStartMs - minutes_ago * 60'000, stage_m, quality);
  }
  void Publish() { layer_->Publish(clock_.now_, false); }

  // The next message, or nullptr when the stream waits.
  template <typename Response>
  static std::unique_ptr<Response> Next(runtime::StreamSource<Response>& source) {
    auto response = std::make_unique<Response>();
    const auto step = source.Next(response.get());
    EXPECT_TRUE(step.ok()) << step.status();
    return step->kind == runtime::StreamStep::Kind::kMessage ? std::move(response) : nullptr;
  }
  static std::vector<double> StagesM(const v1::Stage& stage) {
    std::vector<double> stages_m;
    for (const v1::StageReading& reading : stage.recent_readings()) {
      stages_m.push_back(reading.stage_m());
    }
    return stages_m;
  }

  storage::TempDir dir_;
  SetClock clock_, machine_clock_;
  std::shared_ptr<FloodLayer> layer_ =
      FloodLayer::Make(FloodTestPack(dir_ / "pack"), {.rain = {}, .epoch = 1}).value();
  StageSource stages_{
      layer_, {.readings_window = absl::Hours(1), .readings_max = 100}, clock_, machine_clock_};
};

TEST_F(ConditionSourceTest, AllStagesComeFirstThenThoseThatChange) {
  Read("west", 0.5, 90);
  Read("west", 0.6, 30);
  Publish();
  auto message = Next(stages_);
  ASSERT_NE(message, nullptr);
  EXPECT_TRUE(message->snapshot());
  ASSERT_THAT(message->stages(), SizeIs(2)) << "east was never read";
  EXPECT_THAT(StagesM(message->stages(1)), ElementsAre(0.6)) << "within the window";
  EXPECT_EQ(Next(stages_), nullptr);

  Read("east", 0.7);
  EXPECT_EQ(Next(stages_), nullptr) << "not published yet";
  Publish();
  message = Next(stages_);
  ASSERT_NE(message, nullptr);
  EXPECT_FALSE(message->snapshot());
  ASSERT_THAT(message->stages(), SizeIs(1));
  EXPECT_EQ(message->stages(0).station(), "stations/east");
  EXPECT_EQ(Next(stages_), nullptr);
}

TEST_F(ConditionSourceTest, EachReadingIsSentOnceHoweverLateItIs) {
  Read("west", 0.6, 30);
  Read("west", 0.8);
  Publish();
  EXPECT_THAT(StagesM(Next(stages_)->stages(1)), ElementsAre(0.6, 0.8));
  // Many in one batch, all of them late; the current stage does not change.
  for (const int minutes_ago : {25, 20, 10}) Read("west", 1.0 + minutes_ago / 100.0, minutes_ago);
  Publish();
  auto message = Next(stages_);
  ASSERT_NE(message, nullptr);
  EXPECT_THAT(StagesM(message->stages(0)), ElementsAre(1.25, 1.20, 1.10));
  // One that replaces a reading of the same time.
  Read("west", 0.65, 30);
  Publish();
  message = Next(stages_);
  ASSERT_NE(message, nullptr);
  EXPECT_THAT(StagesM(message->stages(0)), ElementsAre(0.65));
  EXPECT_EQ(Next(stages_), nullptr);
}

TEST_F(ConditionSourceTest, ManyReadingsComeInSeveralMessagesOfOneState) {
  StageSource stages(layer_, {.readings_window = absl::Hours(24), .readings_max = 20'000}, clock_,
                     machine_clock_);
  for (const char* station : {"west", "east"}) {
    for (int second = 0; second < 12'000; ++second) {
      layers::FoldReading(*layer_, absl::StrCat("stations/", station, "/measures/water_level"),
                          kStartMs - second * 1000, 0.3);
    }
  }
  Publish();
  auto message = Next(stages);
  ASSERT_NE(message, nullptr);
  EXPECT_TRUE(message->snapshot());
  EXPECT_TRUE(message->more());
  ASSERT_THAT(message->stages(), SizeIs(1));
  EXPECT_THAT(message->stages(0).recent_readings(), SizeIs(12'000));
  message = Next(stages);
  ASSERT_NE(message, nullptr);
  EXPECT_FALSE(message->snapshot());
  EXPECT_FALSE(message->more());
  EXPECT_THAT(message->stages(0).recent_readings(), SizeIs(12'000));
  EXPECT_EQ(Next(stages), nullptr);
}

TEST_F(ConditionSourceTest, ALayerThatReadsItsLogAgainBeginsANewSnapshot) {
  Read("west", 0.6, 30);
  Publish();
  EXPECT_TRUE(Next(stages_)->snapshot());
  layer_->Clear();
  Read("west", 0.9, 20);
  Publish();
  const auto message = Next(stages_);
  ASSERT_NE(message, nullptr);
  EXPECT_TRUE(message->snapshot()) << "the reading of 30 minutes ago is gone";
  EXPECT_THAT(StagesM(message->stages(1)), ElementsAre(0.9));
}

TEST_F(ConditionSourceTest, ReadingsThatGrowTooOldAreNotMissed) {
  Read("west", 0.6, 30);
  Publish();
  EXPECT_TRUE(Next(stages_)->snapshot());
  clock_.now_ += absl::Hours(2);
  Read("west", 0.7, -110);
  Publish();
  const auto message = Next(stages_);
  ASSERT_NE(message, nullptr);
  EXPECT_FALSE(message->snapshot());
  EXPECT_THAT(StagesM(message->stages(0)), ElementsAre(0.7));
}

TEST_F(ConditionSourceTest, WithoutChangesThereAreHeartbeats) {
  Publish();
  EXPECT_TRUE(Next(stages_)->snapshot());
  machine_clock_.now_ += absl::Milliseconds(4999);
  EXPECT_EQ(Next(stages_), nullptr);
  machine_clock_.now_ += absl::Milliseconds(1);
  const auto heartbeat = Next(stages_);
  ASSERT_NE(heartbeat, nullptr);
  EXPECT_EQ(heartbeat->ByteSizeLong(), 0U);
  EXPECT_EQ(Next(stages_), nullptr);
}

TEST_F(ConditionSourceTest, TheLayerWakesStreamsWhenReadingsArePublishedAndNotOtherwise) {
  int wakes = 0;
  stages_.waker()->Bind([&wakes] { ++wakes; });
  Publish();
  EXPECT_EQ(wakes, 1) << "the first state";
  Publish();
  EXPECT_EQ(wakes, 1);
  Read("west", 0.301);
  Publish();
  EXPECT_EQ(wakes, 2) << "also when no depth changes";
  stages_.waker()->Bind(nullptr);
}

TEST_F(ConditionSourceTest, StreetsFloodAndDry) {
  StreetSource streets(layer_, geo::RoadClass::kService, machine_clock_);
  Publish();
  auto message = Next(streets);
  ASSERT_NE(message, nullptr);
  EXPECT_TRUE(message->snapshot());
  EXPECT_THAT(message->streets(), IsEmpty());
  EXPECT_FALSE(message->no_terrain());

  Read("west", 0.62);
  Read("east", 0.62);
  Publish();
  message = Next(streets);
  ASSERT_NE(message, nullptr);
  ASSERT_THAT(message->streets(), SizeIs(1)) << "segment 2 has no name";
  EXPECT_EQ(message->streets(0).street(), "Lê Lợi");
  EXPECT_EQ(message->streets(0).street_id(), "Lê Lợi");
  EXPECT_NEAR(message->streets(0).depth_m(), 0.32, 1e-9);
  EXPECT_TRUE(message->has_data_time());
  EXPECT_EQ(Next(streets), nullptr);

  Read("west", 0.1, -1);
  Read("east", 0.1, -1);
  Publish();
  message = Next(streets);
  ASSERT_NE(message, nullptr);
  EXPECT_THAT(message->removed(), ElementsAre("Lê Lợi"));
  EXPECT_THAT(message->streets(), IsEmpty());
}

TEST_F(ConditionSourceTest, ATypicalTideFloodsNoStreetOfTheStream) {
  StreetSource streets(layer_, geo::RoadClass::kService, machine_clock_);
  Read("west", 0.9, 0, readings::v1::QUALITY_PROFILE);
  Read("east", 0.9, 0, readings::v1::QUALITY_PROFILE);
  Publish();
  const auto message = Next(streets);
  ASSERT_NE(message, nullptr);
  EXPECT_THAT(message->streets(), IsEmpty());
}

TEST_F(ConditionSourceTest, APackWithoutTerrainHasStagesAndKnowsNoStreets) {
  layer_ = FloodLayer::Make(FloodTestPack(dir_ / "bare", false), {.rain = {}, .epoch = 1}).value();
  StreetSource streets(layer_, geo::RoadClass::kService, machine_clock_);
  Publish();
  const auto message = Next(streets);
  ASSERT_NE(message, nullptr);
  EXPECT_TRUE(message->no_terrain());
}

}  // namespace
}  // namespace citylayers::flood
