#include "services/runtime/http/trusted_proxies.h"

#include <algorithm>

#include "absl/strings/ascii.h"

#include "base/status_macros.h"
#include "base/strings.h"
#include "services/runtime/http/host_allow_list.h"
#include "services/runtime/http/http_message.h"

namespace citylayers::runtime {
namespace {

std::string_view Trimmed(std::string_view text) {
  return ToStd(absl::StripAsciiWhitespace(ToAbsl(text)));
}

std::string_view Unquoted(std::string_view text) {
  const bool quoted = text.size() >= 2 && text.starts_with('"') && text.ends_with('"');
  return quoted ? text.substr(1, text.size() - 2) : text;
}

// The text of `for` in an element of Forwarded.
std::string_view ForOf(std::string_view element) {
  while (!element.empty()) {
    const std::string_view pair = element.substr(0, element.find(';'));
    element.remove_prefix(std::min(pair.size() + 1, element.size()));
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) continue;
    if (EqualsIgnoreCase(Trimmed(pair.substr(0, equals)), "for")) {
      return Unquoted(Trimmed(pair.substr(equals + 1)));
    }
  }
  return {};
}

// Without brackets and a port; empty: not an address.
std::string_view AddressIn(std::string_view text) {
  text = Trimmed(text);
  if (IsIpAddress(text)) return text;
  if (text.starts_with('[')) {
    text = text.substr(1, text.find(']') - 1);
  } else {
    text = text.substr(0, text.rfind(':'));
  }
  return IsIpAddress(text) ? text : std::string_view();
}

}  // namespace

absl::StatusOr<TrustedProxies> TrustedProxies::Parse(std::string_view list,
                                                     std::string_view option) {
  TrustedProxies result;
  ASSIGN_OR_RETURN(result.proxies_, IpList::Parse(list, option));
  return result;
}

bool TrustedProxies::Trusts(std::string_view address) const {
  return IsLoopbackAddress(address) || proxies_.Contains(address);
}

std::string TrustedProxies::ClientOf(std::string_view peer, std::string_view x_forwarded_for,
                                     std::string_view forwarded) const {
  const bool is_rfc7239 = Trimmed(x_forwarded_for).empty();
  std::string_view rest = is_rfc7239 ? forwarded : x_forwarded_for;
  std::string_view client = peer;
  for (int hop = 0; hop < kHopsMax && !rest.empty() && Trusts(client); ++hop) {
    const std::size_t comma = rest.rfind(',');
    const std::size_t begin = comma == std::string_view::npos ? 0 : comma + 1;
    const std::string_view item = rest.substr(begin);
    rest = rest.substr(0, begin == 0 ? 0 : comma);
    const std::string_view address = AddressIn(is_rfc7239 ? ForOf(item) : item);
    if (address.empty()) break;
    client = address;
  }
  return std::string(client);
}

}  // namespace citylayers::runtime
