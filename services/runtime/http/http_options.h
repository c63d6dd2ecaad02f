// Limits and timeouts of the HTTP server, and its counters.
#ifndef CITYLAYERS_SERVICES_RUNTIME_HTTP_HTTP_OPTIONS_H_
#define CITYLAYERS_SERVICES_RUNTIME_HTTP_HTTP_OPTIONS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"

#include "services/runtime/http/host_allow_list.h"
#include "services/runtime/memory_budget.h"

struct ssl_ctx_st;

namespace citylayers::runtime {

/// Options of the server. The defaults suit one machine with thousands of idle viewers.
struct HttpServerOptions {
  /// The flag that sets the server's address; used in messages.
  std::string flag = "--http";
  /// Number of threads. Each has its own event loop; a connection stays on one.
  int threads = 2;
  /// Maximum number of open connections; a further one is answered 503 and closed.
  std::size_t connections_max = 12'000;
  /// A new socket with this descriptor number or a higher one is closed: the remaining descriptors
  /// are for the store (services/runtime/descriptors.h).
  int descriptors_end = std::numeric_limits<int>::max();
  /// Maximum bytes of request line and headers together; more is answered 431, or 414 when the
  /// target exceeds its own limit.
  std::size_t header_bytes_max = 16 * 1024;
  /// Maximum bytes of the target (Connect GET requests carry their message there).
  std::size_t target_bytes_max = 8 * 1024;
  /// Maximum bytes of the body; more is answered 413.
  std::size_t body_bytes_max = 4 * 1024 * 1024;
  /// Maximum bytes that the client of one stream may leave unread before Write refuses.
  std::size_t stream_pending_bytes_max = 1024 * 1024;
  /// Time after which a connection without a request is closed.
  absl::Duration idle_timeout = absl::Seconds(75);
  /// Maximum time from the first byte of a request to the end of its header; then 408.
  absl::Duration header_timeout = absl::Seconds(10);
  /// Maximum time from the end of the header to the end of the body; then 408.
  absl::Duration body_timeout = absl::Seconds(30);
  /// A response or stream whose client reads nothing for this long is cut.
  absl::Duration write_timeout = absl::Seconds(30);
  /// Returns the TLS settings of a connection that was just accepted; thread-safe. Empty: without
  /// TLS. A client that speaks plain HTTP to a TLS port is answered 400.
  std::function<std::shared_ptr<ssl_ctx_st>()> tls;
  /// Maximum time of a TLS handshake; then the connection is closed.
  absl::Duration handshake_timeout = absl::Seconds(10);
  /// Header lines added to every answer over TLS.
  std::string secure_headers;
  /// Accepted Host headers; a request with another one gets 421. nullptr: all are accepted.
  std::shared_ptr<const HostAllowList> hosts;
  /// Header lines added to every answer.
  std::string headers = "X-Content-Type-Options: nosniff\r\n";
  /// Further header lines of the errors that the server itself answers.
  std::string error_headers;
  /// Replaces write_timeout while more than half of `streams` is taken.
  absl::Duration write_timeout_under_pressure = absl::Seconds(5);
  /// Memory of all request bodies, as far as they have arrived; a body that finds no room is
  /// answered 503. Unset: no limit. Shared with the process's other users of the budget.
  std::shared_ptr<MemoryShare> bodies;
  /// Memory of bytes that clients of streams have not read yet. Write refuses bytes that find no
  /// room, and no stream begins while three quarters are taken (503). Unset: no limit.
  std::shared_ptr<MemoryShare> streams;
};

/// Counters of one route (or of requests that matched none).
struct HttpRouteStats {
  std::string pattern;                      // "" for requests without a route
  std::array<std::uint64_t, 6> by_class{};  // answers by status / 100; [0] is unused
  std::uint64_t seconds_count = 0;          // number of answers timed; of a stream, its head
  double seconds_sum = 0;                   // sum of times from the complete request to its answer
};

/// A snapshot of the server's counters since its start.
struct HttpServerStats {
  std::vector<HttpRouteStats> routes;
  std::uint64_t connections_open = 0;
  std::uint64_t connections_total = 0;
  std::uint64_t connections_refused_total = 0;  // over connections_max
  std::uint64_t streams_open = 0;
  std::uint64_t bytes_sent_total = 0;
  std::uint64_t timeouts_total = 0;           // header, body, write; idle timeouts are not counted
  std::uint64_t bad_requests_total = 0;       // malformed or over a limit
  std::uint64_t handshakes_failed_total = 0;  // of TLS, with those that took too long
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_HTTP_HTTP_OPTIONS_H_
