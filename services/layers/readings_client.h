// Follows the readings log on behalf of a live layer.
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

/// Follows some measures from an offset of the log, over any number of broken streams, without
/// missing or repeating a batch. Calls come on one separate thread. When the log no longer reaches
/// back to the offset (after a new data directory, or too long a pause), `on_reset` is called and
/// reading begins at the oldest batch held; until that is done it has not caught up. A new log that
/// has grown past the offset is not detected, because offsets do not identify their log.
class ReadingsClient {
 public:
  struct Callbacks {
    std::function<void()> on_reset;
    /// A stream begins: batches name the measures that earlier batches of the stream have not.
    std::function<void()> on_begin;
    /// A batch of readings, in log order; all batches up to response.offset() have now been
    /// delivered.
    std::function<void(const readings::v1::WatchReadingsResponse&)> on_batch;
  };

  ReadingsClient(std::string what, std::shared_ptr<grpc::Channel> channel,
                 std::vector<std::string> measures, std::uint64_t resume_offset,
                 const Callbacks& callbacks);
  ~ReadingsClient() { Stop(); }

  /// True once all batches that were in the log at the start, or at the last reset, have been read.
  /// Already false when `on_reset` is called.
  bool caught_up() const { return caught_up_.load(); }
  /// True while the log is followed as it grows: false while the stream is broken, and while
  /// batches missed meanwhile are still being read.
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
