#include "storage/readings/dead_letter_codec.h"

#include "gtest/gtest.h"

#include "tests/support/changed_bytes.h"

namespace citylayers::storage {
namespace {

RejectedRows SomeRows() {
  RejectedRows rejects;
  rejects.measures = {"w", "x"};
  rejects.messages = {"why"};
  rejects.rows = {{7, 1, 0, 2, {3, 4.0, 1}}};
  return rejects;
}

// Stored bytes: see log_codec_test.cc.
TEST(DeadLetterCodecTest, BytesStayAsTheyAre) {
  EXPECT_EQ(test::Hex(EncodeDeadLetters({1, "g", 0, 0}, SomeRows(), 0, 1)),
            "0201016700000101780103776879010702010106401000000000000001");
}

// A row written before rejected rows were stored per batch.
TEST(DeadLetterCodecTest, VersionOneIsRead) {
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

TEST(DeadLetterCodecTest, RowsKeepWhatTheyUseAndCutLongTexts) {
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

TEST(DeadLetterCodecTest, AnyBytesAreAnsweredWithoutHarm) {
  test::ForChangedBytes(
      EncodeDeadLetters({1, "g", 0, 0}, SomeRows(), 0, 1), 50'000,
      [](const std::string& bytes) { DecodeDeadLetters(bytes).status().IgnoreError(); });
}

}  // namespace
}  // namespace citylayers::storage
