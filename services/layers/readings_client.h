// How a live layer follows the readings log.
#ifndef CITYLAYERS_SERVICES_LAYERS_READINGS_CLIENT_H_
#define CITYLAYERS_SERVICES_LAYERS_READINGS_CLIENT_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "citylayers/readings/v1/reading_service.grpc.pb.h"
#include "services/runtime/rpc/watch_thread.h"

namespace citylayers::layers {

/// Follows some measures from an offset of the log on, over any number of broken streams, without
/// missing or doubling a batch. Calls come on one thread of its own. When the log no longer reaches
/// back to the offset (a data directory begun anew, or too long an absence) `on_reset` is called
/// and reading begins at the oldest batch held; until that is done it has not caught up. A log that
/// was begun anew and has grown past the offset is not noticed: offsets do not say whose they
/// are.
class ReadingsClient {
 public:
  struct Callbacks {
    std::function<void()> on_reset;
    /// A batch of readings, in log order; everything up to response.offset() is now known.
    std::function<void(const readings::v1::WatchReadingsResponse&)> on_batch;
  };

  ReadingsClient(std::string what, std::shared_ptr<grpc::Channel> channel,
                 std::vector<std::string> measures, std::uint64_t resume_offset,
                 const Callbacks& callbacks);
  ~ReadingsClient() { Stop(); }

  /// True once everything that was in the log at the start, or at the last reset, has been read.
  /// False already when `on_reset` is called.
  bool caught_up() const { return caught_up_.load(); }
  /// True while the log is followed as it grows: not while a stream is broken, nor while what was
  /// missed meanwhile is still being read.
  bool current() const { return current_.load(); }
  void Stop() { watch_->Stop(); }

 private:
  std::shared_ptr<readings::v1::ReadingService::Stub> stub_;
  std::atomic<std::uint64_t> offset_;
  std::atomic<bool> caught_up_{false};
  std::atomic<bool> current_{false};
  std::unique_ptr<runtime::WatchThread> watch_;
};

}  // namespace citylayers::layers

#endif  // CITYLAYERS_SERVICES_LAYERS_READINGS_CLIENT_H_
