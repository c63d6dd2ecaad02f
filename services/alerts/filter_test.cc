#include "services/alerts/filter.h"

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/alerts/alert_filter.h"

namespace citylayers::alerts {
namespace {

using testing::HasSubstr;

const FilterSchema kSchema = {
    {"a", FilterType::kNumber},
    {"b", FilterType::kNumber},
    {"c", FilterType::kNumber},
    {"text"},
    {"flag", FilterType::kBool},
    {"time", FilterType::kTime},
    {"severity", FilterType::kEnum, "SEVERITY_", {"UNSPECIFIED", "MINOR", "SEVERE"}}};

std::string Tree(absl::string_view text) {
  const auto filter = Filter::Parse(text, kSchema);
  return filter.ok() ? filter->ToString() : absl::StrCat("error: ", filter.status().message());
}

TEST(FilterTest, Trees) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", ""},
      {"  \t", ""},
      {"a=1", "a = 1"},
      {"a = 1 AND b = 2", "(a = 1 AND b = 2)"},
      {"a = 1 b = 2", "(a = 1 AND b = 2)"},
      // OR binds tighter than AND.
      {"a = 1 AND b = 2 OR c = 3", "(a = 1 AND (b = 2 OR c = 3))"},
      {"a = 1 OR b = 2 AND c = 3", "((a = 1 OR b = 2) AND c = 3)"},
      {"(a = 1 AND b = 2) OR c = 3", "((a = 1 AND b = 2) OR c = 3)"},
      {"a=1 b=2 OR c=3", "(a = 1 AND (b = 2 OR c = 3))"},
      {"NOT a = 1 OR b = 2", "(NOT a = 1 OR b = 2)"},
      {"-a = 1", "NOT a = 1"},
      {"-(a = 1 AND b = 2)", "NOT (a = 1 AND b = 2)"},
      {"NOT NOT a = 1", "NOT NOT a = 1"},
      {"a > -1.5", "a > -1.5"},
      {"a<=1e3", "a <= 1000"},
      {"text = \"Phú An\"", "text = \"Phú An\""},
      {"text = 'single'", "text = \"single\""},
      {"text = Phú*", "text = \"Phú*\""},
      {"text:*", "text : *"},
      {"text : an", "text : \"an\""},
      {"flag = true", "flag = true"},
      {"(flag=false)", "flag = false"},
      {"severity >= SEVERE", "severity >= SEVERE"},
      {"severity >= SEVERITY_SEVERE", "severity >= SEVERE"},
      {"time > 2026-11-21T10:00:00Z", "time > 2026-11-21T10:00:00+00:00"},
      {"time > \"2026-11-21T17:00:00+07:00\"", "time > 2026-11-21T10:00:00+00:00"}};
  for (const auto& [text, tree] : cases) EXPECT_EQ(Tree(text), tree) << text;
}

TEST(FilterTest, ErrorsTellWhereAndWhat) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"severty = MINOR", "character 1: there is no field \"severty\". Did you mean \"severity\"?"},
      {"zzzzzz = 1", "Fields: a, b, c, text"},
      {"a = 1 AND", "character 10: expected a comparison, found the end"},
      {"a = 1 AND AND b = 1", "character 11: expected a field, found \"AND\""},
      {"OR a = 1", "character 1: expected a field"},
      {"a = 1 and b = 2", "character 7: write AND in capital letters"},
      {"a", "character 1: \"a\" stands alone"},
      {"a =", "character 4: expected a value after ="},
      {"a = )", "character 5: expected a value"},
      {"(a = 1", "character 1: this parenthesis is not closed"},
      {"a = 1)", "character 6: this parenthesis was not opened"},
      {"()", "character 1: there is nothing in these parentheses"},
      {"text = \"open", "character 8: the quote that begins here does not end"},
      {"a ! 1", "character 3: \"!\" stands alone"},
      {"a = one", "character 5: \"one\" is not a value of a, which is a number"},
      {"a = nan", "which is a number"},
      {"flag = yes", "true or false"},
      {"flag > true", "takes = and != only"},
      {"time > yesterday", "which is a time, e.g."},
      {"severity = SEVER", "Did you mean \"SEVERE\"?"},
      {"severity = severe", "Did you mean \"SEVERE\"? Values: UNSPECIFIED, MINOR, SEVERE"},
      // Characters, not bytes: ú and á are two bytes each.
      {"text = \"Phú\" á = 1", "character 14: there is no field \"á\""}};
  for (const auto& [text, message] : cases) {
    const absl::Status status = Filter::Parse(text, kSchema).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(std::string(status.message()), HasSubstr(message)) << text;
  }
}

TEST(FilterTest, LimitsAreRefusedNotOverrun) {
  EXPECT_THAT(Tree(std::string(5000, ' ')), HasSubstr("at most 4096"));
  EXPECT_THAT(Tree(std::string(1000, '(')), HasSubstr("more than 32"));
  EXPECT_THAT(Tree(std::string(1000, '-') + "a=1"), HasSubstr("more than 32"));
  std::string many = "a=1";
  for (int i = 0; i < 100; ++i) many += " OR a=1";
  EXPECT_THAT(Tree(many), HasSubstr("more than 64 comparisons"));
}

struct Row {
  double a = 0;
  std::string text;
  bool flag = false;
  FilterValue time;
  int severity = 0;
};

bool Matches(absl::string_view text, const Row& row) {
  const auto filter = Filter::Parse(text, kSchema);
  EXPECT_TRUE(filter.ok()) << filter.status();
  return filter->Matches([&](size_t field) -> FilterValue {
    switch (field) {
      case 3:
        return row.text;
      case 4:
        return row.flag;
      case 5:
        return row.time;
      case 6:
        return row.severity;
      default:
        return row.a;
    }
  });
}

TEST(FilterTest, Matching) {
  const Row row{.a = 1.5,
                .text = "Phú An, quận 1",
                .flag = true,
                .time = absl::FromUnixSeconds(1'762'425'000),
                .severity = 2};
  for (const char* yes : {"",
                          "a = 1.5",
                          "a != 1",
                          "a < 2 a > 1",
                          "a >= 1.5 AND a <= 1.5",
                          "a:1.5",
                          "NOT a = 1",
                          "text = \"Phú An, quận 1\"",
                          "text = \"Phú*\"",
                          "text = \"*1\"",
                          "text = \"*An*quận*\"",
                          "text = *",
                          "text:AN",
                          "text:\"phú\"",
                          "text:*",
                          "text != \"Nhà*\"",
                          "text > \"A\"",
                          "flag = true",
                          "flag != false",
                          "time:*",
                          "time < 2026-01-01T00:00:00Z",
                          "severity > MINOR",
                          "severity = SEVERE",
                          "severity != MINOR",
                          "severity:SEVERE",
                          "a = 9 OR flag = true",
                          "-(a = 9 AND flag = true)"}) {
    EXPECT_TRUE(Matches(yes, row)) << yes;
  }
  for (const char* no :
       {"a = 1", "a > 1.5", "text = \"Phú\"", "text = \"*An\"", "text = \"phù*\"", "text:Nhà",
        "text = \"*quận*An*\"", "text = \"\\*\"", "flag = false", "time > 2026-01-01T00:00:00Z",
        "severity < SEVERE", "a = 1.5 AND flag = false", "-a = 1.5"}) {
    EXPECT_FALSE(Matches(no, row)) << no;
  }
}

TEST(FilterTest, WhatIsNotSetIsNotEqualToAnything) {
  const Row row;
  EXPECT_FALSE(Matches("time:*", row));
  EXPECT_FALSE(Matches("text:*", row));
  EXPECT_FALSE(Matches("time < 2026-01-01T00:00:00Z", row));
  EXPECT_FALSE(Matches("time >= 2026-01-01T00:00:00Z", row));
  EXPECT_TRUE(Matches("time != 2026-01-01T00:00:00Z", row));
  EXPECT_TRUE(Matches("text = \"\"", row));
}

TEST(FilterTest, AnEscapedStarIsAStar) {
  EXPECT_TRUE(Matches("text = \"a\\*\"", {.text = "a*"}));
  EXPECT_FALSE(Matches("text = \"a\\*\"", {.text = "ab"}));
  EXPECT_TRUE(Matches("text = \"say \\\"hi\\\"\"", {.text = "say \"hi\""}));
}

// Random texts made of the language's tokens: each either parses or is refused.
TEST(FilterTest, NonsenseIsNeverACrash) {
  const std::vector<std::string> pieces = {
      "a",   "text", " ", "=",  "!=", ":", "<", "(",    ")",        "-",      "AND", "OR",
      "NOT", "\"",   "'", "\\", "*",  "1", "ú", "\xff", "severity", "SEVERE", "true"};
  uint64_t random = 7;
  int parsed = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string text;
    for (int j = 0; j < 12; ++j) {
      random = random * 6364136223846793005u + 1442695040888963407u;
      text += pieces[(random >> 33) % pieces.size()];
    }
    if (const auto filter = Filter::Parse(text, kSchema); filter.ok()) {
      ++parsed;
      filter->Matches([](size_t) { return FilterValue(); });
    }
  }
  EXPECT_GT(parsed, 3);
}

// A filter that is written out and parsed again is the same filter.
TEST(FilterTest, TheWrittenTreeParsesToItself) {
  for (const char* text : {"a = 1 AND b = 2 OR c = 3", "-(a < 1) flag = true",
                           "text = \"x*\" OR (a = 1 AND NOT b = 2)"}) {
    EXPECT_EQ(Tree(Tree(text)), Tree(text));
  }
}

TEST(AlertFilterTest, AFieldIsNoValueOfAnother) {
  EXPECT_EQ(ParseAlertFilter("create_time < update_time").status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(AlertFilterTest, EachFieldIsRead) {
  const storage::AlertRecord alert{.id = 7,
                                   .rule = "stage",
                                   .subject = "stations/phu-an",
                                   .kind = storage::AlertKind::kStage,
                                   .severity = storage::AlertSeverity::kSevere,
                                   .state = storage::AlertState::kAcknowledged,
                                   .level = 3,
                                   .place = {"Phú An", "Phu An"},
                                   .peak_value = 1.7,
                                   .value = 1.6,
                                   .create_time = absl::FromUnixSeconds(1'762'425'000),
                                   .update_time = absl::FromUnixSeconds(1'762'425'600),
                                   .acknowledged_by = "Lan",
                                   .exercise = true};
  for (const char* yes :
       {"severity >= SEVERE", "severity >= SEVERE AND state != RESOLVED", "name = alerts/7",
        "rule = stage", "kind = STAGE", "kind = ALERT_KIND_STAGE", "state = ACKNOWLEDGED",
        "place = \"Phú An\"", "subject = stations/*", "level = 3", "value < 1.7",
        "peak_value >= 1.7", "create_time < 2026-01-01T00:00:00Z",
        "update_time > 2025-11-06T10:30:00Z", "acknowledged_by:*", "exercise = true",
        "-resolve_time:*"}) {
    const auto filter = ParseAlertFilter(yes);
    ASSERT_TRUE(filter.ok()) << filter.status();
    EXPECT_TRUE(MatchesAlert(*filter, alert)) << yes;
  }
  for (const char* no :
       {"severity = EXTREME", "state = OPEN", "kind = JAM", "level > 3", "place:\"Nhà Bè\"",
        "exercise = false", "resolve_time:*", "create_time > 2025-11-06T10:30:00Z"}) {
    EXPECT_FALSE(MatchesAlert(*ParseAlertFilter(no), alert)) << no;
  }
}

TEST(FilterTest, SeveralValuesInParentheses) {
  storage::AlertRecord alert{.kind = storage::AlertKind::kJam, .place = {"Phú An", "Phu An"}};
  alert.level = -2;
  for (const char* yes :
       {"kind = (JAM OR STAGE)", "kind=(STAGE OR JAM)", "kind = (JAM)", "kind != (STAGE OR OUTAGE)",
        "place = (\"Nhà Bè\" OR \"Phú An\")", "place = (Phú* AND *An)", "kind = (NOT STAGE)",
        "level = (-2 OR 7)", "NOT kind = (STAGE OR OUTAGE) AND level < 0",
        "(kind = (JAM OR STAGE))", "kind = (OUTAGE OR (STAGE OR JAM))", "level > (-5 AND -3)"}) {
    const auto filter = ParseAlertFilter(yes);
    ASSERT_TRUE(filter.ok()) << yes << ": " << filter.status();
    EXPECT_TRUE(MatchesAlert(*filter, alert)) << yes;
  }
  for (const char* no : {"kind = (OUTAGE OR STAGE)", "kind != (JAM OR STAGE)", "kind = (NOT JAM)",
                         "place = (Phú* AND *Bè)", "level = (2 OR 7)"}) {
    const auto filter = ParseAlertFilter(no);
    ASSERT_TRUE(filter.ok()) << no << ": " << filter.status();
    EXPECT_FALSE(MatchesAlert(*filter, alert)) << no;
  }
  for (const char* bad : {"kind = (JAM OR", "kind = ()", "kind = (JAM OR)", "kind = (OR JAM)",
                          "kind = (JAM OR QUAKE)", "kind = (JAM", "kind = (JAM))"}) {
    EXPECT_FALSE(ParseAlertFilter(bad).ok()) << bad;
  }
}

TEST(FilterTest, TextsMatchHoweverTheyAreTyped) {
  const storage::AlertRecord alert{.place = {"Phú An", "Phu An"}};
  for (const char* yes : {"place = \"Phu An\"", "place = \"phu an\"", "place = \"PHÚ AN\"",
                          "place = \"Phu\u0301 An\"", "place = \"phu*\"", "place:phu", "place:Ú",
                          "place = \"*ú An\""}) {
    EXPECT_TRUE(MatchesAlert(*ParseAlertFilter(yes), alert)) << yes;
  }
  for (const char* no : {"place = \"Phù An\"", "place = \"PhuAn\"", "place != \"phu an\""}) {
    EXPECT_FALSE(MatchesAlert(*ParseAlertFilter(no), alert)) << no;
  }
  const storage::AlertRecord decomposed{.place = {"Phu\u0301 An", ""}};
  EXPECT_TRUE(MatchesAlert(*ParseAlertFilter("place = \"Phú An\""), decomposed));
}

}  // namespace
}  // namespace citylayers::alerts
