#include "services/programs/citylayers/tls_diagnosis.h"

#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "citylayers/common/v1/clock_service.grpc.pb.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_certificates.h"

namespace citylayers::cli {
namespace {

using test::TestIdentity;
using ::testing::AllOf;
using ::testing::HasSubstr;

class TlsDiagnosisTest : public ::testing::Test {
 protected:
  void Start(const std::shared_ptr<grpc::ServerCredentials>& credentials) {
    grpc::ServerBuilder builder;
    builder.RegisterService(&clock_);
    builder.AddListeningPort("127.0.0.1:0", credentials, &port_);
    server_ = builder.BuildAndStart();
    ASSERT_NE(server_, nullptr);
  }
  void StartTls(const TestIdentity& own, bool asks_for_certificate = false) {
    grpc::SslServerCredentialsOptions options(
        asks_for_certificate ? GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY
                             : GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE);
    options.pem_root_certs = authority_.certificate();
    options.pem_key_cert_pairs = {{.private_key = own.key, .cert_chain = own.certificate}};
    Start(grpc::SslServerCredentials(options));
  }
  std::string Diagnose(bool with_tls, const std::string& host = "localhost") const {
    return DiagnoseConnection(StrCat(host, ":", port_), with_tls, {.ca_file = Authority()},
                              absl::Seconds(10));
  }
  std::string Authority() const {
    test::WriteSecret(dir_ / "ca.crt", authority_.certificate());
    return dir_ / "ca.crt";
  }

  const test::TempDir dir_;
  const test::TestAuthority authority_;
  common::v1::ClockService::Service clock_;  // any service
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

TEST_F(TlsDiagnosisTest, AGoodServerHasNoFault) {
  StartTls(authority_.Issue());
  EXPECT_EQ(Diagnose(true), "");
  EXPECT_EQ(Diagnose(true, "127.0.0.1"), "");
}

TEST_F(TlsDiagnosisTest, TlsOnOneSideOnlyIsSaid) {
  StartTls(authority_.Issue());
  EXPECT_THAT(Diagnose(false), HasSubstr("it speaks only TLS: give --tls"));
  Start(grpc::InsecureServerCredentials());
  EXPECT_THAT(Diagnose(true), HasSubstr("it does not speak TLS: call it without --tls"));
  EXPECT_EQ(Diagnose(false), "");
}

TEST_F(TlsDiagnosisTest, AnExpiredCertificateIsNamedWithTheDate) {
  StartTls(authority_.Issue({.not_after = absl::FromUnixSeconds(1'700'000'000)}));
  EXPECT_THAT(Diagnose(true), HasSubstr("its certificate expired at 2023-11-14T22:13:20.000Z"));
}

TEST_F(TlsDiagnosisTest, AnUnknownAuthorityAndAnotherHostAreNamed) {
  StartTls(test::TestAuthority().Issue());
  EXPECT_THAT(Diagnose(true), AllOf(HasSubstr("of an authority that this machine does not know"),
                                    HasSubstr("--ca-file")));
  StartTls(authority_.Issue({.alternative_names = "DNS:maps.example.org"}));
  EXPECT_THAT(Diagnose(true),
              AllOf(HasSubstr("is not for localhost but for"), HasSubstr("DNS:maps.example.org")));
  EXPECT_THAT(Diagnose(true, "127.0.0.1"), HasSubstr("is not for 127.0.0.1"));
}

TEST_F(TlsDiagnosisTest, AServerThatAsksForACertificateIsSaid) {
  StartTls(authority_.Issue(), /*asks_for_certificate=*/true);
  EXPECT_THAT(Diagnose(true), HasSubstr("--certificate-file and --certificate-key-file"));
}

TEST_F(TlsDiagnosisTest, NoServerIsNoFaultOfTls) {
  Start(grpc::InsecureServerCredentials());
  const int free_port = port_;
  server_.reset();
  EXPECT_EQ(DiagnoseConnection(StrCat("127.0.0.1:", free_port), true, {}, absl::Seconds(1)), "");
  EXPECT_EQ(DiagnoseConnection("no address", true, {}, absl::Seconds(1)), "");
}

}  // namespace
}  // namespace citylayers::cli
