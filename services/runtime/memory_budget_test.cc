#include "services/runtime/memory_budget.h"

#include <thread>
#include <vector>

#include "absl/strings/cord.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "services/runtime/rpc/error_details.h"

namespace citylayers::runtime {
namespace {

using ::testing::HasSubstr;

TEST(MemoryShare, TakesUpToItsLimitAndCountsRefusals) {
  MemoryShare share("streams", 100);
  EXPECT_TRUE(share.TryTake(60));
  EXPECT_FALSE(share.TryTake(41));
  EXPECT_FALSE(share.TryTake(SIZE_MAX)) << "the sum must not wrap around";
  EXPECT_TRUE(share.TryTake(40));
  EXPECT_EQ(share.used_bytes(), 100u);
  EXPECT_EQ(share.refused(), 2u);
  share.Give(60);
  EXPECT_FALSE(share.IsUnderPressure());
  EXPECT_TRUE(share.TryTake(11));
  EXPECT_TRUE(share.IsUnderPressure());
}

TEST(MemoryShare, ASpentShareSaysWhatToDo) {
  const absl::Status status = MemoryShare("http_bodies", 4096).ExhaustedError();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(status.ToString(), HasSubstr("http_bodies is spent (4096 bytes"));
  EXPECT_THAT(status.ToString(), HasSubstr("server.memory_max"));
  EXPECT_TRUE(status.GetPayload("type.googleapis.com/google.rpc.RetryInfo").has_value());
}

TEST(MemoryHold, GivesBackWhatItHolds) {
  const auto share = std::make_shared<MemoryShare>("streams", 100);
  {
    MemoryHold hold(share);
    EXPECT_TRUE(hold.Resize(80));
    EXPECT_FALSE(hold.Resize(101));
    EXPECT_EQ(hold.bytes(), 80u) << "a refusal changes nothing";
    EXPECT_TRUE(hold.Resize(30));
    EXPECT_EQ(share->used_bytes(), 30u);
    MemoryHold other(std::move(hold));
    EXPECT_EQ(share->used_bytes(), 30u);
    MemoryHold third(share);
    EXPECT_TRUE(third.Resize(5));
    third = std::move(other);
    EXPECT_EQ(third.bytes(), 30u);
  }
  EXPECT_EQ(share->used_bytes(), 0u);
  EXPECT_TRUE(MemoryHold().Resize(SIZE_MAX)) << "no share, no limit";
}

TEST(MemoryBudget, TheSharesAreTheTotal) {
  const MemoryBudget budget(512 << 20);
  std::size_t sum = 0;
  for (std::size_t i = 0; i < kMemoryUses; ++i) sum += budget.bytes(static_cast<MemoryUse>(i));
  EXPECT_EQ(sum, std::size_t{512} << 20);
  EXPECT_EQ(budget.bytes(MemoryUse::kStreams), std::size_t{128} << 20);
}

TEST(MemoryBudget, ShowsItsShares) {
  const MemoryBudget budget(1600);
  ASSERT_TRUE(budget.share(MemoryUse::kIngest)->TryTake(70));
  ASSERT_FALSE(budget.share(MemoryUse::kIngest)->TryTake(70));
  Metrics metrics;
  budget.Show(metrics);
  budget.Show(metrics);
  const std::string text = metrics.Serialize();
  EXPECT_THAT(text, HasSubstr("citylayers_memory_used_bytes{share=\"ingest\"} 70"));
  EXPECT_THAT(text, HasSubstr("citylayers_memory_limit_bytes{share=\"ingest\"} 100"));
  EXPECT_THAT(text, HasSubstr("citylayers_memory_refused_total{share=\"ingest\"} 1"));
}

TEST(MemoryShare, ManyThreadsNeverHoldMoreThanTheLimit) {
  const auto share = std::make_shared<MemoryShare>("streams", 1000);
  std::atomic<bool> over{false};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20'000; ++i) {
        if (!share->TryTake(300)) continue;
        // Refused takes are visible for a moment, so the sum of the bytes held
        // is counted separately.
        static std::atomic<int> held{0};
        if (held.fetch_add(300) + 300 > 1000) over = true;
        held.fetch_sub(300);
        share->Give(300);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_FALSE(over);
  EXPECT_EQ(share->used_bytes(), 0u);
}

}  // namespace
}  // namespace citylayers::runtime
