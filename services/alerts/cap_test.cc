#include "services/alerts/cap.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/alerts/alert_cap.h"
#include "services/alerts/words.h"
#include "tests/support/real_data.h"

namespace citylayers::alerts {
namespace {

using storage::AlertKind;
using storage::AlertState;
using testing::HasSubstr;

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

CapMessage Message() {
  return MakeCap({}, PhuAnAlert(), WordsFor(PhuAnFinding(), 3), "0011aabb-1", {}, kTime);
}

// Runs `xmllint --schema` on a file; true when it validates.
bool Validates(const std::filesystem::path& schema, const std::filesystem::path& file) {
  return std::system(absl::StrCat("xmllint --noout --nonet --schema '", schema.string(), "' '",
                                  file.string(), "' >/dev/null 2>&1")
                         .c_str()) == 0;
}

class CapSchemaTest : public testing::Test {
 protected:
  void SetUp() override {
    CITYLAYERS_REAL_DATA_OR_SKIP(samples, "conformance/cap");
    cap_dir_ = samples;
    if (std::system("xmllint --version >/dev/null 2>&1") != 0) {
      GTEST_SKIP() << "xmllint is not installed (Debian package libxml2-utils)";
    }
    std::string pattern = (std::filesystem::temp_directory_path() / "cap.XXXXXX").string();
    dir_ = mkdtemp(pattern.data());
  }
  void TearDown() override {
    if (!dir_.empty()) std::filesystem::remove_all(dir_);
  }
  bool IsValid(const std::string& xml) {
    std::ofstream(dir_ / "message.xml") << xml;
    return Validates(cap_dir_ / "cap12.xsd", dir_ / "message.xml");
  }

  std::filesystem::path cap_dir_;
  std::filesystem::path dir_;
};

TEST_F(CapSchemaTest, TheSchemaTellsGoodSamplesFromBadOnes) {
  for (const char* good : {"australia.cap", "canada.cap"}) {
    EXPECT_TRUE(Validates(cap_dir_ / "cap12.xsd", cap_dir_ / good)) << good;
  }
  for (const char* bad :
       {"earthquake.cap", "weather.cap", "no_optional_fields.cap", "invalid.cap"}) {
    EXPECT_FALSE(Validates(cap_dir_ / "cap12.xsd", cap_dir_ / bad)) << bad;
  }
}

TEST_F(CapSchemaTest, OurMessagesAreValidInEveryKindTypeAndTier) {
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
        std::vector<CapReference> earlier;
        if (tier != 1) earlier = {{"alerts@citylayers.example", "0011aabb-0", kTime}};
        const auto xml = WriteCap(MakeCap({}, alert, WordsFor(finding, tier), "0011aabb-1", earlier,
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

TEST_F(CapSchemaTest, TheSchemaWouldNoticeABrokenMessageOfOurs) {
  const std::string xml = *WriteCap(Message());
  ASSERT_TRUE(IsValid(xml));
  EXPECT_FALSE(IsValid(absl::StrReplaceAll(xml, {{"17:30:00+07:00", "10:30:00Z"}})));
  EXPECT_FALSE(IsValid(absl::StrReplaceAll(xml, {{">Severe<", ">Bad<"}})));
  EXPECT_FALSE(IsValid(absl::StrReplaceAll(xml, {{"<scope>Public</scope>", ""}})));
}

// Golden: what goes out to the public is looked at by people before it changes.
TEST(CapTest, TheMessageOfALevelThreeAlert) {
  EXPECT_EQ(*WriteCap(Message()), R"(<?xml version="1.0" encoding="UTF-8"?>
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

TEST(CapTest, AnExerciseIsNamedInTheNoteAndTellsItselfInItsHeadlines) {
  storage::AlertRecord alert = PhuAnAlert();
  alert.exercise = true;
  const Words words = WordsFor(PhuAnFinding(), 3);
  const std::string xml =
      *WriteCap(MakeCap({}, alert, words, "0011aabb-1", {}, kTime, "saigon-king-tide"));
  EXPECT_THAT(xml, HasSubstr("<status>Exercise</status>"));
  EXPECT_THAT(xml, HasSubstr("<note>Diễn tập \"saigon-king-tide\": dữ liệu phát lại, không phải "
                             "cảnh báo thật. Exercise \"saigon-king-tide\": replayed data, no "
                             "actual alert.</note>"));
  EXPECT_THAT(xml, HasSubstr("<headline>[DIỄN TẬP] Mực nước tại Phú An lên báo động III<"));
  EXPECT_THAT(xml, HasSubstr("<headline>[EXERCISE] Water level at Phú An is at alert level III<"));
  // After a restart the scenario may not be known any more.
  EXPECT_THAT(*WriteCap(MakeCap({}, alert, words, "0011aabb-1", {}, kTime)),
              HasSubstr("<note>Diễn tập: dữ liệu phát lại"));
}

TEST(CapTest, UpdatesAndCancelsNameWhatTheyAreAbout) {
  storage::AlertRecord alert = PhuAnAlert();
  alert.state = AlertState::kResolved;
  const auto xml = WriteCap(
      MakeCap({}, alert, WordsFor(PhuAnFinding(), 0), "0011aabb-3",
              {{"a@b", "0011aabb-1", kTime}, {"a@b", "0011aabb-2", kTime + absl::Minutes(10)}},
              kTime + absl::Hours(1)));
  ASSERT_TRUE(xml.ok()) << xml.status();
  EXPECT_THAT(*xml, HasSubstr("<references>a@b,0011aabb-1,2025-11-06T17:30:00+07:00 "
                              "a@b,0011aabb-2,2025-11-06T17:40:00+07:00</references>"));
  EXPECT_THAT(*xml, HasSubstr("<urgency>Past</urgency>"));
  EXPECT_THAT(*xml, HasSubstr("<responseType>AllClear</responseType>"));
}

TEST(CapTest, PolygonsGoOutLatitudeFirst) {
  CapMessage message = Message();
  for (CapInfo& info : message.infos) {
    info.area.polygons = {{{106.7, 10.7}, {106.8, 10.7}, {106.8, 10.8}, {106.7, 10.7}}};
  }
  EXPECT_THAT(*WriteCap(message), HasSubstr("<polygon>10.70000,106.70000 10.70000,106.80000 "
                                            "10.80000,106.80000 10.70000,106.70000</polygon>"));
}

struct Mistake {
  const char* element;
  std::function<void(CapMessage&)> make;
};

TEST(CapTest, EveryMistakeThatTheSchemaMissesIsRefusedByName) {
  const auto both = [](CapMessage& m, const std::function<void(CapInfo&)>& edit) {
    for (CapInfo& info : m.infos) edit(info);
  };
  const std::vector<Mistake> mistakes = {
      {"identifier", [](CapMessage& m) { m.identifier = "a b"; }},
      {"identifier", [](CapMessage& m) { m.identifier = ""; }},
      {"sender", [](CapMessage& m) { m.sender = "a,b"; }},
      {"sender", [](CapMessage& m) { m.sender = "a&b"; }},
      {"references", [](CapMessage& m) { m.msg_type = "Update"; }},
      {"references", [](CapMessage& m) { m.msg_type = "Cancel"; }},
      {"references",
       [](CapMessage& m) {
         m.references = {{"a@b", "", kTime}};
       }},
      {"references",
       [](CapMessage& m) {
         m.references = {{"a@b", m.identifier, kTime}};
       }},
      {"language", [](CapMessage& m) { m.infos.pop_back(); }},
      {"language", [](CapMessage& m) { m.infos.clear(); }},
      {"severity", [](CapMessage& m) { m.infos[1].severity = "Minor"; }},
      {"urgency", [](CapMessage& m) { m.infos[1].urgency = "Past"; }},
      {"expires", [](CapMessage& m) { m.infos[1].expires += absl::Hours(1); }},
      {"expires", [&](CapMessage& m) { both(m, [](CapInfo& i) { i.expires = kTime; }); }},
      {"headline",
       [&](CapMessage& m) { both(m, [](CapInfo& i) { i.headline = std::string(161, 'x'); }); }},
      {"instruction", [&](CapMessage& m) { both(m, [](CapInfo& i) { i.instruction = ""; }); }},
      {"areaDesc", [&](CapMessage& m) { both(m, [](CapInfo& i) { i.area.description = ""; }); }},
      {"area", [&](CapMessage& m) { both(m, [](CapInfo& i) { i.area.circles_km.clear(); }); }},
      {"circle",
       [&](CapMessage& m) { both(m, [](CapInfo& i) { i.area.circles_km[0].second = 0; }); }},
      // Latitude and longitude mixed up.
      {"circle",
       [&](CapMessage& m) {
         both(m, [](CapInfo& i) { i.area.circles_km[0].first = {10.77, 106.7}; });
       }},
      {"polygon",
       [&](CapMessage& m) {
         both(m, [](CapInfo& i) { i.area.polygons = {{{106, 10}, {107, 10}, {107, 11}}}; });
       }},
      {"polygon", [&](CapMessage& m) {
         both(m, [](CapInfo& i) {
           i.area.polygons = {{{106, 10}, {107, 10}, {107, 11}, {106, 11}}};
         });
       }}};
  for (size_t i = 0; i < mistakes.size(); ++i) {
    CapMessage message = Message();
    mistakes[i].make(message);
    const absl::Status status = WriteCap(message).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << i;
    EXPECT_THAT(std::string(status.message()),
                HasSubstr(absl::StrCat("<", mistakes[i].element, ">")))
        << i;
  }
}

TEST(CapTest, OtherXmlIsRefused) {
  for (const char* xml : {"", "x", "<alert>", "<alert/>", "<other/>",
                          "<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.1\"/>"}) {
    EXPECT_EQ(CheckCap(xml).code(), absl::StatusCode::kInvalidArgument) << xml;
  }
  const std::string xml = *WriteCap(Message());
  EXPECT_TRUE(CheckCap(xml).ok());
  EXPECT_FALSE(
      CheckCap(absl::StrReplaceAll(xml, {{"17:30:00+07:00</sent>", "10:30:00Z</sent>"}})).ok());
  EXPECT_FALSE(
      CheckCap(absl::StrReplaceAll(xml, {{"17:30:00+07:00</sent>", "17:30:00.5+07:00</sent>"}}))
          .ok());
}

// One bad option would leave every alert without its message.
TEST(CapTest, ASenderThatXmlCannotHoldIsRefusedAtTheStart) {
  EXPECT_TRUE(CheckCapOptions({}).ok());
  for (const char* name : {"Th\xE0nh ph\xF1", "\x01", "city \uFFFE"}) {
    EXPECT_EQ(CheckCapOptions({.sender_name = name}).code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(CheckCapOptions({.sender = name}).code(), absl::StatusCode::kInvalidArgument);
  }
}

TEST(CapTest, LongTrailsNameTheLastMessages) {
  std::vector<CapReference> earlier;
  for (int i = 0; i < 50; ++i) earlier.push_back({"a@b", absl::StrCat("x-", i), kTime});
  const CapMessage message =
      MakeCap({}, PhuAnAlert(), WordsFor(PhuAnFinding(), 3), "y-1", earlier, kTime);
  ASSERT_EQ(message.references.size(), 20u);
  EXPECT_EQ(message.references.back().identifier, "x-49");
}

}  // namespace
}  // namespace citylayers::alerts
