#include "services/runtime/http/http_loop.h"

#include <algorithm>
#include <ctime>

#include "base/strings.h"
#include "services/runtime/http/http_connection.h"

namespace citylayers::runtime {
namespace {

thread_local const HttpLoop* current_loop = nullptr;

// Timeouts are checked for all connections together, periodically: a timer per connection would be
// set and cancelled with every request. A quarter of the shortest timeout is exact enough.
std::chrono::nanoseconds SweepPeriod(const HttpServerOptions& options) {
  const absl::Duration shortest =
      std::min({options.idle_timeout, options.header_timeout, options.body_timeout,
                options.write_timeout, options.handshake_timeout});
  return absl::ToChronoNanoseconds(
      std::clamp(shortest / 4, absl::Milliseconds(5), absl::Seconds(1)));
}

}  // namespace

HttpLoop::HttpLoop(std::shared_ptr<HttpShared> shared)
    : shared_(std::move(shared)),
      sweep_period_(SweepPeriod(shared_->options)),
      routes_(shared_->router.size() + 1) {}

void HttpLoop::Start() {
  thread_ = std::thread([self = shared_from_this()] {
    current_loop = self.get();
    self->Sweep();
    self->io_.run();
  });
}

void HttpLoop::Stop() {
  Post([this] {
    const auto connections = std::exchange(connections_, {});
    for (const auto& connection : connections) connection->Close();
    sweeping_ = false;
    sweep_timer_.cancel();
    work_.reset();
  });
  {
    absl::MutexLock lock(&post_mutex_);
    stopped_ = true;
  }
  // Every operation has been cancelled, so the loop has no work left and returns.
  thread_.join();
}

void HttpLoop::Adopt(HttpSocket socket, bool refuse) {
  const auto& tls = shared_->options.tls;
  auto connection = std::make_shared<HttpConnection>(
      shared_from_this(), HttpTransport(std::move(socket), tls ? tls() : nullptr));
  Post([this, connection, refuse] {
    connections_.insert(connection);
    Add(counters_.connections_total, 1);
    if (refuse) {
      Add(counters_.connections_refused, 1);
      connection->Refuse();
    } else {
      connection->Start();
    }
  });
}

void HttpLoop::BeginDrain() {
  Post([this] {
    const std::vector<std::shared_ptr<HttpConnection>> connections(connections_.begin(),
                                                                   connections_.end());
    for (const auto& connection : connections) connection->BeginDrain();
  });
}

bool HttpLoop::IsCurrent() const { return current_loop == this; }

const std::string& HttpLoop::DateHeader() {
  const std::time_t now = std::time(nullptr);
  if (now != date_second_) {
    std::tm utc{};
    gmtime_r(&now, &utc);
    char text[64];
    const std::size_t size =
        std::strftime(text, sizeof text, "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &utc);
    date_header_.assign(text, size);
    date_second_ = now;
  }
  return date_header_;
}

void HttpLoop::Remove(const std::shared_ptr<HttpConnection>& connection) {
  connections_.erase(connection);
  shared_->connections_open.fetch_sub(1, std::memory_order_relaxed);
}

void HttpLoop::Sweep() {
  const auto now = std::chrono::steady_clock::now();
  const std::vector<std::shared_ptr<HttpConnection>> connections(connections_.begin(),
                                                                 connections_.end());
  for (const auto& connection : connections) connection->CheckTimeout(now);
  sweep_timer_.expires_after(sweep_period_);
  sweep_timer_.async_wait([this](boost::system::error_code error) {
    if (!error && sweeping_) Sweep();
  });
}

}  // namespace citylayers::runtime
