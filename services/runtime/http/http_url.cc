#include "services/runtime/http/http_url.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace citylayers::runtime {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::optional<std::string> PercentDecode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = HexDigit(text[i + 1]);
      const int low = HexDigit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else if (plus_is_space && text[i] == '+') {
      out += ' ';
    } else {
      out += text[i];
    }
  }
  return out;
}

std::optional<std::string> QueryValue(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    const std::size_t equals = pair.find('=');
    const std::string_view key = pair.substr(0, equals);
    const bool encoded = key.find_first_of("%+") != std::string_view::npos;
    if (encoded ? PercentDecode(key, true) != name : key != name) continue;
    return PercentDecode(equals == std::string_view::npos ? "" : pair.substr(equals + 1), true);
  }
  return std::nullopt;
}

absl::StatusOr<std::vector<std::string>> SplitPath(std::string_view path) {
  if (path.empty() || path[0] != '/') {
    return absl::InvalidArgumentError("the path does not start with \"/\"");
  }
  std::vector<std::string> segments;
  std::string_view rest = path.substr(1);
  for (bool more = true; more;) {
    const std::size_t slash = rest.find('/');
    more = slash != std::string_view::npos;
    const std::string_view raw = rest.substr(0, slash);
    if (more) rest.remove_prefix(slash + 1);
    std::string segment(raw);
    if (raw.find('%') != std::string_view::npos) {
      std::optional<std::string> decoded = PercentDecode(raw, false);
      if (!decoded) return absl::InvalidArgumentError("the path has a bad % escape");
      segment = *std::move(decoded);
    }
    if (segment.find_first_of(std::string_view("/\\\0", 3)) != std::string::npos) {
      return absl::InvalidArgumentError("a path segment holds an encoded \"/\", \"\\\" or NUL");
    }
    if (segment == "..") {
      if (segments.empty()) return absl::InvalidArgumentError("the path leads above the root");
      segments.pop_back();
    } else if (segment != ".") {
      segments.push_back(std::move(segment));
      continue;
    }
    // A dot segment at the end denotes a directory: "/a/." is "/a/".
    if (!more) segments.emplace_back();
  }
  return segments;
}

}  // namespace citylayers::runtime
