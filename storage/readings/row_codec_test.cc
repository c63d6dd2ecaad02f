#include "storage/readings/row_codec.h"

#include <cmath>
#include <random>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"

#include "storage/bytes/bytes.h"
#include "storage/bytes/checksum.h"
#include "storage/readings/measure.h"

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

std::vector<StoredReading> SomeReadings() {
  return {{1'666'000'000'000, 1.42, 1}, {1'666'000'600'000, 1.44, 1}, {1'666'001'200'000, 1.4, 2}};
}

std::string Hex(std::string_view bytes) {
  return absl::BytesToHexString(absl::string_view(bytes.data(), bytes.size()));
}

// These bytes are stored on disks. If one of these tests fails, the format has changed: raise the
// version, read both, and describe it in docs/formats/readings.md.
TEST(RowCodecTest, BytesStayAsTheyAre) {
  EXPECT_EQ(Hex(LogKey(0x0102)), "0000000000000102");
  EXPECT_EQ(Hex(EncodeChunkKey({7, 1'666'000'000'000})), "0ac20000000700000183e556940000");
  EXPECT_EQ(Hex(DedupeKey("gate", 2, 9)),
            "510467617465"
            "0000000000000002"
            "0000000000000009");
  EXPECT_EQ(Hex(EncodeAppendResult({300, false, 20, 1})), "01ac021401");
  EXPECT_EQ(Hex(EncodeLogRow(SomeBatch())),
            "01e15b8632046761746502090304000348010480d0b4d5fc60100000000060eaff03803f40128017085555"
            "55555555fd7f0400030801");
  EXPECT_EQ(Hex(EncodeChunk(SomeReadings(), 3)),
            "01106b5e330380a8daaabe30809f490305f0150a289ce0840f4b0100809f490305981645680f05028001");
  EXPECT_EQ(Hex(EncodeSealedState({true, 1'666'000'000'000, 3, {1'666'001'200'000, 1.4, 2}})),
            "0180a8daaabe300380c7a3abbe30023ff6666666666666");
  EXPECT_EQ(Hex(EncodeLostChunk(300, "row")), "01ac02726f77");
  EXPECT_EQ(*DecodeLostChunkEnd(EncodeLostChunk(300, "row")), 300);
  EXPECT_EQ(Hex(EncodeMeasure({"stations/a/measures/depth", "m", 2, 300'000, "", 0, 10, {}})),
            "011973746174696f6e732f612f6d656173757265732f6465707468016d02e0a71200000000000000000040"
            "2400000000000000");
  EXPECT_EQ(Hex(EncodeStation({"a", "A", "B", {106.5, 10.5}})),
            "01016101410142405aa000000000004025000000000000");
  RejectedRows rejects;
  rejects.measures = {"w", "x"};
  rejects.messages = {"why"};
  rejects.rows = {{7, 1, 0, 2, {3, 4.0, 1}}};
  EXPECT_EQ(Hex(EncodeDeadLetters({1, "g", 0, 0}, rejects, 0, 1)),
            "020101670000010178010377687901070201010640100000000000000"
            "1");
}

// A row written before rejected rows were stored per batch.
TEST(RowCodecTest, ADeadLetterOfVersionOneIsRead) {
  std::string bytes;
  for (const int byte : {1, 1, 0, 0, 0, 0, 2, 0, 1, 0x78, 6, 0x40, 0x10, 0, 0, 0, 0, 0, 0, 1}) {
    bytes.push_back(static_cast<char>(byte));
  }
  const auto letters = DecodeDeadLetters(bytes);
  ASSERT_TRUE(letters.ok()) << letters.status();
  DeadLetter letter;
  letter.received_us = 1;
  letter.reason = 2;
  letter.measure = "x";
  letter.reading = {3, 4.0, 1};
  EXPECT_EQ(*letters, std::vector<DeadLetter>{letter});
}

TEST(RowCodecTest, DeadLettersKeepWhatTheyUseAndCutLongTexts) {
  RejectedRows rejects;
  // 2 bytes per letter, so that the bound is in the middle of one after the first "x".
  std::string long_name = "x";
  while (long_name.size() < 1000) long_name += "\u00e9";
  rejects.measures = {"unused", long_name, "b"};
  rejects.messages = {"one", "two"};
  for (std::uint32_t i = 0; i < 3; ++i)
    rejects.rows.push_back({i, i, i % 2, 6, {std::int64_t{5}, 1.5, 0}});
  rejects.rows.push_back({9, RejectedRow::kNoMeasure, 1, 6, {-5, 2.5, 4}});
  const std::string bytes = EncodeDeadLetters({7, "gate", 2, 3}, rejects, 1, 3);
  EXPECT_LT(bytes.size(), 2 * kRejectTextMax);
  const auto letters = DecodeDeadLetters(bytes);
  ASSERT_TRUE(letters.ok()) << letters.status();
  ASSERT_EQ(letters->size(), 3u);
  EXPECT_EQ((*letters)[0].measure, long_name.substr(0, kRejectTextMax - 1));
  EXPECT_EQ((*letters)[0].message, "two");
  EXPECT_EQ((*letters)[1].measure, "b");
  EXPECT_EQ((*letters)[1].message, "one");
  EXPECT_EQ((*letters)[2].row, 9u);
  EXPECT_EQ((*letters)[2].measure, "");
  EXPECT_EQ((*letters)[2].reading, (StoredReading{-5, 2.5, 4}));
  EXPECT_EQ((*letters)[2].source, "gate");
}

TEST(RowCodecTest, RowsRoundTrip) {
  EXPECT_EQ(*DecodeLogRow(EncodeLogRow(SomeBatch())), SomeBatch());
  EXPECT_EQ(*DecodeLogRow(EncodeLogRow({})), ReadingBatch());
  EXPECT_EQ(*DecodeChunk(EncodeChunk(SomeReadings(), 3)), SomeReadings());
  const auto key = ParseChunkKey(EncodeChunkKey({7, 1'666'000'000'000}));
  EXPECT_EQ(key->series, 7u);
  EXPECT_EQ(key->first_ms, 1'666'000'000'000);
  const auto stats = DecodeChunkStats(EncodeChunk(SomeReadings(), 3));
  ASSERT_TRUE(stats.ok());
  EXPECT_EQ(stats->count, 3u);
  EXPECT_EQ(stats->min, 1.4);
  EXPECT_EQ(stats->max, 1.44);
  EXPECT_EQ(stats->first, 1.42);
  EXPECT_EQ(stats->last, 1.4);
  EXPECT_EQ(stats->sum, 4.26);
  const SealedState state{true, 5, 6, {7, 8.5, 1}};
  EXPECT_EQ(*DecodeSealedState(EncodeSealedState(state)), state);
}

TEST(RowCodecTest, ADayOfATideTakesLessThanAByteAReading) {
  std::mt19937_64 random(1);
  std::normal_distribution<double> noise(0, 0.002);
  std::vector<StoredReading> day;
  for (int i = 0; i < 288; ++i) {
    const double level = std::round((0.8 + 0.6 * std::sin(i / 24.0) + noise(random)) * 1000) / 1000;
    day.push_back({1'666'000'000'000 + i * 300'000, level, 1});
  }
  EXPECT_LE(EncodeChunk(day, 3).size(), 288u);
}

// Every flipped bit is detected, wherever it is.
TEST(RowCodecTest, DamageIsNeverServed) {
  for (std::string row : {EncodeLogRow(SomeBatch()), EncodeChunk(SomeReadings(), 3)}) {
    for (std::size_t bit = 0; bit < row.size() * 8; ++bit) {
      row[bit / 8] = static_cast<char>(row[bit / 8] ^ (1 << (bit % 8)));
      EXPECT_EQ(DecodeLogRow(row).status().code(), absl::StatusCode::kDataLoss);
      EXPECT_EQ(DecodeChunk(row).status().code(), absl::StatusCode::kDataLoss);
      EXPECT_EQ(DecodeChunkStats(row).status().code(), absl::StatusCode::kDataLoss);
      row[bit / 8] = static_cast<char>(row[bit / 8] ^ (1 << (bit % 8)));
    }
    for (std::size_t cut = 0; cut < row.size(); ++cut) {
      EXPECT_FALSE(DecodeLogRow(row.substr(0, cut)).ok());
      EXPECT_FALSE(DecodeChunk(row.substr(0, cut)).ok());
    }
  }
}

// Arbitrary bytes with a valid checksum, as a hostile or faulty writer could leave.
TEST(RowCodecTest, AnyBytesAreAnsweredWithoutHarm) {
  std::mt19937_64 random(2);
  const std::string seeds[] = {EncodeLogRow(SomeBatch()), EncodeChunk(SomeReadings(), 3)};
  for (int round = 0; round < 100'000; ++round) {
    std::string body = seeds[round % 2].substr(5);
    for (std::uint64_t changes = 1 + random() % 8; changes > 0; --changes) {
      body[random() % body.size()] = static_cast<char>(random());
    }
    std::string row(1, '\1');
    PutFixed32(row, RowChecksum(body));
    row += body;
    const auto batch = DecodeLogRow(row);
    if (batch.ok()) {
      EXPECT_EQ(batch->series.size(), batch->values.size());
      EXPECT_EQ(batch->series.size(), batch->times_ms.size());
    }
    DecodeChunk(row).status().IgnoreError();
    DecodeChunkStats(row).status().IgnoreError();
    DecodeSealedState(body).status().IgnoreError();
    DecodeAppendResult(body).status().IgnoreError();
    DecodeLostChunkEnd(body).status().IgnoreError();
    DecodeDeadLetters(body).status().IgnoreError();
    DecodeMeasure(body).status().IgnoreError();
    DecodeStation(body).status().IgnoreError();
    ParseChunkKey(body.substr(0, 15)).status().IgnoreError();
    ParseDedupeKey(body).status().IgnoreError();
  }
}

}  // namespace
}  // namespace citylayers::storage
