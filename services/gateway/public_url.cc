#include "services/gateway/public_url.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"

#include "base/status_macros.h"
#include "base/strings.h"
#include "services/runtime/http/host_allow_list.h"

namespace citylayers::gateway {
namespace {

using runtime::HttpRequest;

bool IsHost(std::string_view host) {
  return !host.empty() && std::all_of(host.begin(), host.end(), [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '.' || c == '-' || c == ':' || c == '[' || c == ']' ||
           c == '_';
  });
}

// A path prefix that a proxy removed, without a slash at its end; "" when the text is not one.
std::string PrefixOf(std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  const bool good =
      path.starts_with('/') && path.find("//") == std::string_view::npos &&
      std::all_of(path.begin(), path.end(), [](unsigned char c) {
        return absl::ascii_isalnum(c) || c == '/' || c == '-' || c == '_' || c == '.' || c == '~';
      });
  return good ? std::string(path) : "";
}

std::string_view Trimmed(std::string_view text) {
  return ToStd(absl::StripAsciiWhitespace(ToAbsl(text)));
}

// The first item of a list header: the value that the first proxy received.
std::string_view FirstItem(std::string_view list) {
  return Trimmed(list.substr(0, list.find(',')));
}

// "https" or "http"; "" for other text.
std::string_view SchemeOf(std::string_view text) {
  for (const std::string_view scheme : {"https", "http"}) {
    if (runtime::EqualsIgnoreCase(text, scheme)) return scheme;
  }
  return "";
}

// The value of `name` in the first element of a Forwarded header (RFC 7239).
std::string ForwardedValue(std::string_view forwarded, std::string_view name) {
  std::string_view element = FirstItem(forwarded);
  while (!element.empty()) {
    const std::string_view pair = element.substr(0, element.find(';'));
    element.remove_prefix(std::min(pair.size() + 1, element.size()));
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) continue;
    if (!runtime::EqualsIgnoreCase(Trimmed(pair.substr(0, equals)), name)) continue;
    std::string_view value = Trimmed(pair.substr(equals + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
      value = value.substr(1, value.size() - 2);
    }
    return std::string(value);
  }
  return "";
}

std::string_view OwnScheme(const HttpRequest& request) {
  return request.is_secure() ? "https" : "http";
}

bool HasPort(std::string_view host) {
  const std::size_t colon = host.rfind(':');
  return colon != std::string_view::npos && host.find(']', colon) == std::string_view::npos;
}

// ":8443" of X-Forwarded-Port, unless it is the scheme's default port.
std::string PortOf(const HttpRequest& request, std::string_view scheme) {
  int port = 0;
  const std::string_view text = FirstItem(request.Header("x-forwarded-port"));
  if (!absl::SimpleAtoi(ToAbsl(text), &port) || port < 1 || port > 65535) return "";
  return port == (scheme == "https" ? 443 : 80) ? "" : StrCat(":", port);
}

std::string ForwardedBase(const HttpRequest& request) {
  const std::string forwarded = request.JoinedHeader("forwarded");
  std::string host(FirstItem(request.Header("x-forwarded-host")));
  if (host.empty()) host = ForwardedValue(forwarded, "host");
  const bool moved = !host.empty();
  if (!moved) host = std::string(request.Header("host"));
  if (!IsHost(host)) return "";
  std::string_view scheme = SchemeOf(FirstItem(request.Header("x-forwarded-proto")));
  if (scheme.empty()) scheme = SchemeOf(ForwardedValue(forwarded, "proto"));
  if (scheme.empty()) scheme = OwnScheme(request);
  return StrCat(scheme, "://", host, moved && !HasPort(host) ? PortOf(request, scheme) : "",
                PrefixOf(FirstItem(request.Header("x-forwarded-prefix"))));
}

// "https://maps.example.org" of "https://maps.example.org/city".
std::string_view OriginOf(std::string_view url) {
  const std::size_t host = url.find("://");
  return host == std::string_view::npos ? url : url.substr(0, url.find('/', host + 3));
}

}  // namespace

absl::StatusOr<PublicUrl> PublicUrl::Make(std::string_view url, std::string_view trusted_proxies) {
  PublicUrl result;
  ASSIGN_OR_RETURN(result.proxies_,
                   runtime::IpList::Parse(trusted_proxies, "gateway.trusted_proxies"));
  if (url.empty()) return result;
  const std::size_t slashes = url.find("://");
  const std::string_view scheme =
      slashes == std::string_view::npos ? "" : SchemeOf(url.substr(0, slashes));
  const std::string_view rest = scheme.empty() ? "" : url.substr(slashes + 3);
  const std::string_view host = rest.substr(0, rest.find('/'));
  const std::string_view path = rest.substr(host.size());
  const std::string prefix = PrefixOf(path);
  const bool bare = std::all_of(path.begin(), path.end(), [](char c) { return c == '/'; });
  if (!IsHost(host) || (prefix.empty() && !bare)) {
    return absl::InvalidArgumentError(
        StrCat("gateway.public_url: \"", absl::CHexEscape(ToAbsl(url)),
               "\" is not an address such as https://maps.example.org or "
               "https://maps.example.org/city"));
  }
  result.url_ = StrCat(scheme, "://", absl::AsciiStrToLower(ToAbsl(host)), prefix);
  return result;
}

bool PublicUrl::Trusts(const HttpRequest& request) const {
  const std::string_view peer = runtime::AddressOfPeer(request.peer());
  return runtime::IsLoopbackAddress(peer) || proxies_.Contains(peer);
}

std::string PublicUrl::BaseOf(const HttpRequest& request) const {
  if (!url_.empty()) return url_;
  if (Trusts(request)) return ForwardedBase(request);
  const std::string_view host = request.Header("host");
  return IsHost(host) ? StrCat(OwnScheme(request), "://", host) : "";
}

bool PublicUrl::IsOwnOrigin(const HttpRequest& request, std::string_view origin) const {
  if (runtime::EqualsIgnoreCase(origin, OriginOf(BaseOf(request)))) return true;
  // A proxy that terminates TLS without reporting it: the host is still that of the page.
  const std::size_t host = origin.find("://");
  return host != std::string_view::npos && !request.Header("host").empty() &&
         runtime::EqualsIgnoreCase(origin.substr(host + 3), request.Header("host"));
}

std::string PublicUrl::configured_host() const {
  const std::size_t host = url_.find("://");
  return host == std::string::npos ? "" : std::string(OriginOf(url_).substr(host + 3));
}

}  // namespace citylayers::gateway
