#include "tests/support/link_emulator.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/strings.h"

namespace citylayers::test {
namespace {

constexpr std::size_t kSegmentBytes = 1400;
// More than this in one direction is not read from its sender, as in a full buffer of a router.
constexpr std::size_t kWaitingMax = 256 * 1024;

absl::Time MonotonicNow() {
  return absl::UnixEpoch() + absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
}

sockaddr_in AddressOf(const std::string& host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  inet_pton(AF_INET, host.c_str(), &address.sin_addr);
  return address;
}

bool WouldBlock() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}  // namespace

LinkEmulator::LinkEmulator(const Conditions& conditions, std::string host, std::uint16_t port,
                           std::uint32_t seed)
    : host_(std::move(host)),
      server_port_(port),
      listener_(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      conditions_(conditions),
      random_(seed) {
  sockaddr_in address = AddressOf("127.0.0.1", 0);
  socklen_t size = sizeof address;
  if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      listen(listener_, 64) != 0 ||
      getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    std::abort();  // a test machine without loopback
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { Run(); });
}

LinkEmulator::~LinkEmulator() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  Wake();
  thread_.join();
  absl::MutexLock lock(&mutex_);
  for (Connection& connection : connections_) Close(connection, false);
  close(listener_);
  close(wake_);
}

std::string LinkEmulator::address() const { return StrCat("127.0.0.1:", port_); }

void LinkEmulator::Wake() const {
  const std::uint64_t one = 1;
  if (write(wake_, &one, sizeof one) < 0) return;  // it is awake already
}

void LinkEmulator::SetOutage(bool is_out) {
  {
    absl::MutexLock lock(&mutex_);
    is_out_ = is_out;
  }
  Wake();
}

void LinkEmulator::BlackHole() {
  absl::MutexLock lock(&mutex_);
  for (Connection& connection : connections_) connection.is_dead = true;
}

void LinkEmulator::ChangeAddress() {
  {
    absl::MutexLock lock(&mutex_);
    for (Connection& connection : connections_) Close(connection, true);
    source_ = source_ % 250 + 1;
  }
  Wake();
}

void LinkEmulator::SetConditions(const Conditions& conditions) {
  absl::MutexLock lock(&mutex_);
  conditions_ = conditions;
}

LinkEmulator::Bytes LinkEmulator::bytes() const {
  absl::MutexLock lock(&mutex_);
  return bytes_;
}

void LinkEmulator::Close(Connection& connection, bool reset) {
  if (connection.is_closed) return;
  connection.is_closed = true;
  for (const int descriptor : {connection.up.in, connection.up.out}) {
    if (descriptor < 0) continue;
    const linger now{.l_onoff = 1, .l_linger = 0};
    if (reset) setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close(descriptor);
  }
}

int LinkEmulator::Connect() const {
  const int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in source = AddressOf(StrCat("127.0.0.", source_), 0);
  const sockaddr_in target = AddressOf(host_, server_port_);
  if (bind(server, reinterpret_cast<const sockaddr*>(&source), sizeof source) != 0 ||
      connect(server, reinterpret_cast<const sockaddr*>(&target), sizeof target) != 0) {
    close(server);
    return -1;
  }
  fcntl(server, F_SETFL, O_NONBLOCK);
  const int one = 1;
  setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  return server;
}

void LinkEmulator::Accept() {
  while (true) {
    const int client = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (client < 0) return;
    const int one = 1;
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    const int server = Connect();
    if (server < 0) {
      close(client);
      continue;
    }
    ++bytes_.connections;
    Connection& connection = connections_.emplace_back();
    connection.up.in = connection.down.out = client;
    connection.up.out = connection.down.in = server;
  }
}

absl::Time LinkEmulator::DueOf(Way& way) {
  // Not std::uniform_real_distribution, whose values differ between libraries.
  const auto unit = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return static_cast<double>(random_()) / 4294967296.0;
  };
  absl::Duration delay = (conditions_.rtt + conditions_.rtt_jitter * (2 * unit() - 1)) / 2;
  if (unit() < conditions_.loss) delay += conditions_.retransmit;
  const absl::Time due = MonotonicNow() + std::max(delay, absl::ZeroDuration());
  return way.last_due = std::max(due, way.last_due);
}

void LinkEmulator::Read(Way& way, Connection& connection) {
  std::array<char, kSegmentBytes> buffer;
  while (way.waiting < kWaitingMax) {
    const ssize_t count = recv(way.in, buffer.data(), buffer.size(), 0);
    if (count < 0 && WouldBlock()) return;
    if (count < 0) return Close(connection, true);
    if (count == 0) {
      way.in_ended = true;
      return;
    }
    way.waiting += static_cast<std::size_t>(count);
    way.segments.push_back(
        {DueOf(way), std::string(buffer.data(), static_cast<std::size_t>(count))});
  }
}

void LinkEmulator::Deliver(Way& way, std::int64_t& count, Connection& connection) {
  const absl::Time now = MonotonicNow();
  while (!way.segments.empty() && way.segments.front().due <= now) {
    std::string& bytes = way.segments.front().bytes;
    const ssize_t sent = send(way.out, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && WouldBlock()) return;
    if (sent < 0) return Close(connection, true);
    count += sent;
    way.waiting -= static_cast<std::size_t>(sent);
    bytes.erase(0, static_cast<std::size_t>(sent));
    if (!bytes.empty()) return;
    way.segments.pop_front();
  }
  if (way.in_ended && way.segments.empty() && !std::exchange(way.out_ended, true)) {
    shutdown(way.out, SHUT_WR);
  }
}

// Waits for the next event; returns its milliseconds for poll. Black holes are not read.
int LinkEmulator::PollOnce() {
  std::vector<pollfd> sources = {{wake_, POLLIN, 0}};
  absl::Time next = absl::InfiniteFuture();
  {
    absl::MutexLock lock(&mutex_);
    if (!is_out_) sources.push_back({listener_, POLLIN, 0});
    for (const Connection& connection : connections_) {
      if (connection.is_dead || connection.is_closed) continue;
      for (const Way* way : {&connection.up, &connection.down}) {
        const bool reads = !way->in_ended && way->waiting < kWaitingMax;
        if (reads) sources.push_back({way->in, POLLIN, 0});
        if (is_out_ || way->segments.empty()) continue;
        next = std::min(next, way->segments.front().due);
      }
    }
  }
  // A full receiver is tried again after a millisecond; due segments at their time.
  const absl::Duration wait = next - MonotonicNow();
  const int timeout_ms =
      next == absl::InfiniteFuture()
          ? -1
          : static_cast<int>(std::clamp<std::int64_t>(absl::ToInt64Milliseconds(wait), 0, 1000)) +
                1;
  return poll(sources.data(), sources.size(), timeout_ms);
}

void LinkEmulator::Run() {
  while (true) {
    (void)PollOnce();
    std::uint64_t wakes = 0;
    if (read(wake_, &wakes, sizeof wakes) < 0) wakes = 0;
    absl::MutexLock lock(&mutex_);
    if (stopping_) return;
    if (!is_out_) Accept();
    for (Connection& connection : connections_) {
      if (connection.is_dead || connection.is_closed) continue;
      for (Way* way : {&connection.up, &connection.down}) {
        if (!way->in_ended && !connection.is_closed) Read(*way, connection);
        if (is_out_ || connection.is_closed) continue;
        Deliver(*way, way == &connection.up ? bytes_.up : bytes_.down, connection);
      }
      const bool over = connection.up.out_ended && connection.down.out_ended;
      if (over) Close(connection, false);
    }
    connections_.remove_if([](const Connection& connection) { return connection.is_closed; });
  }
}

}  // namespace citylayers::test
