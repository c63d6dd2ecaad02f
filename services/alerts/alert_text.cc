#include "services/alerts/alert_text.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"

#include "base/strings.h"
#include "geo/flood/depth_class.h"

namespace citylayers::alerts {
namespace {

using storage::AlertKind;
using storage::AlertSeverity;
using storage::Localized;

constexpr std::array<const char*, 4> kRoman = {"", "I", "II", "III"};

std::string WithComma(const std::string& en) { return absl::StrReplaceAll(en, {{".", ","}}); }

Localized Metres(double metres) {
  const std::string en = absl::StrFormat("%.2f m", metres);
  return {WithComma(en), en};
}

// Lengths of queues are not known to the metre: "650 m", "2,4 km".
Localized RoundedLength(double metres) {
  const double rounded = std::max(50.0, std::round(metres / 50) * 50);
  const std::string en = rounded < 1000 ? absl::StrFormat("%.0f m", rounded)
                                        : absl::StrFormat("%.1f km", rounded / 1000);
  return {WithComma(en), en};
}

// Depths as people show them with their hands: "50 cm".
std::string Centimetres(double metres) { return absl::StrFormat("%.0f cm", metres * 100); }

std::string Kmh(double kmh) { return absl::StrCat(static_cast<int64_t>(std::round(kmh)), " km/h"); }

// "Đường Calmette", but "Cầu Ba Son" and "Hẻm 255": names that tell their kind need no other.
std::string StreetVi(const Finding& finding) {
  const std::string& name = finding.place.vi;
  for (const char* kind :
       {"Đường ", "Đại lộ ", "Quốc lộ ", "Tỉnh lộ ", "Hương lộ ", "Xa lộ ", "Cao tốc ", "Hẻm ",
        "Cầu ", "Hầm ", "Phố ", "Ngã ", "Vòng xoay ", "Nút giao ", "Bùng binh ", "Tuyến "}) {
    if (absl::StartsWith(name, kind)) return name;
  }
  return absl::StrCat("Đường ", name);
}

AlertText StageText(const Finding& finding, int tier) {
  const Localized& place = finding.place;
  const Localized value = Metres(finding.value);
  AlertText text{
      .event = {"Triều cường", "Spring tide"},
      .area = {absl::StrCat("Khu vực thấp ven sông, kênh quanh trạm ", place.vi),
               absl::StrCat("Low ground along rivers and canals around the ", place.en, " gauge")}};
  if (tier == 0) {
    text.headline = {absl::StrCat("Mực nước tại ", place.vi, " đã xuống dưới báo động I"),
                     absl::StrCat("Water level at ", place.en, " is back below alert level I")};
    text.description = {
        absl::StrCat("Mực nước đo được tại ", place.vi, " là ", value.vi, " (cao độ Hòn Dấu)."),
        absl::StrCat("The water level measured at ", place.en, " is ", value.en,
                     " above the Hòn Dấu datum.")};
    text.instruction = {
        "Cảnh báo kết thúc. Đường mới rút nước còn trơn và bùn, đi chậm.",
        "The alert is over. Streets that have just drained are slippery: go slowly."};
    return text;
  }
  const char* level = kRoman[GradeOf(AlertKind::kStage, tier).level];
  // Tier 4 is level III exceeded by far; its threshold is not a level of the gauge.
  const Localized threshold = Metres(finding.threshold);
  text.headline = {
      absl::StrCat("Mực nước tại ", place.vi, tier == 4 ? " vượt xa báo động " : " lên báo động ",
                   level),
      absl::StrCat("Water level at ", place.en,
                   tier == 4 ? " is far above alert level " : " is at alert level ", level)};
  text.description = {absl::StrCat("Mực nước đo được tại ", place.vi, " là ", value.vi,
                                   " (cao độ Hòn Dấu), từ mức ", threshold.vi, " trở lên."),
                      absl::StrCat("The water level measured at ", place.en, " is ", value.en,
                                   " above the Hòn Dấu datum, at or over ", threshold.en, ".")};
  static constexpr std::array<std::array<const char*, 2>, 4> kAdvice = {{
      {"Theo dõi mực nước. Dời xe và đồ đạc khỏi chỗ thấp ven sông, ven kênh.",
       "Keep an eye on the water. Move vehicles and belongings away from low ground along rivers "
       "and canals."},
      {"Kê cao đồ đạc, đưa xe ra khỏi hầm và chỗ trũng. Chọn đường cao hơn khi đi lại quanh giờ "
       "đỉnh triều.",
       "Raise belongings, take vehicles out of basements and hollows. Use higher streets around "
       "the time of high tide."},
      {"Không đi vào đường ngập. Ngắt điện tầng thấp, đưa xe ra khỏi hầm. Làm theo hướng dẫn của "
       "chính quyền địa phương.",
       "Do not enter flooded streets. Switch off power on low floors and take vehicles out of "
       "basements. Follow the local authorities."},
      {"Rời hầm và chỗ trũng ngay. Không đi vào đường ngập. Ngắt điện tầng thấp. Làm theo hướng "
       "dẫn của chính quyền địa phương.",
       "Leave basements and hollows now. Do not enter flooded streets. Switch off power on low "
       "floors. Follow the local authorities."},
  }};
  text.instruction = {kAdvice[tier - 1][0], kAdvice[tier - 1][1]};
  return text;
}

AlertText StreetText(const Finding& finding, int tier) {
  const std::string street_vi = StreetVi(finding);
  const std::string& street = finding.place.en;
  const Localized value = Metres(finding.value);
  AlertText text{.event = {"Ngập đường", "Street flooding"}, .area = {street_vi, street}};
  if (tier == 0) {
    text.headline = {absl::StrCat(street_vi, " đã rút nước"),
                     absl::StrCat("The water on ", street, " has drained")};
    text.description = text.headline;
    text.instruction = {"Cảnh báo kết thúc. Mặt đường có thể còn bùn, đi chậm.",
                        "The alert is over. There may be mud on the road: go slowly."};
    return text;
  }
  // The words after the class's name: "ngập, sâu hơn 30 cm" but "ngập sâu hơn 50 cm", "flooded" but
  // "deep water"; then the advice, which must agree with geo::PassabilityOf.
  static constexpr std::array<std::array<const char*, 4>, geo::kWetClasses.size()> kClasses = {{
      {", sâu hơn", "", "Xe máy đi chậm, coi chừng ổ gà dưới nước.",
       "Ride slowly and mind holes under the water."},
      {", sâu hơn", " water", "Xe máy không đi được, ô tô khó đi. Chọn đường khác.",
       "Impassable for motorbikes, difficult for cars. Take another street."},
      {", sâu hơn", "", "Xe máy và ô tô không đi được, xe buýt và xe tải khó đi. Chọn đường khác.",
       "Impassable for motorbikes and cars, difficult for buses and trucks. Take another street."},
      {" hơn", " water", "Không xe nào nên vào. Không cố chạy qua chỗ ngập.",
       "No vehicle should enter. Do not try to drive through."},
  }};
  const auto& words_of_class = kClasses[tier - 1];
  const geo::DepthClassInfo& depth_class = geo::kWetClasses[tier - 1];
  const std::string threshold = Centimetres(finding.threshold);
  text.headline = {
      absl::StrCat(street_vi, " ", ToAbsl(depth_class.name_vi), words_of_class[0], " ", threshold),
      absl::StrCat(street, ": ", ToAbsl(depth_class.name_en), words_of_class[1], ", over ",
                   threshold)};
  text.description = {
      absl::StrCat(street_vi, ": chỗ sâu nhất khoảng ", value.vi, "."),
      absl::StrCat("The deepest place on ", street, " is under about ", value.en, " of water.")};
  text.instruction = {
      absl::StrCat(words_of_class[2], " Chỉ tính cho nước đứng: nước chảy nguy hiểm hơn."),
      absl::StrCat(words_of_class[3], " For standing water only: moving water is worse.")};
  return text;
}

// Which stretch of its street a jam is on, since a street may have several: the streets that cross
// at its ends, else the direction.
Localized StretchText(const Finding& finding) {
  const std::string& from = finding.from_street;
  const std::string& to = finding.to_street;
  if (!from.empty() && !to.empty() && from != to) {
    return {absl::StrCat(" đoạn từ ", from, " đến ", to), absl::StrCat(" from ", from, " to ", to)};
  }
  static constexpr std::array<std::array<const char*, 2>, 8> kDirections = {
      {{"bắc", "northbound"},
       {"đông bắc", "northeastbound"},
       {"đông", "eastbound"},
       {"đông nam", "southeastbound"},
       {"nam", "southbound"},
       {"tây nam", "southwestbound"},
       {"tây", "westbound"},
       {"tây bắc", "northwestbound"}}};
  Localized text;
  if (finding.bearing_deg.has_value() && std::isfinite(*finding.bearing_deg)) {
    const auto& [vi, en] =
        kDirections[static_cast<size_t>(std::lround(*finding.bearing_deg / 45)) % 8];
    text = {absl::StrCat(" hướng ", vi), absl::StrCat(" ", en)};
  }
  if (const std::string& near = to.empty() ? from : to; !near.empty()) {
    absl::StrAppend(&text.vi, " gần ", near);
    absl::StrAppend(&text.en, " near ", near);
  }
  return text;
}

AlertText OutageText(const Finding& finding, int tier) {
  const bool is_gauge = absl::StartsWith(finding.subject, "stations/");
  const Localized& place = finding.place;
  const Localized what = is_gauge ? Localized{absl::StrCat("Trạm ", place.vi),
                                              absl::StrCat("The ", place.en, " gauge")}
                                  : place;
  AlertText text{.event = {"Mất số liệu", "Data outage"}, .area = what};
  if (tier == 0) {
    text.headline = {absl::StrCat(what.vi, ": đã có số liệu trở lại"),
                     absl::StrCat(what.en, ": data are back")};
    text.description = text.headline;
    text.instruction = {"Kết thúc.", "The outage is over."};
    return text;
  }
  text.headline = {absl::StrCat(what.vi, ": không có số liệu mới"),
                   absl::StrCat(what.en, ": no new data")};
  text.description = {text.headline.vi, absl::StrCat(what.en, ": ", finding.reason)};
  text.instruction = {
      "Cảnh báo dựa vào số liệu này giữ nguyên và không có cảnh báo mới. Kiểm tra trạm và đường "
      "truyền.",
      "Alerts from these data stay as they are, and none is raised. Check the gauge and its "
      "connection."};
  return text;
}

AlertText JamText(const Finding& finding, int tier) {
  const std::string street_vi = StreetVi(finding);
  const std::string& street = finding.place.en;
  AlertText text{
      .event = {"Ùn tắc giao thông", "Traffic jam"},
      .area = {absl::StrCat(street_vi, " và lân cận"), absl::StrCat(street, " and around")}};
  if (tier == 0) {
    const Localized stretch = StretchText(finding);
    text.headline = {absl::StrCat(street_vi, stretch.vi, " đã hết ùn tắc"),
                     absl::StrCat("The jam on ", street, stretch.en, " is over")};
    text.description = text.headline;
    text.instruction = {"Cảnh báo kết thúc.", "The alert is over."};
    return text;
  }
  static constexpr std::array<std::array<const char*, 2>, 3> kTiers = {
      {{"xe đi chậm", "slow traffic"}, {"ùn ứ", "queue"}, {"kẹt cứng", "at a standstill"}}};
  const Localized length = RoundedLength(finding.length_m);
  const Localized stretch = StretchText(finding);
  text.headline = {
      absl::StrCat(street_vi, stretch.vi, " ", kTiers[tier - 1][0], ", dài khoảng ", length.vi),
      absl::StrCat(street, stretch.en, ": ", kTiers[tier - 1][1], ", about ", length.en)};
  text.description = {absl::StrCat("Hàng xe dài khoảng ", length.vi, ", tốc độ trung bình ",
                                   Kmh(finding.value), "."),
                      absl::StrCat("The queue is about ", length.en, " long and moves at ",
                                   Kmh(finding.value), " on average.")};
  text.instruction = tier == 3
                         ? Localized{"Tránh đường này. Nhường đường cho xe cấp cứu, chữa cháy.",
                                     "Avoid this street. Give way to ambulances and fire engines."}
                         : Localized{"Nên chọn đường khác hoặc đi muộn hơn.",
                                     "Better take another street or leave later."};
  return text;
}

}  // namespace

Grade GradeOf(AlertKind kind, int tier) {
  switch (kind) {
    case AlertKind::kStage:
      return {.level = std::min(tier, 3),
              .severity = static_cast<AlertSeverity>(std::min(tier, 3)),
              .immediate = tier >= 4};
    case AlertKind::kStreetDepth:
      // From tier 3 on cars are stopped as well as motorbikes (geo/flood/depth_class.h).
      return {.level = std::min(tier, 4),
              .severity = tier >= 4   ? AlertSeverity::kSevere
                          : tier == 3 ? AlertSeverity::kModerate
                                      : AlertSeverity::kMinor,
              .immediate = tier >= 3};
    case AlertKind::kOutage:
      return {.level = 1, .severity = AlertSeverity::kModerate};
    case AlertKind::kJam:
      break;
  }
  return {.level = std::min(tier, 3), .severity = static_cast<AlertSeverity>(std::min(tier, 3))};
}

AlertText TextFor(const Finding& finding, int tier) {
  const int last = finding.kind == AlertKind::kJam ? 3 : 4;
  const int known_tier = std::clamp(tier, 0, last);
  switch (finding.kind) {
    case AlertKind::kStage:
      return StageText(finding, known_tier);
    case AlertKind::kStreetDepth:
      return StreetText(finding, known_tier);
    case AlertKind::kOutage:
      return OutageText(finding, known_tier);
    case AlertKind::kJam:
      break;
  }
  return JamText(finding, known_tier);
}

Finding FindingOf(const storage::AlertRecord& alert) {
  return {.kind = alert.kind,
          .rule = alert.rule,
          .subject = alert.subject,
          .place = alert.place,
          .location = alert.location,
          .radius_m = alert.radius_m,
          .value = alert.value};
}

AlertText EndedText(const storage::AlertRecord& alert) {
  AlertText text = TextFor(FindingOf(alert), 0);
  text.headline = {absl::StrCat("Kết thúc cảnh báo: ", alert.headline.vi),
                   absl::StrCat("Alert ended: ", alert.headline.en)};
  text.description = text.headline;
  text.instruction = {"Cảnh báo kết thúc.", "The alert is over."};
  return text;
}

std::string ReasonFor(const Transition& transition) {
  const Finding& finding = transition.finding;
  if (finding.kind == AlertKind::kOutage) {
    return transition.tier == 0 ? "data are back" : finding.reason;
  }
  if (transition.tier == 0) {
    return finding.kind == AlertKind::kJam
               ? "the jam has dissolved or moves again"
               : absl::StrFormat("%.2f m, the condition has cleared", finding.value);
  }
  if (finding.kind == AlertKind::kJam) {
    return absl::StrFormat("%.1f km/h over %.0f m", finding.value, finding.length_m);
  }
  return absl::StrFormat("%.2f m, tier %d begins at %.2f m", finding.value, transition.tier,
                         finding.threshold);
}

}  // namespace citylayers::alerts
