#include "services/traffic/speed_fold.h"

#include <string>

#include "gtest/gtest.h"

#include "tests/support/small_pack.h"

namespace citylayers::traffic {
namespace {

constexpr std::int64_t kTimeMs = 1'700'000'000'000;

// One speed of a measure.
readings::v1::ReadingColumns Speed(const std::string& measure, double speed_kmh,
                                   readings::v1::Quality quality = readings::v1::QUALITY_GOOD) {
  readings::v1::ReadingColumns batch;
  batch.add_measures(measure);
  batch.add_measure_indexes(0);
  batch.add_time_deltas_ms(kTimeMs);
  batch.add_values(speed_kmh);
  batch.add_qualities(quality);
  return batch;
}

// Segment 0 of the test pack is segments/900.
class SpeedFoldTest : public ::testing::Test {
 protected:
  SpeedFoldTest() {
    EXPECT_TRUE(storage::WriteTestPack(dir_ / "pack").ok());
    pack_ = storage::CityPack::Open(dir_ / "pack").value();
  }
  SpeedFold Make() const { return {*pack_, LevelThresholds(), absl::Hours(1)}; }

  storage::TempDir dir_;
  std::shared_ptr<const storage::CityPack> pack_;
};

TEST_F(SpeedFoldTest, FoldsSpeedsOfItsSegments) {
  SpeedFold fold = Make();
  fold.ApplyBatch(Speed("segments/900/measures/speed", 12, readings::v1::QUALITY_PROFILE));
  EXPECT_EQ(fold.state()[0].speed_kmh, 12);
  EXPECT_EQ(fold.state()[0].source, Source::kProfile);
}

TEST_F(SpeedFoldTest, SkipsSuspectSpeedsAndOtherMeasures) {
  SpeedFold fold = Make();
  fold.ApplyBatch(Speed("segments/900/measures/speed", 12, readings::v1::QUALITY_SUSPECT));
  for (const char* measure :
       {"segments/1/measures/speed", "segments/x/measures/speed", "segments//measures/speed",
        "stations/900/measures/speed", "segments/900/measures/volume", ""}) {
    fold.BeginStream();
    fold.ApplyBatch(Speed(measure, 12));
  }
  EXPECT_EQ(fold.state().data_time(), absl::InfinitePast());
}

TEST_F(SpeedFoldTest, OffsetsOnlyGrowUntilTheLogBeginsAgain) {
  SpeedFold fold = Make();
  fold.SetOffset(7);
  fold.SetOffset(5);
  EXPECT_EQ(fold.offset(), 7u);
  fold.ApplyBatch(Speed("segments/900/measures/speed", 12));
  fold.Clear();
  EXPECT_EQ(fold.offset(), 0u);
  EXPECT_EQ(fold.state().data_time(), absl::InfinitePast());
}

TEST_F(SpeedFoldTest, ASavedStateIsRestored) {
  SpeedFold fold = Make();
  fold.ApplyBatch(Speed("segments/900/measures/speed", 12));
  storage::CheckpointWriter writer;
  fold.Save(&writer);
  const std::string bytes = writer.Take();
  storage::CheckpointReader reader(bytes);
  auto segments = SpeedFold::Load(&reader, fold.state().size());
  ASSERT_TRUE(segments.has_value());
  EXPECT_TRUE(reader.AtEnd());
  SpeedFold restored = Make();
  ASSERT_TRUE(restored.Restore(*std::move(segments), 3));
  EXPECT_EQ(restored.state().segments(), fold.state().segments());
  EXPECT_EQ(restored.offset(), 3u);
  storage::CheckpointReader other(bytes);
  EXPECT_FALSE(SpeedFold::Load(&other, fold.state().size() + 1).has_value()) << "of another pack";
}

}  // namespace
}  // namespace citylayers::traffic
