#include "geo/tile/hilbert.h"

#include <cstdlib>

#include "gtest/gtest.h"

namespace citylayers::geo {
namespace {

TEST(Hilbert, EachStepGoesToANeighbour) {
  for (int order = 1; order <= 6; ++order) {
    HilbertCell before = HilbertCellAt(order, 0);
    EXPECT_EQ(before, HilbertCell{});
    for (std::uint64_t i = 1; i < std::uint64_t{1} << (2 * order); ++i) {
      const HilbertCell cell = HilbertCellAt(order, i);
      const auto dx = std::abs(static_cast<int>(cell.x) - static_cast<int>(before.x));
      const auto dy = std::abs(static_cast<int>(cell.y) - static_cast<int>(before.y));
      ASSERT_EQ(dx + dy, 1) << "order " << order << ", step " << i;
      before = cell;
    }
  }
}

TEST(Hilbert, IndexAndCellAreInverse) {
  for (std::uint64_t i = 0; i < 4096; ++i) ASSERT_EQ(HilbertIndex(6, HilbertCellAt(6, i)), i);
  const HilbertCell corner{0x7FFFFFFF, 0x7FFFFFFF};
  EXPECT_EQ(HilbertCellAt(31, HilbertIndex(31, corner)), corner);
}

TEST(Hilbert, PointsCloseByAreCloseOnTheCurve) {
  const std::uint64_t market = HilbertIndexOf({106.6983, 10.7725});
  const std::uint64_t across_the_street = HilbertIndexOf({106.6984, 10.7726});
  const std::uint64_t hanoi = HilbertIndexOf({105.85, 21.03});
  const auto gap = [](std::uint64_t a, std::uint64_t b) { return a > b ? a - b : b - a; };
  EXPECT_LT(gap(market, across_the_street), gap(market, hanoi) / 1000);
  EXPECT_EQ(HilbertIndexOf({-500, 100}), HilbertIndexOf({-180, 85.06}));
}

}  // namespace
}  // namespace citylayers::geo
