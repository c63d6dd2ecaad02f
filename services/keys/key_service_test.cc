// Tests of the gRPC adapter, with a real server in this process.
#include "services/keys/key_service.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "proto/support/proto_time.h"
#include "services/access/access_control.h"
#include "services/runtime/executor.h"
#include "services/runtime/log.h"
#include "services/runtime/metrics.h"
#include "services/runtime/timer.h"
#include "tests/support/temp_dir.h"

namespace citylayers::keys {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// A caller that may do everything.
access::Principal Admin(std::string name, std::string key_id) {
  access::Principal caller;
  caller.name = std::move(name);
  caller.key_id = std::move(key_id);
  caller.scopes = access::ScopeSet({{access::Permission::kAdmin, {}}});
  return caller;
}

access::Principal Process() {
  access::Principal caller = Admin("citylayersd", "");
  caller.is_process = true;
  return caller;
}

// Every caller is the one that the test has set; at first Duty, an administrator with a key.
class FakeAuthenticator final : public runtime::Authenticator {
 public:
  absl::StatusOr<std::shared_ptr<const access::Principal>> Authenticate(
      const runtime::CallMetadata&, const grpc::AuthContext*) const override {
    absl::MutexLock lock(&mutex_);
    return caller_;
  }
  bool IsCurrent(const access::Principal&) const override { return true; }
  void SetCaller(access::Principal caller) {
    absl::MutexLock lock(&mutex_);
    caller_ = std::make_shared<const access::Principal>(std::move(caller));
  }

 private:
  mutable absl::Mutex mutex_;
  std::shared_ptr<const access::Principal> caller_ ABSL_GUARDED_BY(mutex_) =
      std::make_shared<const access::Principal>(Admin("Duty", "dutydutyduty"));
};

class KeyServiceTest : public ::testing::Test {
 protected:
  // Once, also with --gtest_repeat. Before it, the log is on stdout.
  static void SetUpTestSuite() {
    [[maybe_unused]] static const bool is_started = [] {
      runtime::StartLog("info", runtime::LogFormat::kText);
      return true;
    }();
  }

  KeyServiceTest() {
    grpc::ServerBuilder builder;
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    stub_ = v1::KeyService::NewStub(server_->InProcessChannel({}));
  }
  ~KeyServiceTest() override { server_->Shutdown(); }

  grpc::Status Create(const v1::CreateKeyRequest& request, v1::CreateKeyResponse* response) {
    grpc::ClientContext context;
    return stub_->CreateKey(&context, request, response);
  }
  v1::CreateKeyResponse Create(const std::string& principal = "gate 7") {
    v1::CreateKeyRequest request;
    request.set_principal(principal);
    request.add_scopes("readings:write:stations/phu-an");
    v1::CreateKeyResponse response;
    const grpc::Status status = Create(request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }
  grpc::Status Rotate(const v1::RotateKeyRequest& request, v1::RotateKeyResponse* response) {
    grpc::ClientContext context;
    return stub_->RotateKey(&context, request, response);
  }
  grpc::Status Revoke(const std::string& name, v1::RevokeKeyResponse* response) {
    grpc::ClientContext context;
    v1::RevokeKeyRequest request;
    request.set_name(name);
    return stub_->RevokeKey(&context, request, response);
  }
  v1::ListKeysResponse List() {
    grpc::ClientContext context;
    v1::ListKeysResponse response;
    EXPECT_TRUE(stub_->ListKeys(&context, {}, &response).ok());
    return response;
  }
  bool Accepts(const std::string& key_text) const {
    return book_->ring()->Identify(key_text, clock_.Now()).ok();
  }

  const test::TempDir dir_;
  const WallClock clock_;
  runtime::Executor executor_{2, 100};
  runtime::Timer timer_;
  runtime::Metrics metrics_;
  FakeAuthenticator callers_;
  runtime::CallAdapter calls_{{}, executor_, timer_, metrics_, callers_};
  const std::unique_ptr<KeyBook> book_ = *KeyBook::Open(dir_ / "keys", {.count_max = 10}, clock_);
  KeyServiceImpl service_{calls_, *book_, clock_};
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<v1::KeyService::Stub> stub_;
};

TEST_F(KeyServiceTest, AKeyIsCreatedRotatedAndRevoked) {
  const v1::CreateKeyResponse made = Create();
  EXPECT_EQ(made.key().principal(), "gate 7");
  EXPECT_EQ(made.key().creator(), "Duty");
  ASSERT_EQ(made.key().scopes_size(), 1);
  EXPECT_EQ(made.key().scopes(0), "readings:write:stations/phu-an");
  EXPECT_TRUE(made.key().has_create_time());
  EXPECT_FALSE(made.key().has_expire_time());
  EXPECT_TRUE(Accepts(made.key_text()));

  v1::RotateKeyRequest rotate;
  rotate.set_name(made.key().name());
  rotate.mutable_overlap()->set_seconds(3600);
  *rotate.mutable_expire_time() = ToProtoTime(absl::FromUnixSeconds(4'000'000'000));
  v1::RotateKeyResponse rotated;
  const grpc::Status status = Rotate(rotate, &rotated);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(rotated.key().name(), made.key().name());
  EXPECT_EQ(rotated.key().expire_time().seconds(), 4'000'000'000);
  EXPECT_TRUE(rotated.key().has_overlap_end_time());
  EXPECT_TRUE(Accepts(made.key_text()));
  EXPECT_TRUE(Accepts(rotated.key_text()));

  v1::RevokeKeyResponse revoked;
  ASSERT_TRUE(Revoke(made.key().name(), &revoked).ok());
  EXPECT_TRUE(revoked.key().has_revoke_time());
  EXPECT_FALSE(Accepts(rotated.key_text()));
  ASSERT_EQ(List().keys_size(), 1);
  EXPECT_TRUE(List().keys(0).has_revoke_time());
}

TEST_F(KeyServiceTest, TheTextOfAKeyIsShownOnce) {
  ::testing::internal::CaptureStderr();
  const v1::CreateKeyResponse made = Create();
  v1::RotateKeyRequest rotate;
  rotate.set_name(made.key().name());
  rotate.mutable_overlap()->set_seconds(60);
  v1::RotateKeyResponse rotated;
  ASSERT_TRUE(Rotate(rotate, &rotated).ok());
  v1::RevokeKeyResponse revoked;
  ASSERT_TRUE(Revoke(made.key().name(), &revoked).ok());
  ASSERT_TRUE(Revoke(made.key().name(), &revoked).ok());
  const std::string log = ::testing::internal::GetCapturedStderr();
  callers_.SetCaller(Process());
  grpc::ClientContext watching;
  const auto watch = stub_->WatchKeyRing(&watching, {});
  v1::WatchKeyRingResponse ring;
  ASSERT_TRUE(watch->Read(&ring));
  watching.TryCancel();

  for (const std::string& text : {made.key_text(), rotated.key_text()}) {
    const std::string secret = text.substr(text.rfind('_') + 1);
    ASSERT_EQ(secret.size(), 32U);
    EXPECT_THAT(log, Not(HasSubstr(secret)));
    EXPECT_THAT(List().SerializeAsString(), Not(HasSubstr(secret)));
    EXPECT_THAT(ring.SerializeAsString(), Not(HasSubstr(secret)));
    EXPECT_THAT(revoked.SerializeAsString(), Not(HasSubstr(secret)));
  }
  for (const char* change : {"key created id=", "key rotated id=", "key revoked id="}) {
    EXPECT_THAT(log, HasSubstr(change));
  }
  EXPECT_THAT(log, HasSubstr("principal=\"gate 7\" scopes=readings:write:stations/phu-an by=Duty "
                             "by_key=dutydutyduty from="));
  EXPECT_EQ(log.find("key revoked"), log.rfind("key revoked")) << "the second changed nothing";
}

TEST_F(KeyServiceTest, TheCreatorOfAnAnonymousCallersKeyIsAnonymous) {
  callers_.SetCaller(Admin("", ""));
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(Create().key().creator(), "anonymous");
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, HasSubstr("by=anonymous by_key="));
  callers_.SetCaller(Process());
  EXPECT_EQ(Create().key().creator(), "citylayersd");
}

TEST_F(KeyServiceTest, OnlyProcessesReceiveTheHashes) {
  const auto code = [this](access::Principal caller, std::string* details) {
    callers_.SetCaller(std::move(caller));
    grpc::ClientContext context;
    const auto watch = stub_->WatchKeyRing(&context, {});
    v1::WatchKeyRingResponse ring;
    if (watch->Read(&ring)) context.TryCancel();
    const grpc::Status status = watch->Finish();
    *details = status.error_details();
    return status.error_code();
  };
  std::string details;
  EXPECT_EQ(code(Admin("Duty", "dutydutyduty"), &details), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_THAT(details, HasSubstr("SCOPE_NEEDED"));
  EXPECT_EQ(code(Process(), &details), grpc::StatusCode::CANCELLED) << "by the test";
  EXPECT_EQ(code(Admin("", ""), &details), grpc::StatusCode::CANCELLED)
      << "a city that permits everything to every caller";
}

TEST_F(KeyServiceTest, OnlyProcessesEndSessions) {
  const auto end = [this](const std::string& session) {
    grpc::ClientContext context;
    v1::EndSessionRequest request;
    request.set_session(session);
    v1::EndSessionResponse response;
    return stub_->EndSession(&context, request, &response).error_code();
  };
  callers_.SetCaller(Admin("Duty", "dutydutyduty"));
  const v1::CreateKeyResponse made = Create();
  EXPECT_EQ(end("x"), grpc::StatusCode::PERMISSION_DENIED);
  const auto holder = book_->ring()->Identify(made.key_text(), clock_.Now());
  ASSERT_TRUE(holder.ok()) << holder.status();
  const std::string session =
      book_->ring()->NewSession(**holder, clock_.Now(), absl::Hours(1))->cookie_text;
  callers_.SetCaller(Process());
  EXPECT_EQ(end("x"), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(end(session), grpc::StatusCode::OK);
  EXPECT_EQ(end(session), grpc::StatusCode::UNAUTHENTICATED) << "it has ended already";
}

TEST_F(KeyServiceTest, AWatcherReceivesEachChange) {
  callers_.SetCaller(Process());
  grpc::ClientContext context;
  const auto watch = stub_->WatchKeyRing(&context, {});
  v1::WatchKeyRingResponse news;
  ASSERT_TRUE(watch->Read(&news));
  EXPECT_EQ(news.ring().keys_size(), 0);
  EXPECT_EQ(news.ring().pepper().size(), 32U);
  callers_.SetCaller(Admin("Duty", "dutydutyduty"));
  const v1::CreateKeyResponse made = Create();
  ASSERT_TRUE(watch->Read(&news));
  const auto keys = FromProto(news.ring());
  ASSERT_TRUE(keys.ok()) << keys.status();
  const access::KeyRing ring(keys->records, keys->pepper);
  EXPECT_TRUE(ring.Identify(made.key_text(), clock_.Now()).ok());
  v1::RevokeKeyResponse revoked;
  ASSERT_TRUE(Revoke(made.key().name(), &revoked).ok());
  ASSERT_TRUE(watch->Read(&news));
  EXPECT_TRUE(news.ring().keys(0).key().has_revoke_time());
  context.TryCancel();
  while (watch->Read(&news)) {
  }
  EXPECT_EQ(watch->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(KeyServiceTest, ErrorsNameTheField) {
  const auto expect_bad = [](const grpc::Status& status, const char* field) {
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_THAT(status.error_message(), HasSubstr(field));
    EXPECT_THAT(status.error_details(), HasSubstr("BAD_FIELD"));
  };
  v1::CreateKeyRequest create;
  v1::CreateKeyResponse made;
  expect_bad(Create(create, &made), "principal: ");
  create.set_principal("anonymous");
  expect_bad(Create(create, &made), "principal: \"anonymous\" is reserved");
  create.set_principal("x");
  expect_bad(Create(create, &made), "scopes: ");
  create.add_scopes("fly");
  expect_bad(Create(create, &made), "scopes[0]: ");
  create.set_scopes(0, "admin");
  create.mutable_expire_time()->set_nanos(-1);
  expect_bad(Create(create, &made), "expire_time: must be between");
  create.mutable_expire_time()->set_nanos(0);
  expect_bad(Create(create, &made), "expire_time: 1970");
  v1::RotateKeyRequest rotate;
  v1::RotateKeyResponse rotated;
  expect_bad(Rotate(rotate, &rotated), "name: ");
  rotate.set_name(Create().key().name());
  rotate.mutable_overlap()->set_seconds(-1);
  expect_bad(Rotate(rotate, &rotated), "overlap: ");
  rotate.mutable_overlap()->set_seconds(1LL << 62);
  expect_bad(Rotate(rotate, &rotated), "overlap: ");
  v1::RevokeKeyResponse revoked;
  expect_bad(Revoke("clk_x", &revoked), "name: ");
  EXPECT_EQ(Revoke("keys/aaaaaaaaaaaa", &revoked).error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(KeyServiceTest, TooManyKeysAreRefused) {
  for (int i = 0; i < 10; ++i) Create();
  v1::CreateKeyRequest request;
  request.set_principal("x");
  request.add_scopes("admin");
  v1::CreateKeyResponse response;
  EXPECT_EQ(Create(request, &response).error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(List().keys_size(), 10);
}

}  // namespace
}  // namespace citylayers::keys
