#include "services/access/api_key.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include "base/status_macros.h"
#include "base/strings.h"

namespace citylayers::access {
namespace {

constexpr std::string_view kPrefix = "clk_";
constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz234567";
constexpr std::size_t kIdCharacters = 12;
constexpr std::size_t kSecretCharacters = 32;
constexpr std::size_t kPepperBytes = 32;

absl::StatusOr<std::string> RandomBytes(std::size_t count) {
  std::string bytes(count, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) != 1) {
    return absl::InternalError("the system has no random numbers");
  }
  return bytes;
}

bool IsWord(std::string_view text, std::size_t characters) {
  return text.size() == characters && text.find_first_not_of(kAlphabet) == std::string_view::npos;
}

}  // namespace

// The alphabet has 32 characters, so that all are equally likely.
absl::StatusOr<std::string> RandomWord(std::size_t characters) {
  ASSIGN_OR_RETURN(std::string word, RandomBytes(characters));
  for (char& c : word) c = kAlphabet[static_cast<std::uint8_t>(c) % kAlphabet.size()];
  return word;
}

absl::StatusOr<ApiKey> ApiKey::Generate() {
  ApiKey key;
  ASSIGN_OR_RETURN(key.id, RandomWord(kIdCharacters));
  ASSIGN_OR_RETURN(key.secret, RandomWord(kSecretCharacters));
  return key;
}

absl::StatusOr<ApiKey> ApiKey::Parse(std::string_view text) {
  const std::size_t secret_at = kPrefix.size() + kIdCharacters + 1;
  if (text.size() == secret_at + kSecretCharacters && text.starts_with(kPrefix) &&
      text[secret_at - 1] == '_') {
    const std::string_view id = text.substr(kPrefix.size(), kIdCharacters);
    const std::string_view secret = text.substr(secret_at);
    if (IsWord(id, kIdCharacters) && IsWord(secret, kSecretCharacters)) {
      return ApiKey{std::string(id), std::string(secret)};
    }
  }
  return absl::InvalidArgumentError("not an API key: it has the form clk_<id>_<secret>");
}

std::string ApiKey::ToText() const { return StrCat(kPrefix, id, "_", secret); }

// A context that has the pepper already is copied for each secret: looking up the algorithm by its
// name, as HMAC() does, takes a lock of the library each time.
struct SecretHasher::State {
  EVP_MAC* mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  EVP_MAC_CTX* context = EVP_MAC_CTX_new(mac);
  ~State() {
    EVP_MAC_CTX_free(context);
    EVP_MAC_free(mac);
  }
};

SecretHasher::SecretHasher(std::string_view pepper) : state_(std::make_unique<State>()) {
  std::string digest = "SHA256";
  const std::array<OSSL_PARAM, 2> parameters = {
      OSSL_PARAM_construct_utf8_string("digest", digest.data(), 0), OSSL_PARAM_construct_end()};
  // Fails only without memory or without SHA-256.
  if (EVP_MAC_init(state_->context, reinterpret_cast<const unsigned char*>(pepper.data()),
                   pepper.size(), parameters.data()) != 1) {
    std::abort();
  }
}

SecretHasher::~SecretHasher() = default;

std::string SecretHasher::HashOf(const ApiKey& key) const {
  const std::unique_ptr<EVP_MAC_CTX, decltype(&EVP_MAC_CTX_free)> context(
      EVP_MAC_CTX_dup(state_->context), &EVP_MAC_CTX_free);
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash;
  std::size_t size = 0;
  if (context == nullptr ||
      EVP_MAC_update(context.get(), reinterpret_cast<const unsigned char*>(key.secret.data()),
                     key.secret.size()) != 1 ||
      EVP_MAC_final(context.get(), hash.data(), &size, hash.size()) != 1) {
    std::abort();
  }
  return std::string(reinterpret_cast<const char*>(hash.data()), size);
}

std::string HashOf(const ApiKey& key, std::string_view pepper) {
  return SecretHasher(pepper).HashOf(key);
}

bool IsEqual(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

absl::StatusOr<std::string> NewPepper() { return RandomBytes(kPepperBytes); }

}  // namespace citylayers::access
