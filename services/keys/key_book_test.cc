#include "services/keys/key_book.h"

#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "tests/support/temp_dir.h"

namespace citylayers::keys {
namespace {

using ::testing::HasSubstr;

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

class FakeClock final : public Clock {
 public:
  absl::Time Now() const override { return now_; }
  void Advance(absl::Duration by) { now_ += by; }

 private:
  absl::Time now_ = kNow;
};

class KeyBookTest : public ::testing::Test {
 protected:
  KeyBookTest() { Open(); }

  void Open(KeyBookOptions options = {}) {
    book_.reset();
    auto book = KeyBook::Open(path_, options, clock_);
    ASSERT_TRUE(book.ok()) << book.status();
    book_ = *std::move(book);
  }
  IssuedKey Create(std::string principal = "gate 7") {
    auto issued = book_->Create({.principal = std::move(principal), .scopes = {"readings:write"}});
    EXPECT_TRUE(issued.ok()) << issued.status();
    return *std::move(issued);
  }
  IssuedKey Rotate(const IssuedKey& key, absl::Duration overlap) {
    auto issued = book_->Rotate(key.record.id, overlap, std::nullopt);
    EXPECT_TRUE(issued.ok()) << issued.status();
    return *std::move(issued);
  }
  bool Accepts(const IssuedKey& key) const {
    return book_->ring()->Identify(key.key.ToText(), clock_.Now()).ok();
  }
  // Until Repair: every write of the file fails. A directory cannot be opened for writing, by root
  // neither.
  void BreakDisk() const { std::filesystem::create_directory(path_ + ".new"); }
  void Repair() const { std::filesystem::remove(path_ + ".new"); }

  const test::TempDir dir_;
  const std::string path_ = dir_ / "keys";
  FakeClock clock_;
  std::unique_ptr<KeyBook> book_;
};

TEST_F(KeyBookTest, ANewKeyIsAcceptedAtOnceAndAfterARestart) {
  EXPECT_TRUE(book_->is_new());
  EXPECT_FALSE(std::filesystem::exists(path_)) << "written with the first change";
  const auto made = book_->Create({.principal = "trạm Phú An",
                                   .scopes = {"readings:write:stations/phu-an", "layers:read"},
                                   .expire_time = kNow + absl::Hours(1),
                                   .creator = "Duty"});
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_FALSE(book_->is_new());
  EXPECT_EQ(made->record.id, made->key.id);
  EXPECT_EQ(made->record.create_time, kNow);
  for (const char* when : {"at once", "after a restart"}) {
    const auto caller = book_->ring()->Identify(made->key.ToText(), clock_.Now());
    ASSERT_TRUE(caller.ok()) << when << ": " << caller.status();
    EXPECT_EQ((*caller)->name, "trạm Phú An");
    EXPECT_TRUE((*caller)->scopes.AllowsAll(access::Permission::kLayersRead));
    EXPECT_EQ(book_->List().at(0).creator, "Duty");
    EXPECT_EQ(book_->List().at(0).create_time, kNow);
    Open();
    EXPECT_FALSE(book_->is_new());
  }
  clock_.Advance(absl::Hours(1));
  EXPECT_FALSE(Accepts(*made)) << "expired";
  EXPECT_EQ(book_->List().size(), 1U) << "and still listed";
}

TEST_F(KeyBookTest, InvalidKeysAreNotCreated) {
  const auto code = [this](const NewKey& key) { return book_->Create(key).status().code(); };
  EXPECT_EQ(code({.principal = "", .scopes = {"admin"}}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code({.principal = "x", .scopes = {}}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code({.principal = "x", .scopes = {"fly"}}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code({.principal = "x", .scopes = {"admin"}, .expire_time = kNow}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(book_->List().empty());
  EXPECT_TRUE(book_->is_new());
}

//   secret   0 min   10 min   15 min
//   old      yes     no       no
//   new      yes     yes      yes
TEST_F(KeyBookTest, ARotationOverlaps) {
  const IssuedKey old_key = Create();
  const IssuedKey new_key = Rotate(old_key, absl::Minutes(10));
  EXPECT_EQ(new_key.record.id, old_key.record.id);
  EXPECT_NE(new_key.key.secret, old_key.key.secret);
  EXPECT_TRUE(Accepts(old_key));
  EXPECT_TRUE(Accepts(new_key));
  clock_.Advance(absl::Minutes(10));
  EXPECT_FALSE(Accepts(old_key));
  EXPECT_TRUE(Accepts(new_key));
  EXPECT_EQ(book_->List().at(0).secrets.size(), 2U);
  const IssuedKey newest = Rotate(new_key, absl::ZeroDuration());
  EXPECT_FALSE(Accepts(new_key)) << "no overlap";
  EXPECT_TRUE(Accepts(newest));
  EXPECT_EQ(book_->List().at(0).secrets.size(), 1U) << "those that have ended are dropped";
  Open();
  EXPECT_TRUE(Accepts(newest));
}

TEST_F(KeyBookTest, ASecondRotationDoesNotLengthenTheFirst) {
  const IssuedKey first = Create();
  const IssuedKey second = Rotate(first, absl::Minutes(10));
  const IssuedKey third = Rotate(second, absl::Hours(1));
  clock_.Advance(absl::Minutes(10));
  EXPECT_FALSE(Accepts(first));
  EXPECT_TRUE(Accepts(second));
  EXPECT_TRUE(Accepts(third));
}

TEST_F(KeyBookTest, AKeyHasAFewSecrets) {
  std::vector<IssuedKey> keys = {Create()};
  while (keys.size() < KeyBook::kSecretsMax) {
    keys.push_back(Rotate(keys.back(), absl::Hours(1)));
    clock_.Advance(absl::Minutes(1));
  }
  const absl::Status refused =
      book_->Rotate(keys[0].record.id, absl::Hours(1), std::nullopt).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(refused)) << refused;
  EXPECT_THAT(ToStd(refused.message()), HasSubstr("ends at 2023-11-14T23:13:20.000Z"));
  EXPECT_THAT(ToStd(refused.message()), HasSubstr("without overlap"));
  EXPECT_EQ(book_->List().at(0).secrets.size(), KeyBook::kSecretsMax);
  for (std::size_t i = 0; i < keys.size(); ++i) EXPECT_TRUE(Accepts(keys[i])) << i;
  // An hour after the first rotation its overlap ends, and another one is possible.
  clock_.Advance(absl::Hours(1) - absl::Minutes(keys.size() - 1));
  EXPECT_FALSE(Accepts(keys[0]));
  keys.push_back(Rotate(keys.back(), absl::Hours(1)));
  for (std::size_t i = 1; i < keys.size(); ++i) EXPECT_TRUE(Accepts(keys[i])) << i;
}

TEST_F(KeyBookTest, ARotationWithoutOverlapEndsAllFormerSecrets) {
  std::vector<IssuedKey> keys = {Create()};
  while (keys.size() < KeyBook::kSecretsMax) keys.push_back(Rotate(keys.back(), absl::Hours(1)));
  const IssuedKey newest = Rotate(keys.back(), absl::ZeroDuration());
  for (std::size_t i = 0; i < keys.size(); ++i) EXPECT_FALSE(Accepts(keys[i])) << i;
  EXPECT_TRUE(Accepts(newest));
  EXPECT_EQ(book_->List().at(0).secrets.size(), 1U);
}

TEST_F(KeyBookTest, ARotationExtendsAKeyThatHasExpired) {
  const auto made =
      book_->Create({.principal = "x", .scopes = {"admin"}, .expire_time = kNow + absl::Hours(1)});
  ASSERT_TRUE(made.ok());
  clock_.Advance(absl::Hours(2));
  const auto same = book_->Rotate(made->key.id, absl::ZeroDuration(), std::nullopt);
  EXPECT_TRUE(absl::IsInvalidArgument(same.status())) << "it would have expired";
  const auto later =
      book_->Rotate(made->key.id, absl::ZeroDuration(), clock_.Now() + absl::Hours(1));
  ASSERT_TRUE(later.ok()) << later.status();
  EXPECT_TRUE(Accepts(*later));
}

TEST_F(KeyBookTest, ARevokedKeyStaysRevoked) {
  const IssuedKey key = Create();
  const auto revoked = book_->Revoke(key.record.id);
  ASSERT_TRUE(revoked.ok()) << revoked.status();
  EXPECT_FALSE(revoked->was_revoked);
  EXPECT_FALSE(Accepts(key));
  clock_.Advance(absl::Hours(1));
  Open();
  EXPECT_FALSE(Accepts(key));
  const auto again = book_->Revoke(key.record.id);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(again->was_revoked);
  EXPECT_EQ(again->record.revoke_time, kNow) << "nothing changes";
  const auto rotated = book_->Rotate(key.record.id, absl::ZeroDuration(), std::nullopt);
  EXPECT_TRUE(absl::IsFailedPrecondition(rotated.status())) << rotated.status();
}

TEST_F(KeyBookTest, AnUnknownKeyIsNotFound) {
  EXPECT_TRUE(absl::IsNotFound(book_->Revoke("aaaa").status()));
  const absl::Status status = book_->Rotate("aaaa", absl::ZeroDuration(), std::nullopt).status();
  EXPECT_TRUE(absl::IsNotFound(status));
  EXPECT_THAT(ToStd(status.message()), HasSubstr("keys/aaaa"));
}

TEST_F(KeyBookTest, AFailedWriteChangesNothing) {
  const IssuedKey key = Create();
  int changes = 0;
  book_->AddListener([&changes](const auto&) { ++changes; });
  const std::string before = book_->Snapshot().SerializeAsString();
  const auto ring = book_->ring();
  BreakDisk();
  const absl::Status created = book_->Create({.principal = "x", .scopes = {"admin"}}).status();
  EXPECT_TRUE(absl::IsUnavailable(created)) << created;
  EXPECT_THAT(ToStd(created.message()), HasSubstr("nothing has changed"));
  EXPECT_TRUE(absl::IsUnavailable(
      book_->Rotate(key.record.id, absl::ZeroDuration(), std::nullopt).status()));
  EXPECT_TRUE(absl::IsUnavailable(book_->Revoke(key.record.id).status()));
  EXPECT_EQ(book_->Snapshot().SerializeAsString(), before);
  EXPECT_EQ(book_->ring(), ring);
  EXPECT_EQ(changes, 0);
  Repair();
  EXPECT_TRUE(book_->Revoke(key.record.id).ok());
  EXPECT_EQ(changes, 1);
  EXPECT_FALSE(Accepts(key));
}

TEST_F(KeyBookTest, TheNumberOfKeysIsLimited) {
  Open({.count_max = 2});
  const IssuedKey first = Create();
  Create();
  const absl::Status third = book_->Create({.principal = "x", .scopes = {"admin"}}).status();
  EXPECT_TRUE(absl::IsResourceExhausted(third)) << third;
  EXPECT_THAT(ToStd(third.message()), HasSubstr("keys.count_max"));
  EXPECT_TRUE(book_->Revoke(first.record.id).ok());
}

TEST_F(KeyBookTest, TheBytesOfAllKeysAreLimited) {
  Open({.ring_bytes_max = 500});
  const IssuedKey first = Create();
  const absl::Status second =
      book_->Create({.principal = "x", .scopes = std::vector<std::string>(50, "readings:write")})
          .status();
  EXPECT_TRUE(absl::IsResourceExhausted(second)) << second;
  EXPECT_THAT(ToStd(second.message()), HasSubstr("grpc.message_bytes_max"));
  EXPECT_EQ(book_->List().size(), 1U);
  EXPECT_TRUE(book_->Revoke(first.record.id).ok());
}

TEST_F(KeyBookTest, TheBytesOfRotatedKeysAreLimited) {
  const IssuedKey key = Create();
  // Room for one former secret: a hash of 32 bytes, a time and their tags.
  Open({.ring_bytes_max = book_->Snapshot().ByteSizeLong() + 60});
  const IssuedKey second = Rotate(key, absl::Hours(1));
  const absl::Status third = book_->Rotate(key.record.id, absl::Hours(1), std::nullopt).status();
  EXPECT_TRUE(absl::IsResourceExhausted(third)) << third;
  EXPECT_TRUE(Accepts(second)) << "nothing has changed";
  Open({.ring_bytes_max = 1});
  const IssuedKey last = Rotate(second, absl::ZeroDuration());
  EXPECT_FALSE(Accepts(second)) << "a rotation after a leak passes";
  EXPECT_TRUE(Accepts(last));
  EXPECT_TRUE(book_->Revoke(key.record.id).ok());
  EXPECT_FALSE(Accepts(last));
}

class SessionsTest : public KeyBookTest {
 protected:
  std::string SignIn(const IssuedKey& key) {
    clock_.Advance(absl::Seconds(1));
    const auto holder = book_->ring()->Identify(key.key.ToText(), clock_.Now());
    EXPECT_TRUE(holder.ok()) << holder.status();
    return book_->ring()->NewSession(**holder, clock_.Now(), absl::Hours(12))->cookie_text;
  }
  bool IsSignedIn(const std::string& session) const {
    return book_->ring()->IdentifySession(session, clock_.Now()).ok();
  }
};

TEST_F(SessionsTest, ASessionEndsAndStaysEndedAfterARestart) {
  const IssuedKey key = Create();
  const std::string first = SignIn(key), second = SignIn(key);
  EXPECT_TRUE(IsSignedIn(first));
  EXPECT_TRUE(book_->EndSession(first).ok());
  EXPECT_FALSE(IsSignedIn(first));
  EXPECT_TRUE(IsSignedIn(second)) << "another window of the same person";
  EXPECT_TRUE(Accepts(key)) << "the key itself goes on";
  EXPECT_TRUE(absl::IsUnauthenticated(book_->EndSession(first)));
  Open();
  EXPECT_FALSE(IsSignedIn(first));
  EXPECT_TRUE(IsSignedIn(second));
}

TEST_F(SessionsTest, TheListOfEndedSessionsIsBoundedAndForgetsNone) {
  const IssuedKey key = Create();
  std::vector<std::string> ended;
  for (std::size_t i = 0; i <= KeyBook::kEndedSessionsMax; ++i) ended.push_back(SignIn(key));
  const std::string bystander = SignIn(key);
  for (const std::string& session : ended) EXPECT_TRUE(book_->EndSession(session).ok());
  EXPECT_LE(book_->List()[0].ended_sessions.size(), KeyBook::kEndedSessionsMax);
  for (const std::string& session : ended) EXPECT_FALSE(IsSignedIn(session));
  EXPECT_FALSE(IsSignedIn(bystander)) << "the price of a bounded list";
  EXPECT_TRUE(IsSignedIn(SignIn(key))) << "signing in again helps";
}

TEST_F(SessionsTest, ASessionEndsWithItsTimeItsSecretOrItsKey) {
  const IssuedKey key = Create();
  const std::string session = SignIn(key);
  const IssuedKey rotated = Rotate(key, absl::Hours(1));
  EXPECT_TRUE(IsSignedIn(session)) << "its secret is accepted for an hour more";
  const std::string later = SignIn(rotated);
  clock_.Advance(absl::Hours(2));
  EXPECT_FALSE(IsSignedIn(session));
  EXPECT_TRUE(IsSignedIn(later));
  clock_.Advance(absl::Hours(11));
  EXPECT_FALSE(IsSignedIn(later));
  const std::string last = SignIn(rotated);
  EXPECT_TRUE(book_->Revoke(key.record.id).ok());
  EXPECT_FALSE(IsSignedIn(last));
}

TEST_F(KeyBookTest, ListenersReceiveEachChange) {
  std::size_t first = 0, second = 0;
  book_->AddListener([&first](const auto& ring) { first = ring->size(); });
  const std::uint64_t id =
      book_->AddListener([&second](const auto& ring) { second = ring->size(); });
  Create();
  EXPECT_EQ(first, 1U);
  EXPECT_EQ(second, 1U);
  book_->RemoveListener(id);
  Create();
  EXPECT_EQ(first, 2U);
  EXPECT_EQ(second, 1U);
}

TEST_F(KeyBookTest, ChangesOfManyThreadsArriveInTheirOrder) {
  std::vector<std::size_t> sizes;
  book_->AddListener([&sizes](const auto& ring) { sizes.push_back(ring->size()); });
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([this] {
      for (int j = 0; j < 5; ++j) Create();
    });
  }
  for (std::thread& thread : threads) thread.join();
  ASSERT_EQ(sizes.size(), 20U);
  for (std::size_t i = 0; i < sizes.size(); ++i) EXPECT_EQ(sizes[i], i + 1);
  Open();
  EXPECT_EQ(book_->List().size(), 20U);
}

TEST_F(KeyBookTest, ACertificateActsAsOneKeyInForce) {
  const NewKey wanted = {
      .principal = "gate 7", .scopes = {"readings:write"}, .certificate_name = "CN=gate-7"};
  const auto first = book_->Create(wanted);
  ASSERT_TRUE(first.ok()) << first.status();
  const absl::Status second = book_->Create(wanted).status();
  EXPECT_TRUE(absl::IsAlreadyExists(second)) << second;
  EXPECT_THAT(ToStd(second.message()), HasSubstr("has the certificate name CN=gate-7: revoke it"));
  ASSERT_TRUE(book_->Revoke(first->record.id).ok());
  ASSERT_TRUE(book_->Create(wanted).ok());
  Open();
  const auto caller = book_->ring()->IdentifyCertificate({"CN=gate-7"}, clock_.Now());
  ASSERT_TRUE(caller.ok()) << caller.status();
  EXPECT_NE((*caller)->key_id, first->record.id);
  EXPECT_FALSE(
      book_
          ->Create(
              {.principal = "gate 8", .scopes = {"readings:write"}, .certificate_name = "gate-8"})
          .ok());
}

TEST_F(KeyBookTest, OneBookPerFile) {
  const absl::Status second = KeyBook::Open(path_, {}, clock_).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(second)) << second;
  EXPECT_THAT(ToStd(second.message()), HasSubstr("is in use by a server"));
}

TEST_F(KeyBookTest, AFileThatCannotBeReadIsNotReplaced) {
  Create();
  book_.reset();
  std::filesystem::permissions(path_, std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  EXPECT_TRUE(absl::IsFailedPrecondition(KeyBook::Open(path_, {}, clock_).status()));
}

}  // namespace
}  // namespace citylayers::keys
