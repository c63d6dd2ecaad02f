#include "services/alerts/alert_text.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "geo/flood/depth_class.h"
#include "services/alerts/rules/rule_options.h"

namespace citylayers::alerts {
namespace {

using storage::AlertKind;
using storage::AlertSeverity;
using testing::HasSubstr;

Finding PhuAn(double stage_m, double threshold) {
  return {.kind = AlertKind::kStage,
          .place = {"Phú An", "Phu An"},
          .value = stage_m,
          .threshold = threshold};
}

TEST(AlertTextTest, GradesFollowTheTableOfRules) {
  EXPECT_EQ(GradeOf(AlertKind::kStage, 1).severity, AlertSeverity::kMinor);
  EXPECT_EQ(GradeOf(AlertKind::kStage, 2).severity, AlertSeverity::kModerate);
  EXPECT_EQ(GradeOf(AlertKind::kStage, 3).severity, AlertSeverity::kSevere);
  EXPECT_FALSE(GradeOf(AlertKind::kStage, 3).immediate);
  EXPECT_EQ(GradeOf(AlertKind::kStage, 4).severity, AlertSeverity::kSevere);
  EXPECT_EQ(GradeOf(AlertKind::kStage, 4).level, 3);
  EXPECT_TRUE(GradeOf(AlertKind::kStage, 4).immediate);
  EXPECT_EQ(GradeOf(AlertKind::kStreetDepth, 4).severity, AlertSeverity::kSevere);
  EXPECT_EQ(GradeOf(AlertKind::kStreetDepth, 4).level, 4);
  EXPECT_EQ(GradeOf(AlertKind::kJam, 2).severity, AlertSeverity::kModerate);
  EXPECT_EQ(GradeOf(AlertKind::kJam, 3).severity, AlertSeverity::kSevere);
}

TEST(AlertTextTest, StagesInBothLanguagesWithTheirOwnDecimalSigns) {
  const AlertText text = TextFor(PhuAn(1.624, 1.6), 3);
  EXPECT_EQ(text.headline.vi, "Mực nước tại Phú An lên báo động III");
  EXPECT_EQ(text.headline.en, "Water level at Phu An is at alert level III");
  EXPECT_THAT(text.description.vi, HasSubstr("1,62 m"));
  EXPECT_THAT(text.description.en, HasSubstr("1.62 m"));
  EXPECT_EQ(TextFor(PhuAn(1.71, 1.7), 4).headline.vi, "Mực nước tại Phú An vượt xa báo động III");
  EXPECT_EQ(TextFor(PhuAn(1.3, 0), 0).headline.vi, "Mực nước tại Phú An đã xuống dưới báo động I");
}

TEST(AlertTextTest, StreetsUseTheWordsOfTheMap) {
  const Finding street{.kind = AlertKind::kStreetDepth,
                       .place = {"Calmette", "Calmette"},
                       .value = 0.32,
                       .threshold = 0.3};
  EXPECT_EQ(TextFor(street, 3).headline.vi, "Đường Calmette ngập, sâu hơn 30 cm");
  EXPECT_EQ(TextFor(street, 3).headline.en, "Calmette: flooded, over 30 cm");
  EXPECT_THAT(TextFor(street, 1).headline.vi, HasSubstr("đọng nước"));
  EXPECT_THAT(TextFor(street, 2).headline.vi, HasSubstr("ngập nhẹ"));
  Finding deep = street;
  deep.threshold = 0.5;
  EXPECT_EQ(TextFor(deep, 4).headline.vi, "Đường Calmette ngập sâu hơn 50 cm");
  EXPECT_THAT(TextFor(street, 0).headline.vi, HasSubstr("rút nước"));
}

TEST(AlertTextTest, NoVehicleIsAdvisedIntoWaterThatStopsIt) {
  struct Name {
    geo::Vehicle vehicle;
    const char *vi, *en;
  };
  constexpr Name kNames[] = {{geo::Vehicle::kMotorbike, "Xe máy", "motorbikes"},
                             {geo::Vehicle::kCar, "ô tô", "cars"}};
  const StreetDepthRuleOptions rules;
  for (int tier = 1; tier <= 4; ++tier) {
    const double depth_m = rules.raise_m[static_cast<std::size_t>(tier - 1)];
    const AlertText text = TextFor({.kind = AlertKind::kStreetDepth,
                                    .place = {"X", "X"},
                                    .value = depth_m,
                                    .threshold = depth_m},
                                   tier);
    EXPECT_THAT(text.instruction.vi, HasSubstr("nước đứng"));
    EXPECT_THAT(text.instruction.en, HasSubstr("standing water only"));
    // What the text names before its first "impassable" word, it stops.
    const std::string stopped_vi =
        text.instruction.vi.substr(0, text.instruction.vi.find("không đi được"));
    const bool names_stopped = stopped_vi.size() < text.instruction.vi.size();
    for (const Name& name : kNames) {
      const bool stops = geo::PassabilityOf(name.vehicle, static_cast<float>(depth_m)) ==
                         geo::Passability::kImpassable;
      const bool told = (names_stopped && stopped_vi.find(name.vi) != std::string::npos) ||
                        text.instruction.en.find("No vehicle") == 0;
      EXPECT_EQ(told, stops) << name.en << " at " << depth_m << " m: " << text.instruction.vi;
    }
  }
}

TEST(AlertTextTest, ANameThatTellsItsKindIsNotCalledAStreetToo) {
  Finding street{.kind = AlertKind::kStreetDepth, .place = {"Hẻm 255", "Hẻm 255"}, .value = 0.2};
  EXPECT_THAT(TextFor(street, 2).headline.vi, testing::StartsWith("Hẻm 255 ngập nhẹ"));
  street.place = {"Đường số 5", "Đường số 5"};
  EXPECT_THAT(TextFor(street, 0).headline.vi, testing::StartsWith("Đường số 5 đã rút nước"));
  street.place = {"Cầu Ba Son", "Cầu Ba Son"};
  street.kind = AlertKind::kJam;
  EXPECT_THAT(TextFor(street, 2).headline.vi, testing::StartsWith("Cầu Ba Son ùn ứ"));
  // A street whose name only begins like a kind.
  street.place = {"Cầuchữ", "Cầuchữ"};
  EXPECT_THAT(TextFor(street, 2).headline.vi, testing::StartsWith("Đường Cầuchữ"));
}

TEST(AlertTextTest, JamsTellWhichStretchOfTheirStreetTheyAreOn) {
  Finding jam{.kind = AlertKind::kJam,
              .place = {"Cộng Hòa", "Cộng Hòa"},
              .value = 4.4,
              .length_m = 637,
              .from_street = "Hoàng Hoa Thám",
              .to_street = "Út Tịch",
              .bearing_deg = 134};
  EXPECT_EQ(TextFor(jam, 3).headline.vi,
            "Đường Cộng Hòa đoạn từ Hoàng Hoa Thám đến Út Tịch kẹt cứng, dài khoảng 650 m");
  EXPECT_EQ(TextFor(jam, 3).headline.en,
            "Cộng Hòa from Hoàng Hoa Thám to Út Tịch: at a standstill, about 650 m");
  Finding back = jam;
  std::swap(back.from_street, back.to_street);
  EXPECT_NE(TextFor(back, 3).headline, TextFor(jam, 3).headline) << "the other direction";
  jam.from_street.clear();
  EXPECT_EQ(TextFor(jam, 2).headline.vi,
            "Đường Cộng Hòa hướng đông nam gần Út Tịch ùn ứ, dài khoảng 650 m");
  EXPECT_EQ(TextFor(jam, 2).headline.en,
            "Cộng Hòa southeastbound near Út Tịch: queue, about 650 m");
  jam.to_street.clear();
  for (const auto& [bearing_deg, word] :
       std::initializer_list<std::pair<double, const char*>>{{0, "northbound"},
                                                             {359, "northbound"},
                                                             {22.4, "northbound"},
                                                             {91, "eastbound"},
                                                             {180, "southbound"},
                                                             {270, "westbound"},
                                                             {315, "northwestbound"}}) {
    jam.bearing_deg = bearing_deg;
    EXPECT_THAT(TextFor(jam, 2).headline.en, testing::HasSubstr(word)) << bearing_deg;
  }
}

TEST(AlertTextTest, AnOutageSaysWhatSendsNoData) {
  const Finding gauge{.kind = AlertKind::kOutage,
                      .subject = "stations/phu-an",
                      .place = {"Phú An", "Phu An"},
                      .reason = "no reading since 2025-11-06T10:00:00Z"};
  EXPECT_EQ(TextFor(gauge, 1).headline.vi, "Trạm Phú An: không có số liệu mới");
  EXPECT_EQ(TextFor(gauge, 1).headline.en, "The Phu An gauge: no new data");
  EXPECT_THAT(TextFor(gauge, 1).description.en, testing::HasSubstr("since 2025-11-06"));
  EXPECT_EQ(TextFor(gauge, 0).headline.en, "The Phu An gauge: data are back");
  EXPECT_EQ(GradeOf(AlertKind::kOutage, 1).severity, AlertSeverity::kModerate);
}

TEST(AlertTextTest, JamsTellALengthThatIsNotFalselyExact) {
  Finding jam{
      .kind = AlertKind::kJam, .place = {"Cộng Hòa", "Cộng Hòa"}, .value = 4.4, .length_m = 637};
  EXPECT_EQ(TextFor(jam, 2).headline.vi, "Đường Cộng Hòa ùn ứ, dài khoảng 650 m");
  EXPECT_EQ(TextFor(jam, 3).headline.en, "Cộng Hòa: at a standstill, about 650 m");
  EXPECT_THAT(TextFor(jam, 3).description.en, HasSubstr("4 km/h"));
  jam.length_m = 2350;
  EXPECT_EQ(TextFor(jam, 2).headline.vi, "Đường Cộng Hòa ùn ứ, dài khoảng 2,4 km");
  EXPECT_EQ(TextFor(jam, 2).headline.en, "Cộng Hòa: queue, about 2.4 km");
  jam.length_m = 990;
  EXPECT_EQ(TextFor(jam, 2).headline.vi, "Đường Cộng Hòa ùn ứ, dài khoảng 1,0 km");
}

TEST(AlertTextTest, EveryTierOfEveryKindHasAllTextsInBothLanguages) {
  for (const AlertKind kind : {AlertKind::kStage, AlertKind::kStreetDepth, AlertKind::kJam}) {
    for (int tier = -1; tier <= 9; ++tier) {
      const AlertText text = TextFor({.kind = kind, .place = {"X", "X"}, .value = 1}, tier);
      for (const storage::Localized* localized :
           {&text.event, &text.headline, &text.description, &text.instruction, &text.area}) {
        EXPECT_FALSE(localized->vi.empty());
        EXPECT_FALSE(localized->en.empty());
        EXPECT_NE(localized->vi, localized->en);
      }
    }
  }
}

TEST(AlertTextTest, ReasonsTellTheValue) {
  Transition transition{.finding = PhuAn(1.62, 1.6), .tier = 3};
  EXPECT_EQ(ReasonFor(transition), "1.62 m, tier 3 begins at 1.60 m");
  transition.tier = 0;
  EXPECT_EQ(ReasonFor(transition), "1.62 m, the condition has cleared");
}

}  // namespace
}  // namespace citylayers::alerts
