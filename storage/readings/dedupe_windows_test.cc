#include "storage/readings/dedupe_windows.h"

#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace citylayers::storage {
namespace {

AppendResult At(std::uint64_t offset) {
  AppendResult result;
  result.offset = offset;
  return result;
}

bool Knows(const DedupeWindows& windows, const std::string& source, std::uint64_t sequence) {
  return windows.Find(source, 1, sequence)->has_value();
}

TEST(DedupeWindows, TheSourceSilentTheLongestGoesFirst) {
  DedupeWindows windows({.window = 10, .sources_max = 2});
  EXPECT_TRUE(windows.Insert("a", 1, 1, At(1)).empty());
  EXPECT_TRUE(windows.Insert("b", 1, 1, At(2)).empty());
  EXPECT_TRUE(windows.Insert("a", 1, 2, At(3)).empty());
  const auto forgotten = windows.Insert("c", 1, 1, At(4));
  ASSERT_EQ(forgotten.size(), 1u);
  EXPECT_EQ(forgotten[0].source, "b");
  EXPECT_TRUE(Knows(windows, "a", 1));
  EXPECT_FALSE(Knows(windows, "b", 1));
  EXPECT_EQ(windows.source_count(), 2u);
}

// Rows are read in the order of their keys; "a" was still the last one active.
TEST(DedupeWindows, TheOrderOfSilenceOutlivesARestart) {
  DedupeWindows windows({.window = 10, .sources_max = 3});
  windows.Load("a", 1, 1, At(9));
  windows.Load("b", 1, 1, At(2));
  windows.Load("c", 1, 1, At(5));
  windows.FinishLoading();
  EXPECT_EQ(windows.Insert("d", 1, 1, At(10))[0].source, "b");
  EXPECT_EQ(windows.Insert("e", 1, 1, At(11))[0].source, "c");
  EXPECT_TRUE(Knows(windows, "a", 1));
}

TEST(DedupeWindows, WhatSmallerLimitsNoLongerAllowIsForgotten) {
  DedupeWindows windows({.window = 2, .sources_max = 1});
  for (std::uint64_t sequence = 1; sequence <= 4; ++sequence)
    windows.Load("a", 1, sequence, At(sequence));
  windows.Load("b", 1, 1, At(1));
  windows.FinishLoading();
  EXPECT_EQ(windows.source_count(), 1u);
  EXPECT_TRUE(Knows(windows, "a", 4));
  const auto forgotten = windows.Insert("a", 1, 5, At(5));
  EXPECT_EQ(forgotten.size(), 4u) << "a 1, 2 and 3, and b 1";
}

// Otherwise one call with 2^64 - 1 would use up a gateway's source and epoch permanently.
TEST(DedupeWindows, AbsurdJumpsAreRefusedAndChangeNothing) {
  constexpr std::uint64_t kGreatest = std::numeric_limits<std::uint64_t>::max();
  DedupeWindows windows({.window = 10, .sources_max = 10, .jump_max = 100, .first_max = 1000});
  for (const std::uint64_t sequence : {std::uint64_t{1001}, kGreatest}) {
    const absl::Status first = windows.Find("gateway", 1, sequence).status();
    EXPECT_EQ(first.code(), absl::StatusCode::kInvalidArgument) << sequence;
    EXPECT_THAT(first.message(), testing::HasSubstr("1000, the greatest"));
  }
  EXPECT_TRUE(windows.Find("gateway", 1, 1000).ok());
  windows.Insert("gateway", 1, 7, At(1));
  for (const std::uint64_t sequence : {std::uint64_t{108}, kGreatest}) {
    const absl::Status jump = windows.Find("gateway", 1, sequence).status();
    EXPECT_EQ(jump.code(), absl::StatusCode::kInvalidArgument) << sequence;
    EXPECT_THAT(jump.message(), testing::HasSubstr("after 7"));
    EXPECT_THAT(jump.message(), testing::HasSubstr("new epoch"));
  }
  EXPECT_TRUE(windows.Find("gateway", 1, 107).ok());
  EXPECT_TRUE(windows.Find("gateway", 1, 8).ok()) << "the gateway goes on";
  EXPECT_TRUE(windows.Find("gateway", 2, 1).ok());
}

// A data directory from before the bound: no overflow, and the error names the remedy.
TEST(DedupeWindows, ASequenceAtTheEndOfItsNumbersIsStillAnswered) {
  constexpr std::uint64_t kGreatest = std::numeric_limits<std::uint64_t>::max();
  DedupeWindows windows({.window = 10, .sources_max = 10});
  windows.Load("gateway", 1, kGreatest, At(1));
  windows.FinishLoading();
  EXPECT_TRUE(windows.Find("gateway", 1, kGreatest)->has_value());
  EXPECT_EQ(windows.Find("gateway", 1, 5).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_TRUE(windows.Find("gateway", 2, 5).ok());
}

}  // namespace
}  // namespace citylayers::storage
