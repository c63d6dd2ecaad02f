#include "services/runtime/http/http_router.h"

#include <algorithm>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

#include "base/strings.h"
#include "services/runtime/http/http_url.h"

namespace citylayers::runtime {
namespace {

// True for a path that needs no decoding and has no dot segments; nearly all are like that.
bool IsPlain(std::string_view path) {
  return path.find('%') == std::string_view::npos && path.find("/.") == std::string_view::npos &&
         path.find('\\') == std::string_view::npos;
}

bool Allows(const HttpRouter::Route& route, std::string_view method) {
  for (const std::string& allowed : route.methods) {
    if (allowed == method || (allowed == "GET" && method == "HEAD")) return true;
  }
  return false;
}

}  // namespace

void HttpRouter::Add(std::initializer_list<std::string_view> methods, std::string_view pattern,
                     HttpHandler handler) {
  Entry entry;
  entry.route = std::make_unique<Route>();
  entry.route->methods.assign(methods.begin(), methods.end());
  entry.route->pattern = std::string(pattern);
  entry.route->handler = std::move(handler);
  entry.route->index = routes_.size();
  for (absl::string_view piece : absl::StrSplit(ToAbsl(pattern.substr(1)), "/")) {
    const std::string_view text = ToStd(piece);
    Segment segment;
    if (!text.empty() && text.front() == '{') {
      const std::size_t end = text.find('}');
      segment.name = std::string(text.substr(1, end - 1));
      if (segment.name.ends_with("...")) {
        segment.rest = true;
        segment.name.resize(segment.name.size() - 3);
      }
      std::string_view suffix = text.substr(end + 1);
      if (suffix.starts_with(".{")) {
        segment.name2 = std::string(suffix.substr(2, suffix.size() - 3));
        suffix = ".";
      }
      segment.literal = std::string(suffix);
    } else {
      segment.literal = std::string(text);
    }
    entry.segments.push_back(std::move(segment));
  }
  routes_.push_back(std::move(entry));
}

bool HttpRouter::MatchSegment(const Segment& pattern, std::string_view text, Params& params) {
  if (pattern.name.empty()) return text == pattern.literal;
  if (!pattern.name2.empty()) {
    const std::size_t dot = text.rfind('.');
    if (dot == std::string_view::npos || dot == 0) return false;
    params.emplace_back(pattern.name, text.substr(0, dot));
    params.emplace_back(pattern.name2, text.substr(dot + 1));
    return true;
  }
  if (!text.ends_with(pattern.literal) || text.size() == pattern.literal.size()) return false;
  params.emplace_back(pattern.name, text.substr(0, text.size() - pattern.literal.size()));
  return true;
}

bool HttpRouter::MatchPath(const Entry& entry, const std::vector<std::string_view>& path,
                           Params& params) {
  const std::size_t count = entry.segments.size();
  const bool rest = entry.segments.back().rest;
  if (rest ? path.size() < count : path.size() != count) return false;
  for (std::size_t i = 0; i < count; ++i) {
    if (entry.segments[i].rest) {
      std::string rest_of_path(path[i]);
      for (std::size_t k = i + 1; k < path.size(); ++k) {
        rest_of_path += '/';
        rest_of_path += path[k];
      }
      params.emplace_back(entry.segments[i].name, std::move(rest_of_path));
      return true;
    }
    if (!MatchSegment(entry.segments[i], path[i], params)) return false;
  }
  return true;
}

HttpRouter::Found HttpRouter::Match(HttpRequest& request) const {
  Found found;
  std::vector<std::string_view> path;
  std::vector<std::string> decoded;
  const std::string_view text = request.path();
  if (!text.empty() && text[0] == '/' && IsPlain(text)) {
    path.reserve(8);
    for (std::string_view rest = text.substr(1);;) {
      const std::size_t slash = rest.find('/');
      path.push_back(rest.substr(0, slash));
      if (slash == std::string_view::npos) break;
      rest.remove_prefix(slash + 1);
    }
  } else {
    auto segments = SplitPath(text);
    if (!segments.ok()) {
      found.status = 400;
      found.detail = std::string(segments.status().message());
      return found;
    }
    decoded = *std::move(segments);
    path.assign(decoded.begin(), decoded.end());
  }
  std::vector<std::string> allow;
  for (const Entry& entry : routes_) {
    request.mutable_params().clear();
    if (!MatchPath(entry, path, request.mutable_params())) continue;
    if (Allows(*entry.route, request.method())) {
      found.route = entry.route.get();
      return found;
    }
    for (const std::string& method : entry.route->methods) {
      allow.push_back(method);
      if (method == "GET") allow.emplace_back("HEAD");
    }
  }
  request.mutable_params().clear();
  // A path that matches only the catch-all for preflights is not found.
  if (std::all_of(allow.begin(), allow.end(), [](const auto& m) { return m == "OPTIONS"; })) {
    found.status = 404;
    found.detail = StrCat("no resource at ", text);
    return found;
  }
  std::sort(allow.begin(), allow.end());
  allow.erase(std::unique(allow.begin(), allow.end()), allow.end());
  found.status = 405;
  found.allow = absl::StrJoin(allow, ", ");
  found.detail = StrCat(text, " does not allow ", request.method(), "; allowed: ", found.allow);
  return found;
}

}  // namespace citylayers::runtime
