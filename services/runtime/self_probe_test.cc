#include "services/runtime/self_probe.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "services/runtime/http/http_server.h"
#include "services/runtime/tls/https_probe.h"
#include "services/runtime/tls/probe_certificate.h"
#include "services/runtime/tls/tls_source.h"
#include "tests/support/temp_dir.h"
#include "tests/support/tls_test_client.h"

namespace citylayers::runtime {
namespace {

using ::testing::HasSubstr;

TEST(SelfProbe, IsUnreadyFirstAndDeafLaterOnce) {
  absl::Status grpc = absl::OkStatus();
  int calls = 0;
  SelfProbe probe(
      {.unready_after = 2, .failures_max = 4},
      {{"HTTP port", [] { return absl::OkStatus(); }}, {"gRPC port", [&] { return grpc; }}},
      [&](const std::string& name, const absl::Status&) {
        EXPECT_EQ(name, "gRPC port");
        ++calls;
      });
  EXPECT_TRUE(probe.ProbeOnce());
  EXPECT_TRUE(probe.Ready().ok());
  grpc = absl::UnavailableError("no connection");
  EXPECT_FALSE(probe.ProbeOnce()) << "a sign of life needs an answer of every port";
  EXPECT_TRUE(probe.Ready().ok()) << "one failure may be an accident";
  probe.ProbeOnce();
  EXPECT_THAT(std::string(probe.Ready().message()), HasSubstr("gRPC port does not answer"));
  EXPECT_EQ(calls, 0);
  grpc = absl::OkStatus();
  probe.ProbeOnce();
  EXPECT_TRUE(probe.Ready().ok());
  grpc = absl::UnavailableError("no connection");
  for (int i = 0; i < 6; ++i) probe.ProbeOnce();
  EXPECT_EQ(calls, 1);
}

TEST(ProbeHttp, AsksAServer) {
  HttpServer server(HttpServerOptions{});
  server.Handle({"GET"}, "/healthz", [](const HttpRequest&, Responder responder) {
    responder.Send(TextResponse(200, "text/plain", "ok\n"));
  });
  ASSERT_TRUE(server.Listen("127.0.0.1", 0).ok());
  EXPECT_TRUE(ProbeHttp("127.0.0.1", server.port(), absl::Seconds(5)).ok());
  EXPECT_TRUE(ProbeHttp("0.0.0.0", server.port(), absl::Seconds(5)).ok());
  const std::uint16_t port = server.port();
  server.Drain(absl::ZeroDuration());
  EXPECT_FALSE(ProbeHttp("127.0.0.1", port, absl::Seconds(5)).ok());
}

TEST(ProbeHttps, AsksAServerThatRequiresCertificates) {
  const test::TempDir dir;
  const test::TestAuthority authority;
  // Of another host: the probe asks whether the port answers, not who it is.
  const test::TestIdentity own = authority.Issue({.alternative_names = "DNS:maps.example.org"});
  TlsSettings settings = test::WriteServerFiles(dir.path(), authority, own);
  settings.clients = ClientCertificates::kRequired;
  Metrics metrics;
  const WallClock clock;
  const auto source = TlsSource::Open(settings, metrics, clock);
  ASSERT_TRUE(source.ok()) << source.status();
  HttpServer server({.tls = [&] { return (*source)->Current()->http; }});
  server.Handle({"GET"}, "/healthz", [](const HttpRequest&, Responder responder) {
    responder.Send(TextResponse(200, "text/plain", "ok\n"));
  });
  ASSERT_TRUE(server.Listen("127.0.0.1", 0).ok());
  const auto probe = [&](const TlsTexts& identity) {
    return ProbeHttps("127.0.0.1", server.port(), identity, absl::Seconds(5));
  };
  EXPECT_TRUE(probe((*source)->probe()).ok()) << probe((*source)->probe());
  EXPECT_FALSE(probe(MakeProbeCertificate().value()).ok()) << "that of another process";
  EXPECT_FALSE(ProbeHttp("127.0.0.1", server.port(), absl::Seconds(5)).ok());
}

}  // namespace
}  // namespace citylayers::runtime
