#include "services/keys/key_codec.h"

#include <functional>
#include <vector>

#include <gmock/gmock.h>
#include <google/protobuf/stubs/logging.h>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "proto/support/proto_time.h"
#include "tests/support/changed_bytes.h"

namespace citylayers::keys {
namespace {

using ::testing::HasSubstr;

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

access::KeyRecord Record() {
  return {
      .id = "abcdefgh2345",
      .principal = "trạm Phú An",
      .scopes = {*access::ParseScope("layers:read:traffic"), *access::ParseScope("alerts:read")},
      .create_time = kNow + absl::Nanoseconds(7),
      .expire_time = kNow + absl::Hours(24),
      .revoke_time = kNow + absl::Hours(1),
      .certificate_name = "CN=phu-an,O=City",
      .creator = "Duty",
      .secrets = {{.hash = std::string(32, 'a')},
                  {.hash = std::string(32, 'b'), .until = kNow + absl::Minutes(5)}}};
}

KeySet Keys() { return {.pepper = std::string(32, 'p'), .records = {Record()}}; }

// The message of the ring after a change.
template <typename Change>
absl::Status StatusAfter(Change change) {
  v1::KeyRing ring = ToProto(Keys());
  change(ring);
  return FromProto(ring).status();
}

TEST(KeyCodec, AKeyReadsBack) {
  const access::KeyRecord record = Record();
  const auto read = FromStored(ToStored(record));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->id, record.id);
  EXPECT_EQ(read->principal, record.principal);
  EXPECT_EQ(read->scopes, record.scopes);
  EXPECT_EQ(read->create_time, record.create_time);
  EXPECT_EQ(read->expire_time, record.expire_time);
  EXPECT_EQ(read->revoke_time, record.revoke_time);
  EXPECT_EQ(read->certificate_name, record.certificate_name);
  EXPECT_EQ(read->creator, record.creator);
  ASSERT_EQ(read->secrets.size(), 2U);
  EXPECT_EQ(read->secrets[0].hash, record.secrets[0].hash);
  EXPECT_EQ(read->secrets[0].until, absl::InfiniteFuture());
  EXPECT_EQ(read->secrets[1].until, record.secrets[1].until);
}

TEST(KeyCodec, LimitsReadBackAndAFileWithoutThemHasNone) {
  access::KeyRecord record = Record();
  EXPECT_FALSE(ToStored(record).key().has_limits());
  EXPECT_FALSE(FromStored(ToStored(record))->limits.has_any());
  record.limits = {.calls_per_s = 50, .streams_max = 0, .bytes_per_s = 1'000'000};
  const auto read = FromStored(ToStored(record));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->limits, record.limits) << "0 is not the same as unset";
}

TEST(KeyCodec, ANegativeLimitIsDamage) {
  EXPECT_TRUE(absl::IsDataLoss(StatusAfter([](v1::KeyRing& ring) {
    ring.mutable_keys(0)->mutable_key()->mutable_limits()->set_streams_max(-1);
  })));
}

TEST(KeyCodec, EndedSessionsReadBack) {
  access::KeyRecord record = Record();
  record.ended_sessions = {{.id = std::string(16, 'i'), .until = kNow + absl::Hours(12)}};
  record.sessions_after = kNow;
  const auto read = FromStored(ToStored(record));
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_EQ(read->ended_sessions.size(), 1U);
  EXPECT_EQ(read->ended_sessions[0].id, std::string(16, 'i'));
  EXPECT_EQ(read->ended_sessions[0].until, kNow + absl::Hours(12));
  EXPECT_EQ(read->sessions_after, kNow);
  EXPECT_EQ(FromStored(ToStored(Record()))->sessions_after, absl::InfinitePast());
  EXPECT_TRUE(absl::IsDataLoss(StatusAfter(
      [](v1::KeyRing& ring) { ring.mutable_keys(0)->add_ended_sessions()->set_id("short"); })));
}

TEST(KeyCodec, NeverIsAnUnsetField) {
  access::KeyRecord record = Record();
  record.expire_time = absl::InfiniteFuture();
  record.revoke_time = absl::InfiniteFuture();
  const v1::StoredKey stored = ToStored(record);
  EXPECT_FALSE(stored.key().has_expire_time());
  EXPECT_FALSE(stored.key().has_revoke_time());
  EXPECT_FALSE(stored.secrets(0).has_until_time());
  const auto read = FromStored(stored);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->expire_time, absl::InfiniteFuture());
  EXPECT_EQ(read->revoke_time, absl::InfiniteFuture());
}

TEST(KeyCodec, TheOverlapIsShownWhileItLasts) {
  access::KeyRecord record = Record();
  record.secrets.push_back({.hash = std::string(32, 'c'), .until = kNow + absl::Minutes(2)});
  EXPECT_EQ(FromProtoTime(ToProto(record, kNow).overlap_end_time()), kNow + absl::Minutes(5));
  EXPECT_FALSE(ToProto(record, kNow + absl::Minutes(5)).has_overlap_end_time());
  EXPECT_FALSE(ToStored(record).key().has_overlap_end_time());
  record.secrets.resize(1);
  EXPECT_FALSE(ToProto(record, kNow).has_overlap_end_time());
}

TEST(KeyCodec, AnUnknownScopeNamesTheKey) {
  const absl::Status status = StatusAfter(
      [](v1::KeyRing& ring) { ring.mutable_keys(0)->mutable_key()->add_scopes("fly"); });
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_THAT(ToStd(status.message()), HasSubstr("\"abcdefgh2345\" has the scope \"fly\""));
  EXPECT_THAT(ToStd(status.message()), HasSubstr("newer version?"));
}

TEST(KeyCodec, AnInvalidFieldIsDataLoss) {
  using Ring = v1::KeyRing;
  const std::vector<std::function<void(Ring&)>> changes = {
      [](Ring& ring) { ring.clear_pepper(); },
      [](Ring& ring) { ring.mutable_keys(0)->clear_key(); },
      [](Ring& ring) { ring.mutable_keys(0)->mutable_key()->set_name("keys/../x"); },
      [](Ring& ring) { ring.mutable_keys(0)->mutable_key()->clear_principal(); },
      [](Ring& ring) { ring.mutable_keys(0)->mutable_key()->clear_scopes(); },
      [](Ring& ring) { ring.mutable_keys(0)->mutable_key()->mutable_expire_time()->set_nanos(-1); },
      [](Ring& ring) { ring.mutable_keys(0)->mutable_key()->set_certificate_name("no subject"); },
      [](Ring& ring) { ring.mutable_keys(0)->clear_secrets(); },
      [](Ring& ring) { ring.mutable_keys(0)->mutable_secrets(0)->set_hash("short"); },
      [](Ring& ring) {
        ring.mutable_keys(0)->mutable_secrets(1)->mutable_until_time()->set_seconds(1LL << 60);
      },
      [](Ring& ring) { *ring.add_keys() = ring.keys(0); },
  };
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const absl::Status status = StatusAfter(changes[i]);
    EXPECT_TRUE(absl::IsDataLoss(status)) << "change " << i << ": " << status;
  }
}

TEST(KeyCodec, TheReadableKeysOfARingAreThoseWithoutErrors) {
  KeySet keys = Keys();
  for (const char* id : {"newer", "damaged", "twice", "twice", "last"}) {
    keys.records.push_back(Record());
    keys.records.back().id = id;
  }
  v1::KeyRing ring = ToProto(keys);
  ring.mutable_keys(1)->mutable_key()->add_scopes("fly");
  ring.mutable_keys(2)->clear_secrets();
  const auto read = FromProtoReadable(ring);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->keys.pepper, keys.pepper);
  ASSERT_EQ(read->keys.records.size(), 2U);
  EXPECT_EQ(read->keys.records[0].id, "abcdefgh2345");
  EXPECT_EQ(read->keys.records[1].id, "last");
  std::string errors;
  for (const auto& [name, why] : read->unreadable) {
    StrAppend(&errors, name, ": ", ToStd(why.message()), "\n");
  }
  EXPECT_EQ(errors,
            "keys/newer: the key \"newer\" has the scope \"fly\", which this program does not "
            "know: written by a newer version?\n"
            "keys/damaged: the key \"damaged\" has no secret\n"
            "keys/twice: the key \"twice\" occurs twice\n"
            "keys/twice: the key \"twice\" occurs twice\n");
  EXPECT_FALSE(FromProto(ring).ok()) << "a file is read as a whole or not at all";
  ring.clear_pepper();
  EXPECT_TRUE(absl::IsDataLoss(FromProtoReadable(ring).status()));
}

TEST(KeyCodec, ForeignBytesAreNoReasonToCrash) {
  const google::protobuf::LogSilencer silencer;  // it logs each text that is not UTF-8
  int read = 0;
  test::ForChangedBytes(ToProto(Keys()).SerializeAsString(), 20'000, [&read](const auto& bytes) {
    v1::KeyRing ring;
    if (!ring.ParseFromString(bytes)) return;
    const auto keys = FromProto(ring);
    if (!keys.ok()) return;
    ++read;
    EXPECT_TRUE(FromProto(ToProto(*keys)).ok());
  });
  EXPECT_GT(read, 0);
}

TEST(KeyName, ItsTextReadsBack) {
  EXPECT_EQ(ParseKeyName(KeyNameOf("abcdefgh2345")), "abcdefgh2345");
  for (const char* name : {"", "keys/", "abc", "stations/abc", "keys/a/b", "keys/A", "keys/a b"}) {
    EXPECT_EQ(ParseKeyName(name), std::nullopt) << name;
  }
  EXPECT_EQ(ParseKeyName(KeyNameOf(std::string(65, 'a'))), std::nullopt);
}

}  // namespace
}  // namespace citylayers::keys
