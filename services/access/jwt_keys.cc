#include "services/access/jwt_keys.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include <nlohmann/json.hpp>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "base/status_macros.h"
#include "base/strings.h"

namespace citylayers::access {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kRs256 = "RS256";
constexpr std::string_view kEdDsa = "EdDSA";
constexpr int kRsaBitsMin = 2048;
constexpr int kRsaBitsMax = 8192;
constexpr std::size_t kExponentBytesMax = 8;
constexpr std::size_t kEd25519Bytes = 32;

template <auto Free>
struct Freed {
  template <typename T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};
using PublicKey = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;

// The text of a member; empty: it is not there or not a text.
std::string TextOf(const Json& object, const char* name) {
  const auto member = object.find(name);
  return member != object.end() && member->is_string() ? member->get<std::string>() : std::string();
}

PublicKey RsaKey(const std::string& modulus, const std::string& exponent) {
  const auto number = [](const std::string& bytes) {
    return std::unique_ptr<BIGNUM, Freed<BN_free>>(
        BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()),
                  static_cast<int>(bytes.size()), nullptr));
  };
  const auto n = number(modulus), e = number(exponent);
  const std::unique_ptr<OSSL_PARAM_BLD, Freed<OSSL_PARAM_BLD_free>> build(OSSL_PARAM_BLD_new());
  if (n == nullptr || e == nullptr || build == nullptr ||
      OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1) {
    return nullptr;
  }
  const std::unique_ptr<OSSL_PARAM, Freed<OSSL_PARAM_free>> parameters(
      OSSL_PARAM_BLD_to_param(build.get()));
  const std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX_free>> context(
      EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  EVP_PKEY* key = nullptr;
  if (parameters == nullptr || context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
    return nullptr;
  }
  return PublicKey(key);
}

absl::StatusOr<PublicKey> ReadRsa(const Json& jwk) {
  std::string modulus, exponent;
  if (!ReadBase64Url(TextOf(jwk, "n"), &modulus) || !ReadBase64Url(TextOf(jwk, "e"), &exponent) ||
      exponent.empty() || exponent.size() > kExponentBytesMax || (exponent.back() & 1) == 0 ||
      exponent == std::string(1, '\1') || modulus.size() > kRsaBitsMax / 8) {
    return absl::InvalidArgumentError("has no valid n and e");
  }
  PublicKey key = RsaKey(modulus, exponent);
  const int bits = key == nullptr ? 0 : EVP_PKEY_get_bits(key.get());
  if (bits < kRsaBitsMin || bits > kRsaBitsMax) {
    return absl::InvalidArgumentError(
        StrCat("is an RSA key of ", bits, " bits, not of ", kRsaBitsMin, " to ", kRsaBitsMax));
  }
  return key;
}

absl::StatusOr<PublicKey> ReadEd25519(const Json& jwk) {
  std::string x;
  if (!ReadBase64Url(TextOf(jwk, "x"), &x) || x.size() != kEd25519Bytes) {
    return absl::InvalidArgumentError("has no x of 32 bytes");
  }
  PublicKey key(EVP_PKEY_new_raw_public_key(
      EVP_PKEY_ED25519, nullptr, reinterpret_cast<const unsigned char*>(x.data()), x.size()));
  if (key == nullptr) return absl::InvalidArgumentError("is not a point of Ed25519");
  return key;
}

// The algorithm of a key; empty: not one that is accepted, or a key for another purpose.
std::string_view AlgorithmOf(const Json& jwk) {
  const std::string type = TextOf(jwk, "kty"), use = TextOf(jwk, "use"), own = TextOf(jwk, "alg");
  const std::string_view algorithm = type == "RSA" ? kRs256
                                     : type == "OKP" && TextOf(jwk, "crv") == "Ed25519"
                                         ? kEdDsa
                                         : std::string_view();
  const bool is_usable = (use.empty() || use == "sig") && (own.empty() || own == algorithm);
  return is_usable ? algorithm : std::string_view();
}

}  // namespace

struct JwtKeys::Key {
  std::string id;
  std::string_view algorithm;
  PublicKey key;
};

JwtKeys::JwtKeys() = default;
JwtKeys::~JwtKeys() = default;
JwtKeys::JwtKeys(JwtKeys&&) noexcept = default;
JwtKeys& JwtKeys::operator=(JwtKeys&&) noexcept = default;

absl::StatusOr<JwtKeys> JwtKeys::Parse(std::string_view json) {
  if (json.size() > kJsonBytesMax) {
    return absl::InvalidArgumentError(
        StrCat("the key set has ", json.size(), " bytes; at most ", kJsonBytesMax));
  }
  const Json set = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  const auto list = set.is_object() ? set.find("keys") : set.end();
  if (!set.is_object() || list == set.end() || !list->is_array() || list->size() > kKeysMax) {
    return absl::InvalidArgumentError(
        StrCat("not a key set: {\"keys\":[...]} with at most ", kKeysMax, " keys"));
  }
  JwtKeys keys;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const Json& jwk = (*list)[i];
    const std::string_view algorithm = jwk.is_object() ? AlgorithmOf(jwk) : std::string_view();
    if (algorithm.empty()) continue;
    const std::string id = TextOf(jwk, "kid");
    absl::StatusOr<PublicKey> key = algorithm == kRs256 ? ReadRsa(jwk) : ReadEd25519(jwk);
    if (!key.ok()) {
      return absl::InvalidArgumentError(
          StrCat("keys[", i, "] (kid \"", id, "\") ", ToStd(key.status().message())));
    }
    const bool is_double = std::any_of(keys.keys_.begin(), keys.keys_.end(),
                                       [&](const auto& other) { return other->id == id; });
    if (is_double) {
      return absl::InvalidArgumentError(StrCat("keys[", i, "]: the kid \"", id, "\" occurs twice"));
    }
    keys.keys_.push_back(std::make_unique<const Key>(Key{id, algorithm, *std::move(key)}));
  }
  if (keys.keys_.empty()) {
    return absl::InvalidArgumentError("the key set has no key for RS256 or EdDSA (Ed25519)");
  }
  return keys;
}

absl::Status JwtKeys::Verify(std::string_view algorithm, std::string_view key_id,
                             std::string_view signed_text, std::string_view signature) const {
  if (algorithm != kRs256 && algorithm != kEdDsa) {
    return absl::UnauthenticatedError("the token's alg is not accepted: use RS256 or EdDSA");
  }
  const auto found = key_id.empty() && keys_.size() == 1
                         ? keys_.begin()
                         : std::find_if(keys_.begin(), keys_.end(), [&](const auto& key) {
                             return !key_id.empty() && key->id == key_id;
                           });
  if (found == keys_.end() || (*found)->algorithm != algorithm) {
    return absl::UnauthenticatedError("the key set has no key with the token's kid and alg");
  }
  const std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>> context(EVP_MD_CTX_new());
  // Ed25519 hashes by itself.
  const EVP_MD* const hash = algorithm == kRs256 ? EVP_sha256() : nullptr;
  const bool is_good =
      context != nullptr &&
      EVP_DigestVerifyInit(context.get(), nullptr, hash, nullptr, (*found)->key.get()) == 1 &&
      EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()),
                       signature.size(), reinterpret_cast<const unsigned char*>(signed_text.data()),
                       signed_text.size()) == 1;
  return is_good ? absl::OkStatus() : absl::UnauthenticatedError("the token's signature is wrong");
}

bool ReadBase64Url(std::string_view text, std::string* bytes) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return text.find_first_not_of(kAlphabet) == std::string_view::npos &&
         absl::WebSafeBase64Unescape(ToAbsl(text), bytes);
}

}  // namespace citylayers::access
