// The record of an API key.
#ifndef CITYLAYERS_SERVICES_ACCESS_KEY_RECORD_H_
#define CITYLAYERS_SERVICES_ACCESS_KEY_RECORD_H_

#include <string>
#include <vector>

#include "absl/time/time.h"

#include "services/access/limits.h"
#include "services/access/scope.h"

namespace citylayers::access {

/// A hash of a secret, and the time until which the secret is accepted.
struct KeySecret {
  std::string hash;  // HashOf, 32 bytes
  absl::Time until = absl::InfiniteFuture();
};

/// A session that its holder has ended before its time.
struct EndedSession {
  std::string id;    // of Session
  absl::Time until;  // when it would expire; the entry can then be removed
};

/// An API key without its secret.
struct KeyRecord {
  std::string id;         // of ApiKey
  std::string principal;  // who holds it, as shown in audits: "sensor gateway 7", "night desk 1"
  std::vector<Scope> scopes;
  absl::Time create_time = absl::InfinitePast();
  absl::Time expire_time = absl::InfiniteFuture();
  absl::Time revoke_time = absl::InfiniteFuture();  // InfiniteFuture: not revoked
  // Name of the certificates that act as this key: a subject, "CN=gateway-7,O=City", or an
  // alternative name, "DNS:gw7.example.org" or "URI:spiffe://city/gw7"; empty: none does.
  std::string certificate_name;
  std::string creator;  // principal that made it; empty: made on the server itself
  // Newest first, at least one. A rotation adds one and bounds the others, so that both are
  // accepted for a while.
  std::vector<KeySecret> secrets;
  KeyLimits limits = {};  // in place of the server's
  std::vector<EndedSession> ended_sessions = {};
  absl::Time sessions_after = absl::InfinitePast();  // sessions until then have ended
};

}  // namespace citylayers::access

#endif  // CITYLAYERS_SERVICES_ACCESS_KEY_RECORD_H_
