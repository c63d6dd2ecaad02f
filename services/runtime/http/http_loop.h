// An event loop of the HTTP server: a thread, its connections and its counters.
// Private to the server.
#ifndef CITYLAYERS_SERVICES_RUNTIME_HTTP_HTTP_LOOP_H_
#define CITYLAYERS_SERVICES_RUNTIME_HTTP_HTTP_LOOP_H_

// Asio of Boost 1.74 needs these two headers before it.
#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/synchronization/mutex.h"
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "services/runtime/http/http_options.h"
#include "services/runtime/http/http_router.h"

namespace citylayers::runtime {

class HttpConnection;

/// A socket bound to io_context's executor type: the default, polymorphic executor costs a virtual
/// call and a reference count per operation.
using HttpSocket =
    boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

/// State shared by all loops of a server. Read-only once the server listens, except for the counts.
struct HttpShared {
  HttpServerOptions options;
  HttpRouter router;
  std::atomic<std::size_t> connections_open{0};
  std::atomic<bool> draining{false};
};

/// A thread that owns connections. Only its own loop accesses a connection, so requests take no
/// lock. Counters are written by the loop and may be read by any thread.
class HttpLoop : public std::enable_shared_from_this<HttpLoop> {
 public:
  using SteadyTime = std::chrono::steady_clock::time_point;

  explicit HttpLoop(std::shared_ptr<HttpShared> shared);

  /// Start and Stop run and end the thread. Call Stop once, after Start; it cuts
  /// the open connections.
  void Start();
  void Stop();

  /// Takes ownership of a socket; from any thread. `refuse`: answer 503 and close.
  void Adopt(HttpSocket socket, bool refuse);
  /// Closes idle connections and lets the others finish; from any thread.
  void BeginDrain();

  /// Queues `task` for the loop. Returns false, and drops the task, once the loop has
  /// stopped. From any thread.
  template <typename Task>
  bool Post(Task&& task) {
    // A task left in a stopped loop would keep its connection, and so the loop, alive forever.
    absl::MutexLock lock(&post_mutex_);
    if (stopped_) return false;
    boost::asio::post(io_, std::forward<Task>(task));
    return true;
  }

  boost::asio::io_context& io() { return io_; }
  HttpShared& shared() { return *shared_; }
  /// True when the calling thread is this loop's.
  bool IsCurrent() const;
  /// "Date: Sat, 21 Nov 2026 18:30:00 GMT\r\n", made once per second.
  const std::string& DateHeader();

  void Remove(const std::shared_ptr<HttpConnection>& connection);

  struct RouteCounters {
    std::array<std::atomic<std::uint64_t>, 6> by_class{};
    std::atomic<std::uint64_t> count{0};
    std::atomic<std::uint64_t> nanoseconds{0};
  };
  struct Counters {
    std::atomic<std::uint64_t> connections_total{0};
    std::atomic<std::uint64_t> connections_refused{0};
    std::atomic<std::uint64_t> streams_open{0};
    std::atomic<std::uint64_t> bytes_sent{0};
    std::atomic<std::uint64_t> timeouts{0};
    std::atomic<std::uint64_t> bad_requests{0};
    std::atomic<std::uint64_t> handshakes_failed{0};
  };
  /// The loop is the only writer: a relaxed load and store is cheaper than an atomic addition.
  static void Add(std::atomic<std::uint64_t>& counter, std::uint64_t delta) {
    counter.store(counter.load(std::memory_order_relaxed) + delta, std::memory_order_relaxed);
  }
  Counters& counters() { return counters_; }
  /// Counters by route. The last entry counts requests that matched no route.
  std::vector<RouteCounters>& routes() { return routes_; }

  /// Set while a handler runs on this loop. An answer given meanwhile is deferred unless it is for
  /// the request being handled, so that answers never nest.
  HttpConnection* dispatching = nullptr;

 private:
  void Sweep();

  std::shared_ptr<HttpShared> shared_;
  absl::Mutex post_mutex_;
  bool stopped_ ABSL_GUARDED_BY(post_mutex_) = false;
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
      io_.get_executor()};
  bool sweeping_ = true;
  boost::asio::steady_timer sweep_timer_{io_};
  const std::chrono::nanoseconds sweep_period_;
  absl::flat_hash_set<std::shared_ptr<HttpConnection>> connections_;
  std::vector<RouteCounters> routes_;
  Counters counters_;
  std::string date_header_;
  std::time_t date_second_ = 0;
  std::thread thread_;
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_HTTP_HTTP_LOOP_H_
