#include "services/alerts/alert_cap.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/alerts/alert_text.h"
#include "services/cap/cap.h"
#include "tests/support/cap_schema.h"

namespace citylayers::alerts {
namespace {

using storage::AlertKind;
using storage::AlertState;
using testing::HasSubstr;
using AlertCapSchemaTest = cap::CapSchemaTest;

constexpr absl::Time kTime = absl::FromUnixSeconds(1'762'425'000);  // 17:30 in Saigon.

storage::AlertRecord PhuAnAlert() {
  return {.id = 7,
          .rule = "stage",
          .subject = "stations/phu-an",
          .kind = AlertKind::kStage,
          .severity = storage::AlertSeverity::kSevere,
          .tier = 3,
          .level = 3,
          .place = {"Phú An", "Phú An"},
          .location = {106.7062, 10.7699},
          .radius_m = 5000,
          .peak_value = 1.63,
          .value = 1.62,
          .unit = "m",
          .create_time = kTime};
}

Finding PhuAnFinding() {
  return {
      .kind = AlertKind::kStage, .place = {"Phú An", "Phú An"}, .value = 1.62, .threshold = 1.6};
}

cap::CapMessage Message() {
  return MakeCap({}, PhuAnAlert(), TextFor(PhuAnFinding(), 3), "0011aabb-1", {}, kTime);
}

TEST_F(AlertCapSchemaTest, MessagesAreValidInEveryKindTypeAndTier) {
  for (const AlertKind kind : {AlertKind::kStage, AlertKind::kStreetDepth, AlertKind::kJam}) {
    for (int tier = 0; tier <= (kind == AlertKind::kJam ? 3 : 4); ++tier) {
      for (const bool exercise : {false, true}) {
        storage::AlertRecord alert = PhuAnAlert();
        alert.kind = kind;
        alert.tier = std::max(1, tier);
        alert.level = GradeOf(kind, alert.tier).level;
        alert.severity = GradeOf(kind, alert.tier).severity;
        alert.unit = kind == AlertKind::kJam ? "km/h" : "m";
        alert.exercise = exercise;
        if (tier == 0) alert.state = AlertState::kResolved;
        Finding finding = PhuAnFinding();
        finding.kind = kind;
        finding.place = {"Bến \"A\" & <B>", "Bến \"A\" & <B>"};
        std::vector<cap::CapReference> earlier;
        if (tier != 1) earlier = {{"alerts@citylayers.example", "0011aabb-0", kTime}};
        const auto xml =
            cap::WriteCap(MakeCap({}, alert, TextFor(finding, tier), "0011aabb-1", earlier,
                                  kTime + absl::Seconds(1.5), "a <scenario> & more"));
        ASSERT_TRUE(xml.ok()) << xml.status();
        EXPECT_TRUE(IsValid(*xml)) << *xml;
        EXPECT_THAT(*xml, HasSubstr(exercise ? "<status>Exercise<" : "<status>Actual<"));
        EXPECT_THAT(*xml, HasSubstr(tier == 0   ? "<msgType>Cancel<"
                                    : tier == 1 ? "<msgType>Alert<"
                                                : "<msgType>Update<"));
      }
    }
  }
}

// Golden: the text goes to the public, so that a person reviews each change of it.
TEST(AlertCap, TheMessageOfALevelThreeAlert) {
  EXPECT_EQ(*cap::WriteCap(Message()), R"(<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
  <identifier>0011aabb-1</identifier>
  <sender>alerts@citylayers.example</sender>
  <sent>2025-11-06T17:30:00+07:00</sent>
  <status>Actual</status>
  <msgType>Alert</msgType>
  <scope>Public</scope>
  <info>
    <language>vi-VN</language>
    <category>Met</category>
    <event>Triều cường</event>
    <responseType>Prepare</responseType>
    <urgency>Expected</urgency>
    <severity>Severe</severity>
    <certainty>Observed</certainty>
    <effective>2025-11-06T17:30:00+07:00</effective>
    <onset>2025-11-06T17:30:00+07:00</onset>
    <expires>2025-11-06T23:30:00+07:00</expires>
    <senderName>citylayers – Thành phố Hồ Chí Minh</senderName>
    <headline>Mực nước tại Phú An lên báo động III</headline>
    <description>Mực nước đo được tại Phú An là 1,62 m (cao độ Hòn Dấu), từ mức 1,60 m trở lên.</description>
    <instruction>Không đi vào đường ngập. Ngắt điện tầng thấp, đưa xe ra khỏi hầm. Làm theo hướng dẫn của chính quyền địa phương.</instruction>
    <parameter>
      <valueName>level</valueName>
      <value>3</value>
    </parameter>
    <parameter>
      <valueName>value</valueName>
      <value>1.62 m</value>
    </parameter>
    <parameter>
      <valueName>peakValue</valueName>
      <value>1.63 m</value>
    </parameter>
    <area>
      <areaDesc>Khu vực thấp ven sông, kênh quanh trạm Phú An</areaDesc>
      <circle>10.76990,106.70620 5.000</circle>
    </area>
  </info>
  <info>
    <language>en-US</language>
    <category>Met</category>
    <event>Spring tide</event>
    <responseType>Prepare</responseType>
    <urgency>Expected</urgency>
    <severity>Severe</severity>
    <certainty>Observed</certainty>
    <effective>2025-11-06T17:30:00+07:00</effective>
    <onset>2025-11-06T17:30:00+07:00</onset>
    <expires>2025-11-06T23:30:00+07:00</expires>
    <senderName>citylayers – Thành phố Hồ Chí Minh</senderName>
    <headline>Water level at Phú An is at alert level III</headline>
    <description>The water level measured at Phú An is 1.62 m above the Hòn Dấu datum, at or over 1.60 m.</description>
    <instruction>Do not enter flooded streets. Switch off power on low floors and take vehicles out of basements. Follow the local authorities.</instruction>
    <parameter>
      <valueName>level</valueName>
      <value>3</value>
    </parameter>
    <parameter>
      <valueName>value</valueName>
      <value>1.62 m</value>
    </parameter>
    <parameter>
      <valueName>peakValue</valueName>
      <value>1.63 m</value>
    </parameter>
    <area>
      <areaDesc>Low ground along rivers and canals around the Phú An gauge</areaDesc>
      <circle>10.76990,106.70620 5.000</circle>
    </area>
  </info>
</alert>
)");
}

TEST(AlertCap, AnExerciseIsNamedInTheNoteAndTellsItselfInItsHeadlines) {
  storage::AlertRecord alert = PhuAnAlert();
  alert.exercise = true;
  const AlertText text = TextFor(PhuAnFinding(), 3);
  const std::string xml =
      *cap::WriteCap(MakeCap({}, alert, text, "0011aabb-1", {}, kTime, "saigon-king-tide"));
  EXPECT_THAT(xml, HasSubstr("<status>Exercise</status>"));
  EXPECT_THAT(xml, HasSubstr("<note>Diễn tập \"saigon-king-tide\": dữ liệu phát lại, không phải "
                             "cảnh báo thật. Exercise \"saigon-king-tide\": replayed data, no "
                             "actual alert.</note>"));
  EXPECT_THAT(xml, HasSubstr("<headline>[DIỄN TẬP] Mực nước tại Phú An lên báo động III<"));
  EXPECT_THAT(xml, HasSubstr("<headline>[EXERCISE] Water level at Phú An is at alert level III<"));
  // After a restart the scenario may not be known any more.
  EXPECT_THAT(*cap::WriteCap(MakeCap({}, alert, text, "0011aabb-1", {}, kTime)),
              HasSubstr("<note>Diễn tập: dữ liệu phát lại"));
}

TEST(AlertCap, UpdatesAndCancelsNameWhatTheyAreAbout) {
  storage::AlertRecord alert = PhuAnAlert();
  alert.state = AlertState::kResolved;
  const auto xml = cap::WriteCap(
      MakeCap({}, alert, TextFor(PhuAnFinding(), 0), "0011aabb-3",
              {{"a@b", "0011aabb-1", kTime}, {"a@b", "0011aabb-2", kTime + absl::Minutes(10)}},
              kTime + absl::Hours(1)));
  ASSERT_TRUE(xml.ok()) << xml.status();
  EXPECT_THAT(*xml, HasSubstr("<references>a@b,0011aabb-1,2025-11-06T17:30:00+07:00 "
                              "a@b,0011aabb-2,2025-11-06T17:40:00+07:00</references>"));
  EXPECT_THAT(*xml, HasSubstr("<urgency>Past</urgency>"));
  EXPECT_THAT(*xml, HasSubstr("<responseType>AllClear</responseType>"));
}

// One invalid option would leave every alert without its message.
TEST(AlertCap, ASenderThatXmlCannotHoldIsRefusedAtTheStart) {
  EXPECT_TRUE(CheckCapOptions({}).ok());
  for (const char* name : {"Th\xE0nh ph\xF1", "\x01", "city \uFFFE"}) {
    EXPECT_EQ(CheckCapOptions({.sender_name = name}).code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(CheckCapOptions({.sender = name}).code(), absl::StatusCode::kInvalidArgument);
  }
}

TEST(AlertCap, LongTrailsNameTheLastMessages) {
  std::vector<cap::CapReference> earlier;
  for (int i = 0; i < 50; ++i) earlier.push_back({"a@b", absl::StrCat("x-", i), kTime});
  const cap::CapMessage message =
      MakeCap({}, PhuAnAlert(), TextFor(PhuAnFinding(), 3), "y-1", earlier, kTime);
  ASSERT_EQ(message.references.size(), 20u);
  EXPECT_EQ(message.references.back().identifier, "x-49");
}

}  // namespace
}  // namespace citylayers::alerts
