// A table of routes that finds the handler of a request by method and path.
#ifndef CITYLAYERS_SERVICES_RUNTIME_HTTP_HTTP_ROUTER_H_
#define CITYLAYERS_SERVICES_RUNTIME_HTTP_HTTP_ROUTER_H_

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "services/runtime/http/http_responder.h"

namespace citylayers::runtime {

/// A handler of requests, called on one of the server's threads; it must not block. The request
/// lives until the responder has answered, which may be later and from any thread.
using HttpHandler = std::function<void(const HttpRequest& request, Responder responder)>;

/// An ordered list of routes. Add all routes before serving; Match is const and thread-safe. A
/// match costs one comparison per route with the same number of segments.
///
/// Pattern segments: a literal, `{name}`, `{name}.suffix`, and at the end `{name...}` for the rest
/// of the path (at least one segment, which may be empty). Earlier routes win.
///
///   router.Add({"GET"}, "/tiles/{layer}.json", tile_json);
///   router.Add({"GET"}, "/tiles/{layer}/{z}/{x}/{y}.{format}", tile);
class HttpRouter {
 public:
  struct Route {
    std::vector<std::string> methods;  // GET includes HEAD
    std::string pattern;
    HttpHandler handler;
    std::size_t index = 0;  // position among the routes, for counters
  };

  /// REQUIRES: the pattern starts with "/" and has at most one `{}` prefix per segment.
  void Add(std::initializer_list<std::string_view> methods, std::string_view pattern,
           HttpHandler handler);

  /// Result of Match: a route, or the status to answer.
  struct Found {
    const Route* route = nullptr;
    int status = 200;    // 400, 404 or 405 when there is no route
    std::string detail;  // the reason, for people
    std::string allow;   // methods of this path, for 405 and OPTIONS
  };
  /// Finds the route of a request and sets the request's params.
  Found Match(HttpRequest& request) const;

  std::size_t size() const { return routes_.size(); }
  const Route& route(std::size_t index) const { return *routes_[index].route; }

 private:
  struct Segment {
    std::string literal;  // the whole segment, or the part after `{name}`
    std::string name;     // empty: a literal segment
    std::string name2;    // of `{name}.{name2}`
    bool rest = false;
  };
  struct Entry {
    std::unique_ptr<Route> route;
    std::vector<Segment> segments;
  };
  using Params = std::vector<std::pair<std::string_view, std::string>>;
  static bool MatchSegment(const Segment& pattern, std::string_view text, Params& params);
  static bool MatchPath(const Entry& entry, const std::vector<std::string_view>& path,
                        Params& params);

  std::vector<Entry> routes_;
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_HTTP_HTTP_ROUTER_H_
