// Limits and timeouts of the HTTP server, and its counters.
#ifndef CITYLAYERS_SERVICES_RUNTIME_HTTP_HTTP_OPTIONS_H_
#define CITYLAYERS_SERVICES_RUNTIME_HTTP_HTTP_OPTIONS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"

#include "services/runtime/http/host_allow_list.h"
#include "services/runtime/memory_budget.h"

namespace citylayers::runtime {

/// Every limit of the server. The defaults suit one machine with thousands of idle viewers.
struct HttpServerOptions {
  /// The flag that sets the server's address, for messages.
  std::string flag = "--http";
  /// Threads; each has its own event loop, a connection stays on one.
  int threads = 2;
  /// Open connections; one more is answered 503 and closed.
  std::size_t connections_max = 12'000;
  /// A socket with this descriptor number or a higher one is closed when it comes: the rest is for
  /// the store (services/runtime/descriptors.h).
  int descriptors_end = std::numeric_limits<int>::max();
  /// Request line and headers together; more is answered 431, or 414 when the target is to blame.
  std::size_t header_bytes_max = 16 * 1024;
  /// The target alone (Connect GET requests carry their message there).
  std::size_t target_bytes_max = 8 * 1024;
  /// Body; more is answered 413.
  std::size_t body_bytes_max = 4 * 1024 * 1024;
  /// What one stream's client may leave unread before Write refuses.
  std::size_t stream_pending_bytes_max = 1024 * 1024;
  /// A connection without a request is closed after this.
  absl::Duration idle_timeout = absl::Seconds(75);
  /// From the first byte of a request to the end of its header; then 408.
  absl::Duration header_timeout = absl::Seconds(10);
  /// From the end of the header to the end of the body; then 408.
  absl::Duration body_timeout = absl::Seconds(30);
  /// A response or stream whose client takes nothing for this long is cut.
  absl::Duration write_timeout = absl::Seconds(30);
  /// Host headers that are answered; a request with another one gets 421. nullptr: all.
  std::shared_ptr<const HostAllowList> hosts;
  /// Header lines of every answer.
  std::string headers = "X-Content-Type-Options: nosniff\r\n";
  /// Further header lines of the errors that the server answers by itself.
  std::string error_headers;
  /// The same while more than half of `streams` is taken.
  absl::Duration write_timeout_under_pressure = absl::Seconds(5);
  /// Memory of all request bodies, as far as they have arrived; a body that finds no room is
  /// answered 503. Not set: without a limit. Shared with the process's other users of the budget.
  std::shared_ptr<MemoryShare> bodies;
  /// Memory of what the clients of streams have not taken yet. Write refuses what finds no room,
  /// and no stream begins while three quarters are taken (503). Not set: without a limit.
  std::shared_ptr<MemoryShare> streams;
};

/// Counters of one route (or of requests that matched none).
struct HttpRouteStats {
  std::string pattern;                      // "" for requests without a route
  std::array<std::uint64_t, 6> by_class{};  // answers by status / 100; [0] is unused
  std::uint64_t seconds_count = 0;          // answers timed: streams count their head
  double seconds_sum = 0;                   // from the whole request to its answer handed over
};

/// A snapshot of the server's counters since its start.
struct HttpServerStats {
  std::vector<HttpRouteStats> routes;
  std::uint64_t connections_open = 0;
  std::uint64_t connections_total = 0;
  std::uint64_t connections_refused_total = 0;  // over connections_max
  std::uint64_t streams_open = 0;
  std::uint64_t bytes_sent_total = 0;
  std::uint64_t timeouts_total = 0;      // header, body, write; idle ones are not counted
  std::uint64_t bad_requests_total = 0;  // malformed or over a limit
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_HTTP_HTTP_OPTIONS_H_
