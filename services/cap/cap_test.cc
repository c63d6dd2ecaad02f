#include "services/cap/cap.h"

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/cap_schema.h"
#include "tests/support/cap_xml_check.h"

namespace citylayers::cap {
namespace {

using testing::HasSubstr;

constexpr absl::Time kTime = absl::FromUnixSeconds(1'762'425'000);  // 17:30 in Saigon.

// One alert in both languages, with every part that a message needs.
CapMessage Message() {
  CapInfo vi{
      .language = "vi-VN",
      .categories = {"Met"},
      .event = "Triều cường",
      .response_types = {"Prepare"},
      .urgency = "Expected",
      .severity = "Severe",
      .certainty = "Observed",
      .effective = kTime,
      .onset = kTime,
      .expires = kTime + absl::Hours(6),
      .sender_name = "citylayers",
      .headline = "Mực nước tại Phú An lên báo động III",
      .description = "Mực nước đo được tại Phú An là 1,62 m.",
      .instruction = "Không đi vào đường ngập.",
      .area = {.description = "Quanh trạm Phú An", .circles_km = {{{106.7062, 10.7699}, 5.0}}}};
  CapInfo en = vi;
  en.language = "en-US";
  return {.identifier = "0011aabb-1",
          .sender = "alerts@citylayers.example",
          .sent = kTime,
          .status = "Actual",
          .msg_type = "Alert",
          .infos = {vi, en}};
}

TEST_F(CapSchemaTest, TheSchemaTellsGoodSamplesFromBadOnes) {
  for (const char* good : {"australia.cap", "canada.cap"}) {
    EXPECT_TRUE(FileIsValid(samples() / good)) << good;
  }
  for (const char* bad :
       {"earthquake.cap", "weather.cap", "no_optional_fields.cap", "invalid.cap"}) {
    EXPECT_FALSE(FileIsValid(samples() / bad)) << bad;
  }
}

TEST_F(CapSchemaTest, TheSchemaWouldNoticeABrokenMessageOfOurs) {
  const std::string xml = *WriteCap(Message());
  ASSERT_TRUE(IsValid(xml));
  EXPECT_FALSE(IsValid(absl::StrReplaceAll(xml, {{"17:30:00+07:00", "10:30:00Z"}})));
  EXPECT_FALSE(IsValid(absl::StrReplaceAll(xml, {{">Severe<", ">Bad<"}})));
  EXPECT_FALSE(IsValid(absl::StrReplaceAll(xml, {{"<scope>Public</scope>", ""}})));
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
      // Latitude and longitude swapped.
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

TEST(CapTest, TimesWithoutADateAreRefused) {
  CapMessage message = Message();
  message.sent = absl::InfinitePast();
  EXPECT_THAT(std::string(WriteCap(message).status().message()), HasSubstr("<sent>"));
  message = Message();
  for (CapInfo& info : message.infos) info.onset = absl::InfinitePast();
  EXPECT_THAT(std::string(WriteCap(message).status().message()), HasSubstr("<onset>"));
}

TEST(CapTest, OtherXmlIsRefused) {
  for (const char* xml : {"", "x", "<alert>", "<alert/>", "<other/>",
                          "<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.1\"/>"}) {
    EXPECT_EQ(CheckCapXml(xml).code(), absl::StatusCode::kInvalidArgument) << xml;
  }
  const std::string xml = *WriteCap(Message());
  EXPECT_TRUE(CheckCapXml(xml).ok());
  EXPECT_FALSE(
      CheckCapXml(absl::StrReplaceAll(xml, {{"17:30:00+07:00</sent>", "10:30:00Z</sent>"}})).ok());
  EXPECT_FALSE(
      CheckCapXml(absl::StrReplaceAll(xml, {{"17:30:00+07:00</sent>", "17:30:00.5+07:00</sent>"}}))
          .ok());
}

}  // namespace
}  // namespace citylayers::cap
