#include "services/runtime/log.h"

#include <limits>
#include <vector>

#include "absl/status/status.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace citylayers::runtime {
namespace {

using Fields = std::vector<LogField>;
using nlohmann::json;

std::string Text(std::string_view sentence, const Fields& fields = {}) {
  return FormatLogLine(LogFormat::kText, sentence, fields);
}
json Parsed(std::string_view sentence, const Fields& fields = {}) {
  return json::parse("{" + FormatLogLine(LogFormat::kJson, sentence, fields) + "}");
}

TEST(Log, ASentenceThenItsFields) {
  EXPECT_EQ(Text("stopped"), "stopped");
  EXPECT_EQ(Text("old weeks dropped", {{"module", "readings"}, {"weeks", 3}, {"took_s", 0.25}}),
            "old weeks dropped module=readings weeks=3 took_s=0.25");
}

TEST(Log, TakesEveryKindOfText) {
  const std::string text = "a";
  const absl::Status status = absl::NotFoundError("b");
  EXPECT_EQ(Text("x", {{"k", text}, {"l", status.message()}, {"m", std::string_view("c")}}),
            "x k=a l=b m=c");
}

TEST(Log, AValueCannotLookLikeAnotherFieldOrLine) {
  EXPECT_EQ(Text("x", {{"why", "a b"}}), R"(x why="a b")");
  EXPECT_EQ(Text("x", {{"why", "a level=error"}}), R"(x why="a level=error")");
  EXPECT_EQ(Text("x", {{"why", "1\n2026-11-20T00:00:00.000Z error made up"}}),
            R"(x why="1\n2026-11-20T00:00:00.000Z error made up")");
  EXPECT_EQ(Text("x", {{"why", R"(say "hi")"}}), R"(x why="say \"hi\"")");
  EXPECT_EQ(Text("x", {{"why", ""}}), R"(x why="")");
  EXPECT_EQ(Text("x", {{"where", "Thảo Điền"}}), R"(x where="Thảo Điền")");
}

TEST(Log, JsonHasTextAsTextAndNumbersAsNumbers) {
  const json line = Parsed("a \"b\"", {{"why", "c\nd"}, {"n", -2}, {"share", 0.5}});
  EXPECT_EQ(line, (json{{"message", "a \"b\""}, {"why", "c\nd"}, {"n", -2}, {"share", 0.5}}));
}

TEST(Log, WhatJsonCannotHoldIsNoReasonToFail) {
  EXPECT_EQ(Parsed("x", {{"n", std::numeric_limits<double>::infinity()}})["n"], "inf");
  EXPECT_EQ(Parsed("x", {{"why",
                          "a\xff"
                          "b"}})["why"],
            "a\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(Text("x", {{"why",
                        "a\xff"
                        "b"}}),
            "x why=\"a\xEF\xBF\xBD"
            "b\"");
}

}  // namespace
}  // namespace citylayers::runtime
