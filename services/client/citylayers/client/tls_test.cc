#include "citylayers/client/tls.h"

#include <fstream>
#include <string>

#include "absl/time/clock.h"
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "citylayers/client/call.h"
#include "citylayers/client/channel.h"
#include "citylayers/common/v1/clock_service.grpc.pb.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_certificates.h"

namespace citylayers::client {
namespace {

using ::testing::HasSubstr;
using Stub = common::v1::ClockService::Stub;

class FixedClock final : public common::v1::ClockService::Service {
 public:
  grpc::Status GetClock(grpc::ServerContext*, const common::v1::GetClockRequest*,
                        common::v1::GetClockResponse* response) override {
    response->mutable_clock()->set_scenario("seen");
    return grpc::Status::OK;
  }
};

// A server with a certificate for localhost, which requires one of its clients.
class TlsTest : public ::testing::Test {
 protected:
  TlsTest() {
    const test::TestIdentity own = authority_.Issue();
    grpc::SslServerCredentialsOptions options(
        GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
    options.pem_root_certs = authority_.certificate();
    options.pem_key_cert_pairs = {{.private_key = own.key, .cert_chain = own.certificate}};
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::SslServerCredentials(options), &port_);
    builder.RegisterService(&clock_);
    server_ = builder.BuildAndStart();
    const test::TestIdentity client = authority_.Issue({.subject = {"CN", "client"}});
    files_ = {.ca_file = Write("ca.crt", authority_.certificate()),
              .certificate_file = Write("client.crt", client.certificate),
              .key_file = Write("client.key", client.key)};
  }
  std::string Write(const std::string& name, const std::string& text) const {
    test::WriteSecret(dir_ / name, text);
    return dir_ / name;
  }
  absl::Status CallWith(const TlsFiles& files, const std::string& host = "localhost") const {
    auto credentials = MakeTlsCredentials(files);
    if (!credentials.ok()) return credentials.status();
    const auto channel =
        MakeChannel(host + ":" + std::to_string(port_), {.credentials = *std::move(credentials)});
    const auto stub = common::v1::ClockService::NewStub(channel);
    return Call(&Stub::GetClock, *stub, {}, {.timeout = absl::Seconds(10)}).status();
  }

  const test::TempDir dir_;
  const test::TestAuthority authority_;
  FixedClock clock_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
  TlsFiles files_;
};

TEST_F(TlsTest, CallsAServerThatBothSidesTrust) {
  const absl::Status status = CallWith(files_);
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_TRUE(CallWith(files_, "127.0.0.1").ok()) << "the certificate has this address as well";
}

TEST_F(TlsTest, AFileThatCannotBeUsedIsNamed) {
  TlsFiles files = files_;
  files.ca_file = dir_ / "none";
  EXPECT_EQ(CallWith(files).message(), "cannot read " + files.ca_file);
  files.ca_file = Write("empty", "");
  EXPECT_THAT(std::string(CallWith(files).message()), HasSubstr("has no PEM text"));
  files = files_;
  files.key_file.clear();
  EXPECT_EQ(CallWith(files).code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace citylayers::client
