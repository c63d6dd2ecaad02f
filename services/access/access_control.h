// Identifies callers: the keys of this process, and what it grants without one.
#ifndef CITYLAYERS_SERVICES_ACCESS_ACCESS_CONTROL_H_
#define CITYLAYERS_SERVICES_ACCESS_ACCESS_CONTROL_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"

#include "base/clock.h"
#include "services/access/api_key.h"
#include "services/access/caller_limits.h"
#include "services/access/delegation.h"
#include "services/access/key_ring.h"
#include "services/access/principal.h"

namespace citylayers::access {

/// One per process. Thread-safe.
class AccessControl {
 public:
  /// `anonymous`: what callers without a key may do. `process_key`: the key by which processes of
  /// the city call each other, and a process calls itself; it grants everything. `clock`: the wall
  /// clock, for expiry; must outlive this. `limits`: of callers; by default none.
  AccessControl(ScopeSet anonymous, const ApiKey& process_key, const Clock& clock,
                const CallerLimits::Options& limits = {});

  /// Identifies a caller by its key; empty: anonymous. UNAUTHENTICATED: as KeyRing::Identify.
  /// UNAVAILABLE: the keys are not known yet. Costs one HMAC, about 2 us.
  absl::StatusOr<std::shared_ptr<const Principal>> Identify(std::string_view credential) const;

  /// Identifies the caller of a connection by the names of its verified certificate; anonymous when
  /// it sent none, or no key has one of the names. UNAUTHENTICATED: as
  /// KeyRing::IdentifyCertificate. UNAVAILABLE: as above. Costs some lookups.
  absl::StatusOr<std::shared_ptr<const Principal>> IdentifyCertificate(
      const std::vector<std::string>& names) const;

  /// The credential by which this process passes on the call of a caller that it has identified by
  /// certificate (access/delegation.h); empty: the call carries the caller's own credential, or
  /// none is needed.
  std::string DelegationOf(const Principal& caller) const;
  /// Identifies a caller by the text of its session. Errors as KeyRing::IdentifySession;
  /// UNAVAILABLE: the keys are not known yet.
  absl::StatusOr<std::shared_ptr<const Principal>> IdentifySession(std::string_view text) const;
  /// A session for a caller that Identify has identified by its key.
  absl::StatusOr<Session> NewSession(const Principal& holder, absl::Duration life) const;
  /// KeyRing::CsrfTokenOf. REQUIRES: a session that IdentifySession or NewSession has returned.
  std::string CsrfTokenOf(const Session& session) const;

  /// Whether an identified caller may go on: its key has not been revoked, changed or expired
  /// since; for a caller without a key, what such callers may do. Costs a lookup.
  bool IsCurrent(const Principal& caller) const;

  /// Replaces the keys; calls that begin later use them. Frees the limits' accounts of keys that
  /// have been revoked.
  void SetRing(std::shared_ptr<const KeyRing> ring);
  /// Whether SetRing has been called.
  bool has_ring() const;

  /// The accounts of callers against their limits.
  CallerLimits& limits() const { return limits_; }

  /// The text of the key by which this process calls others.
  const std::string& process_key() const { return process_key_; }
  /// Who calls without a key. Never nullptr.
  std::shared_ptr<const Principal> anonymous() const;
  /// Replaces what callers without a key may do. Their former principal stops being current:
  /// open streams end, and clients open them again with the new scopes.
  void SetAnonymous(ScopeSet scopes);

 private:
  std::shared_ptr<const KeyRing> Ring() const;

  const std::string process_key_;
  const std::shared_ptr<const Principal> process_;
  const Delegation delegation_;
  const Clock& clock_;
  mutable CallerLimits limits_;
  mutable absl::Mutex mutex_;
  // Shared with the calls of such callers, which may outlive a change.
  std::shared_ptr<const Principal> anonymous_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<const KeyRing> ring_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace citylayers::access

#endif  // CITYLAYERS_SERVICES_ACCESS_ACCESS_CONTROL_H_
