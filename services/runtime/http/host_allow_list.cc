#include "services/runtime/http/host_allow_list.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_split.h"
#include <boost/asio/ip/address.hpp>

#include "base/strings.h"

namespace citylayers::runtime {
namespace {

bool IsName(std::string_view name) {
  return !name.empty() && name.size() <= 253 && name.find("..") == std::string_view::npos &&
         name.front() != '.' && std::all_of(name.begin(), name.end(), [](unsigned char c) {
           return absl::ascii_isalnum(c) || c == '-' || c == '.' || c == '_';
         });
}

}  // namespace

std::string HostWithoutPort(std::string_view host) {
  if (host.starts_with('[')) {
    host = host.substr(1, host.find(']') == std::string_view::npos ? 0 : host.find(']') - 1);
  } else if (host.find(':') == host.rfind(':')) {
    host = host.substr(0, host.find(':'));  // an IPv6 address without brackets is kept whole
  }
  if (host.ends_with('.')) host.remove_suffix(1);
  return absl::AsciiStrToLower(ToAbsl(host));
}

bool IsIpAddress(std::string_view host) {
  boost::system::error_code error;
  boost::asio::ip::make_address(std::string(host), error);
  return !error;
}

bool IsLoopbackAddress(std::string_view host) {
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(std::string(host), error);
  if (error) return false;
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6())
        .is_loopback();
  }
  return address.is_loopback();
}

absl::StatusOr<HostAllowList> HostAllowList::Make(std::string_view bound_host,
                                                  std::string_view names, std::string_view option) {
  HostAllowList list;
  list.option_ = std::string(option);
  list.bound_ = HostWithoutPort(
      bound_host.find(':') == std::string_view::npos ? bound_host : StrCat("[", bound_host, "]"));
  list.any_address_ = list.bound_ == "0.0.0.0" || list.bound_ == "::";
  for (absl::string_view item :
       absl::StrSplit(ToAbsl(names), absl::ByAnyChar(", "), absl::SkipEmpty())) {
    std::string_view name = ToStd(item);
    if (name == "*") {
      list.everything_ = true;
      continue;
    }
    const bool below = name.starts_with("*.");
    if (below) name.remove_prefix(2);
    const std::string host = HostWithoutPort(name);
    if (name.find('/') != std::string_view::npos || !(IsName(host) || IsIpAddress(host))) {
      return absl::InvalidArgumentError(
          StrCat(option, ": \"", absl::CHexEscape(item), "\" is not a host name, such as ",
                 "maps.example.org or *.example.org (without https:// and path)"));
    }
    if (below) {
      list.suffixes_.push_back(StrCat(".", host));
    } else {
      list.names_.push_back(host);
    }
  }
  return list;
}

bool HostAllowList::Allows(std::string_view host) const {
  if (everything_ || host.empty()) return true;
  const std::string name = HostWithoutPort(host);
  if (name == "localhost" || name == bound_) return true;
  if (IsIpAddress(name) && (any_address_ || IsLoopbackAddress(name))) return true;
  if (std::find(names_.begin(), names_.end(), name) != names_.end()) return true;
  return std::any_of(suffixes_.begin(), suffixes_.end(), [&](const std::string& suffix) {
    return name.size() > suffix.size() && ToStd(name).ends_with(suffix);
  });
}

std::string HostAllowList::Refusal(std::string_view host) const {
  constexpr std::size_t kShownMax = 100;
  return StrCat(
      "the Host \"", absl::CHexEscape(ToAbsl(host.substr(0, kShownMax))),
      "\" is not a name of this server, which answers to localhost, its own addresses and "
      "the names in ",
      option_, " (a guard against DNS rebinding): use one of them, or add the name there");
}

}  // namespace citylayers::runtime
