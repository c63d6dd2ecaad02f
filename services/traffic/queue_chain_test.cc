#include "services/traffic/queue_chain.h"

#include <algorithm>
#include <random>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace citylayers::traffic {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

constexpr double kGapMax = 60;

// Segments by their successors and lengths.
struct Roads {
  std::vector<std::vector<std::uint32_t>> next;
  std::vector<double> length_m;

  RoadNetwork network() const {
    return {
        .size = static_cast<std::uint32_t>(next.size()),
        .successors = [this](std::uint32_t i) { return std::span<const std::uint32_t>(next[i]); },
        .length_m = [this](std::uint32_t i) { return length_m[i]; },
        .reference_speed_kmh = [](std::uint32_t) { return 40.0; },
        .stable_id = [](std::uint32_t i) { return 1000ULL + i; },
        .twin = [](std::uint32_t) { return RoadNetwork::kNoTwin; },
        .street = [](std::uint32_t) { return 0U; }};
  }
  bool Leads(std::uint32_t from, std::uint32_t to) const {
    return std::count(next[from].begin(), next[from].end(), to) > 0;
  }
  double LengthM(const std::vector<std::uint32_t>& chain) const {
    double sum_m = 0;
    for (const std::uint32_t segment : chain) sum_m += length_m[segment];
    return sum_m;
  }
  // A street of one-way segments of these lengths, one after the other.
  static Roads Street(const std::vector<double>& length_m) {
    Roads roads{.next = std::vector<std::vector<std::uint32_t>>(length_m.size()),
                .length_m = length_m};
    for (std::uint32_t i = 0; i + 1 < roads.next.size(); ++i) roads.next[i] = {i + 1};
    return roads;
  }
};

// A slow and simple model: tries every path along the queues.
class EveryWay {
 public:
  EveryWay(const Roads& roads, const std::vector<std::uint32_t>& members)
      : roads_(roads), members_(members.begin(), members.end()) {}

  double LongestM() {
    for (const std::uint32_t head : members_) Follow(head, 0);
    return longest_m_;
  }

 private:
  // Continues against the driving direction from `segment`.
  void Follow(std::uint32_t segment, double length_m) {
    const bool is_member = members_.contains(segment);
    if (!is_member && roads_.length_m[segment] > kGapMax) return;
    if (!used_.insert(segment).second) return;
    length_m += roads_.length_m[segment];
    if (is_member) longest_m_ = std::max(longest_m_, length_m);
    for (std::uint32_t up = 0; up < roads_.next.size(); ++up) {
      if (roads_.Leads(up, segment) && (is_member || members_.contains(up))) Follow(up, length_m);
    }
    used_.erase(segment);
  }

  const Roads& roads_;
  const std::set<std::uint32_t> members_;
  std::set<std::uint32_t> used_;
  double longest_m_ = 0;
};

// Up to nine segments, about a third of which do not queue, each with about two successors;
// `rings`: successors may lie upstream.
Roads RandomRoads(std::mt19937& random, bool rings, std::vector<std::uint32_t>* members) {
  const std::uint32_t size = 2 + random() % 8;
  // Indexes do not follow the order along the road.
  std::vector<std::uint32_t> along(size);
  for (std::uint32_t i = 0; i < size; ++i) along[i] = i;
  std::shuffle(along.begin(), along.end(), random);
  Roads roads{.next = std::vector<std::vector<std::uint32_t>>(size)};
  members->clear();
  for (std::uint32_t i = 0; i < size; ++i) {
    roads.length_m.push_back(static_cast<double>(10 + random() % 120));
    for (std::uint32_t j = 0; j < size; ++j) {
      if (i == j || random() % size >= 2) continue;
      if (rings || along[i] < along[j]) roads.next[i].push_back(j);
    }
    if (random() % 3 != 0) members->push_back(i);
  }
  if (members->empty()) members->push_back(0);
  return roads;
}

void ExpectIsChain(const Roads& roads, const std::vector<std::uint32_t>& members,
                   const std::vector<std::uint32_t>& chain) {
  const auto is_member = [&](std::uint32_t segment) {
    return std::binary_search(members.begin(), members.end(), segment);
  };
  ASSERT_FALSE(chain.empty());
  EXPECT_TRUE(is_member(chain.front()) && is_member(chain.back()));
  EXPECT_THAT(std::set<std::uint32_t>(chain.begin(), chain.end()), SizeIs(chain.size()));
  for (std::size_t i = 1; i < chain.size(); ++i) {
    EXPECT_TRUE(roads.Leads(chain[i], chain[i - 1])) << chain[i] << " to " << chain[i - 1];
    if (is_member(chain[i])) continue;
    EXPECT_LE(roads.length_m[chain[i]], kGapMax);
    EXPECT_TRUE(is_member(chain[i - 1])) << "two gaps in a row";
  }
}

TEST(LongestChain, WithoutRingsThereIsNoLongerOne) {
  std::mt19937 random(11);
  std::vector<std::uint32_t> members;
  int across_gaps = 0;
  for (int round = 0; round < 5000; ++round) {
    const Roads roads = RandomRoads(random, /*rings=*/false, &members);
    const auto chain = LongestChain(roads.network(), members, kGapMax);
    ExpectIsChain(roads, members, chain);
    ASSERT_DOUBLE_EQ(roads.LengthM(chain), EveryWay(roads, members).LongestM())
        << "round " << round;
    across_gaps +=
        std::includes(members.begin(), members.end(), chain.begin(), chain.end()) ? 0 : 1;
  }
  EXPECT_GT(across_gaps, 300) << "too few rounds crossed a gap";
}

TEST(LongestChain, WithRingsItIsAChainAndMostlyTheLongest) {
  std::mt19937 random(12);
  std::vector<std::uint32_t> members;
  double sum_m = 0, longest_sum_m = 0;
  for (int round = 0; round < 5000; ++round) {
    const Roads roads = RandomRoads(random, /*rings=*/true, &members);
    const auto chain = LongestChain(roads.network(), members, kGapMax);
    ExpectIsChain(roads, members, chain);
    const double longest_m = EveryWay(roads, members).LongestM();
    ASSERT_LE(roads.LengthM(chain), longest_m + 1e-9) << "round " << round;
    sum_m += roads.LengthM(chain);
    longest_sum_m += longest_m;
  }
  EXPECT_GT(sum_m, 0.85 * longest_sum_m);
}

TEST(LongestChain, AGapIsOneShortSegment) {
  const Roads street = Roads::Street({100, 60, 100, 61, 100, 30, 30, 100});
  EXPECT_THAT(LongestChain(street.network(), {0, 2, 4, 7}, kGapMax), ElementsAre(2, 1, 0));
}

TEST(LongestChain, AFreeLoopBackToItselfIsNoGap) {
  // 1 leads from the end of 0 to its beginning.
  Roads roads = Roads::Street({100, 50});
  roads.next[1] = {0};
  EXPECT_THAT(LongestChain(roads.network(), {0}, kGapMax), ElementsAre(0));
}

TEST(LongestChain, AQueueOfAHundredThousandSegmentsIsFollowed) {
  Roads street = Roads::Street(std::vector<double>(100'000, 10));
  std::vector<std::uint32_t> members(street.next.size());
  for (std::uint32_t i = 0; i < members.size(); ++i) members[i] = i;
  EXPECT_THAT(LongestChain(street.network(), members, kGapMax), SizeIs(members.size()));
  street.next.back() = {0};
  EXPECT_THAT(LongestChain(street.network(), members, kGapMax), SizeIs(members.size()))
      << "as a ring";
}

}  // namespace
}  // namespace citylayers::traffic
