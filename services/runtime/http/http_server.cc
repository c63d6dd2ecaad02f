#include "services/runtime/http/http_server.h"

// Asio of Boost 1.74 needs these two headers before it.
#include <thread>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/ip/address.hpp>

#include "base/strings.h"
#include "services/runtime/http/http_loop.h"
#include "services/runtime/monotonic_clock.h"

namespace citylayers::runtime {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using Acceptor = asio::basic_socket_acceptor<tcp, asio::io_context::executor_type>;

// Connections over connections_max are answered 503, at most this many at once.
constexpr std::size_t kRefusalsMax = 64;

absl::StatusOr<tcp::endpoint> Resolve(const std::string& flag, const std::string& host,
                                      std::uint16_t port) {
  boost::system::error_code error;
  const auto address = asio::ip::make_address(host == "localhost" ? "127.0.0.1" : host, error);
  if (error) {
    return absl::InvalidArgumentError(
        StrCat(flag, ": HTTP host \"", host,
               "\" is not an IP address; write for example 127.0.0.1, "
               "0.0.0.0 or ::1"));
  }
  return tcp::endpoint(address, port);
}

}  // namespace

struct HttpServer::Impl {
  std::shared_ptr<HttpShared> shared = std::make_shared<HttpShared>();
  std::vector<std::shared_ptr<HttpLoop>> loops;
  std::unique_ptr<Acceptor> acceptor;
  std::unique_ptr<asio::steady_timer> retry_timer;
  std::uint16_t port = 0;
  std::size_t next_loop = 0;
  absl::Mutex drain_mutex;
  bool drained = false;

  void Accept();
  void OnAccept(boost::system::error_code error, HttpSocket socket, HttpLoop& loop);
};

void HttpServer::Impl::Accept() {
  HttpLoop& loop = *loops[next_loop++ % loops.size()];
  acceptor->async_accept(loop.io(),
                         [this, &loop](boost::system::error_code error, HttpSocket socket) {
                           OnAccept(error, std::move(socket), loop);
                         });
}

void HttpServer::Impl::OnAccept(boost::system::error_code error, HttpSocket socket,
                                HttpLoop& loop) {
  if (!acceptor->is_open()) return;
  if (error == asio::error::no_descriptors || error == asio::error::no_memory) {
    // No file descriptor is free: accepting again at once would only spin.
    retry_timer->expires_after(std::chrono::milliseconds(100));
    retry_timer->async_wait([this](boost::system::error_code stopped) {
      if (!stopped && acceptor->is_open()) Accept();
    });
    return;
  }
  if (!error) {
    const std::size_t open = shared->connections_open.fetch_add(1) + 1;
    const bool reserved = socket.native_handle() >= shared->options.descriptors_end;
    if (reserved || open > shared->options.connections_max + kRefusalsMax) {
      shared->connections_open.fetch_sub(1);
      HttpLoop::Add(loops[0]->counters().connections_refused, 1);
    } else {
      loop.Adopt(std::move(socket), open > shared->options.connections_max);
    }
  }
  Accept();
}

HttpServer::HttpServer(HttpServerOptions options) : impl_(std::make_unique<Impl>()) {
  impl_->shared->options = std::move(options);
}

HttpServer::~HttpServer() { Drain(absl::ZeroDuration()); }

void HttpServer::Handle(std::initializer_list<std::string_view> methods, std::string_view pattern,
                        HttpHandler handler) {
  impl_->shared->router.Add(methods, pattern, std::move(handler));
}

absl::Status HttpServer::Listen(const std::string& host, std::uint16_t port) {
  const auto endpoint = Resolve(impl_->shared->options.flag, host, port);
  if (!endpoint.ok()) return endpoint.status();
  std::vector<std::shared_ptr<HttpLoop>> loops;
  for (int i = 0; i < std::max(1, impl_->shared->options.threads); ++i) {
    loops.push_back(std::make_shared<HttpLoop>(impl_->shared));
  }
  auto acceptor = std::make_unique<Acceptor>(loops[0]->io());
  boost::system::error_code error;
  acceptor->open(endpoint->protocol(), error);
  // Lets a restarted process bind while old connections are in TIME_WAIT; a second
  // listener still fails.
  if (!error) acceptor->set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor->bind(*endpoint, error);
  if (!error) acceptor->listen(asio::socket_base::max_listen_connections, error);
  const std::string address = StrCat(host, ":", port);
  if (error == asio::error::address_in_use) {
    return absl::AlreadyExistsError(StrCat("HTTP address ", address,
                                           " is in use: stop the other program or choose ",
                                           impl_->shared->options.flag, " HOST:PORT"));
  }
  if (error) {
    return absl::InvalidArgumentError(StrCat(impl_->shared->options.flag,
                                             ": cannot listen on HTTP address ", address, ": ",
                                             error.message()));
  }
  impl_->port = acceptor->local_endpoint(error).port();
  impl_->acceptor = std::move(acceptor);
  impl_->loops = std::move(loops);
  impl_->retry_timer = std::make_unique<asio::steady_timer>(impl_->loops[0]->io());
  impl_->Accept();
  for (const auto& loop : impl_->loops) loop->Start();
  return absl::OkStatus();
}

std::uint16_t HttpServer::port() const { return impl_->port; }

void HttpServer::Drain(absl::Duration timeout) {
  absl::MutexLock lock(&impl_->drain_mutex);
  if (impl_->loops.empty() || std::exchange(impl_->drained, true)) return;
  impl_->shared->draining = true;
  impl_->loops[0]->Post([impl = impl_.get()] {
    boost::system::error_code error;
    impl->acceptor->close(error);
    impl->retry_timer->cancel();
  });
  for (const auto& loop : impl_->loops) loop->BeginDrain();
  const MonotonicClock clock;
  const absl::Time deadline = clock.Now() + timeout;
  while (impl_->shared->connections_open.load() > 0 && clock.Now() < deadline) {
    absl::SleepFor(absl::Milliseconds(5));
  }
  // Loop 0 stops last: it runs the acceptor.
  for (auto loop = impl_->loops.rbegin(); loop != impl_->loops.rend(); ++loop) (*loop)->Stop();
}

HttpServerStats HttpServer::Stats() const {
  HttpServerStats stats;
  const HttpRouter& router = impl_->shared->router;
  stats.routes.resize(router.size() + 1);
  for (std::size_t i = 0; i < router.size(); ++i) stats.routes[i].pattern = router.route(i).pattern;
  stats.connections_open = impl_->shared->connections_open.load();
  for (const auto& loop : impl_->loops) {
    for (std::size_t i = 0; i < stats.routes.size(); ++i) {
      const auto& counters = loop->routes()[i];
      for (std::size_t c = 0; c < 6; ++c) stats.routes[i].by_class[c] += counters.by_class[c];
      stats.routes[i].seconds_count += counters.count;
      stats.routes[i].seconds_sum += static_cast<double>(counters.nanoseconds) * 1e-9;
    }
    const auto& counters = loop->counters();
    stats.connections_total += counters.connections_total;
    stats.connections_refused_total += counters.connections_refused;
    stats.streams_open += counters.streams_open;
    stats.bytes_sent_total += counters.bytes_sent;
    stats.timeouts_total += counters.timeouts;
    stats.bad_requests_total += counters.bad_requests;
    stats.handshakes_failed_total += counters.handshakes_failed;
  }
  return stats;
}

}  // namespace citylayers::runtime
