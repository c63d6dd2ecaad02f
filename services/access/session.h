// Sessions of people who signed in with a key: the text of their cookies.
#ifndef CITYLAYERS_SERVICES_ACCESS_SESSION_H_
#define CITYLAYERS_SERVICES_ACCESS_SESSION_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace citylayers::access {

/// A session. Times are whole microseconds.
struct Session {
  std::string id;           // 16 random bytes
  std::string key_id;       // of the key that was exchanged for it
  absl::Time issue_time;    // when the person signed in
  absl::Time expire_time;   // when it ends
  std::string cookie_text;  // as sent by the browser; a secret
};

/// Writes and reads the texts of sessions. No server stores them: a text has all fields of the
/// session and an HMAC-SHA-256 over them and the hash of the key's secret, under a key derived from
/// the pepper of the key file. So every process of a city accepts them, after a restart as well,
/// and a text ends with the secret that was exchanged for it. Thread-safe.
class SessionSigner {
 public:
  static constexpr std::size_t kIdBytes = 16;

  explicit SessionSigner(std::string_view pepper);

  /// A new session with its text. `key_id`: of ApiKey. INTERNAL: the kernel has no random numbers.
  absl::StatusOr<Session> Make(std::string_view key_id, std::string_view secret_hash,
                               absl::Time issue_time, absl::Time expire_time) const;

  /// The session that a text claims to be; nullopt: it has another form. It is genuine only with
  /// IsGenuine. Bounded by the length of the text, of which long ones are refused at once.
  static std::optional<Session> Parse(std::string_view text);
  /// Whether a text that was parsed was made for this secret. About 1 us.
  bool IsGenuine(const Session& session, std::string_view secret_hash) const;

  /// The text that pages must send with requests that change something (CSRF); other pages cannot
  /// read it. The same for the life of the session.
  std::string CsrfTokenOf(const Session& session) const;

 private:
  std::string TagOf(std::string_view fields, std::string_view secret_hash) const;

  const std::string key_;
};

}  // namespace citylayers::access

#endif  // CITYLAYERS_SERVICES_ACCESS_SESSION_H_
