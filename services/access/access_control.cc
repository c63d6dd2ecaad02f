#include "services/access/access_control.h"

#include <utility>

namespace citylayers::access {
namespace {

constexpr char kProcessName[] = "citylayersd";

std::shared_ptr<const Principal> AnonymousWith(ScopeSet scopes) {
  return std::make_shared<const Principal>(
      Principal{.name = {}, .key_id = {}, .secret_hash = {}, .scopes = std::move(scopes)});
}

}  // namespace

AccessControl::AccessControl(ScopeSet anonymous, const ApiKey& process_key, const Clock& clock)
    : process_key_(process_key.ToText()),
      process_(std::make_shared<const Principal>(
          Principal{.name = kProcessName,
                    .key_id = {},
                    .secret_hash = {},
                    .scopes = ScopeSet({{Permission::kAdmin, {}}}),
                    .is_process = true})),
      clock_(clock),
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
  const std::shared_ptr<const KeyRing> ring = Ring();
  if (ring == nullptr) {
    return absl::UnavailableError("the API keys are not loaded yet; try again in a second");
  }
  return ring->Identify(credential, clock_.Now());
}

bool AccessControl::IsCurrent(const Principal& caller) const {
  if (caller.key_id.empty()) return caller.is_process || anonymous().get() == &caller;
  const std::shared_ptr<const KeyRing> ring = Ring();
  return ring != nullptr && ring->Holds(caller, clock_.Now());
}

void AccessControl::SetRing(std::shared_ptr<const KeyRing> ring) {
  absl::MutexLock lock(&mutex_);
  ring_.swap(ring);  // the former one is destroyed after the lock, which every call takes
}

bool AccessControl::has_ring() const { return Ring() != nullptr; }

std::shared_ptr<const KeyRing> AccessControl::Ring() const {
  absl::MutexLock lock(&mutex_);
  return ring_;
}

}  // namespace citylayers::access
