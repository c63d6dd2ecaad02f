#include "services/runtime/self_probe.h"

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/strings.h"
#include "services/runtime/log.h"

namespace citylayers::runtime {
namespace {

absl::Status Failed(std::string_view what) {
  return absl::UnavailableError(StrCat(what, ": ", std::strerror(errno)));
}

}  // namespace

SelfProbe::SelfProbe(Options options, std::vector<Port> ports,
                     std::function<void(const std::string&, const absl::Status&)> on_unreachable)
    : options_(options),
      ports_(std::move(ports)),
      on_unreachable_(std::move(on_unreachable)),
      failures_(ports_.size(), 0) {}

bool SelfProbe::ProbeOnce() {
  bool all_answered = true;
  absl::Status worst = absl::OkStatus();
  for (std::size_t i = 0; i < ports_.size(); ++i) {
    const absl::Status status = ports_[i].call();
    all_answered = all_answered && status.ok();
    int failures = 0;
    bool is_unreachable = false;
    {
      absl::MutexLock lock(&mutex_);
      failures = failures_[i] = status.ok() ? 0 : failures_[i] + 1;
      is_unreachable =
          failures >= options_.failures_max &&
          !std::exchange(is_reported_, is_reported_ || failures >= options_.failures_max);
    }
    if (failures == 1) {
      LogWarning("own port does not answer",
                 {{"port", ports_[i].name}, {"why", ToStd(status.message())}});
    }
    if (failures >= options_.unready_after) {
      worst = absl::UnavailableError(
          StrCat(ports_[i].name, " does not answer its own process: ", ToStd(status.message())));
    }
    if (is_unreachable) on_unreachable_(ports_[i].name, status);
  }
  absl::MutexLock lock(&mutex_);
  status_ = worst;
  return all_answered;
}

absl::Status SelfProbe::Ready() const {
  absl::MutexLock lock(&mutex_);
  return status_;
}

std::string ProbeHost(const std::string& host) {
  if (host == "0.0.0.0") return "127.0.0.1";
  return host == "::" ? "::1" : host;
}

absl::StatusOr<int> ConnectToSelf(const std::string& host, std::uint16_t port,
                                  absl::Duration timeout) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(ProbeHost(host).c_str(), StrCat(port).c_str(), &hints, &found) != 0) {
    return absl::UnavailableError(StrCat("there is no address ", host));
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owned(found, freeaddrinfo);
  const int descriptor = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);
  if (descriptor < 0) return Failed("socket");
  const timeval limit = absl::ToTimeval(timeout);
  (void)setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  (void)setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  if (connect(descriptor, found->ai_addr, found->ai_addrlen) == 0) return descriptor;
  const absl::Status failed = Failed("connect");
  close(descriptor);
  return failed;
}

absl::Status ProbeHttp(const std::string& host, std::uint16_t port, absl::Duration timeout) {
  const absl::StatusOr<int> descriptor = ConnectToSelf(host, port, timeout);
  if (!descriptor.ok()) return descriptor.status();
  std::string answer(kProbeAnswer.size(), '\0');
  absl::Status status = absl::OkStatus();
  if (send(*descriptor, kProbeRequest.data(), kProbeRequest.size(), MSG_NOSIGNAL) < 0) {
    status = Failed("send");
  } else if (recv(*descriptor, answer.data(), answer.size(), MSG_WAITALL) < 0) {
    status = Failed("receive");
  } else if (answer != kProbeAnswer) {
    status = absl::UnavailableError("the answer is not 200");
  }
  close(*descriptor);
  return status;
}

}  // namespace citylayers::runtime
