#include "services/runtime/rpc/library_logs.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include <google/protobuf/stubs/logging.h>
#include <grpc/support/log.h>

namespace citylayers::runtime {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Optional;

TEST(LogThrottle, PassesOneOfAPlaceAndCountsTheRest) {
  LogThrottle throttle(absl::Seconds(10));
  const absl::Time start = absl::UnixEpoch();
  EXPECT_THAT(throttle.Pass("a.cc:1", start), Optional(0));
  EXPECT_EQ(throttle.Pass("a.cc:1", start + absl::Seconds(1)), std::nullopt);
  EXPECT_EQ(throttle.Pass("a.cc:1", start + absl::Seconds(9)), std::nullopt);
  EXPECT_THAT(throttle.Pass("a.cc:2", start + absl::Seconds(1)), Optional(0));
  EXPECT_THAT(throttle.Pass("a.cc:1", start + absl::Seconds(10)), Optional(2));
}

TEST(LibraryLogs, MessagesAreLinesOfOurLogWithoutControlBytes) {
  gpr_set_log_verbosity(GPR_LOG_SEVERITY_ERROR);  // that of gRPC once it has started
  RouteLibraryLogs();
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  for (int i = 0; i < 3; ++i) gpr_log(GPR_ERROR, "bad \x1b[2J header\nE1128 forged");
  GOOGLE_LOG(WARNING) << "protobuf \x1b message";
  const std::string log =
      testing::internal::GetCapturedStdout() + testing::internal::GetCapturedStderr();
  EXPECT_THAT(log,
              AllOf(HasSubstr("library=grpc"), HasSubstr("library=protobuf"), HasSubstr("\\u001b"),
                    Not(HasSubstr("\x1b[2J")), Not(HasSubstr("\nE1128"))));
  const std::size_t first = log.find("library=grpc");
  EXPECT_EQ(log.find("library=grpc", first + 1), std::string::npos) << "it is rate-limited";
  gpr_set_log_function(nullptr);
  google::protobuf::SetLogHandler(nullptr);
}

TEST(LibraryLogs, FailedHandshakesAreCounted) {
  gpr_set_log_verbosity(GPR_LOG_SEVERITY_ERROR);
  RouteLibraryLogs();
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const std::uint64_t before = GrpcHandshakesFailed();
  constexpr char kFile[] = "./src/core/tsi/ssl_transport_security.cc";
  for (int i = 0; i < 3; ++i) {
    gpr_log(kFile, 1501, GPR_LOG_SEVERITY_ERROR, "Handshake failed with fatal error %s: %s.",
            "SSL_ERROR_SSL", "no shared cipher");
  }
  gpr_log(kFile, 99, GPR_LOG_SEVERITY_ERROR, "Corruption detected.");
  gpr_log("server.cc", 1, GPR_LOG_SEVERITY_ERROR, "Handshake failed elsewhere");
  EXPECT_EQ(GrpcHandshakesFailed(), before + 3);
  testing::internal::GetCapturedStdout();
  testing::internal::GetCapturedStderr();
  gpr_set_log_function(nullptr);
  google::protobuf::SetLogHandler(nullptr);
}

}  // namespace
}  // namespace citylayers::runtime
