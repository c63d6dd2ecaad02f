#include "services/runtime/service_manager.h"

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/status_macros.h"
#include "base/strings.h"
#include "services/runtime/log.h"

namespace citylayers::runtime {
namespace {

constexpr std::size_t kStatusBytesMax = 500;
constexpr absl::Duration kSendTimeout = absl::Seconds(1);
// A shorter one would be missed on a busy machine.
constexpr absl::Duration kWatchdogMin = absl::Seconds(1);

using Environment = std::map<std::string, std::string>;

std::string ValueOf(const Environment& environment, const std::string& name) {
  const auto found = environment.find(name);
  return found == environment.end() ? "" : found->second;
}

// The address as the bytes of a sockaddr_un. An abstract name has no terminating 0: its length
// counts.
absl::StatusOr<std::string> AddressOf(const std::string& name) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const bool is_path = name.front() == '/';
  if ((!is_path && name.front() != '@') || name.size() == 1) {
    return absl::InvalidArgumentError(StrCat(
        "NOTIFY_SOCKET = \"", name, "\" is not a path (/run/...) or an abstract name (@...)"));
  }
  if (name.size() >= sizeof address.sun_path) {
    return absl::InvalidArgumentError(StrCat("NOTIFY_SOCKET has ", name.size(),
                                             " bytes; the name of a socket has at most ",
                                             sizeof address.sun_path - 1));
  }
  std::memcpy(address.sun_path, name.data(), name.size());
  if (!is_path) address.sun_path[0] = '\0';
  const std::size_t size = offsetof(sockaddr_un, sun_path) + name.size() + (is_path ? 1 : 0);
  return std::string(reinterpret_cast<const char*>(&address), size);
}

absl::StatusOr<absl::Duration> WatchdogOf(const Environment& environment) {
  const std::string text = ValueOf(environment, "WATCHDOG_USEC");
  const std::string pid = ValueOf(environment, "WATCHDOG_PID");
  // A child inherits the variables of its parent, which are not for it.
  if (text.empty() || (!pid.empty() && pid != StrCat(::getpid()))) return absl::InfiniteDuration();
  std::int64_t interval_us = 0;
  if (!absl::SimpleAtoi(text, &interval_us) || interval_us < kWatchdogMin / absl::Microseconds(1)) {
    return absl::InvalidArgumentError(
        StrCat("WATCHDOG_USEC = \"", text, "\" is not a number of microseconds from 1000000 on"));
  }
  return absl::Microseconds(interval_us);
}

// One line: a line end would begin another message.
std::string OneLine(std::string_view text) {
  std::string line(text.substr(0, kStatusBytesMax));
  for (char& c : line) {
    if (absl::ascii_iscntrl(static_cast<unsigned char>(c))) c = ' ';
  }
  return line;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ServiceManager>> ServiceManager::Connect(
    const Environment& environment) {
  ASSIGN_OR_RETURN(const absl::Duration watchdog, WatchdogOf(environment));
  const std::string name = ValueOf(environment, "NOTIFY_SOCKET");
  if (name.empty()) {
    return std::unique_ptr<ServiceManager>(new ServiceManager(-1, "", absl::InfiniteDuration()));
  }
  ASSIGN_OR_RETURN(std::string address, AddressOf(name));
  const int number = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (number < 0) {
    return absl::UnavailableError(
        StrCat("cannot open a socket for NOTIFY_SOCKET: ", std::strerror(errno)));
  }
  const timeval timeout = absl::ToTimeval(kSendTimeout);
  (void)::setsockopt(number, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
  return std::unique_ptr<ServiceManager>(new ServiceManager(number, std::move(address), watchdog));
}

ServiceManager::ServiceManager(int socket, std::string address, absl::Duration watchdog)
    : socket_(socket), address_(std::move(address)), watchdog_(watchdog) {}

ServiceManager::~ServiceManager() {
  if (socket_ >= 0) ::close(socket_);
}

void ServiceManager::Ready(std::string_view status) const {
  Send(StrCat("READY=1\nSTATUS=", OneLine(status)));
}

void ServiceManager::Status(std::string_view status) const {
  Send(StrCat("STATUS=", OneLine(status)));
}

void ServiceManager::Alive() const {
  if (watchdog_ != absl::InfiniteDuration()) Send("WATCHDOG=1");
}

void ServiceManager::Stopping() const { Send("STOPPING=1\nSTATUS=stopping"); }

void ServiceManager::Send(std::string_view message) const {
  if (socket_ < 0) return;
  sockaddr_un address{};
  std::memcpy(&address, address_.data(), address_.size());
  // Not connected: a manager that was restarted has a new socket at the same address.
  const ssize_t sent = ::sendto(socket_, message.data(), message.size(), MSG_NOSIGNAL,
                                reinterpret_cast<const sockaddr*>(&address),
                                static_cast<socklen_t>(address_.size()));
  if (sent >= 0) return;
  const int error = errno;
  absl::call_once(failure_logged_, [error] {
    LogWarning("cannot reach the service manager", {{"why", std::strerror(error)}});
  });
}

}  // namespace citylayers::runtime
