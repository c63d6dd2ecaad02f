#include "services/access/access_control.h"

#include <utility>

#include "base/status_macros.h"

namespace citylayers::access {
namespace {

constexpr char kProcessName[] = "citylayersd";

absl::Status NotLoaded() {
  return absl::UnavailableError("the API keys are not loaded yet; try again in a second");
}

std::shared_ptr<const Principal> AnonymousWith(ScopeSet scopes) {
  return std::make_shared<const Principal>(
      Principal{.name = {}, .key_id = {}, .secret_hash = {}, .scopes = std::move(scopes)});
}

}  // namespace

AccessControl::AccessControl(ScopeSet anonymous, const ApiKey& process_key, const Clock& clock,
                             const CallerLimits::Options& limits)
    : process_key_(process_key.ToText()),
      process_(std::make_shared<const Principal>(
          Principal{.name = kProcessName,
                    .key_id = {},
                    .secret_hash = {},
                    .scopes = ScopeSet({{Permission::kAdmin, {}}}),
                    .is_process = true})),
      delegation_(process_key),
      clock_(clock),
      limits_(limits),
      anonymous_(AnonymousWith(std::move(anonymous))) {}

std::shared_ptr<const Principal> AccessControl::anonymous() const {
  absl::MutexLock lock(&mutex_);
  return anonymous_;
}

void AccessControl::SetAnonymous(ScopeSet scopes) {
  std::shared_ptr<const Principal> next = AnonymousWith(std::move(scopes));
  absl::MutexLock lock(&mutex_);
  anonymous_.swap(next);
}
absl::StatusOr<std::shared_ptr<const Principal>> AccessControl::Identify(
    std::string_view credential) const {
  if (credential.empty()) return anonymous();
  if (IsEqual(credential, process_key_)) return process_;
  const auto delegated_id = delegation_.KeyIdOf(credential);
  const std::shared_ptr<const KeyRing> ring = Ring();
  if (ring == nullptr) {
    if (delegated_id.has_value()) return NotLoaded();
    if (const auto key = ApiKey::Parse(credential); !key.ok()) {
      return absl::UnauthenticatedError(key.status().message());
    }
    return NotLoaded();
  }
  if (delegated_id.has_value()) return ring->IdentifyDelegated(*delegated_id, clock_.Now());
  return ring->Identify(credential, clock_.Now());
}

absl::StatusOr<std::shared_ptr<const Principal>> AccessControl::IdentifyCertificate(
    const std::vector<std::string>& names) const {
  if (names.empty()) return anonymous();
  const std::shared_ptr<const KeyRing> ring = Ring();
  // Where every caller may do everything, it does so without keys as well.
  if (const auto open = anonymous();
      ring == nullptr && open->scopes.AllowsAll(Permission::kAdmin)) {
    return open;
  }
  if (ring == nullptr) return NotLoaded();
  ASSIGN_OR_RETURN(std::shared_ptr<const Principal> caller,
                   ring->IdentifyCertificate(names, clock_.Now()));
  return caller == nullptr ? anonymous() : caller;
}

std::string AccessControl::DelegationOf(const Principal& caller) const {
  if (caller.certificate_name.empty()) return "";
  // The processes of an open city need no common key, and then could not read it.
  if (anonymous()->scopes.AllowsAll(Permission::kAdmin)) return "";
  return delegation_.TextOf(caller.key_id);
}

absl::StatusOr<std::shared_ptr<const Principal>> AccessControl::IdentifySession(
    std::string_view text) const {
  const std::shared_ptr<const KeyRing> ring = Ring();
  return ring == nullptr ? NotLoaded() : ring->IdentifySession(text, clock_.Now());
}

absl::StatusOr<Session> AccessControl::NewSession(const Principal& holder,
                                                  absl::Duration life) const {
  const std::shared_ptr<const KeyRing> ring = Ring();
  if (ring == nullptr) return NotLoaded();
  return ring->NewSession(holder, clock_.Now(), life);
}

std::string AccessControl::CsrfTokenOf(const Session& session) const {
  const std::shared_ptr<const KeyRing> ring = Ring();
  return ring == nullptr ? std::string() : ring->CsrfTokenOf(session);
}

bool AccessControl::IsCurrent(const Principal& caller) const {
  if (caller.key_id.empty()) return caller.is_process || anonymous().get() == &caller;
  const std::shared_ptr<const KeyRing> ring = Ring();
  return ring != nullptr && ring->Holds(caller, clock_.Now());
}

void AccessControl::SetRing(std::shared_ptr<const KeyRing> ring) {
  const std::shared_ptr<const KeyRing> next = ring;
  {
    absl::MutexLock lock(&mutex_);
    ring_.swap(ring);  // the former one is destroyed after the lock, which every call takes
  }
  limits_.KeepKeys([&next](std::string_view id) { return next != nullptr && next->HasLive(id); });
}

bool AccessControl::has_ring() const { return Ring() != nullptr; }

std::shared_ptr<const KeyRing> AccessControl::Ring() const {
  absl::MutexLock lock(&mutex_);
  return ring_;
}

}  // namespace citylayers::access
