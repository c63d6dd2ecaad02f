#include "services/access/session.h"

#include <array>
#include <cstdint>
#include <cstdlib>

#include "absl/strings/escaping.h"
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "base/strings.h"
#include "services/access/api_key.h"

namespace citylayers::access {
namespace {

// A text is FIELDS "." TAG in base64url without padding. Fields: version, id, times, id of the key.
constexpr char kVersion = 1;
constexpr std::size_t kTimeBytes = 8;
constexpr std::size_t kFixedBytes = 1 + SessionSigner::kIdBytes + 2 * kTimeBytes;
constexpr std::size_t kKeyIdBytesMax = 64;
constexpr std::size_t kTextBytesMax = 256;
constexpr std::string_view kPurpose = "citylayers session v1";

std::string Hmac(std::string_view key, std::string_view message) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> tag;
  unsigned size = 0;
  // Fails only without memory.
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(message.data()), message.size(), tag.data(),
           &size) == nullptr) {
    std::abort();
  }
  return std::string(reinterpret_cast<const char*>(tag.data()), size);
}

std::string Base64Of(std::string_view bytes) { return absl::WebSafeBase64Escape(ToAbsl(bytes)); }

void AppendTime(absl::Time time, std::string* bytes) {
  const auto micros = static_cast<std::uint64_t>(absl::ToUnixMicros(time));
  for (int shift = 56; shift >= 0; shift -= 8) bytes->push_back(static_cast<char>(micros >> shift));
}

absl::Time TimeIn(std::string_view bytes) {
  std::uint64_t micros = 0;
  for (const char byte : bytes) micros = micros << 8 | static_cast<std::uint8_t>(byte);
  return absl::FromUnixMicros(static_cast<std::int64_t>(micros));
}

}  // namespace

SessionSigner::SessionSigner(std::string_view pepper) : key_(Hmac(pepper, kPurpose)) {}

std::string SessionSigner::TagOf(std::string_view fields, std::string_view secret_hash) const {
  // Both parts are in base64 or have a fixed size: no two pairs give the same message.
  return Hmac(key_, StrCat("cookie.", fields, ".", secret_hash));
}

absl::StatusOr<Session> SessionSigner::Make(std::string_view key_id, std::string_view secret_hash,
                                            absl::Time issue_time, absl::Time expire_time) const {
  Session session{.id = std::string(kIdBytes, '\0'),
                  .key_id = std::string(key_id),
                  .issue_time = absl::FromUnixMicros(absl::ToUnixMicros(issue_time)),
                  .expire_time = absl::FromUnixMicros(absl::ToUnixMicros(expire_time)),
                  .cookie_text = {}};
  if (RAND_bytes(reinterpret_cast<unsigned char*>(session.id.data()), static_cast<int>(kIdBytes)) !=
      1) {
    return absl::InternalError("the system has no random numbers");
  }
  std::string bytes(1, kVersion);
  bytes += session.id;
  AppendTime(session.issue_time, &bytes);
  AppendTime(session.expire_time, &bytes);
  bytes += session.key_id;
  const std::string fields = Base64Of(bytes);
  session.cookie_text = StrCat(fields, ".", Base64Of(TagOf(fields, secret_hash)));
  return session;
}

std::optional<Session> SessionSigner::Parse(std::string_view text) {
  if (text.size() > kTextBytesMax) return std::nullopt;
  const std::size_t dot = text.find('.');
  std::string bytes;
  if (dot == std::string_view::npos ||
      !absl::WebSafeBase64Unescape(ToAbsl(text.substr(0, dot)), &bytes) ||
      bytes.size() <= kFixedBytes || bytes.size() > kFixedBytes + kKeyIdBytesMax ||
      bytes[0] != kVersion) {
    return std::nullopt;
  }
  const std::string_view rest = std::string_view(bytes).substr(1);
  return Session{.id = std::string(rest.substr(0, kIdBytes)),
                 .key_id = std::string(rest.substr(kIdBytes + 2 * kTimeBytes)),
                 .issue_time = TimeIn(rest.substr(kIdBytes, kTimeBytes)),
                 .expire_time = TimeIn(rest.substr(kIdBytes + kTimeBytes, kTimeBytes)),
                 .cookie_text = std::string(text)};
}

bool SessionSigner::IsGenuine(const Session& session, std::string_view secret_hash) const {
  const std::string_view text = session.cookie_text;
  const std::size_t dot = text.find('.');
  // As text: some other texts of base64 have the same bytes, and would be second cookies.
  return dot != std::string_view::npos &&
         IsEqual(text.substr(dot + 1), Base64Of(TagOf(text.substr(0, dot), secret_hash)));
}

std::string SessionSigner::CsrfTokenOf(const Session& session) const {
  return Base64Of(Hmac(key_, StrCat("csrf.", session.id)));
}

}  // namespace citylayers::access
