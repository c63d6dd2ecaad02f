// Tests of following the keys of another process, with a server on a Unix socket.
#include "services/keys/key_follower.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "services/keys/key_book.h"
#include "services/keys/key_service.h"
#include "tests/support/eventually.h"
#include "tests/support/module_process.h"
#include "tests/support/temp_dir.h"

namespace citylayers::keys {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A server that sends the rings of a test, which a newer program may have written.
class FakeKeys final : public v1::KeyService::Service {
 public:
  void Send(const v1::KeyRing& ring) {
    absl::MutexLock lock(&mutex_);
    ring_ = ring;
    ++version_;
  }

  grpc::Status WatchKeyRing(grpc::ServerContext* context, const v1::WatchKeyRingRequest*,
                            grpc::ServerWriter<v1::WatchKeyRingResponse>* writer) override {
    std::uint64_t sent = 0;
    absl::MutexLock lock(&mutex_);
    while (!context->IsCancelled()) {
      const auto more = [&] { return sent != version_ || context->IsCancelled(); };
      mutex_.AwaitWithTimeout(absl::Condition(&more), absl::Milliseconds(20));
      if (sent == version_) continue;
      sent = version_;
      v1::WatchKeyRingResponse response;
      *response.mutable_ring() = ring_;
      writer->Write(response);
    }
    return grpc::Status::OK;
  }

 private:
  absl::Mutex mutex_;
  v1::KeyRing ring_ ABSL_GUARDED_BY(mutex_);
  std::uint64_t version_ ABSL_GUARDED_BY(mutex_) = 0;
};

class KeyFollowerTest : public ::testing::Test {
 protected:
  KeyFollowerTest() {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 50);
    arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 50);
    arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 50);
    follower_process_.channel =
        grpc::CreateCustomChannel(address_, grpc::InsecureChannelCredentials(), arguments);
  }
  ~KeyFollowerTest() override {
    follower_.reset();
    Stop();
  }

  void Serve(grpc::Service& service) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort(address_, grpc::InsecureServerCredentials());
    builder.RegisterService(&service);
    server_ = builder.BuildAndStart();
    ASSERT_NE(server_, nullptr);
  }
  void ServeBook() {
    service_ = std::make_unique<KeyServiceImpl>(keys_process_.calls(), *book_, clock_);
    Serve(*service_);
  }
  void Stop() {
    if (server_ != nullptr) server_->Shutdown(std::chrono::system_clock::now());
    server_.reset();
    service_.reset();
  }
  void Follow() { follower_ = std::make_unique<KeyFollower>(follower_process_.context()); }

  IssuedKey Create() {
    auto issued = book_->Create({.principal = "gate 7", .scopes = {"readings:write"}});
    EXPECT_TRUE(issued.ok()) << issued.status();
    return *std::move(issued);
  }
  bool Accepts(const IssuedKey& key) {
    return follower_process_.access().Identify(key.key.ToText()).ok();
  }
  [[nodiscard]] bool EventuallyAccepts(const IssuedKey& key) {
    return test::Eventually([&] { return Accepts(key); });
  }
  [[nodiscard]] bool EventuallyRefuses(const IssuedKey& key) {
    return test::Eventually([&] { return !Accepts(key); });
  }
  std::string Notice() const {
    const std::vector<std::string> notices = follower_->Notices();
    return notices.empty() ? std::string() : notices.front();
  }

  const test::TempDir dir_;
  const std::string address_ = "unix:" + (dir_ / "socket");
  const WallClock clock_;
  test::ModuleProcess keys_process_, follower_process_;
  const std::unique_ptr<KeyBook> book_ = *KeyBook::Open(dir_ / "keys", {}, clock_);
  FakeKeys fake_;
  std::unique_ptr<KeyServiceImpl> service_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<KeyFollower> follower_;
};

TEST_F(KeyFollowerTest, KeysAndTheirRevocationsArrive) {
  const IssuedKey early = Create();
  ServeBook();
  Follow();
  ASSERT_TRUE(EventuallyAccepts(early));
  const IssuedKey late = Create();
  ASSERT_TRUE(EventuallyAccepts(late));
  ASSERT_TRUE(book_->Revoke(early.record.id).ok());
  ASSERT_TRUE(EventuallyRefuses(early));
  EXPECT_TRUE(Accepts(late));
  EXPECT_THAT(follower_->Notices(), IsEmpty());
}

TEST_F(KeyFollowerTest, BeforeTheFirstAnswerNoKeyIsAccepted) {
  const IssuedKey key = Create();
  Follow();
  EXPECT_FALSE(Accepts(key));
  EXPECT_FALSE(follower_process_.access().has_ring());
  EXPECT_THAT(follower_->Notices(), IsEmpty()) << "the process is not ready";
  ServeBook();
  EXPECT_TRUE(EventuallyAccepts(key));
}

TEST_F(KeyFollowerTest, WithoutItsPeerTheLatestKeysStayInForceAndANoticeSaysSo) {
  const IssuedKey kept = Create(), revoked = Create();
  ServeBook();
  Follow();
  ASSERT_TRUE(EventuallyAccepts(revoked));
  Stop();
  ASSERT_TRUE(test::Eventually([&] { return !Notice().empty(); }));
  const std::string notice = Notice();
  EXPECT_THAT(notice, HasSubstr("keys: the process with the API keys has not answered since 2"));
  EXPECT_THAT(notice, HasSubstr("keys revoked since then are still accepted here"));
  ASSERT_TRUE(book_->Revoke(revoked.record.id).ok());
  EXPECT_TRUE(Accepts(kept));
  EXPECT_TRUE(Accepts(revoked));
  ServeBook();
  ASSERT_TRUE(EventuallyRefuses(revoked));
  EXPECT_TRUE(Accepts(kept));
  EXPECT_TRUE(test::Eventually([&] { return Notice().empty(); }));
}

TEST_F(KeyFollowerTest, AKeyThatCannotBeReadDoesNotDelayOthers) {
  const IssuedKey newer = Create(), revoked = Create();
  ::testing::internal::CaptureStdout();  // the log, before StartLog
  ::testing::internal::CaptureStderr();  // and after it
  Serve(fake_);
  Follow();
  fake_.Send(book_->Snapshot());
  ASSERT_TRUE(EventuallyAccepts(newer));
  const auto send_with_unknown_scope = [&] {
    v1::KeyRing ring = book_->Snapshot();
    ring.mutable_keys(0)->mutable_key()->add_scopes("fly");
    fake_.Send(ring);
  };
  ASSERT_TRUE(book_->Revoke(revoked.record.id).ok());
  send_with_unknown_scope();
  EXPECT_TRUE(EventuallyRefuses(revoked));
  EXPECT_TRUE(EventuallyRefuses(newer));
  const IssuedKey late = Create();
  send_with_unknown_scope();
  EXPECT_TRUE(EventuallyAccepts(late));
  EXPECT_THAT(follower_->Notices(), IsEmpty());
  follower_.reset();
  const std::string log =
      ::testing::internal::GetCapturedStdout() + ::testing::internal::GetCapturedStderr();
  const std::string line = "an API key cannot be read and is refused id=" + newer.record.id;
  EXPECT_THAT(log, HasSubstr(line));
  EXPECT_EQ(log.find(line), log.rfind(line)) << "once for one change:\n" << log;
  EXPECT_THAT(log, HasSubstr("which this program does not know"));
}

TEST_F(KeyFollowerTest, KeysThatCannotBeReadAtAllLeaveTheFormerOnesInForce) {
  const IssuedKey key = Create();
  Serve(fake_);
  Follow();
  fake_.Send(book_->Snapshot());
  ASSERT_TRUE(EventuallyAccepts(key));
  v1::KeyRing ring = book_->Snapshot();
  ring.clear_pepper();
  fake_.Send(ring);
  ASSERT_TRUE(test::Eventually([&] { return !Notice().empty(); }));
  EXPECT_THAT(Notice(), HasSubstr("has sent keys that this program cannot read since 2"));
  EXPECT_TRUE(Accepts(key));
  fake_.Send(book_->Snapshot());
  EXPECT_TRUE(test::Eventually([&] { return Notice().empty(); }));
}

}  // namespace
}  // namespace citylayers::keys
