#include <random>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/strings.h"
#include "tests/bench/bench_city.h"
#include "tests/bench/groups.h"

namespace citylayers::bench {
namespace {

// Number of bytes that a GET receives within a time, including the head. UNAVAILABLE: no answer, a
// status other than 200, or an early end.
absl::StatusOr<std::size_t> BytesWithin(const std::string& address, const std::string& target,
                                        absl::Duration duration) {
  const std::size_t colon = address.rfind(':');
  int port = 0;
  if (colon == std::string::npos || !absl::SimpleAtoi(address.substr(colon + 1), &port)) {
    return absl::InvalidArgumentError(StrCat(address, " is not HOST:PORT"));
  }
  sockaddr_in loopback{};
  loopback.sin_family = AF_INET;
  loopback.sin_port = htons(static_cast<uint16_t>(port));
  loopback.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const std::string request = StrCat("GET ", target, " HTTP/1.1\r\nHost: ", address, "\r\n\r\n");
  bool open = connect(fd, reinterpret_cast<sockaddr*>(&loopback), sizeof(loopback)) == 0 &&
              send(fd, request.data(), request.size(), MSG_NOSIGNAL) ==
                  static_cast<ssize_t>(request.size());
  std::size_t bytes = 0;
  std::string head;
  char buffer[1 << 16];
  const absl::Time end = absl::Now() + duration;
  while (open && absl::Now() < end) {
    pollfd readable{.fd = fd, .events = POLLIN};
    if (poll(&readable, 1, 50) <= 0) continue;
    const ssize_t size = recv(fd, buffer, sizeof(buffer), 0);
    open = size > 0;
    if (!open) break;
    if (head.empty()) head.assign(buffer, static_cast<std::size_t>(size));
    bytes += static_cast<std::size_t>(size);
  }
  close(fd);
  if (!open || head.find(" 200 ") == std::string::npos) {
    return absl::UnavailableError(StrCat(target, " ended early: ", head.substr(0, 200)));
  }
  return bytes;
}

}  // namespace

void RunWeb(const BenchOptions& options, Report& report) {
  const auto city = BenchCity::Start(options, "all");
  if (!city.ok()) return report.Fail("web.kb_per_min", city.status());
  std::mt19937 random(6);
  if (const absl::Status filled = (*city)->FillTraffic(random); !filled.ok()) {
    return report.Fail("web.kb_per_min", filled);
  }
  const absl::Duration duration = options.quick ? absl::Seconds(8) : absl::Seconds(60);
  Churn churn(**city);
  const auto bytes = BytesWithin(
      (*city)->http_address(),
      "/live/traffic?bbox=106.691,10.758,106.705,10.785&zoom=15&tick_ms=1000", duration);
  if (!bytes.ok()) return report.Fail("web.kb_per_min", bytes.status());
  if (churn.Stop() > 0) {
    return report.Fail("web.kb_per_min", absl::InternalError("updates failed"));
  }
  report.Add({.name = "web.kb_per_min",
              .value = static_cast<double>(*bytes) / 1000 * (absl::Minutes(1) / duration),
              .unit = "kB/min",
              .note = absl::StrFormat(
                  "server-sent events of traffic in 1.5 x 3 km around Ben Thanh, zoom 15, %d bytes "
                  "in %s with the snapshot; 5 %% of all speeds new each second",
                  *bytes, absl::FormatDuration(duration))});
}

}  // namespace citylayers::bench
