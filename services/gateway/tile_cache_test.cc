#include "services/gateway/tile_cache.h"

#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace citylayers::gateway {
namespace {

std::shared_ptr<const Representation> Tile(std::string tag, std::size_t bytes = 10) {
  return std::make_shared<const Representation>(
      Representation::Meta{.tag = std::move(tag)},
      std::make_shared<const std::string>(std::string(bytes, 'x')));
}

TileKey Key(std::uint32_t x) { return {.layer = 1, .x = x, .y = 2, .z = 14}; }

TEST(TileCache, FindsWhatWasPut) {
  TileCache cache(1 << 20);
  cache.Put(Key(1), Tile("a"), {1, 5});
  EXPECT_EQ(cache.Find(Key(1))->tile->tag(), "a");
  EXPECT_FALSE(cache.Find(Key(2)));
  TileKey png = Key(1);
  png.format = 1;
  EXPECT_FALSE(cache.Find(png));
  EXPECT_EQ(cache.entries(), 1u);
}

TEST(TileCache, ASlowFillDoesNotUndoAFastOne) {
  TileCache cache(1 << 20);
  cache.Put(Key(1), Tile("new"), {1, 6});
  cache.Put(Key(1), Tile("old"), {1, 5});
  EXPECT_EQ(cache.Find(Key(1))->tile->tag(), "new");
  EXPECT_EQ(cache.Find(Key(1))->version.counter, 6u);
}

TEST(TileCache, AnotherEpochReplacesWhateverItsCounter) {
  TileCache cache(1 << 20);
  cache.Put(Key(1), Tile("before"), {1, 900});
  cache.Put(Key(1), Tile("after"), {2, 1});
  EXPECT_EQ(cache.Find(Key(1))->tile->tag(), "after");
}

TEST(TileCache, ConfirmsOnlyTheTileItHolds) {
  TileCache cache(1 << 20);
  cache.Put(Key(1), Tile("a"), {1, 5});
  cache.Confirm(Key(1), "a", {1, 9});
  EXPECT_TRUE(cache.Find(Key(1))->version.Covers({1, 9}));
  cache.Confirm(Key(1), "b", {1, 12});
  EXPECT_FALSE(cache.Find(Key(1))->version.Covers({1, 12}));
  cache.Confirm(Key(1), "a", {1, 7});
  EXPECT_EQ(cache.Find(Key(1))->version.counter, 9u) << "never backwards";
}

TEST(LayerVersion, OneEpochDoesNotCoverAnother) {
  EXPECT_TRUE((LayerVersion{1, 5}.Covers({1, 5})));
  EXPECT_FALSE((LayerVersion{1, 5}.Covers({1, 6})));
  EXPECT_FALSE((LayerVersion{1, 5}.Covers({2, 1})));
}

TEST(TileCache, StaysWithinItsBytesAndKeepsWhatIsUsed) {
  constexpr std::size_t kBytesMax = 16 * 100'000;
  TileCache cache(kBytesMax);
  cache.Put(Key(0), Tile("kept", 1000), {1, 1});
  for (std::uint32_t x = 1; x < 2000; ++x) {
    cache.Put(Key(x), Tile("t", 1000), {1, 1});
    ASSERT_TRUE(cache.Find(Key(0))) << "used repeatedly, after " << x;
    ASSERT_LE(cache.bytes(), kBytesMax);
  }
  EXPECT_LT(cache.entries(), 600u);
  EXPECT_FALSE(cache.Find(Key(1))) << "the first to be evicted";
}

TEST(TileCache, ThreadsFindOnlyWhatWasPutUnderTheKey) {
  constexpr std::size_t kBytesMax = 16 * 10'000;  // a few tiles per shard, so that many are evicted
  TileCache cache(kBytesMax);
  std::vector<std::thread> threads;
  for (std::uint64_t t = 1; t <= 4; ++t) {
    threads.emplace_back([&cache, t] {
      for (std::uint32_t i = 0; i < 1000; ++i) {
        const std::uint32_t x = i % 100;
        const std::string tag = std::to_string(x);
        cache.Put(Key(x), Tile(tag, 1000), {1, t});
        cache.Confirm(Key(x), tag, {1, t + 4});
        const auto found = cache.Find(Key(x));
        ASSERT_TRUE(!found.has_value() || found->tile->tag() == tag);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(cache.bytes(), kBytesMax);
}

TEST(TileCache, OfNoBytesHoldsNothing) {
  TileCache cache(0);
  cache.Put(Key(1), Tile("a"), {1, 1});
  EXPECT_FALSE(cache.Find(Key(1)));
  EXPECT_EQ(cache.bytes(), 0u);
}

}  // namespace
}  // namespace citylayers::gateway
