// The API keys of a server, for looking up.
#ifndef CITYLAYERS_SERVICES_ACCESS_KEY_RING_H_
#define CITYLAYERS_SERVICES_ACCESS_KEY_RING_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "services/access/api_key.h"
#include "services/access/key_record.h"
#include "services/access/principal.h"

namespace citylayers::access {

/// An immutable set of keys: a change makes another ring, which calls that begin later use.
/// Thread-safe.
class KeyRing {
 public:
  KeyRing(std::vector<KeyRecord> records, std::string_view pepper);

  /// Identifies the holder of a key's text. UNAUTHENTICATED: not a key, an unknown one, a wrong
  /// secret, revoked or expired; the message reports which of the last two, since only a holder of
  /// the secret sees it. Takes one HMAC, about 1 us, whether the key is known or not.
  absl::StatusOr<std::shared_ptr<const Principal>> Identify(std::string_view text,
                                                            absl::Time now) const;

  /// The key that a client's verified certificate acts as, by the names of the certificate;
  /// nullptr: none. UNAUTHENTICATED: the names are those of several keys, or the key is revoked or
  /// expired.
  absl::StatusOr<std::shared_ptr<const Principal>> IdentifyCertificate(
      const std::vector<std::string>& names, absl::Time now) const;

  /// The same for a key that another process has identified so. UNAUTHENTICATED: it is unknown,
  /// revoked or expired, or certificates do not act as it.
  absl::StatusOr<std::shared_ptr<const Principal>> IdentifyDelegated(std::string_view id,
                                                                     absl::Time now) const;

  /// Whether a principal that an earlier ring identified would be the same in this one: its key is
  /// neither gone, revoked nor expired, has the same scopes, and accepts the secret or the
  /// certificate that was sent; and its session, if it has one, has not ended. A lookup.
  bool Holds(const Principal& principal, absl::Time now) const;

  /// A session for a person who has sent a key and whom Identify has identified; it ends with the
  /// key. INTERNAL: the kernel has no random numbers.
  absl::StatusOr<Session> NewSession(const Principal& holder, absl::Time now,
                                     absl::Duration life) const;
  /// Identifies the holder of a session's text. UNAUTHENTICATED: not the text of a session, an
  /// expired or ended one, or its key or secret has ended. Takes one HMAC per accepted secret.
  absl::StatusOr<std::shared_ptr<const Principal>> IdentifySession(std::string_view text,
                                                                   absl::Time now) const;
  std::string CsrfTokenOf(const Session& session) const { return signer_.CsrfTokenOf(session); }

  /// Whether a key exists and is not revoked; it may have expired.
  bool HasLive(std::string_view id) const;

  std::size_t size() const { return keys_.size(); }

 private:
  struct Entry {
    KeyRecord record;
    std::vector<std::shared_ptr<const Principal>> principals;  // one for each secret of the record
    std::shared_ptr<const Principal> certificate_principal;    // nullptr without certificate_name
  };
  static absl::Status CheckInForce(const KeyRecord& record, absl::Time now);
  // The principal of an accepted secret; nullptr: of none.
  static std::shared_ptr<const Principal> HolderOf(const Entry& entry, std::string_view hash,
                                                   absl::Time now);

  const SecretHasher hasher_;
  const SessionSigner signer_;
  absl::flat_hash_map<std::string, Entry> keys_;  // by id
  // Ids by certificate_name. Keys that are not revoked take the name from those that are.
  absl::flat_hash_map<std::string, std::string> certificates_;
};

}  // namespace citylayers::access

#endif  // CITYLAYERS_SERVICES_ACCESS_KEY_RING_H_
