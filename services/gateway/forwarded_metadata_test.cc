#include "services/gateway/forwarded_metadata.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "base/strings.h"

namespace citylayers::gateway {
namespace {

using runtime::HttpRequest;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

absl::StatusOr<Metadata> Forward(std::string_view name, std::string_view value) {
  HttpRequest request;
  request.SetRequestLine("POST", "/", 11);
  request.AddHeader(name, value);
  return ForwardedHeaders(request);
}

absl::StatusOr<Metadata> ForwardGrpc(const std::string& name, const std::string& value) {
  MetadataMap received;
  received.emplace(name, value);
  return ForwardedMetadata(received);
}

TEST(ForwardedHeaders, PassesWhoCallsInWhichLanguage) {
  EXPECT_THAT(*Forward("Authorization", "Bearer a"),
              ElementsAre(Pair("authorization", "Bearer a")));
  EXPECT_THAT(*Forward("X-Citylayers-Probe", "7"), ElementsAre(Pair("x-citylayers-probe", "7")));
  EXPECT_THAT(*Forward("Cookie", "a=b"), IsEmpty());
}

TEST(ForwardedHeaders, LeavesOutAdvisoryTextThatGrpcDoesNotAccept) {
  for (const char* name : {"X-Request-Id", "traceparent", "tracestate", "Accept-Language"}) {
    for (const char* value : {"Nguy\u1ec5n", "\x80", "a\tb", "\x7f", "\xff\xfe"}) {
      const auto metadata = Forward(name, value);
      ASSERT_TRUE(metadata.ok()) << name;
      EXPECT_THAT(*metadata, IsEmpty()) << name;
    }
  }
}

TEST(ForwardedHeaders, RefusesOtherTextAndNamesTheHeader) {
  for (const char* name : {"Authorization", "X-Api-Key", "X-Citylayers-Probe"}) {
    for (const char* value : {"Nguy\u1ec5n", "\x80", "a\tb", "\x7f"}) {
      const auto metadata = Forward(name, value);
      EXPECT_EQ(metadata.status().code(), absl::StatusCode::kInvalidArgument) << name;
      EXPECT_THAT(std::string(metadata.status().message()), HasSubstr("header \""));
    }
  }
  for (const char* name :
       {"X-Citylayers-A!b", "X-Citylayers-#", "x-citylayers-a|b", "x-citylayers-~"}) {
    EXPECT_EQ(Forward(name, "1").status().code(), absl::StatusCode::kInvalidArgument) << name;
  }
}

TEST(ForwardedHeaders, DecodesBinaryValues) {
  EXPECT_THAT(*Forward("X-Citylayers-Id-Bin", "AP8"),
              ElementsAre(Pair("x-citylayers-id-bin", std::string("\x00\xff", 2))));
  EXPECT_EQ(Forward("X-Citylayers-Id-Bin", "!").status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(ForwardedMetadata, PassesAllButTheTransportsOwn) {
  EXPECT_THAT(*ForwardGrpc("x-anything", "1"), ElementsAre(Pair("x-anything", "1")));
  EXPECT_THAT(*ForwardGrpc("x-any-bin", "\xff\n"), ElementsAre(Pair("x-any-bin", "\xff\n")));
  for (const char* name : {"te", "grpc-timeout", "user-agent", "content-type", ":path", "host",
                           "lb-token", "lb-cost-bin", "connection"}) {
    EXPECT_THAT(*ForwardGrpc(name, "1"), IsEmpty()) << name;
  }
}

TEST(ForwardedMetadata, WhatGrpcDoesNotAcceptIsRefusedOrLeftOut) {
  EXPECT_THAT(*ForwardGrpc("traceparent", "\xc3"), IsEmpty());
  EXPECT_EQ(ForwardGrpc("authorization", "a\tb").status().code(),
            absl::StatusCode::kInvalidArgument);
  for (const char* name : {"X-Upper", "x a", "x\x80", "", "x:y"}) {
    EXPECT_EQ(ForwardGrpc(name, "1").status().code(), absl::StatusCode::kInvalidArgument) << name;
  }
}

TEST(SetCredential, ReplacesThoseOfTheClient) {
  Metadata metadata = {
      {"authorization", "Basic cHJveHk="}, {"x-api-key", ""}, {"x-request-id", "1"}};
  SetCredential("", metadata);
  EXPECT_EQ(metadata.size(), 3U);
  SetCredential("clp_a_b", metadata);
  EXPECT_THAT(metadata,
              ElementsAre(Pair("x-request-id", "1"), Pair("authorization", "Bearer clp_a_b")));
}

TEST(ReturnedMetadata, LeavesOutWhatAnAnswerCannotCarry) {
  MetadataMap received;
  for (const auto& [name, value] :
       std::initializer_list<std::pair<const char*, const char*>>{{"x-good", "1"},
                                                                  {"x-bad", "\xc3"},
                                                                  {"x!bad", "1"},
                                                                  {"x-split", "a\r\nb"},
                                                                  {"content-length", "7"},
                                                                  {"grpc-status", "0"},
                                                                  {"date", "now"}}) {
    received.emplace(name, value);
  }
  EXPECT_THAT(ReturnedMetadata(received), ElementsAre(Pair("x-good", "1")));
}

}  // namespace
}  // namespace citylayers::gateway
