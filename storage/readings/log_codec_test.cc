#include "storage/readings/log_codec.h"

#include "gtest/gtest.h"

#include "storage/readings/row_frame.h"
#include "tests/support/changed_bytes.h"

namespace citylayers::storage {
namespace {

ReadingBatch SomeBatch() {
  ReadingBatch batch;
  batch.source = "gate";
  batch.epoch = 2;
  batch.sequence = 9;
  batch.series = {0, 1, 5};
  batch.times_ms = {1'666'000'000'000, 1'666'000'000'000, 1'666'000'060'000};
  batch.values = {31.5, 12, 1.0 / 3};
  batch.qualities = {0, 1, 4};
  return batch;
}

// These bytes are stored on disks. If this test fails, the format has changed: raise the version,
// read both, and describe it in docs/formats/readings.md.
TEST(LogCodecTest, BytesStayAsTheyAre) {
  EXPECT_EQ(test::Hex(LogKey(0x0102)), "0000000000000102");
  EXPECT_EQ(test::Hex(EncodeLogRow(SomeBatch())),
            "01e15b8632046761746502090304000348010480d0b4d5fc60100000000060eaff03803f40128017085555"
            "55555555fd7f0400030801");
}

TEST(LogCodecTest, RowsRoundTrip) {
  EXPECT_EQ(*DecodeLogRow(EncodeLogRow(SomeBatch())), SomeBatch());
  EXPECT_EQ(*DecodeLogRow(EncodeLogRow({})), ReadingBatch());
  EXPECT_EQ(*ParseLogKey(LogKey(0x0102)), 0x0102u);
}

// Every inverted bit is detected, wherever it is.
TEST(LogCodecTest, DamageIsNeverServed) {
  test::ForDamagedBytes(EncodeLogRow(SomeBatch()), [](const std::string& row) {
    EXPECT_EQ(DecodeLogRow(row).status().code(), absl::StatusCode::kDataLoss);
  });
}

// Arbitrary bytes with a valid checksum.
TEST(LogCodecTest, AnyBytesAreAnsweredWithoutHarm) {
  const std::string body = EncodeLogRow(SomeBatch()).substr(5);
  test::ForChangedBytes(body, 50'000, [](const std::string& bytes) {
    const auto batch = DecodeLogRow(FrameRow(bytes));
    ParseLogKey(bytes.substr(0, 8)).status().IgnoreError();
    if (!batch.ok()) return;
    EXPECT_EQ(batch->series.size(), batch->values.size());
    EXPECT_EQ(batch->series.size(), batch->times_ms.size());
  });
}

}  // namespace
}  // namespace citylayers::storage
