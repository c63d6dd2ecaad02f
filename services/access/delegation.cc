#include "services/access/delegation.h"

#include "absl/strings/escaping.h"

#include "base/strings.h"

namespace citylayers::access {
namespace {

constexpr std::string_view kPrefix = "clp_";
constexpr std::size_t kSignatureCharacters = 64;

}  // namespace

Delegation::Delegation(const ApiKey& process_key) : hasher_(process_key.ToText()) {}

std::string Delegation::TextOf(std::string_view key_id) const {
  // Names what is signed, so that no other use of the process key gives a valid signature.
  const ApiKey signed_text{.id = {}, .secret = StrCat("certificate of ", key_id)};
  return StrCat(kPrefix, key_id, "_", absl::BytesToHexString(hasher_.HashOf(signed_text)));
}

std::optional<std::string_view> Delegation::KeyIdOf(std::string_view text) const {
  if (!text.starts_with(kPrefix) || text.size() < kPrefix.size() + kSignatureCharacters + 2) {
    return std::nullopt;
  }
  const std::string_view id =
      text.substr(kPrefix.size(), text.size() - kPrefix.size() - kSignatureCharacters - 1);
  if (!IsEqual(text, TextOf(id))) return std::nullopt;
  return id;
}

}  // namespace citylayers::access
