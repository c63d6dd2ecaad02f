#include "services/access/key_ring.h"

#include <algorithm>
#include <utility>

#include "base/rfc3339.h"
#include "base/strings.h"
#include "services/access/api_key.h"

namespace citylayers::access {
namespace {

absl::Status Unknown() {
  return absl::UnauthenticatedError(
      "the API key is not known to this server; `citylayers keys list` shows those that are");
}

}  // namespace

KeyRing::KeyRing(std::vector<KeyRecord> records, std::string pepper) : pepper_(std::move(pepper)) {
  for (KeyRecord& record : records) {
    auto principal = std::make_shared<const Principal>(Principal{
        .name = record.principal,
        .key_id = record.id,
        .scopes = ScopeSet(record.scopes),
    });
    std::string id = record.id;
    keys_.insert_or_assign(std::move(id), Entry{std::move(record), std::move(principal)});
  }
}

absl::StatusOr<std::shared_ptr<const Principal>> KeyRing::Identify(std::string_view text,
                                                                   absl::Time now) const {
  const absl::StatusOr<ApiKey> key = ApiKey::Parse(text);
  if (!key.ok()) return absl::UnauthenticatedError(key.status().message());
  // Computed for unknown ids as well, so that the time of an answer does not tell which ids exist.
  const std::string hash = HashOf(*key, pepper_);
  const auto found = keys_.find(key->id);
  if (found == keys_.end()) return Unknown();
  const KeyRecord& record = found->second.record;
  const bool has_secret =
      std::any_of(record.secrets.begin(), record.secrets.end(), [&](const KeySecret& secret) {
        return now < secret.until && IsEqual(secret.hash, hash);
      });
  if (!has_secret) return Unknown();
  if (record.revoke_time != absl::InfiniteFuture()) {
    return absl::UnauthenticatedError(StrCat("the API key ", record.id, " was revoked"));
  }
  if (now >= record.expire_time) {
    return absl::UnauthenticatedError(StrCat("the API key ", record.id, " expired at ",
                                             Rfc3339(record.expire_time),
                                             "; `citylayers keys rotate` extends it"));
  }
  return found->second.principal;
}

bool KeyRing::Holds(const Principal& principal, absl::Time now) const {
  const auto found = keys_.find(principal.key_id);
  if (found == keys_.end()) return false;
  const auto& [record, current] = found->second;
  return record.revoke_time == absl::InfiniteFuture() && now < record.expire_time &&
         current->name == principal.name && current->scopes.scopes() == principal.scopes.scopes();
}

}  // namespace citylayers::access
