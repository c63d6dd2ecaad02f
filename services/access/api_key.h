// API keys: their text, and what the server keeps of them.
#ifndef CITYLAYERS_SERVICES_ACCESS_API_KEY_H_
#define CITYLAYERS_SERVICES_ACCESS_API_KEY_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace citylayers::access {

/// A key as its holder has it: "clk_<id>_<secret>". The id is public, and names the key in lists,
/// logs and the audit trail; the secret has 160 random bits. Both are lower-case base32 without
/// padding (RFC 4648, section 6): 12 and 32 characters.
struct ApiKey {
  std::string id;
  std::string secret;

  /// Random numbers of the kernel. INTERNAL: it has none.
  static absl::StatusOr<ApiKey> Generate();
  /// INVALID_ARGUMENT: another form. The message never contains the text.
  static absl::StatusOr<ApiKey> Parse(std::string_view text);
  /// The only place where the secret is written as text.
  std::string ToText() const;
};

/// Makes what the server keeps of a secret: its HMAC-SHA-256 under the server's pepper (RFC 2104),
/// 32 bytes. A fast hash suffices: secrets are random, so that guessing one takes 2^160 tries.
/// Thread-safe.
class SecretHasher {
 public:
  explicit SecretHasher(std::string_view pepper);
  ~SecretHasher();
  SecretHasher(const SecretHasher&) = delete;
  SecretHasher& operator=(const SecretHasher&) = delete;

  /// About 1 us.
  std::string HashOf(const ApiKey& key) const;

 private:
  struct State;
  const std::unique_ptr<State> state_;
};

/// The same for one key; prepares the pepper each time.
std::string HashOf(const ApiKey& key, std::string_view pepper);

/// A word of lower-case base32 with 5 random bits per character. INTERNAL: the kernel has none.
absl::StatusOr<std::string> RandomWord(std::size_t characters);

/// Compares in a time that depends only on the lengths.
bool IsEqual(std::string_view a, std::string_view b);

/// 32 random bytes, for a new server. INTERNAL: the kernel has none.
absl::StatusOr<std::string> NewPepper();

}  // namespace citylayers::access

#endif  // CITYLAYERS_SERVICES_ACCESS_API_KEY_H_
