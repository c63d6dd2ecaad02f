// The public keys of an identity provider, by which the signatures of its tokens are verified.
#ifndef CITYLAYERS_SERVICES_ACCESS_JWT_KEYS_H_
#define CITYLAYERS_SERVICES_ACCESS_JWT_KEYS_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace citylayers::access {

/// A set of keys (JWKS, RFC 7517) of the two algorithms that are accepted: RS256 (RSA of 2048 to
/// 8192 bits) and EdDSA (Ed25519). A key has the one algorithm of its type, whatever a token
/// claims, so that no token can choose a weaker one. Immutable, thread-safe.
class JwtKeys {
 public:
  static constexpr std::size_t kJsonBytesMax = 256 * 1024;
  static constexpr std::size_t kKeysMax = 64;

  /// Keys of other types, and those for encryption, are skipped. INVALID_ARGUMENT: not a key set,
  /// too large, a malformed key, two keys with one id, or no usable key; the message names the key.
  static absl::StatusOr<JwtKeys> Parse(std::string_view json);

  ~JwtKeys();
  JwtKeys(JwtKeys&&) noexcept;
  JwtKeys& operator=(JwtKeys&&) noexcept;

  /// `algorithm` and `key_id`: of a token's header; without an id the set must have one key.
  /// `signature`: bytes. UNAUTHENTICATED: an algorithm that is not accepted or not that of the
  /// key, an unknown key, or a wrong signature. About 40 us (RS256) or 130 us (EdDSA).
  absl::Status Verify(std::string_view algorithm, std::string_view key_id,
                      std::string_view signed_text, std::string_view signature) const;

  std::size_t size() const { return keys_.size(); }

 private:
  struct Key;
  JwtKeys();

  std::vector<std::unique_ptr<const Key>> keys_;
};

/// Bytes of base64url without padding (RFC 7515, section 2); false: other text.
bool ReadBase64Url(std::string_view text, std::string* bytes);

}  // namespace citylayers::access

#endif  // CITYLAYERS_SERVICES_ACCESS_JWT_KEYS_H_
