#include "storage/pack/skeleton.h"

#include <random>

#include "absl/strings/escaping.h"
#include <gtest/gtest.h>

#include "storage/bytes/checksum.h"

namespace citylayers::storage {
namespace {

std::vector<SkeletonFeature> Sample() {
  return {
      {70, 12, 3, 1, "geometry-70"}, {5, 0, 5, 0, "g5"}, {9, 4, 2, 2, "geo9"}, {11, 12, 3, 0, "g"}};
}

TEST(Skeleton, GivesBackFeaturesInOrderOfSegment) {
  const std::string bytes = EncodeSkeleton(Sample());
  const auto view = SkeletonView::Decode(bytes);
  ASSERT_TRUE(view.ok()) << view.status();
  ASSERT_EQ(view->size(), 4u);
  EXPECT_EQ(view->segment(0), 5u);
  EXPECT_EQ(view->segment(3), 70u);
  EXPECT_EQ(view->geometry(0), "g5");
  EXPECT_EQ(view->geometry(1), "geo9");
  EXPECT_EQ(view->geometry(3), "geometry-70");
  EXPECT_EQ(view->road_class(1), 2);
  EXPECT_EQ(view->flags(1), 2);
  ASSERT_EQ(view->name_count(), 2u);
  EXPECT_EQ(view->name(0), 4u);
  EXPECT_EQ(view->name(1), 12u);
  EXPECT_EQ(view->local_name(0), SkeletonView::kUnnamed);
  EXPECT_EQ(view->local_name(1), 0u);
  EXPECT_EQ(view->local_name(2), 1u);
  EXPECT_EQ(view->local_name(3), 1u);
}

TEST(Skeleton, OrderOfInputDoesNotMatter) {
  auto features = Sample();
  std::reverse(features.begin(), features.end());
  EXPECT_EQ(EncodeSkeleton(features), EncodeSkeleton(Sample()));
}

// Golden: the layout of docs/formats/pack.md. If this changes, kVersion must change.
TEST(Skeleton, BytesArePartOfTheFormat) {
  const std::string bytes = EncodeSkeleton({{7, 3, 2, 1, "ab"}});
  EXPECT_EQ(absl::BytesToHexString(bytes),
            "534b0100"
            "01000000"
            "01000000"
            "ef4d0dea"
            "07000000"
            "00000000"
            "02000000"
            "02010000"
            "03000000"
            "6162");
}

TEST(Skeleton, EmptyIsValid) {
  const auto bytes = EncodeSkeleton({});
  const auto view = SkeletonView::Decode(bytes);
  ASSERT_TRUE(view.ok());
  EXPECT_EQ(view->size(), 0u);
}

TEST(Skeleton, DamageIsFound) {
  const std::string good = EncodeSkeleton(Sample());
  for (std::size_t i = 0; i < good.size(); ++i) {
    EXPECT_FALSE(SkeletonView::Decode(std::string_view(good).substr(0, i)).ok()) << i;
    for (int bit = 0; bit < 8; ++bit) {
      std::string bad = good;
      bad[i] = static_cast<char>(bad[i] ^ (1 << bit));
      EXPECT_FALSE(SkeletonView::Decode(bad).ok()) << "byte " << i << " bit " << bit;
    }
  }
  std::string newer = good;
  newer[2] = 2;
  EXPECT_TRUE(absl::IsFailedPrecondition(SkeletonView::Decode(newer).status()));
}

// Arbitrary bytes with a valid checksum must not lead to access outside (run it under asan).
TEST(Skeleton, WildBytesNeverLeadOutside) {
  std::mt19937 random(20260101);
  int accepted = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string bytes = EncodeSkeleton(Sample());
    for (int k = 0; k < 3; ++k)
      bytes[4 + random() % (bytes.size() - 4)] = static_cast<char>(random());
    const auto sum = static_cast<std::uint32_t>(PackChecksum(std::string_view(bytes).substr(16)));
    for (int k = 0; k < 4; ++k) bytes[12 + k] = static_cast<char>(sum >> (8 * k));
    const auto view = SkeletonView::Decode(bytes);
    if (!view.ok()) continue;
    ++accepted;
    for (std::size_t i = 0; i < view->size(); ++i) {
      ASSERT_FALSE(view->geometry(i).empty());
      ASSERT_GE(view->geometry(i).data(), bytes.data());
      ASSERT_LE(view->geometry(i).data() + view->geometry(i).size(), bytes.data() + bytes.size());
      if (view->local_name(i) != SkeletonView::kUnnamed) (void)view->name(view->local_name(i));
    }
  }
  EXPECT_GT(accepted, 100);  // changed classes and geometry bytes are fine
}

}  // namespace
}  // namespace citylayers::storage
