#include "services/runtime/rpc/grpc_status.h"

#include <string>

#include "absl/strings/escaping.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include <google/rpc/error_details.pb.h>

#include "base/strings.h"
#include "services/runtime/rpc/error_details.h"
#include "services/runtime/rpc/header_text.h"
#include "services/runtime/rpc/status_bounds.h"

namespace citylayers::runtime {
namespace {

std::size_t SizeInHeaders(const grpc::Status& status) {
  return EncodedSize(status.error_message()) + absl::Base64Escape(status.error_details()).size();
}

std::string ReasonOf(const grpc::Status& status) {
  google::rpc::Status details;
  EXPECT_TRUE(details.ParseFromString(status.error_details()));
  google::rpc::ErrorInfo info;
  for (const auto& any : details.details()) {
    if (any.UnpackTo(&info)) return info.reason();
  }
  return "";
}

TEST(GrpcStatus, EveryErrorHasAReason) {
  for (int code = 1; code <= 16; ++code) {
    const absl::Status status(static_cast<absl::StatusCode>(code), "why");
    EXPECT_EQ(ReasonOf(ToGrpcStatus(status)), absl::StatusCodeToString(status.code()));
    const grpc::Status bare(static_cast<grpc::StatusCode>(code), "why");
    EXPECT_EQ(ReasonOf(Normalized(bare)), absl::StatusCodeToString(status.code()));
  }
  EXPECT_EQ(ReasonOf(ToGrpcStatus(WithReason(absl::NotFoundError("a"), kReasonUnknownLayer))),
            "UNKNOWN_LAYER");
  EXPECT_TRUE(ToGrpcStatus(absl::OkStatus()).ok());
  EXPECT_TRUE(Normalized(grpc::Status::OK).ok());
  google::rpc::Status details;
  ASSERT_TRUE(details.ParseFromString(
      Normalized({grpc::StatusCode::UNAVAILABLE, "failed to connect"}).error_details()));
  google::rpc::RetryInfo retry;
  ASSERT_TRUE(details.details(0).UnpackTo(&retry)) << "an unavailable server may return";
  EXPECT_EQ(retry.retry_delay().seconds(), 1);
}

TEST(GrpcStatus, LongTextFitsAndKeepsCodeAndReason) {
  std::string vietnamese;
  for (int i = 0; i < 4000; ++i) vietnamese += "ệ";
  for (const std::string& text : {std::string(1000, 'x'), std::string(200'000, 'x'), vietnamese,
                                  std::string(9000, '\xff'), std::string(9000, '%')}) {
    for (const absl::Status& status :
         {absl::NotFoundError(text), BadField(text, text),
          WithReason(BadField("name", text), kReasonBadFilter),
          WithRetryAfter(WithReason(absl::UnavailableError(text), kReasonOverloaded),
                         absl::Seconds(1))}) {
      const grpc::Status sent = ToGrpcStatus(status);
      EXPECT_EQ(static_cast<int>(sent.error_code()), static_cast<int>(status.code()));
      EXPECT_LE(SizeInHeaders(sent), kStatusBytesMax) << text.substr(0, 10);
      EXPECT_NE(ReasonOf(sent), "");
      EXPECT_EQ(FitHeader(sent.error_message(), 1 << 20), sent.error_message()) << "valid UTF-8";
      EXPECT_EQ(Normalized(sent).error_details(), sent.error_details()) << "as it is";
    }
  }
}

TEST(GrpcStatus, ManyViolationsAreShortened) {
  google::rpc::BadRequest bad;
  for (int i = 0; i < 1000; ++i) {
    auto* violation = bad.add_field_violations();
    violation->set_field(StrCat("readings[", i, "]"));
    violation->set_description(std::string(100, 'd'));
  }
  google::rpc::Status details;
  details.add_details()->PackFrom(bad);
  const grpc::Status status = Normalized(
      grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "bad", details.SerializeAsString()));
  EXPECT_LE(SizeInHeaders(status), kStatusBytesMax);
  ASSERT_TRUE(details.ParseFromString(status.error_details()));
  ASSERT_TRUE(details.details(0).UnpackTo(&bad));
  EXPECT_EQ(bad.field_violations(0).field(), "readings[0]");
}

TEST(GrpcStatus, GoesThereAndBack) {
  const absl::Status status = WithRetryAfter(BadField("zoom", "ends at 14"), absl::Seconds(2));
  EXPECT_EQ(FromGrpcStatus(ToGrpcStatus(status)), status);
}

TEST(GrpcStatus, DetailsThatAreNoneAreReplaced) {
  const grpc::Status status =
      Normalized(grpc::Status(grpc::StatusCode::INTERNAL, "a", "\xff\xff\xff"));
  EXPECT_EQ(ReasonOf(status), "INTERNAL");
}

}  // namespace
}  // namespace citylayers::runtime
