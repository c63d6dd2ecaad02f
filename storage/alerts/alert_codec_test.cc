#include "storage/alerts/alert_codec.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace citylayers::storage {
namespace {

constexpr absl::Time kTime = absl::FromUnixSeconds(1'762'425'000);  // 2025-11-06 17:30 in Saigon.

AlertRecord SampleAlert() {
  return {.id = 300,
          .rule = "stage",
          .subject = "stations/phu-an",
          .kind = AlertKind::kStage,
          .severity = AlertSeverity::kSevere,
          .state = AlertState::kAcknowledged,
          .tier = 4,
          .level = 3,
          .place = {"Phú An", "Phu An"},
          .location = {106.7062, 10.7699},
          .radius_m = 5000,
          .headline = {"a", "b"},
          .instruction = {"c", "d"},
          .peak_value = 1.77,
          .value = 1.5,
          .unit = "m",
          .create_time = kTime,
          .update_time = kTime + absl::Seconds(1),
          .acknowledged_by = "Lan",
          .exercise = true,
          .cap_ids = {"0011aabb-1", "0011aabb-2"},
          .event_count = 2,
          .trail_hash = std::string(32, 'h'),
          .worst_severity = AlertSeverity::kExtreme,
          .worst_level = 4};
}

AlertEventRecord SampleEvent() {
  return {.sequence = 2,
          .type = AlertEventType::kAcknowledged,
          .event_time = kTime,
          .write_time = kTime + absl::Microseconds(1),
          .actor = "Lan",
          .comment = "đang xử lý",
          .level = -3,
          .hash = std::string(32, '\x01')};
}

TEST(AlertCodecTest, EveryRecordComesBackAsItWas) {
  EXPECT_EQ(*DecodeAlert(EncodeAlert(SampleAlert())), SampleAlert());
  EXPECT_EQ(*DecodeEvent(EncodeEvent(SampleEvent())), SampleEvent());
  const RuleStateRecord state{.rule = "jam",
                              .subject = "jams/7",
                              .tier = 2,
                              .suppressed_tier = 2,
                              .alert_id = 9,
                              .read_time = absl::InfinitePast(),
                              .mode = CityMode::kExercise};
  EXPECT_EQ(*DecodeRuleState(EncodeRuleState(state)), state);
  const CapRecord cap{.cap_id = "0011aabb-1",
                      .alert_id = 300,
                      .message_type = "Alert",
                      .sent_time = kTime,
                      .exercise = true,
                      .headline = {"a", "b"},
                      .xml = "<x/>"};
  EXPECT_EQ(*DecodeCap(EncodeCap(cap)), cap);
}

// Golden bytes: a change here is a change of the format, which needs a new version and a reader of
// the former one. Written by hand from docs/formats/alerts.md.
TEST(AlertCodecTest, GoldenBytesOfAnAuditLine) {
  EXPECT_EQ(absl::BytesToHexString(EncodeEvent(SampleEvent())),
            "01"                              // version
            "02"                              // sequence
            "04"                              // acknowledged
            "007a118cea420600"                // 1762425000 s in microseconds
            "017a118cea420600"                // one microsecond later
            "034c616e"                        // "Lan"
            "0ec491616e672078e1bbad206cc3bd"  // "đang xử lý"
            "05"                              // -3, zigzag
            "20" +
                absl::BytesToHexString(std::string(32, '\x01')));
}

TEST(AlertCodecTest, AnAlertOfVersionOneWasNeverWorseThanItIs) {
  std::string bytes = EncodeAlert(SampleAlert());
  bytes[0] = 1;
  EXPECT_FALSE(DecodeAlert(bytes).ok()) << "the bytes of the other version";
  bytes.resize(bytes.size() - 2);  // An enum and a small number, a byte each.
  const auto alert = DecodeAlert(bytes);
  ASSERT_TRUE(alert.ok()) << alert.status();
  EXPECT_EQ(alert->worst_severity, AlertSeverity::kSevere);
  EXPECT_EQ(alert->worst_level, 3);
  EXPECT_EQ(alert->trail_hash, SampleAlert().trail_hash);
}

// The fields that both versions of a rule state have.
constexpr char kRuleStateBody[] =
    "036a616d"        // "jam"
    "066a616d732f37"  // "jams/7"
    "04"              // tier 2, zigzag
    "02"              // suppressed at 1
    "ac02"            // alert 300
    "0201000000000000";

TEST(AlertCodecTest, GoldenBytesOfARuleState) {
  const RuleStateRecord state{.rule = "jam",
                              .subject = "jams/7",
                              .tier = 2,
                              .suppressed_tier = 1,
                              .alert_id = 300,
                              .read_time = absl::FromUnixMicros(258),
                              .mode = CityMode::kExercise};
  EXPECT_EQ(absl::BytesToHexString(EncodeRuleState(state)),
            absl::StrCat("02", kRuleStateBody, "03"));
}

TEST(AlertCodecTest, ARuleStateOfVersionOneIsOfAnUnknownMode) {
  const std::string body = absl::HexStringToBytes(kRuleStateBody);
  const auto state = DecodeRuleState(absl::StrCat("\x01", body));
  ASSERT_TRUE(state.ok()) << state.status();
  EXPECT_EQ(state->subject, "jams/7");
  EXPECT_EQ(state->alert_id, 300u);
  EXPECT_EQ(state->mode, CityMode::kUnknown);
  // Each version must refuse the bytes of the other.
  EXPECT_FALSE(DecodeRuleState(absl::StrCat("\x01", body, "\x03")).ok());
  EXPECT_FALSE(DecodeRuleState(absl::StrCat("\x02", body)).ok());
  EXPECT_EQ(DecodeRuleState(absl::StrCat("\x03", body, "\x03")).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST(AlertCodecTest, EveryCutAndEveryTailIsDamageAndNoCrash) {
  const std::string bytes = EncodeAlert(SampleAlert());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(DecodeAlert(bytes.substr(0, size)).status().code(), absl::StatusCode::kDataLoss)
        << size;
  }
  EXPECT_EQ(DecodeAlert(bytes + "x").status().code(), absl::StatusCode::kDataLoss);
}

TEST(AlertCodecTest, EveryChangedByteIsReadOrRefusedWithoutACrash) {
  const std::string bytes = EncodeAlert(SampleAlert());
  int refused = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (const int flip : {0x01, 0x80, 0xff}) {
      std::string damaged = bytes;
      damaged[i] = static_cast<char>(damaged[i] ^ flip);
      refused += !DecodeAlert(damaged).ok();
    }
  }
  EXPECT_GT(refused, 30);
}

TEST(AlertCodecTest, AnUnknownEnumValueIsDamage) {
  AlertRecord alert = SampleAlert();
  alert.kind = static_cast<AlertKind>(9);
  EXPECT_EQ(DecodeAlert(EncodeAlert(alert)).status().code(), absl::StatusCode::kDataLoss);
}

TEST(AlertCodecTest, ANewerVersionIsRefusedAndSaysSo) {
  std::string bytes = EncodeAlert(SampleAlert());
  bytes[0] = 3;
  const absl::Status status = DecodeAlert(bytes).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), testing::HasSubstr("newer"));
}

TEST(AlertCodecTest, KeysSortAsTheirNumbersDo) {
  EXPECT_LT(EncodeKey64(255), EncodeKey64(256));
  EXPECT_EQ(DecodeKey64(EncodeKey64(0x0102030405060708)), 0x0102030405060708u);
  EXPECT_EQ(absl::BytesToHexString(EncodeEventKey(1, 258)), "000000000000000100000102");
}

TEST(AlertCodecTest, TheHashOfALineDependsOnEverythingBeforeIt) {
  const AlertEventRecord event = SampleEvent();
  const std::string first = EventHash("", 1, event);
  EXPECT_EQ(first.size(), 32u);
  EXPECT_NE(EventHash(first, 1, event), first);
  EXPECT_NE(EventHash("", 2, event), first);
  AlertEventRecord other = event;
  other.comment = "đã xử lý";
  EXPECT_NE(EventHash("", 1, other), first);
  other = event;
  other.hash = "x";  // The hash is not part of the hashed bytes.
  EXPECT_EQ(EventHash("", 1, other), first);
}

}  // namespace
}  // namespace citylayers::storage
