#include "services/runtime/admin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "services/runtime/http/http_server.h"
#include "tests/support/http_test_client.h"
#include "tests/support/temp_dir.h"
#include "tests/support/tls_test_client.h"

namespace citylayers::runtime {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class AdminTest : public ::testing::Test {
 protected:
  AdminTest() {
    auto server = StartAdmin({.host = "127.0.0.1", .port = 0}, "metrics.example, test",
                             {.metrics = [] { return "up 1\n"; },
                              .ready = [this] { return ready_; },
                              .configuration = [] { return "[server]\n"; },
                              .modules = [] { return "traffic serving\n"; }});
    EXPECT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }
  TestResponse Get(std::string_view path) { return TestClient(server_->port()).Get(path); }

  absl::Status ready_;
  std::unique_ptr<HttpServer> server_;
};

TEST_F(AdminTest, ShowsWhatItsSourcesSay) {
  EXPECT_EQ(Get("/healthz").body, "ok\n");
  EXPECT_EQ(Get("/metrics").body, "up 1\n");
  EXPECT_THAT(Get("/metrics").Header("content-type"), HasSubstr("version=0.0.4"));
  EXPECT_EQ(Get("/debug/config").body, "[server]\n");
  EXPECT_EQ(Get("/debug/config").Header("content-type"), "application/toml");
  EXPECT_EQ(Get("/debug/modules").body, "traffic serving\n");
  EXPECT_EQ(Get("/debug/none").status, 404);
}

// DNS rebinding: a web page whose name resolves to this machine must not read the configuration.
TEST_F(AdminTest, AnswersOnlyToItsOwnNames) {
  const auto ask = [&](std::string_view host) {
    TestClient client(server_->port());
    client.Send(StrCat("GET /debug/config HTTP/1.1\r\nHost: ", host, "\r\n\r\n"));
    return client.Read();
  };
  EXPECT_EQ(ask("evil.example").status, 421);
  EXPECT_THAT(ask("evil.example").body, HasSubstr("server.admin_hosts"));
  EXPECT_THAT(ask("evil.example").body, Not(HasSubstr("[server]")));
  EXPECT_EQ(ask("localhost:8081").status, 200);
  EXPECT_EQ(ask("metrics.example").status, 200);
  EXPECT_EQ(ask("127.0.0.1").Header("x-content-type-options"), "nosniff");
}

TEST_F(AdminTest, SaysWhyItIsNotReady) {
  EXPECT_EQ(Get("/readyz").body, "ready\n");
  ready_ = absl::UnavailableError("traffic waits for readings");
  const TestResponse response = Get("/readyz");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.body, "traffic waits for readings\n");
}

TEST(AdminUsesTls, OtherMachinesNeedACertificate) {
  const Address local{.host = "127.0.0.1", .port = 8081}, open{.host = "0.0.0.0", .port = 8081};
  TlsSettings tls;
  EXPECT_FALSE(AdminUsesTls(local, tls, false).value());
  EXPECT_THAT(std::string(AdminUsesTls(open, tls, false).status().message()),
              HasSubstr("set tls.client_ca_file"));
  EXPECT_FALSE(AdminUsesTls(open, tls, /*allow_insecure=*/true).value());
  tls.certificate_file = "tls.crt";
  EXPECT_FALSE(AdminUsesTls(open, tls, false).ok()) << "clients without a certificate could call";
  tls.clients = ClientCertificates::kOptional;
  EXPECT_TRUE(AdminUsesTls(open, tls, false).value());
  EXPECT_TRUE(AdminUsesTls(open, tls, true).value());
  EXPECT_FALSE(AdminUsesTls(local, tls, false).value());
}

TEST(AdminWithTls, AcceptsOnlyClientsWithACertificate) {
  const test::TempDir dir;
  const test::TestAuthority authority;
  const test::TestIdentity own = authority.Issue();
  TlsSettings settings = test::WriteServerFiles(dir.path(), authority, own);
  settings.clients = ClientCertificates::kOptional;
  Metrics metrics;
  const WallClock clock;
  const auto source = TlsSource::Open(settings, metrics, clock);
  ASSERT_TRUE(source.ok()) << source.status();
  const auto server = StartAdmin({.host = "127.0.0.1", .port = 0}, "",
                                 {.metrics = [] { return "up 1\n"; },
                                  .ready = [] { return absl::OkStatus(); },
                                  .configuration = [] { return ""; },
                                  .modules = [] { return ""; }},
                                 source->get());
  ASSERT_TRUE(server.ok()) << server.status();
  const auto metrics_for = [&](const test::TestIdentity& identity) {
    test::TlsTestClient client((*server)->port(),
                               {.authority = authority.certificate(), .identity = identity});
    client.Send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
    return client.ReadUntil("up 1");
  };
  EXPECT_THAT(metrics_for(authority.Issue()), HasSubstr("up 1"));
  EXPECT_EQ(metrics_for({}), "");
}

TEST_F(AdminTest, APortInUseNamesItsFlag) {
  const auto second = StartAdmin({.host = "127.0.0.1", .port = server_->port()}, "", {});
  EXPECT_EQ(second.status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_THAT(second.status().message(), HasSubstr("choose --admin HOST:PORT"));
}

}  // namespace
}  // namespace citylayers::runtime
