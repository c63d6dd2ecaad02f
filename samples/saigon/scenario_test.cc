#include "samples/saigon/scenario.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "samples/saigon/base_map.h"
#include "samples/saigon/roads.h"
#include "samples/saigon/storm.h"
#include "tests/support/saigon_cut.h"

namespace citylayers::saigon {
namespace {

const Scenario& Day() {
  static const auto* const day = new Scenario({});
  return *day;
}

const std::vector<CutSegment>& Segments() {
  static const auto* const ways = new std::vector<geo::Way>(Roads());
  static const auto* const segments = new std::vector<CutSegment>(CutWays(*ways));
  return *segments;
}

SegmentInput InputOf(const CutSegment& s) {
  return {.stable_id = s.stable_id,
          .mid = ToLonLat(s.mid),
          .road_class = s.way->road_class,
          .reference_speed_kmh = 40,
          .bearing_deg = s.bearing_deg};
}

double RatioOf(const CutSegment& s, double hour) {
  return Day().SpeedKmh(InputOf(s), absl::Hours(hour)) / 40;
}

TEST(SaigonStations, AreTheGaugesOfTheCity) {
  std::map<std::string, StationSpec> by_id;
  int rain = 0;
  for (const StationSpec& s : Stations()) {
    EXPECT_TRUE(kBounds.Contains(s.at)) << s.id;
    EXPECT_THAT(s.id, testing::MatchesRegex("[a-z0-9-]+"));
    EXPECT_TRUE(by_id.emplace(s.id, s).second) << s.id;
    rain += s.kind == StationKind::kRain;
  }
  EXPECT_GE(rain, 8);
  for (const char* id : {"phu-an", "nha-be"}) {
    ASSERT_TRUE(by_id.contains(id));
    EXPECT_THAT(by_id[id].thresholds_m, testing::ElementsAre(1.40, 1.50, 1.60));
  }
  EXPECT_NEAR(by_id["phu-an"].at.lon_deg, 106.7078, 0.001);
  EXPECT_NEAR(by_id["phu-an"].at.lat_deg, 10.7786, 0.001);
  EXPECT_NEAR(by_id["nha-be"].at.lat_deg, 10.6394, 0.001);
}

TEST(SaigonScenario, IsInTheCatalogue) {
  ASSERT_EQ(Scenarios().size(), 1u);
  EXPECT_EQ(Scenarios()[0].id, "saigon-king-tide");
  EXPECT_EQ(Scenarios()[0].local_date, "2025-11-06");
  EXPECT_EQ(Day().length(), absl::Hours(24));
}

TEST(SaigonScenario, TidePeaksAtExactly170AtPhuAnAtSixInTheEvening) {
  double highest = -9, lowest = 9, morning = -9;
  absl::Duration when;
  for (absl::Duration t; t < absl::Hours(24); t += absl::Minutes(10)) {
    const double stage = Day().StageM("phu-an", t);
    if (stage > highest) {
      highest = stage;
      when = t;
    }
    lowest = std::min(lowest, stage);
    if (t < absl::Hours(12)) morning = std::max(morning, stage);
  }
  EXPECT_EQ(highest, 1.70);
  EXPECT_EQ(when, absl::Hours(18));
  EXPECT_EQ(Day().StageM("phu-an", absl::Hours(18)), 1.70);
  EXPECT_LT(morning, 1.40) << "only the evening high raises alerts";
  EXPECT_GT(morning, 1.25);
  EXPECT_GE(lowest, -0.6);
  EXPECT_LE(lowest, 0.2);
  EXPECT_EQ(Day().StageM("nha-be", absl::Hours(17.5)), 1.66);
  EXPECT_EQ(Day().StageM("no-such-station", absl::Hours(18)), 0);
}

TEST(SaigonScenario, TideMovesSmoothlyAlsoOverMidnight) {
  for (const char* id : {"phu-an", "nha-be", "binh-trieu", "thu-duc"}) {
    double previous = Day().StageM(id, absl::ZeroDuration());
    for (int minute = 1; minute <= 1'450; ++minute) {
      const double stage = Day().StageM(id, absl::Minutes(minute));
      EXPECT_LE(std::abs(stage - previous), 0.012) << id << " minute " << minute;
      EXPECT_LE(stage, 1.70);
      previous = stage;
    }
  }
}

TEST(SaigonScenario, StormBringsAHundredMillimetresAndMovesNorthEast) {
  std::map<std::string, double> totals, weighted_hour;
  for (const StationSpec& s : Stations()) {
    for (int step = 1; step <= 144; ++step) {
      const double mm = Day().RainMm(s.id, absl::Minutes(10 * step), absl::Minutes(10));
      EXPECT_GE(mm, 0);
      if (step * 10 <= 14.5 * 60 || (step - 1) * 10 >= 17 * 60) {
        EXPECT_EQ(mm, 0) << s.id;
      }
      totals[s.id] += mm;
      weighted_hour[s.id] += mm * step / 6.0;
    }
  }
  EXPECT_NEAR(totals["mac-dinh-chi"], 100, 1);
  EXPECT_EQ(totals["phu-an"], 0) << "a river gauge measures no rain";
  EXPECT_GT(totals["tan-son-hoa"], 50);
  for (const auto& [id, mm] : totals) EXPECT_LT(mm, 130) << id;
  const auto hour = [&](const char* id) { return weighted_hour[id] / totals[id]; };
  EXPECT_LT(hour("ly-thuong-kiet") + 0.2, hour("thu-duc-rain")) << "west before east";
}

TEST(SaigonScenario, NightIsFree) {
  for (const double hour : {0.5, 3.0, 4.5, 22.5}) {
    int slow = 0;
    for (const CutSegment& s : Segments()) slow += RatioOf(s, hour) < 0.5;
    EXPECT_EQ(slow, 0) << hour;
  }
}

// Connected queuing segments of one time, longest first: {length, length standing}.
struct FoundJam {
  double length_m = 0;
  double standing_m = 0;
};

std::vector<FoundJam> JamsAt(double hour) {
  std::map<std::int64_t, std::int64_t> parent;
  const auto find = [&](std::int64_t n) {
    while (parent.emplace(n, n).first->second != n) n = parent[n];
    return n;
  };
  std::vector<std::pair<const CutSegment*, double>> queuing;
  for (const CutSegment& s : Segments()) {
    const double ratio = RatioOf(s, hour);
    if (ratio >= 0.25) continue;
    queuing.emplace_back(&s, ratio);
    parent[find(s.from)] = find(s.to);
  }
  std::map<std::int64_t, FoundJam> jams;
  for (const auto& [s, ratio] : queuing) {
    FoundJam& jam = jams[find(s->from)];
    jam.length_m += s->length_m;
    if (ratio < 0.10) jam.standing_m += s->length_m;
  }
  std::vector<FoundJam> out;
  for (const auto& [node, jam] : jams) out.push_back(jam);
  std::sort(out.begin(), out.end(),
            [](const FoundJam& a, const FoundJam& b) { return a.length_m > b.length_m; });
  return out;
}

TEST(SaigonScenario, RushHoursFormConnectedJams) {
  for (const double hour : {7.75, 17.75}) {
    const std::vector<FoundJam> jams = JamsAt(hour);
    const auto large = std::count_if(jams.begin(), jams.end(), [](const FoundJam& jam) {
      return jam.length_m > 400 && jam.standing_m > 100;
    });
    EXPECT_GE(large, 12) << hour;
    EXPECT_LE(jams.size(), 120u) << "jams, not specks";
    double all = 0;
    for (const FoundJam& jam : jams) all += jam.length_m;
    EXPECT_LT(jams[0].length_m, 0.6 * all) << "the city is not one jam";
  }
  EXPECT_TRUE(JamsAt(3).empty());
  EXPECT_LT(JamsAt(6.6).size(), JamsAt(7.75).size()) << "the rush grows";
}

TEST(SaigonScenario, JamsStandAtTheBottlenecksOfTheCity) {
  const std::pair<const char*, double> expected[] = {
      {"Cộng Hòa", 7.75},       {"Nguyễn Hữu Cảnh", 17.75}, {"Nguyễn Tất Thành", 17.75},
      {"Điện Biên Phủ", 17.75}, {"Cầu Sài Gòn", 17.75},     {"Xô Viết Nghệ Tĩnh", 17.75},
      {"Huỳnh Tấn Phát", 7.75}, {"Nguyễn Văn Hưởng", 7.75}, {"Tôn Đức Thắng", 17.75},
  };
  for (const auto& [name, hour] : expected) {
    double standing = 0;
    for (const CutSegment& s : Segments()) {
      if (s.way->name == name && RatioOf(s, hour) < 0.10) standing += s.length_m;
    }
    EXPECT_GE(standing, 100) << name << " at " << hour;
  }
}

TEST(SaigonScenario, ADirectedQueueStandsOneWayOnly) {
  // Huỳnh Tấn Phát in the morning: the queue is towards the city, not away from it.
  double in = 0, out = 0;
  for (const CutSegment& s : Segments()) {
    if (s.way->name != "Huỳnh Tấn Phát" || s.mid.y < ToPlane({106.73, 10.745}).y) continue;
    const bool northward = s.line.back().y > s.line.front().y;
    if (RatioOf(s, 7.75) < 0.25) (northward ? in : out) += s.length_m;
  }
  EXPECT_GT(in, 300);
  EXPECT_LT(out, 0.1 * in) << "the bridge at its end jams both ways";
}

TEST(SaigonScenario, MostOfTheCityMovesEvenInTheRush) {
  for (const double hour : {7.75, 12.0, 17.75}) {
    double sum = 0;
    int queuing = 0, main = 0;
    for (const CutSegment& s : Segments()) {
      if (s.way->road_class >= geo::RoadClass::kLocal) continue;
      const double ratio = RatioOf(s, hour);
      sum += ratio;
      ++main;
      queuing += ratio < 0.25;
    }
    if (hour == 12.0) {
      EXPECT_EQ(queuing, 0);
      EXPECT_GT(sum / main, 0.7);
    } else {
      EXPECT_GT(queuing, 0.05 * main);
      EXPECT_LT(queuing, 0.40 * main);
      EXPECT_LT(sum / main, 0.7);
    }
  }
}

TEST(SaigonScenario, RainSlowsTraffic) {
  const CutSegment& s = Segments()[0];
  const SegmentInput in = InputOf(s);
  EXPECT_GT(Storm(ScenarioOptions{}.seed).RateMmPerHour(in.mid, 15.75), 30);
  EXPECT_LT(RatioOf(s, 15.75), RatioOf(s, 14.4) - 0.1);
}

TEST(SaigonScenario, IsAFunctionOfSeedPlaceAndTime) {
  const Scenario again({}), other({.seed = 99});
  bool differs = false;
  for (std::size_t i = 0; i < Segments().size(); i += 97) {
    const SegmentInput in = InputOf(Segments()[i]);
    const absl::Duration t = absl::Minutes(static_cast<int>(i % 1440));
    EXPECT_EQ(again.SpeedKmh(in, t), Day().SpeedKmh(in, t));
    EXPECT_EQ(Day().SpeedKmh(in, t + absl::Hours(24)), Day().SpeedKmh(in, t)) << "a day is a loop";
    EXPECT_GT(Day().SpeedKmh(in, t), 0);
    differs |= other.SpeedKmh(in, t) != Day().SpeedKmh(in, t);
  }
  EXPECT_TRUE(differs);
}

}  // namespace
}  // namespace citylayers::saigon
