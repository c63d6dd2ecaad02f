// The HTTP server over TLS.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include <openssl/ssl.h>

#include "base/strings.h"
#include "services/runtime/tls/server_context.h"
#include "tests/support/eventually.h"
#include "tests/support/http_server_fixture.h"
#include "tests/support/tls_test_client.h"

namespace citylayers::runtime {
namespace {

using test::TestIdentity;
using test::TlsTestClient;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kGetHello[] = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n";

class HttpTlsTest : public TestHttpServer {
 protected:
  void StartTls(HttpServerOptions options = {},
                ClientCertificates clients = ClientCertificates::kNone) {
    Use(authority_.Issue(), clients);
    options.tls = [this] {
      absl::MutexLock lock(&context_mutex_);
      return context_;
    };
    options.secure_headers = "Strict-Transport-Security: max-age=1\r\n";
    Start(options);
  }
  void Use(const TestIdentity& identity, ClientCertificates clients = ClientCertificates::kNone) {
    auto context = MakeServerContext({.certificate = identity.certificate,
                                      .key = identity.key,
                                      .client_ca = authority_.certificate()},
                                     clients);
    ASSERT_TRUE(context.ok()) << context.status();
    absl::MutexLock lock(&context_mutex_);
    context_ = *std::move(context);
  }
  test::TlsClientOptions Client(TestIdentity identity = {}) const {
    return {.authority = authority_.certificate(), .identity = std::move(identity)};
  }
  std::uint64_t HandshakesFailed() const { return server_->Stats().handshakes_failed_total; }
  // Waits for the count, because the server may see the end of a connection after its client.
  void AwaitHandshakesFailed(std::uint64_t count) const {
    EXPECT_TRUE(test::Eventually([&] { return HandshakesFailed() >= count; }));
  }

  const test::TestAuthority authority_;
  absl::Mutex context_mutex_;
  std::shared_ptr<ssl_ctx_st> context_ ABSL_GUARDED_BY(context_mutex_);
};

TEST_F(HttpTlsTest, AnswersAndKeepsTheConnection) {
  StartTls();
  TlsTestClient client(port(), Client());
  ASSERT_TRUE(client.connected()) << client.error();
  EXPECT_EQ(client.version(), "TLSv1.3");
  EXPECT_EQ(client.protocol(), "http/1.1");
  for (int i = 0; i < 3; ++i) {
    client.Send(kGetHello);
    EXPECT_THAT(client.ReadUntil("hello"),
                AllOf(HasSubstr("200 OK"), HasSubstr("Strict-Transport-Security: max-age=1")));
  }
}

TEST_F(HttpTlsTest, LargeBodiesGoBothWays) {
  StartTls();
  std::string body(3'000'000, 'x');
  for (std::size_t i = 0; i < body.size(); i += 997) body[i] = static_cast<char>('a' + i % 26);
  body += "the end";
  TlsTestClient client(port(), Client());
  client.Send(
      StrCat("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: ", body.size(), "\r\n\r\n"));
  for (std::size_t at = 0; at < body.size(); at += 100'000) {
    client.Send(std::string_view(body).substr(at, 100'000));
  }
  const std::string answer = client.ReadUntil("the end");
  EXPECT_TRUE(answer.substr(answer.find("\r\n\r\n") + 4) == body);
}

TEST_F(HttpTlsTest, AStreamWaitsForASlowReader) {
  StartTls({.stream_pending_bytes_max = 8 << 20});
  TlsTestClient client(port(), Client());
  client.Send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto stream = TakeStream();
  // More than the buffers of the sockets: writes have to wait, and go on where they stopped.
  for (int i = 0; i < 60; ++i) ASSERT_TRUE(stream->Write(std::string(100'000, 'z')));
  stream->Write(std::string("the end"));
  stream->Close();
  const std::string all = client.ReadUntil("0\r\n\r\n");
  EXPECT_EQ(std::count(all.begin(), all.end(), 'z'), 6'000'000);
  EXPECT_THAT(all, HasSubstr("the end"));
}

TEST_F(HttpTlsTest, TheServerEndsTlsWhenItCloses) {
  StartTls();
  TlsTestClient client(port(), Client());
  client.Send("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(client.WaitClosed()) << client.error();
}

TEST_F(HttpTlsTest, AClientThatIsCutLeavesNothing) {
  StartTls();
  {
    TlsTestClient client(port(), Client());
    client.Send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
    const auto stream = TakeStream();
    absl::Notification closed;
    stream->NotifyClosed([&] { closed.Notify(); });
    client.Cut();
    EXPECT_TRUE(closed.WaitForNotificationWithTimeout(absl::Seconds(10)));
  }
  EXPECT_EQ(HandshakesFailed(), 0u);
}

TEST_F(HttpTlsTest, PlainHttpGetsAClearAnswer) {
  StartTls();
  TestClient client(port());
  const TestResponse response = client.Get("/hello");
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(response.body, HasSubstr("https://"));
  EXPECT_EQ(response.Header("strict-transport-security"), "");
  EXPECT_TRUE(client.WaitClosed());
  EXPECT_EQ(HandshakesFailed(), 1u);
}

TEST_F(HttpTlsTest, OnlySafeVersionsSuitesAndProtocolsAreAccepted) {
  StartTls();
  test::TlsClientOptions options = Client();
  options.max_version = TLS1_2_VERSION;
  for (const char* suite : {"ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"}) {
    options.suites = suite;
    TlsTestClient client(port(), options);
    EXPECT_TRUE(client.connected()) << suite << client.error();
    EXPECT_EQ(client.suite(), suite);
  }
  for (const char* suite :
       {"ECDHE-ECDSA-AES128-SHA256", "ECDHE-ECDSA-AES128-SHA", "AES128-GCM-SHA256"}) {
    options.suites = suite;
    EXPECT_FALSE(TlsTestClient(port(), options).connected()) << suite;
  }
  options = Client();
  options.max_version = TLS1_1_VERSION;
  EXPECT_FALSE(TlsTestClient(port(), options).connected());
  options = Client();
  options.protocol = "h2";
  EXPECT_THAT(TlsTestClient(port(), options).error(), HasSubstr("no application protocol"));
  options.protocol = "";
  EXPECT_TRUE(TlsTestClient(port(), options).connected()) << "a client may offer none";
  AwaitHandshakesFailed(5);
}

TEST_F(HttpTlsTest, NewConnectionsUseANewCertificateAndOpenOnesStay) {
  StartTls();
  TlsTestClient old_client(port(), Client());
  old_client.Send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto stream = TakeStream();
  Use(authority_.Issue({.subject = {"CN", "renewed"}}));
  TlsTestClient new_client(port(), Client());
  EXPECT_EQ(new_client.subject(), "CN=renewed");
  stream->Write(std::string("still here"));
  EXPECT_THAT(old_client.ReadUntil("still here"), HasSubstr("still here"));
}

TEST_F(HttpTlsTest, RequestsHaveTheNamesOfAVerifiedCertificate) {
  std::vector<std::string> names;
  bool is_secure = false;
  Use(authority_.Issue(), ClientCertificates::kOptional);
  server_ = std::make_unique<HttpServer>(HttpServerOptions{.tls = [this] {
    absl::MutexLock lock(&context_mutex_);
    return context_;
  }});
  server_->Handle({"GET"}, "/names", [&](const HttpRequest& request, Responder responder) {
    {
      absl::MutexLock lock(&mutex_);
      names = request.certificate_names();
      is_secure = request.is_secure();
    }
    responder.Send(TextResponse(200, "text/plain", "seen"));
  });
  ASSERT_TRUE(server_->Listen("127.0.0.1", 0).ok());
  constexpr char kGet[] = "GET /names HTTP/1.1\r\nHost: a\r\n\r\n";
  TlsTestClient nameless(port(), Client());
  nameless.Send(kGet);
  nameless.ReadUntil("seen");
  {
    absl::MutexLock lock(&mutex_);
    EXPECT_TRUE(is_secure);
    EXPECT_THAT(names, ::testing::IsEmpty());
  }
  TlsTestClient named(port(), Client(authority_.Issue({.subject = {"CN", "gateway-7"}})));
  for (int i = 0; i < 2; ++i) {
    named.Send(kGet);
    named.ReadUntil("seen");
    absl::MutexLock lock(&mutex_);
    EXPECT_THAT(names, ::testing::ElementsAre("CN=gateway-7", "DNS:localhost"));
  }
  TlsTestClient foreign(port(), Client(test::TestAuthority().Issue()));
  foreign.Send(kGet);
  EXPECT_THAT(foreign.ReadUntil("seen"), Not(HasSubstr("seen")));
}

TEST_F(HttpTlsTest, ARequiredCertificateIsRequired) {
  StartTls({}, ClientCertificates::kRequired);
  TlsTestClient nameless(port(), Client());
  nameless.Send(kGetHello);
  EXPECT_EQ(nameless.ReadUntil("hello"), "");
  TlsTestClient named(port(), Client(authority_.Issue()));
  named.Send(kGetHello);
  EXPECT_THAT(named.ReadUntil("hello"), HasSubstr("200 OK"));
  AwaitHandshakesFailed(1);
}

TEST_F(HttpTlsTest, SlowHandshakesAreCutAndHinderNobody) {
  StartTls({.threads = 1, .handshake_timeout = absl::Seconds(2)});
  std::vector<std::unique_ptr<TestClient>> slow;
  for (int i = 0; i < 50; ++i) {
    slow.push_back(std::make_unique<TestClient>(port()));
    if (i % 2 == 0) slow.back()->Send("\x16\x03\x01");
  }
  TlsTestClient client(port(), Client());
  client.Send(kGetHello);
  EXPECT_THAT(client.ReadUntil("hello"), HasSubstr("200 OK"));
  for (const auto& it : slow) EXPECT_TRUE(it->WaitClosed());
  EXPECT_EQ(HandshakesFailed(), 50u);
}

TEST_F(HttpTlsTest, OneConnectionTooManyIsToldSo) {
  StartTls({.connections_max = 1});
  TlsTestClient first(port(), Client());
  TlsTestClient second(port(), Client());
  EXPECT_THAT(second.ReadUntil("}"), HasSubstr("503 "));
}

}  // namespace
}  // namespace citylayers::runtime
