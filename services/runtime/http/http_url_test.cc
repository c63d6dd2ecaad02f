#include "services/runtime/http/http_url.h"

#include "absl/strings/str_format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace citylayers::runtime {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(PercentDecode, DecodesUtf8AndLeavesPlusAlone) {
  EXPECT_EQ(PercentDecode("Ph%C3%BA%20An+1", false), "Phú An+1");
  EXPECT_EQ(PercentDecode("Ph%c3%ba+An", true), "Phú An");
}

TEST(PercentDecode, RefusesHalfAnEscape) {
  EXPECT_EQ(PercentDecode("a%", false), std::nullopt);
  EXPECT_EQ(PercentDecode("a%2", false), std::nullopt);
  EXPECT_EQ(PercentDecode("a%2g", false), std::nullopt);
}

TEST(PercentDecode, DecodesEveryByte) {
  for (int c = 0; c < 256; ++c) {
    const std::string byte(1, static_cast<char>(c));
    EXPECT_EQ(PercentDecode(absl::StrFormat("%%%02X", c), false), byte);
    EXPECT_EQ(PercentDecode(absl::StrFormat("%%%02x", c), true), byte);
  }
}

TEST(QueryValue, TakesTheFirstOfAName) {
  EXPECT_EQ(QueryValue("a=1&b=2&a=3", "a"), "1");
  EXPECT_EQ(QueryValue("a=1&b=2", "b"), "2");
  EXPECT_EQ(QueryValue("flag&x=", "flag"), "");
  EXPECT_EQ(QueryValue("bbox=106.6%2C10.7", "bbox"), "106.6,10.7");
  EXPECT_EQ(QueryValue("%61=1", "a"), "1");
  EXPECT_EQ(QueryValue("ab=1", "a"), std::nullopt);
  EXPECT_EQ(QueryValue("", "a"), std::nullopt);
  EXPECT_EQ(QueryValue("a=%zz", "a"), std::nullopt);
}

TEST(SplitPath, ResolvesDotSegments) {
  EXPECT_THAT(*SplitPath("/"), ElementsAre(""));
  EXPECT_THAT(*SplitPath("/a/./b/../c"), ElementsAre("a", "c"));
  EXPECT_THAT(*SplitPath("/a/.."), ElementsAre(""));
  EXPECT_THAT(*SplitPath("/a//b"), ElementsAre("a", "", "b"));
}

TEST(SplitPath, NeverLeavesTheRoot) {
  for (const char* path : {"/..", "/a/../../etc", "/%2e%2e/x", "/a/%2E./.%2e/b"}) {
    EXPECT_THAT(std::string(SplitPath(path).status().message()), HasSubstr("above the root"))
        << path;
  }
  for (const char* path : {"/a%2fb", "/a%5cb", "/a\\b", "/a%00"}) {
    EXPECT_FALSE(SplitPath(path).ok()) << path;
  }
  EXPECT_FALSE(SplitPath("a").ok());
  EXPECT_FALSE(SplitPath("/%g").ok());
}

}  // namespace
}  // namespace citylayers::runtime
