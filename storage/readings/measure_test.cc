#include "storage/readings/measure.h"

#include "gtest/gtest.h"

#include "tests/support/changed_bytes.h"

namespace citylayers::storage {
namespace {

const MeasureDef kDepth{"stations/a/measures/depth", "m", 2, 300'000, "", 0, 10, {}};

// Stored bytes: see log_codec_test.cc.
TEST(MeasureTest, BytesStayAsTheyAre) {
  EXPECT_EQ(test::Hex(EncodeMeasure(kDepth)),
            "011973746174696f6e732f612f6d656173757265732f6465707468016d02e0a71200000000000000000040"
            "2400000000000000");
  EXPECT_EQ(test::Hex(EncodeStation({"a", "A", "B", {106.5, 10.5}})),
            "01016101410142405aa000000000004025000000000000");
}

TEST(MeasureTest, AnyBytesAreAnsweredWithoutHarm) {
  for (const std::string& seed :
       {EncodeMeasure(kDepth), EncodeStation({"a", "A", "B", {106.5, 10.5}})}) {
    test::ForChangedBytes(seed, 50'000, [](const std::string& bytes) {
      DecodeMeasure(bytes).status().IgnoreError();
      DecodeStation(bytes).status().IgnoreError();
    });
  }
}

}  // namespace
}  // namespace citylayers::storage
