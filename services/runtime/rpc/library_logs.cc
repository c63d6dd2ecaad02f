#include "services/runtime/rpc/library_logs.h"

#include <atomic>

#include <google/protobuf/stubs/logging.h>
#include <grpc/support/log.h>

#include "base/strings.h"
#include "services/runtime/log.h"
#include "services/runtime/monotonic_clock.h"

namespace citylayers::runtime {
namespace {

enum class Gravity { kInfo, kWarning, kError };

constexpr std::size_t kTextMax = 2000;

// gRPC's log function takes no argument of ours, so the count belongs to the process, as its log.
std::atomic<std::uint64_t>& HandshakesFailed() {
  static std::atomic<std::uint64_t> count{0};
  return count;
}

bool IsFailedHandshake(std::string_view file, std::string_view text) {
  return file.ends_with("ssl_transport_security.cc") && text.starts_with("Handshake failed");
}

void Log(std::string_view library, Gravity gravity, const char* file, int line,
         std::string_view text) {
  static LogThrottle throttle(absl::Seconds(10));
  const std::string_view path = file == nullptr ? "" : file;
  const std::string_view name = path.substr(path.rfind('/') + 1);
  const std::string place = StrCat(name, ":", line);
  const std::optional<std::int64_t> held_back = throttle.Pass(place, MonotonicClock().Now());
  if (!held_back) return;
  const std::initializer_list<LogField> fields = {{"library", library},
                                                  {"source", place},
                                                  {"text", text.substr(0, kTextMax)},
                                                  {"held_back", *held_back}};
  switch (gravity) {
    case Gravity::kInfo:
      return LogInfo("message of a library", fields);
    case Gravity::kWarning:
      return LogWarning("message of a library", fields);
    case Gravity::kError:
      return LogError("message of a library", fields);
  }
}

// gRPC logs faults of single clients as errors; for the server these are warnings.
void OnGrpcLog(gpr_log_func_args* args) {
  if (args->file != nullptr && args->message != nullptr &&
      IsFailedHandshake(args->file, args->message)) {
    HandshakesFailed().fetch_add(1, std::memory_order_relaxed);
  }
  Log("grpc", args->severity == GPR_LOG_SEVERITY_ERROR ? Gravity::kWarning : Gravity::kInfo,
      args->file, args->line, args->message);
}

void OnProtobufLog(google::protobuf::LogLevel level, const char* file, int line,
                   const std::string& text) {
  const Gravity gravity = level == google::protobuf::LOGLEVEL_INFO      ? Gravity::kInfo
                          : level == google::protobuf::LOGLEVEL_WARNING ? Gravity::kWarning
                                                                        : Gravity::kError;
  Log("protobuf", gravity, file, line, text);
}

}  // namespace

std::optional<std::int64_t> LogThrottle::Pass(std::string_view place, absl::Time now) {
  absl::MutexLock lock(&mutex_);
  auto it = places_.find(place);
  if (it == places_.end()) it = places_.emplace(std::string(place), Place()).first;
  if (now < it->second.next) {
    ++it->second.held_back;
    return std::nullopt;
  }
  it->second.next = now + period_;
  return std::exchange(it->second.held_back, 0);
}

std::uint64_t GrpcHandshakesFailed() { return HandshakesFailed().load(); }

void RouteLibraryLogs() {
  gpr_set_log_function(OnGrpcLog);
  google::protobuf::SetLogHandler(OnProtobufLog);
}

}  // namespace citylayers::runtime
