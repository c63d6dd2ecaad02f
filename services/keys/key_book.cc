#include "services/keys/key_book.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "base/rfc3339.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "services/keys/key_fields.h"
#include "services/keys/key_file.h"
#include "services/runtime/rpc/error_details.h"

namespace citylayers::keys {
namespace {

using access::ApiKey;
using access::KeyRecord;
using access::KeyRing;
using access::KeySecret;

std::shared_ptr<const KeyRing> RingOf(const KeySet& keys) {
  return std::make_shared<const KeyRing>(keys.records, keys.pepper);
}

// nullptr: no key has the id.
KeyRecord* FindRecord(KeySet& keys, std::string_view id) {
  const auto found = std::find_if(keys.records.begin(), keys.records.end(),
                                  [id](const KeyRecord& record) { return record.id == id; });
  return found == keys.records.end() ? nullptr : &*found;
}

// Of two keys in force with one name, it would be chance which one a certificate acts as.
absl::Status CheckCertificateIsFree(const KeySet& keys, std::string_view name) {
  for (const KeyRecord& record : keys.records) {
    if (record.certificate_name != name || record.revoke_time != absl::InfiniteFuture()) continue;
    return absl::AlreadyExistsError(StrCat("the key ", KeyNameOf(record.id), " of ",
                                           record.principal, " has the certificate name ", name,
                                           ": revoke it first"));
  }
  return absl::OkStatus();
}

absl::Status NotFound(std::string_view id) {
  return absl::NotFoundError(
      StrCat("no key has the name ", KeyNameOf(id), "; `citylayers keys list` shows all keys"));
}

// A key has the same times before and after a restart: the file has no parts of a nanosecond.
absl::Time WholeMicros(absl::Time time) { return absl::FromUnixMicros(absl::ToUnixMicros(time)); }

// Bounds the former secrets, and puts the new one before them. FAILED_PRECONDITION: too many of
// them are still accepted; to drop one would end an overlap that its holder relies on.
absl::Status AddSecret(KeyRecord& record, std::string hash, absl::Time now,
                       absl::Duration overlap) {
  absl::Time next_end = absl::InfiniteFuture();
  for (KeySecret& secret : record.secrets) {
    if (secret.until > now) next_end = std::min(next_end, secret.until);
    secret.until = std::min(secret.until, now + overlap);
  }
  std::erase_if(record.secrets, [now](const KeySecret& secret) { return secret.until <= now; });
  if (record.secrets.size() >= KeyBook::kSecretsMax) {
    return absl::FailedPreconditionError(
        StrCat("the key ", KeyNameOf(record.id), " has ", record.secrets.size(),
               " secrets that are accepted, which is the maximum, and the next one ends at ",
               Rfc3339(next_end),
               ": rotate it after that, or, after a leak, without overlap, which ends all of them "
               "at once"));
  }
  record.secrets.insert(record.secrets.begin(), KeySecret{.hash = std::move(hash)});
  return absl::OkStatus();
}

}  // namespace

KeyBook::KeyBook(std::string path, KeyBookOptions options, const Clock& clock, KeyLock lock,
                 KeySet keys, bool is_new)
    : path_(std::move(path)),
      options_(options),
      clock_(clock),
      lock_(std::move(lock)),
      keys_(std::make_shared<const KeySet>(std::move(keys))),
      ring_(RingOf(*keys_)),
      is_new_(is_new) {}

absl::StatusOr<std::unique_ptr<KeyBook>> KeyBook::Open(std::string path, KeyBookOptions options,
                                                       const Clock& clock) {
  const std::filesystem::path directory = std::filesystem::path(path).parent_path();
  ASSIGN_OR_RETURN(KeyLock lock, KeyLock::Take((directory / "lock").string()));
  absl::StatusOr<KeySet> keys = LoadKeys(path);
  const bool is_new = absl::IsNotFound(keys.status());
  if (is_new) {
    ASSIGN_OR_RETURN(std::string pepper, access::NewPepper());
    keys = KeySet{.pepper = std::move(pepper), .records = {}};
  }
  if (!keys.ok()) return keys.status();
  return std::unique_ptr<KeyBook>(
      new KeyBook(std::move(path), options, clock, std::move(lock), *std::move(keys), is_new));
}

absl::StatusOr<IssuedKey> KeyBook::Create(const NewKey& wanted) {
  absl::MutexLock changing(&changing_);
  const absl::Time now = WholeMicros(clock_.Now());
  RETURN_IF_ERROR(CheckPrincipal(wanted.principal));
  RETURN_IF_ERROR(CheckExpireTime(wanted.expire_time, now));
  RETURN_IF_ERROR(CheckLimits(wanted.limits));
  IssuedKey issued;
  ASSIGN_OR_RETURN(issued.record.scopes, ReadScopes(wanted.scopes));
  KeySet next = *keys();
  if (!wanted.certificate_name.empty()) {
    RETURN_IF_ERROR(CheckCertificateName(wanted.certificate_name));
    RETURN_IF_ERROR(CheckCertificateIsFree(next, wanted.certificate_name));
  }
  if (next.records.size() >= options_.count_max) {
    return absl::ResourceExhaustedError(StrCat(next.records.size(),
                                               " keys exist, which is the maximum: raise "
                                               "keys.count_max"));
  }
  do {
    ASSIGN_OR_RETURN(issued.key, ApiKey::Generate());
  } while (FindRecord(next, issued.key.id) != nullptr);
  issued.record.id = issued.key.id;
  issued.record.principal = wanted.principal;
  issued.record.create_time = now;
  issued.record.expire_time = wanted.expire_time;
  issued.record.creator = wanted.creator;
  issued.record.certificate_name = wanted.certificate_name;
  issued.record.limits = wanted.limits;
  issued.record.secrets = {{.hash = access::HashOf(issued.key, next.pepper)}};
  next.records.push_back(issued.record);
  RETURN_IF_ERROR(Commit(std::move(next), Change::kIssue));
  return issued;
}

absl::StatusOr<IssuedKey> KeyBook::Rotate(std::string_view id, absl::Duration overlap,
                                          std::optional<absl::Time> expire_time) {
  absl::MutexLock changing(&changing_);
  const absl::Time now = WholeMicros(clock_.Now());
  RETURN_IF_ERROR(CheckOverlap(overlap));
  KeySet next = *keys();
  KeyRecord* const record = FindRecord(next, id);
  if (record == nullptr) return NotFound(id);
  if (record->revoke_time != absl::InfiniteFuture()) {
    return absl::FailedPreconditionError(
        StrCat("the key ", KeyNameOf(id), " is revoked: create a new one"));
  }
  if (expire_time.has_value()) record->expire_time = *expire_time;
  // A time that was set before may have passed as well: the new secret would never be accepted.
  RETURN_IF_ERROR(CheckExpireTime(record->expire_time, now));
  IssuedKey issued;
  ASSIGN_OR_RETURN(issued.key, ApiKey::Generate());
  issued.key.id = record->id;
  RETURN_IF_ERROR(AddSecret(*record, access::HashOf(issued.key, next.pepper), now, overlap));
  issued.record = *record;
  RETURN_IF_ERROR(Commit(std::move(next), Change::kIssue));
  return issued;
}

absl::StatusOr<RevokedKey> KeyBook::Revoke(std::string_view id) {
  absl::MutexLock changing(&changing_);
  KeySet next = *keys();
  KeyRecord* const record = FindRecord(next, id);
  if (record == nullptr) return NotFound(id);
  if (record->revoke_time != absl::InfiniteFuture()) {
    return RevokedKey{.record = *record, .was_revoked = true};
  }
  record->revoke_time = WholeMicros(clock_.Now());
  RevokedKey revoked{.record = *record};
  RETURN_IF_ERROR(Commit(std::move(next), Change::kRevoke));
  return revoked;
}

absl::Status KeyBook::EndSession(std::string_view text) {
  absl::MutexLock changing(&changing_);
  const absl::Time now = WholeMicros(clock_.Now());
  ASSIGN_OR_RETURN(const std::shared_ptr<const access::Principal> holder,
                   ring()->IdentifySession(text, now));
  const access::Session& session = *holder->session;
  KeySet next = *keys();
  KeyRecord* const record = FindRecord(next, session.key_id);
  if (record == nullptr) return NotFound(session.key_id);
  std::vector<access::EndedSession>& ended = record->ended_sessions;
  std::erase_if(ended, [now](const access::EndedSession& one) { return one.until <= now; });
  if (ended.size() < kEndedSessionsMax) {
    ended.push_back({.id = session.id, .until = session.expire_time});
  } else {
    // A list that forgot one of them would let its holder in again. The clock may have been set
    // back since the session began.
    ended.clear();
    record->sessions_after = std::max(now, session.issue_time);
  }
  return Commit(std::move(next), Change::kRevoke);
}

absl::Status KeyBook::CheckSize(const KeySet& next) const {
  // Other processes receive all keys in one message: one that they refuse would stop them all.
  const std::size_t bytes = ToProto(next).ByteSizeLong();
  if (bytes <= options_.ring_bytes_max) return absl::OkStatus();
  // After a leak a rotation without overlap must pass even if the limit was lowered since.
  if (bytes <= Snapshot().ByteSizeLong()) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      StrCat("all keys together would have ", bytes, " bytes, more than ", options_.ring_bytes_max,
             ": use fewer or shorter scopes, rotate without overlap, or raise "
             "grpc.message_bytes_max, which is twice the limit, in all processes"));
}

absl::Status KeyBook::Commit(KeySet next, Change change) {
  // A key must end whatever the size of the others.
  if (change != Change::kRevoke) RETURN_IF_ERROR(CheckSize(next));
  if (const absl::Status saved = SaveKeys(path_, next); !saved.ok()) {
    return runtime::WithReason(
        absl::UnavailableError(
            StrCat("the keys could not be stored; nothing has changed: ", ToStd(saved.message()))),
        runtime::kReasonStorageUnavailable);
  }
  const std::shared_ptr<const KeyRing> ring = RingOf(next);
  {
    absl::MutexLock lock(&mutex_);
    keys_ = std::make_shared<const KeySet>(std::move(next));
    ring_ = ring;
    is_new_ = false;
  }
  // Still within the change: a listener that received an older ring after a newer one would accept
  // a revoked key again.
  absl::MutexLock lock(&listeners_mutex_);
  for (const auto& [id, listener] : listeners_) listener(ring);
  return absl::OkStatus();
}

bool KeyBook::is_new() const {
  absl::MutexLock lock(&mutex_);
  return is_new_;
}

std::vector<KeyRecord> KeyBook::List() const { return keys()->records; }

std::shared_ptr<const KeyRing> KeyBook::ring() const {
  absl::MutexLock lock(&mutex_);
  return ring_;
}

v1::KeyRing KeyBook::Snapshot() const { return ToProto(*keys()); }

std::shared_ptr<const KeySet> KeyBook::keys() const {
  absl::MutexLock lock(&mutex_);
  return keys_;
}

std::uint64_t KeyBook::AddListener(Listener listener) {
  absl::MutexLock lock(&listeners_mutex_);
  listeners_.emplace(next_listener_, std::move(listener));
  return next_listener_++;
}

void KeyBook::RemoveListener(std::uint64_t id) {
  absl::MutexLock lock(&listeners_mutex_);
  listeners_.erase(id);
}

}  // namespace citylayers::keys
