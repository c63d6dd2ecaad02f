#include "services/access/key_ring.h"

#include <algorithm>
#include <utility>

#include "base/rfc3339.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "services/access/api_key.h"

namespace citylayers::access {
namespace {

absl::Status Unknown() {
  return absl::UnauthenticatedError(
      "the API key is not known to this server; `citylayers keys list` shows those that are");
}

absl::Status SessionOver() {
  return absl::UnauthenticatedError("the session has ended: sign in again");
}

bool IsOver(const Session& session, const KeyRecord& record, absl::Time now) {
  return now >= session.expire_time || session.issue_time <= record.sessions_after ||
         std::any_of(record.ended_sessions.begin(), record.ended_sessions.end(),
                     [&](const EndedSession& ended) { return ended.id == session.id; });
}

}  // namespace

KeyRing::KeyRing(std::vector<KeyRecord> records, std::string_view pepper)
    : hasher_(pepper), signer_(pepper) {
  for (KeyRecord& record : records) {
    Entry entry;
    for (const KeySecret& secret : record.secrets) {
      entry.principals.push_back(
          std::make_shared<const Principal>(Principal{.name = record.principal,
                                                      .key_id = record.id,
                                                      .secret_hash = secret.hash,
                                                      .scopes = ScopeSet(record.scopes),
                                                      .limits = record.limits}));
    }
    if (!record.certificate_name.empty()) {
      entry.certificate_principal =
          std::make_shared<const Principal>(Principal{.name = record.principal,
                                                      .key_id = record.id,
                                                      .secret_hash = {},
                                                      .certificate_name = record.certificate_name,
                                                      .scopes = ScopeSet(record.scopes),
                                                      .limits = record.limits});
      if (record.revoke_time == absl::InfiniteFuture()) {
        certificates_.insert_or_assign(record.certificate_name, record.id);
      } else {
        certificates_.try_emplace(record.certificate_name, record.id);
      }
    }
    entry.record = std::move(record);
    std::string id = entry.record.id;
    keys_.insert_or_assign(std::move(id), std::move(entry));
  }
}

std::shared_ptr<const Principal> KeyRing::HolderOf(const Entry& entry, std::string_view hash,
                                                   absl::Time now) {
  for (std::size_t i = 0; i < entry.record.secrets.size(); ++i) {
    const KeySecret& secret = entry.record.secrets[i];
    if (IsEqual(secret.hash, hash) && now < secret.until) return entry.principals[i];
  }
  return nullptr;
}

absl::StatusOr<std::shared_ptr<const Principal>> KeyRing::Identify(std::string_view text,
                                                                   absl::Time now) const {
  const absl::StatusOr<ApiKey> key = ApiKey::Parse(text);
  if (!key.ok()) return absl::UnauthenticatedError(key.status().message());
  // Computed for unknown ids as well, so that the time of an answer does not show which ids exist.
  const std::string hash = hasher_.HashOf(*key);
  const auto found = keys_.find(key->id);
  if (found == keys_.end()) return Unknown();
  const KeyRecord& record = found->second.record;
  std::shared_ptr<const Principal> holder = HolderOf(found->second, hash, now);
  if (holder == nullptr) return Unknown();
  RETURN_IF_ERROR(CheckInForce(record, now));
  return holder;
}

absl::Status KeyRing::CheckInForce(const KeyRecord& record, absl::Time now) {
  if (record.revoke_time != absl::InfiniteFuture()) {
    return absl::UnauthenticatedError(StrCat("the API key ", record.id, " was revoked"));
  }
  if (now >= record.expire_time) {
    return absl::UnauthenticatedError(StrCat("the API key ", record.id, " expired at ",
                                             Rfc3339(record.expire_time),
                                             "; `citylayers keys rotate` extends it"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const Principal>> KeyRing::IdentifyCertificate(
    const std::vector<std::string>& names, absl::Time now) const {
  const std::string* id = nullptr;
  for (const std::string& name : names) {
    const auto found = certificates_.find(name);
    if (found == certificates_.end()) continue;
    if (id != nullptr && *id != found->second) {
      return absl::UnauthenticatedError(StrCat("the certificate has names of two API keys, ", *id,
                                               " and ", found->second,
                                               ": give them names of different certificates"));
    }
    id = &found->second;
  }
  if (id == nullptr) return nullptr;
  return IdentifyDelegated(*id, now);
}

absl::StatusOr<std::shared_ptr<const Principal>> KeyRing::IdentifyDelegated(std::string_view id,
                                                                            absl::Time now) const {
  const auto found = keys_.find(ToAbsl(id));
  if (found == keys_.end() || found->second.certificate_principal == nullptr) return Unknown();
  RETURN_IF_ERROR(CheckInForce(found->second.record, now));
  return found->second.certificate_principal;
}

absl::StatusOr<Session> KeyRing::NewSession(const Principal& holder, absl::Time now,
                                            absl::Duration life) const {
  const auto found = keys_.find(holder.key_id);
  if (found == keys_.end()) return Unknown();
  return signer_.Make(holder.key_id, holder.secret_hash, now,
                      std::min(now + life, found->second.record.expire_time));
}

absl::StatusOr<std::shared_ptr<const Principal>> KeyRing::IdentifySession(std::string_view text,
                                                                          absl::Time now) const {
  std::optional<Session> session = SessionSigner::Parse(text);
  if (!session) return SessionOver();
  const auto found = keys_.find(session->key_id);
  if (found == keys_.end()) return SessionOver();
  const Entry& entry = found->second;
  for (std::size_t i = 0; i < entry.record.secrets.size(); ++i) {
    const KeySecret& secret = entry.record.secrets[i];
    if (now >= secret.until || !signer_.IsGenuine(*session, secret.hash)) continue;
    Principal holder = *entry.principals[i];
    holder.session = *std::move(session);
    if (!Holds(holder, now)) return SessionOver();
    return std::make_shared<const Principal>(std::move(holder));
  }
  return SessionOver();
}

bool KeyRing::HasLive(std::string_view id) const {
  const auto found = keys_.find(ToAbsl(id));
  return found != keys_.end() && found->second.record.revoke_time == absl::InfiniteFuture();
}

bool KeyRing::Holds(const Principal& principal, absl::Time now) const {
  const auto found = keys_.find(principal.key_id);
  if (found == keys_.end()) return false;
  const KeyRecord& record = found->second.record;
  if (record.revoke_time != absl::InfiniteFuture() || now >= record.expire_time) return false;
  if (principal.session && IsOver(*principal.session, record, now)) return false;
  const auto current = principal.certificate_name.empty()
                           ? HolderOf(found->second, principal.secret_hash, now)
                           : found->second.certificate_principal;
  return current != nullptr && current->name == principal.name &&
         current->certificate_name == principal.certificate_name &&
         current->scopes.scopes() == principal.scopes.scopes();
}

}  // namespace citylayers::access
