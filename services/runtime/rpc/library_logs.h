// Messages that gRPC and protobuf log, as lines of the server's log.
#ifndef CITYLAYERS_SERVICES_RUNTIME_RPC_LIBRARY_LOGS_H_
#define CITYLAYERS_SERVICES_RUNTIME_RPC_LIBRARY_LOGS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace citylayers::runtime {

/// Routes all messages that gRPC and protobuf log from now on to the server's log: in its format,
/// with control bytes escaped and the level mapped, and from each place in their source at most
/// once per 10 s. Call it after StartLog, before other threads start.
void RouteLibraryLogs();

/// TLS handshakes that gRPC has reported as failed since RouteLibraryLogs, of this process's port
/// and of its calls to others. gRPC offers no other way to count them.
std::uint64_t GrpcHandshakesFailed();

/// Lets one message per place and period pass, so that text caused by clients cannot fill
/// a disk. Thread-safe.
class LogThrottle {
 public:
  explicit LogThrottle(absl::Duration period) : period_(period) {}
  /// Returns how many messages of `place` were dropped since the last one that passed; nullopt when
  /// this one is dropped.
  std::optional<std::int64_t> Pass(std::string_view place, absl::Time now);

 private:
  struct Place {
    absl::Time next = absl::InfinitePast();
    std::int64_t held_back = 0;
  };
  const absl::Duration period_;
  absl::Mutex mutex_;
  std::map<std::string, Place, std::less<>> places_
      ABSL_GUARDED_BY(mutex_);  // as many as logging places in the source
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_RPC_LIBRARY_LOGS_H_
