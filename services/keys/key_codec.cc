#include "services/keys/key_codec.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/status_macros.h"
#include "base/strings.h"
#include "proto/support/proto_time.h"
#include "services/access/session.h"
#include "services/keys/key_fields.h"

namespace citylayers::keys {
namespace {

using access::KeyRecord;
using access::KeySecret;

constexpr std::string_view kNamePrefix = "keys/";
constexpr std::string_view kIdCharacters = "abcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::size_t kIdBytesMax = 64;
constexpr std::size_t kHashBytes = 32;
constexpr std::size_t kPepperBytes = 32;

absl::Status Damaged(std::string_view id, std::string_view what) {
  return absl::DataLossError(StrCat("the key \"", id, "\" ", what));
}

// Sets *time when the field is set; `none` otherwise.
bool ReadOptional(bool is_set, const google::protobuf::Timestamp& proto, absl::Time none,
                  absl::Time* time) {
  *time = none;
  if (!is_set) return true;
  const std::optional<absl::Time> read = ReadTime(proto);
  if (read.has_value()) *time = *read;
  return read.has_value();
}

bool ReadTimes(const v1::Key& key, KeyRecord* record) {
  return ReadOptional(key.has_create_time(), key.create_time(), absl::InfinitePast(),
                      &record->create_time) &&
         ReadOptional(key.has_expire_time(), key.expire_time(), absl::InfiniteFuture(),
                      &record->expire_time) &&
         ReadOptional(key.has_revoke_time(), key.revoke_time(), absl::InfiniteFuture(),
                      &record->revoke_time);
}

absl::Status ReadScopes(const v1::Key& key, KeyRecord* record) {
  for (const std::string& text : key.scopes()) {
    absl::StatusOr<access::Scope> scope = access::ParseScope(text);
    if (!scope.ok()) {
      return absl::FailedPreconditionError(
          StrCat("the key \"", record->id, "\" has the scope \"", text,
                 "\", which this program does not know: written by a newer version?"));
    }
    record->scopes.push_back(*std::move(scope));
  }
  return record->scopes.empty() ? Damaged(record->id, "has no scope") : absl::OkStatus();
}

absl::Status ReadSecrets(const v1::StoredKey& stored, KeyRecord* record) {
  for (const v1::StoredSecret& proto : stored.secrets()) {
    KeySecret secret{.hash = proto.hash()};
    if (secret.hash.size() != kHashBytes) return Damaged(record->id, "has an invalid hash");
    if (!ReadOptional(proto.has_until_time(), proto.until_time(), absl::InfiniteFuture(),
                      &secret.until)) {
      return Damaged(record->id, "has an invalid time");
    }
    record->secrets.push_back(std::move(secret));
  }
  return record->secrets.empty() ? Damaged(record->id, "has no secret") : absl::OkStatus();
}

v1::KeyLimits ToProto(const access::KeyLimits& limits) {
  v1::KeyLimits proto;
  if (limits.calls_per_s) proto.set_calls_per_second(*limits.calls_per_s);
  if (limits.streams_max) proto.set_streams_max(*limits.streams_max);
  if (limits.readings_per_s) proto.set_readings_per_second(*limits.readings_per_s);
  if (limits.bytes_per_s) proto.set_bytes_per_second(*limits.bytes_per_s);
  return proto;
}

absl::Status ReadSessions(const v1::StoredKey& stored, KeyRecord* record) {
  for (const v1::EndedSession& proto : stored.ended_sessions()) {
    access::EndedSession ended{.id = proto.id(), .until = absl::InfiniteFuture()};
    if (ended.id.size() != access::SessionSigner::kIdBytes ||
        !ReadOptional(proto.has_until_time(), proto.until_time(), absl::InfiniteFuture(),
                      &ended.until)) {
      return Damaged(record->id, "has an invalid ended session");
    }
    record->ended_sessions.push_back(std::move(ended));
  }
  if (!ReadOptional(stored.has_sessions_after_time(), stored.sessions_after_time(),
                    absl::InfinitePast(), &record->sessions_after)) {
    return Damaged(record->id, "has an invalid time");
  }
  return absl::OkStatus();
}

}  // namespace

std::string KeyNameOf(std::string_view id) { return StrCat(kNamePrefix, id); }

std::optional<std::string_view> ParseKeyName(std::string_view name) {
  if (!name.starts_with(kNamePrefix)) return std::nullopt;
  const std::string_view id = name.substr(kNamePrefix.size());
  if (id.empty() || id.size() > kIdBytesMax ||
      id.find_first_not_of(kIdCharacters) != std::string_view::npos) {
    return std::nullopt;
  }
  return id;
}

access::KeyLimits FromProto(const v1::KeyLimits& limits) {
  access::KeyLimits read;
  if (limits.has_calls_per_second()) read.calls_per_s = limits.calls_per_second();
  if (limits.has_streams_max()) read.streams_max = limits.streams_max();
  if (limits.has_readings_per_second()) read.readings_per_s = limits.readings_per_second();
  if (limits.has_bytes_per_second()) read.bytes_per_s = limits.bytes_per_second();
  return read;
}

std::optional<absl::Time> ReadTime(const google::protobuf::Timestamp& time) {
  constexpr std::int64_t kYear1 = -62'135'596'800, kYear10000 = 253'402'300'800;
  if (time.seconds() < kYear1 || time.seconds() >= kYear10000 || time.nanos() < 0 ||
      time.nanos() >= 1'000'000'000) {
    return std::nullopt;
  }
  return FromProtoTime(time);
}

v1::Key ToProto(const KeyRecord& record, absl::Time now) {
  v1::Key key;
  key.set_name(KeyNameOf(record.id));
  key.set_principal(record.principal);
  for (const access::Scope& scope : record.scopes) key.add_scopes(access::ToText(scope));
  SetTime(record.create_time, [&key] { return key.mutable_create_time(); });
  SetTime(record.expire_time, [&key] { return key.mutable_expire_time(); });
  SetTime(record.revoke_time, [&key] { return key.mutable_revoke_time(); });
  key.set_creator(record.creator);
  key.set_certificate_name(record.certificate_name);
  if (record.limits.has_any()) *key.mutable_limits() = ToProto(record.limits);
  absl::Time overlap_end = now;
  for (std::size_t i = 1; i < record.secrets.size(); ++i) {
    overlap_end = std::max(overlap_end, record.secrets[i].until);
  }
  if (overlap_end > now) SetTime(overlap_end, [&key] { return key.mutable_overlap_end_time(); });
  return key;
}

v1::StoredKey ToStored(const KeyRecord& record) {
  v1::StoredKey stored;
  // Without overlap_end_time, which the times of the secrets already contain.
  *stored.mutable_key() = ToProto(record, absl::InfiniteFuture());
  for (const KeySecret& secret : record.secrets) {
    v1::StoredSecret& proto = *stored.add_secrets();
    proto.set_hash(secret.hash);
    SetTime(secret.until, [&proto] { return proto.mutable_until_time(); });
  }
  for (const access::EndedSession& ended : record.ended_sessions) {
    v1::EndedSession& proto = *stored.add_ended_sessions();
    proto.set_id(ended.id);
    SetTime(ended.until, [&proto] { return proto.mutable_until_time(); });
  }
  SetTime(record.sessions_after, [&stored] { return stored.mutable_sessions_after_time(); });
  return stored;
}

v1::KeyRing ToProto(const KeySet& keys) {
  v1::KeyRing ring;
  ring.set_pepper(keys.pepper);
  for (const KeyRecord& record : keys.records) *ring.add_keys() = ToStored(record);
  return ring;
}

absl::StatusOr<KeyRecord> FromStored(const v1::StoredKey& stored) {
  const v1::Key& key = stored.key();
  const std::optional<std::string_view> id = ParseKeyName(key.name());
  if (!id.has_value()) return Damaged(key.name(), "has an invalid name");
  KeyRecord record{.id = std::string(*id),
                   .principal = key.principal(),
                   .certificate_name = key.certificate_name(),
                   .creator = key.creator()};
  if (record.principal.empty()) return Damaged(record.id, "has no principal");
  if (!ReadTimes(key, &record)) return Damaged(record.id, "has an invalid time");
  record.limits = FromProto(key.limits());
  if (!CheckLimits(record.limits).ok()) return Damaged(record.id, "has an invalid limit");
  RETURN_IF_ERROR(ReadScopes(key, &record));
  RETURN_IF_ERROR(ReadSecrets(stored, &record));
  if (!record.certificate_name.empty() && !CheckCertificateName(record.certificate_name).ok()) {
    return Damaged(record.id, "has an invalid certificate name");
  }
  RETURN_IF_ERROR(ReadSessions(stored, &record));
  return record;
}

absl::StatusOr<KeySet> FromProto(const v1::KeyRing& ring) {
  ASSIGN_OR_RETURN(ReadableKeys read, FromProtoReadable(ring));
  if (!read.unreadable.empty()) return read.unreadable.front().second;
  return std::move(read.keys);
}

absl::StatusOr<ReadableKeys> FromProtoReadable(const v1::KeyRing& ring) {
  ReadableKeys read{.keys = {.pepper = ring.pepper(), .records = {}}, .unreadable = {}};
  if (ring.pepper().size() != kPepperBytes) {
    return absl::DataLossError(
        StrCat("the pepper has ", ring.pepper().size(), " bytes, not ", kPepperBytes));
  }
  std::map<std::string_view, int> counts;
  for (const v1::StoredKey& stored : ring.keys()) ++counts[stored.key().name()];
  for (const v1::StoredKey& stored : ring.keys()) {
    const std::string& name = stored.key().name();
    absl::StatusOr<KeyRecord> record = FromStored(stored);
    // Of two keys with one id, one may be revoked: neither is taken.
    if (record.ok() && counts[name] > 1) record = Damaged(record->id, "occurs twice");
    if (record.ok()) {
      read.keys.records.push_back(*std::move(record));
    } else {
      read.unreadable.emplace_back(name, record.status());
    }
  }
  return read;
}

}  // namespace citylayers::keys
