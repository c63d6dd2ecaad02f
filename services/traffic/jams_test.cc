#include "services/traffic/jams.h"

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace citylayers::traffic {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::SizeIs;

// A one-way street of segments of 80 m, driven from left to right, drawn as a string: 'q' queues,
// 'S' is stationary, '.' flows.
//   "..qqSS.."
// Segment i leads into i + 1. Several rows are several streets without a connection, numbered one
// after the other.
class Streets {
 public:
  explicit Streets(const std::vector<std::string>& rows, double length_m = 80) {
    for (const std::string& row : rows) {
      for (std::size_t i = 0; i < row.size(); ++i) {
        const auto segment = static_cast<std::uint32_t>(next_.size());
        length_m_.push_back(length_m);
        next_.push_back(i + 1 < row.size() ? std::vector<std::uint32_t>{segment + 1}
                                           : std::vector<std::uint32_t>{});
        if (row[i] != '.') {
          queuing_.push_back({segment, static_cast<std::uint8_t>(row[i] == 'S' ? 4 : 3),
                              row[i] == 'S' ? 2.0 : 8.0,
                              1'000'000 + static_cast<std::int64_t>(segment)});
        }
      }
    }
  }
  void Link(std::uint32_t from, std::uint32_t to) { next_[from].push_back(to); }
  void MakeTwins(std::uint32_t a, std::uint32_t b) {
    twin_[a] = b;
    twin_[b] = a;
  }
  // Row 1 is row 0 driven back: the last segment of row 0 leads to the first of row 1, as at a dead
  // end.
  static Streets DeadEnd(const std::string& in, const std::string& out, double length_m = 80) {
    Streets streets({in, out}, length_m);
    const auto size = static_cast<std::uint32_t>(in.size());
    for (std::uint32_t i = 0; i < size; ++i) streets.MakeTwins(i, 2 * size - 1 - i);
    streets.Link(size - 1, size);
    return streets;
  }
  void Measure(std::uint32_t segment, double length_m) { length_m_[segment] = length_m; }
  RoadNetwork network() const {
    return {
        .size = static_cast<std::uint32_t>(next_.size()),
        .successors = [this](std::uint32_t i) { return std::span<const std::uint32_t>(next_[i]); },
        .length_m = [this](std::uint32_t i) { return length_m_[i]; },
        .reference_speed_kmh = [](std::uint32_t) { return 40.0; },
        .stable_id = [](std::uint32_t i) { return 1000ULL + i; },
        .twin =
            [this](std::uint32_t i) {
              const auto it = twin_.find(i);
              return it == twin_.end() ? RoadNetwork::kNoTwin : it->second;
            },
        .street =
            [this](std::uint32_t i) {
              const auto it = street_.find(i);
              return it == street_.end() ? 0 : it->second;
            }};
  }
  void Name(std::uint32_t segment, std::uint32_t street) { street_[segment] = street; }
  std::vector<Jam> Find(const std::vector<Jam>& before = {}) const {
    return FindJams(network(), queuing_, before, {});
  }

 private:
  std::vector<double> length_m_;
  std::vector<std::vector<std::uint32_t>> next_;
  std::vector<QueuingSegment> queuing_;
  std::map<std::uint32_t, std::uint32_t> twin_, street_;
};

// Whether the list contains both directions of a segment.
bool TurnsRound(const RoadNetwork& roads, const std::vector<std::uint32_t>& segments) {
  return std::any_of(segments.begin(), segments.end(), [&](std::uint32_t segment) {
    return std::count(segments.begin(), segments.end(), roads.twin(segment)) > 0;
  });
}

TEST(FindJams, ConnectedQueuesAreOneJamFromHeadToTail) {
  const auto jams = Streets({"..qqSS.."}).Find();
  ASSERT_THAT(jams, SizeIs(1));
  EXPECT_THAT(jams[0].segments, ElementsAre(5, 4, 3, 2))
      << "the head is the first car in driving direction";
  EXPECT_EQ(jams[0].level, 4);
  EXPECT_DOUBLE_EQ(jams[0].length_m, 320);
  // 160 m at 2 km/h and 160 m at 8 km/h against 320 m at 40 km/h.
  EXPECT_NEAR(jams[0].delay_s, 160 / (2 / 3.6) + 160 / (8 / 3.6) - 320 / (40 / 3.6), 1e-9);
  EXPECT_NEAR(jams[0].speed_kmh, 3.2, 1e-9);
  EXPECT_EQ(jams[0].since_ms, 1'000'002);
}

TEST(FindJams, AFlowingStretchCutsAJamUnlessItIsShort) {
  EXPECT_THAT(Streets({"qqq.qqq"}, 80).Find(), SizeIs(2));
  EXPECT_THAT(Streets({"qqq.qqq"}, 50).Find(), SizeIs(1));
  EXPECT_THAT(Streets({"qqq..qqq"}, 50).Find(), SizeIs(2)) << "two short stretches are a gap";
}

TEST(FindJams, AShortGapIsPartOfTheLine) {
  //  150 m | 50 m free | 140 m
  Streets streets({"q.S"});
  streets.Measure(0, 140);
  streets.Measure(1, 50);
  streets.Measure(2, 150);
  const auto jams = streets.Find();
  ASSERT_THAT(jams, SizeIs(1));
  EXPECT_THAT(jams[0].segments, ElementsAre(2, 1, 0)) << "the tail is behind the gap";
  EXPECT_THAT(jams[0].members, ElementsAre(0, 2)) << "the gap does not queue";
  EXPECT_DOUBLE_EQ(jams[0].length_m, 340);
  const double time_s = 150 / (2 / 3.6) + 50 / (40 / 3.6) + 140 / (8 / 3.6);
  EXPECT_NEAR(jams[0].delay_s, time_s - 340 / (40 / 3.6), 1e-9) << "no time is lost in the gap";
  EXPECT_NEAR(jams[0].speed_kmh, 340 / time_s * 3.6, 1e-9);
}

TEST(FindJams, AShortQueueIsNoJam) {
  EXPECT_THAT(Streets({"..q.."}, 80).Find(), SizeIs(0));
  EXPECT_THAT(Streets({"..qq.."}, 80).Find(), SizeIs(1));
}

TEST(FindJams, OppositeDirectionsDoNotMix) {
  EXPECT_THAT(Streets({"qqq", "qqq"}).Find(), SizeIs(2));
}

TEST(FindJams, AtADeadEndTheQueueInIsNotTheQueueOut) {
  const auto jams = Streets::DeadEnd("qqqqqq", "SSSSSS").Find();
  ASSERT_THAT(jams, SizeIs(2));
  EXPECT_THAT(jams[0].segments, ElementsAre(11, 10, 9, 8, 7, 6));
  EXPECT_THAT(jams[1].segments, ElementsAre(5, 4, 3, 2, 1, 0));
  EXPECT_DOUBLE_EQ(jams[0].length_m, 480);
}

TEST(FindJams, AShortFreeStretchAtADeadEndIsNoWayRound) {
  // The last segments, 50 m each, do not queue: in and out would be one jam over them.
  for (const auto& [in, out] : {std::pair("qqq.", "qqqq"), std::pair("qqqq", ".qqq")}) {
    const auto jams = Streets::DeadEnd(in, out, 50).Find();
    ASSERT_THAT(jams, SizeIs(2)) << in << " " << out;
    EXPECT_THAT(jams[0].members, SizeIs(AnyOf(3, 4)));
  }
}

TEST(FindJams, BothDirectionsOfAStreetAreNeverInOneJam) {
  // A crossing where every street queues: from the west, the south and the east back to the west.
  //   0: west in, 1: west out (its twin), 2: south in, 3: north out, 4: east in
  Streets streets({"q", "q", "q", "q", "q"}, 200);
  streets.MakeTwins(0, 1);
  streets.Link(0, 3);
  streets.Link(2, 1);
  streets.Link(2, 3);
  streets.Link(4, 1);
  streets.Name(2, 7);
  streets.Name(3, 7);
  const auto jams = streets.Find();
  ASSERT_THAT(jams, SizeIs(2));
  for (const Jam& jam : jams) EXPECT_FALSE(TurnsRound(streets.network(), jam.members));
  const Jam& north =
      std::find(jams[0].members.begin(), jams[0].members.end(), 3) != jams[0].members.end()
          ? jams[0]
          : jams[1];
  EXPECT_THAT(north.members, ElementsAre(0, 2, 3)) << "a street's own queues are joined first";
}

TEST(FindJams, NoQueuesOfARandomTownTurnRound) {
  std::mt19937 random(45);
  std::size_t jam_count = 0;
  for (int round = 0; round < 2000; ++round) {
    const std::uint32_t size = 4 + random() % 16;
    std::vector<std::string> rows(size);
    for (std::string& row : rows) row = round % 2 == 0 || random() % 4 != 0 ? "q" : ".";
    Streets streets(rows, 120);
    for (std::uint32_t i = 0; i < size; ++i) {
      if (rows[i] == ".") streets.Measure(i, 50);
    }
    for (std::uint32_t i = 0; i + 1 < size; i += 2) {
      if (random() % 3 != 0) streets.MakeTwins(i, i + 1);
    }
    for (std::uint32_t i = 0; i < size; ++i) {
      streets.Name(i, random() % 4);
      for (int links = 0; links < 2; ++links) {
        const auto to = static_cast<std::uint32_t>(random() % size);
        if (to != i) streets.Link(i, to);
      }
    }
    const RoadNetwork roads = streets.network();
    std::size_t members = 0;
    for (const Jam& jam : streets.Find()) {
      ASSERT_FALSE(TurnsRound(roads, jam.members)) << "round " << round;
      ASSERT_FALSE(TurnsRound(roads, jam.segments)) << "round " << round;
      members += jam.members.size();
      ++jam_count;
    }
    ASSERT_EQ(members, static_cast<std::size_t>(std::count(rows.begin(), rows.end(), "q")))
        << "no queue is left out";
  }
  EXPECT_GT(jam_count, 4000U);
}

TEST(FindJams, AGapThatIsTheTwinOfAQueueIsNoGap) {
  // East: q . q with a gap of 50 m, whose twin queues in another jam.
  Streets streets({"q.q", "q"}, 150);
  streets.Measure(1, 50);
  streets.MakeTwins(1, 3);
  const auto jams = streets.Find();
  ASSERT_THAT(jams, SizeIs(2));
  EXPECT_THAT(jams[0].segments, ElementsAre(2, 1, 0));
  // Now the twin belongs to the same jam by another way, so that the gap would include both
  // directions.
  streets.Link(3, 0);
  const RoadNetwork roads = streets.network();
  for (const Jam& jam : streets.Find()) EXPECT_FALSE(TurnsRound(roads, jam.segments));
}

TEST(FindJams, TheWorstDelayComesFirst) {
  const auto jams = Streets({"qqq", "SSS"}).Find();
  ASSERT_THAT(jams, SizeIs(2));
  EXPECT_THAT(jams[0].members, ElementsAre(3, 4, 5));
}

TEST(FindJams, TheLongestArmIsTheLine) {
  // A side street of one segment (row 2) joins at segment 3.
  Streets streets({"..qqqq", "q"});
  streets.Link(6, 4);
  const auto jams = streets.Find();
  ASSERT_THAT(jams, SizeIs(1));
  EXPECT_THAT(jams[0].segments, ElementsAre(5, 4, 3, 2));
  EXPECT_THAT(jams[0].members, ElementsAre(2, 3, 4, 5, 6));
}

TEST(FindJams, WhereAQueueDivergesTheLineFollowsTheLongerArm) {
  //  T ─┬─> A   20 m
  //     └─> B  120 m
  Streets streets({"q", "q", "q"});
  constexpr std::uint32_t kA = 0, kB = 1, kT = 2;
  streets.Link(kT, kA);
  streets.Link(kT, kB);
  streets.Measure(kA, 20);
  streets.Measure(kB, 120);
  streets.Measure(kT, 150);
  const auto jams = streets.Find();
  ASSERT_THAT(jams, SizeIs(1));
  EXPECT_THAT(jams[0].segments, ElementsAre(kB, kT));
  EXPECT_DOUBLE_EQ(jams[0].length_m, 270);
  EXPECT_THAT(jams[0].members, SizeIs(3));
}

TEST(FindJams, ARingIsDrivenOnce) {
  Streets streets({"qqqq"});
  streets.Link(3, 0);
  const auto jams = streets.Find();
  ASSERT_THAT(jams, SizeIs(1));
  EXPECT_THAT(jams[0].members, ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(jams[0].segments, ElementsAre(0, 3, 2, 1)) << "the whole ring, and no segment twice";
  EXPECT_DOUBLE_EQ(jams[0].length_m, 320);
}

TEST(FindJams, AMovingJamKeepsItsId) {
  const auto first = Streets({"..qqqq...."}).Find();
  const auto second = Streets({"...qqqqq.."}).Find(first);
  const auto third = Streets({".....qqqqq"}).Find(second);
  ASSERT_THAT(third, SizeIs(1));
  EXPECT_EQ(third[0].id, first[0].id);
  EXPECT_NE(Streets({"qq........"}).Find(third)[0].id, first[0].id)
      << "a queue elsewhere is another jam";
}

TEST(FindJams, UnderOneIdAJamNeverGetsYounger) {
  // A wave that moves against the driving direction: its first members flow again, newer ones
  // queue.
  std::vector<Jam> jams;
  std::int64_t since_ms = 0;
  std::string id;
  for (int step = 0; step < 12; ++step) {
    std::string row(20, '.');
    row.replace(static_cast<std::size_t>(step), 5, "qqqqq");
    jams = Streets({row}).Find(jams);
    ASSERT_THAT(jams, SizeIs(1));
    if (step == 0) {
      since_ms = jams[0].since_ms;
      id = jams[0].id;
    }
    EXPECT_EQ(jams[0].id, id);
    EXPECT_EQ(jams[0].since_ms, since_ms) << "step " << step;
  }
}

TEST(FindJams, AJamThatTakesInAnOlderOneIsAsOldAsThat) {
  const auto apart = Streets({"qqq...qqqq"}).Find();
  ASSERT_THAT(apart, SizeIs(2));
  const auto whole = Streets({"qqqqqqqqqq"}).Find(apart);
  ASSERT_THAT(whole, SizeIs(1));
  EXPECT_EQ(whole[0].since_ms, 1'000'000);
}

TEST(FindJams, WhenAJamSplitsTheLargerPartKeepsTheIdAndNoTwoShareOne) {
  const auto whole = Streets({"qqqqqqqqqq"}).Find();
  const auto parts = Streets({"qq...qqqqq"}).Find(whole);
  ASSERT_THAT(parts, SizeIs(2));
  const Jam& larger = parts[0].members.size() > parts[1].members.size() ? parts[0] : parts[1];
  EXPECT_EQ(larger.id, whole[0].id);
  EXPECT_NE(parts[0].id, parts[1].id);
}

TEST(FindJams, ANewJamIsNamedTheSameHoweverOftenItIsFound) {
  EXPECT_EQ(Streets({"..qqqq"}).Find()[0].id, Streets({"..qqqq"}).Find()[0].id);
}

}  // namespace
}  // namespace citylayers::traffic
