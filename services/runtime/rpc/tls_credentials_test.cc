// TLS of the gRPC port: certificates that change, and callers that are identified by one.
#include "services/runtime/rpc/tls_credentials.h"

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include <gmock/gmock.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "services/runtime/rpc/authenticator.h"
#include "services/runtime/rpc/grpc_listener.h"
#include "tests/support/temp_dir.h"
#include "tests/support/tls_test_client.h"

namespace citylayers::runtime {
namespace {

using access::AccessControl;
using access::ApiKey;
using access::KeyRecord;
using test::TestAuthority;
using test::TestIdentity;
using test::TlsTestClient;
using ::testing::HasSubstr;

// Answers each call at once; its message is the name of the caller.
class WhoService final : public grpc::CallbackGenericService {
 public:
  explicit WhoService(const AccessControl& control) : authenticator_(control) {}

 private:
  class Answer final : public grpc::ServerGenericBidiReactor {
   public:
    explicit Answer(const grpc::Status& status) { Finish(status); }
    void OnDone() override { delete this; }
  };
  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override {
    const auto caller =
        authenticator_.Authenticate(context->client_metadata(), context->auth_context().get());
    return new Answer(caller.ok()
                          ? grpc::Status(grpc::StatusCode::NOT_FOUND,
                                         (*caller)->is_anonymous() ? "anonymous" : (*caller)->name)
                          : grpc::Status(grpc::StatusCode::UNAUTHENTICATED,
                                         std::string(ToStd(caller.status().message()))));
  }

  const KeyAuthenticator authenticator_;
};

class TlsCredentialsTest : public ::testing::Test {
 protected:
  void Start(ClientCertificates clients = ClientCertificates::kNone) {
    Write(authority_.Issue());
    TlsSettings settings{.certificate_file = dir_ / "tls.crt", .key_file = dir_ / "tls.key"};
    settings.clients = clients;
    if (clients != ClientCertificates::kNone) {
      settings.client_ca_file = dir_ / "ca.crt";
      test::WriteSecret(settings.client_ca_file, authority_.certificate());
    }
    auto source = TlsSource::Open(settings, metrics_, clock_);
    ASSERT_TRUE(source.ok()) << source.status();
    source_ = *std::move(source);
    listener_ = std::make_unique<GrpcListener>(GrpcListener::Options(), metrics_);
    port_ = listener_->Bind({"127.0.0.1", 0}).value();
    grpc::ServerBuilder builder;
    builder.RegisterCallbackGenericService(&service_);
    listener_->Register(builder, MakeServerCredentials(*source_));
    server_ = builder.BuildAndStart();
    ASSERT_NE(server_, nullptr);
    listener_->Start();
  }
  void TearDown() override {
    listener_->Stop();
    server_->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(1));
    server_->Wait();
  }
  void Write(const TestIdentity& identity) const {
    test::WriteSecret(dir_ / "tls.crt", identity.certificate);
    test::WriteSecret(dir_ / "tls.key", identity.key);
  }
  std::shared_ptr<grpc::Channel> ChannelWith(
      const std::shared_ptr<grpc::ChannelCredentials>& credentials) const {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return grpc::CreateCustomChannel(StrCat("localhost:", port_), credentials, arguments);
  }
  std::shared_ptr<grpc::ChannelCredentials> Client(const TestIdentity& identity = {}) const {
    return grpc::SslCredentials({.pem_root_certs = authority_.certificate(),
                                 .pem_private_key = identity.key,
                                 .pem_cert_chain = identity.certificate});
  }
  static grpc::Status CallOn(const std::shared_ptr<grpc::Channel>& channel,
                             const std::string& key = "", bool is_passed_on = false) {
    grpc::GenericStub stub(channel);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    if (!key.empty()) context.AddMetadata("x-api-key", key);
    if (is_passed_on) context.AddMetadata(kPassedOnMetadata, "1");
    grpc::CompletionQueue queue;
    const auto call = stub.PrepareUnaryCall(&context, "/a.B/C", grpc::ByteBuffer(), &queue);
    call->StartCall();
    grpc::ByteBuffer response;
    grpc::Status status;
    call->Finish(&response, &status, nullptr);
    void* tag = nullptr;
    bool ok = false;
    queue.Next(&tag, &ok);
    return status;
  }
  // The name by which the server knows the caller, over a new connection.
  std::string CallerOf(const TestIdentity& identity, const std::string& key = "") const {
    return CallOn(ChannelWith(Client(identity)), key).error_message();
  }
  std::string SubjectOfServer() const {
    const TlsTestClient client(port_, {.authority = authority_.certificate(), .protocol = "h2"});
    EXPECT_EQ(client.protocol(), "h2");
    return client.subject();
  }
  void SetKeys(std::vector<KeyRecord> records) {
    control_.SetRing(std::make_shared<const access::KeyRing>(std::move(records), "pepper"));
  }
  static KeyRecord RecordOf(std::string principal, std::string certificate_name) {
    const ApiKey key = ApiKey::Generate().value();
    return {.id = key.id,
            .principal = std::move(principal),
            .scopes = {*access::ParseScope("readings:write")},
            .certificate_name = std::move(certificate_name),
            .secrets = {{.hash = access::HashOf(key, "pepper")}}};
  }

  const test::TempDir dir_;
  const TestAuthority authority_;
  const WallClock clock_;
  Metrics metrics_;
  const ApiKey process_key_ = ApiKey::Generate().value();
  AccessControl control_{access::ScopeSet(), process_key_, clock_};
  std::unique_ptr<TlsSource> source_;
  WhoService service_{control_};
  std::unique_ptr<GrpcListener> listener_;
  std::uint16_t port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

TEST_F(TlsCredentialsTest, NewConnectionsUseTheNewCertificateAndOpenOnesStay) {
  Start();
  const auto open = ChannelWith(Client());
  EXPECT_EQ(CallOn(open).error_code(), grpc::StatusCode::NOT_FOUND);
  Write(authority_.Issue({.subject = {"CN", "renewed"}}));
  source_->Poll();
  source_->Poll();
  EXPECT_EQ(SubjectOfServer(), "CN=renewed");
  EXPECT_EQ(SubjectOfServer(), "CN=renewed");
  EXPECT_EQ(open->GetState(false), GRPC_CHANNEL_READY);
  EXPECT_EQ(CallOn(open).error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(TlsCredentialsTest, ClientsThatDoNotTrustTheServerOrSpeakNoTlsAreNotServed) {
  Start();
  EXPECT_EQ(
      CallOn(ChannelWith(grpc::SslCredentials({.pem_root_certs = TestAuthority().certificate()})))
          .error_code(),
      grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(CallOn(ChannelWith(grpc::InsecureChannelCredentials())).error_code(),
            grpc::StatusCode::UNAVAILABLE);
}

TEST_F(TlsCredentialsTest, ACertificateActsAsTheKeyThatNamesIt) {
  Start(ClientCertificates::kOptional);
  const TestIdentity gateway =
      authority_.Issue({.subject = {"O", "City", "CN", "gateway-7"},
                        .alternative_names = "DNS:gw7.example.org,URI:spiffe://city/gw7"});
  SetKeys({RecordOf("by subject", "CN=gateway-7,O=City")});
  EXPECT_EQ(CallerOf(gateway), "by subject");
  EXPECT_EQ(CallerOf({}), "anonymous");
  EXPECT_EQ(CallerOf(authority_.Issue({.subject = {"CN", "gateway-8"}})), "anonymous");
  EXPECT_EQ(CallerOf(gateway, process_key_.ToText()), "citylayersd") << "a key comes first";
  SetKeys({RecordOf("by host", "DNS:gw7.example.org")});
  EXPECT_EQ(CallerOf(gateway), "by host");
  SetKeys({RecordOf("by address", "URI:spiffe://city/gw7")});
  EXPECT_EQ(CallerOf(gateway), "by address");
}

TEST_F(TlsCredentialsTest, TheCertificateOfAGatewayIsNotThatOfItsClients) {
  Start(ClientCertificates::kOptional);
  SetKeys({RecordOf("the gateway itself", "CN=gateway")});
  const auto channel = ChannelWith(Client(authority_.Issue({.subject = {"CN", "gateway"}})));
  EXPECT_EQ(CallOn(channel).error_message(), "the gateway itself");
  EXPECT_EQ(CallOn(channel, "", /*is_passed_on=*/true).error_message(), "anonymous");
}

TEST_F(TlsCredentialsTest, ACertificateOfARevokedKeyOrOfTwoKeysIsRefused) {
  Start(ClientCertificates::kOptional);
  const TestIdentity gateway = authority_.Issue({.subject = {"CN", "gateway-7"}});
  KeyRecord revoked = RecordOf("gone", "CN=gateway-7");
  revoked.revoke_time = absl::Now();
  SetKeys({revoked});
  EXPECT_THAT(CallerOf(gateway), HasSubstr("was revoked"));
  SetKeys({RecordOf("new", "CN=gateway-7"), revoked});
  EXPECT_EQ(CallerOf(gateway), "new");
  SetKeys({RecordOf("one", "CN=gateway-7"), RecordOf("two", "DNS:localhost")});
  EXPECT_THAT(CallerOf(gateway), HasSubstr("names of two API keys"));
}

TEST_F(TlsCredentialsTest, ARequiredCertificateMustBeOfTheAuthority) {
  Start(ClientCertificates::kRequired);
  SetKeys({});
  EXPECT_EQ(CallerOf(authority_.Issue()), "anonymous");
  const auto code = [this](const TestIdentity& identity) {
    return CallOn(ChannelWith(Client(identity))).error_code();
  };
  EXPECT_EQ(code({}), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(code(TestAuthority().Issue()), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(code(authority_.Issue({.not_after = absl::Now() - absl::Minutes(1)})),
            grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(CallOn(ChannelWith(MakeProbeCredentials(*source_))).error_code(),
            grpc::StatusCode::NOT_FOUND)
      << "the self probe has its own certificate";
}

TEST_F(TlsCredentialsTest, ABackendIsCheckedByItsAuthorityAndItsName) {
  Start(ClientCertificates::kRequired);
  SetKeys({});
  const TestIdentity own = authority_.Issue({.subject = {"CN", "process"}});
  BackendTlsFiles files{.ca_file = dir_ / "backend-ca.crt",
                        .certificate_file = dir_ / "own.crt",
                        .key_file = dir_ / "own.key"};
  test::WriteSecret(files.ca_file, authority_.certificate());
  test::WriteSecret(files.certificate_file, own.certificate);
  test::WriteSecret(files.key_file, own.key);
  EXPECT_EQ(CallOn(ChannelWith(MakeBackendCredentials(files))).error_message(), "anonymous");
  test::WriteSecret(files.ca_file, TestAuthority().certificate());
  EXPECT_EQ(CallOn(ChannelWith(MakeBackendCredentials(files))).error_code(),
            grpc::StatusCode::UNAVAILABLE);
  test::WriteSecret(files.ca_file, authority_.certificate());
  Write(authority_.Issue({.alternative_names = "DNS:other.example.org"}));
  source_->Poll();
  source_->Poll();
  EXPECT_EQ(CallOn(ChannelWith(MakeBackendCredentials(files))).error_code(),
            grpc::StatusCode::UNAVAILABLE)
      << "the certificate is of another host";
}

TEST(ParseBackend, HttpsMeansTls) {
  EXPECT_EQ(ParseBackend("https://flood.city:50051/").target, "flood.city:50051");
  EXPECT_TRUE(ParseBackend("HTTPS://flood.city:50051").has_tls);
  EXPECT_EQ(ParseBackend("127.0.0.1:50051").target, "127.0.0.1:50051");
  EXPECT_FALSE(ParseBackend("127.0.0.1:50051").has_tls);
}

}  // namespace
}  // namespace citylayers::runtime
