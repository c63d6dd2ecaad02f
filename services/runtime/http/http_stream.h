// A response stream: the queue between its writer and the connection that sends it. Private to the
// server.
#ifndef CITYLAYERS_SERVICES_RUNTIME_HTTP_HTTP_STREAM_H_
#define CITYLAYERS_SERVICES_RUNTIME_HTTP_HTTP_STREAM_H_

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

#include "services/runtime/http/http_responder.h"
#include "services/runtime/memory_budget.h"

namespace citylayers::runtime {

class HttpConnection;

/// The handler's side of a stream: a bounded queue that the connection empties. Thread-safe.
class HttpStream : public StreamWriter, public std::enable_shared_from_this<HttpStream> {
 public:
  HttpStream(std::shared_ptr<HttpConnection> connection, std::size_t pending_bytes_max,
             std::shared_ptr<MemoryShare> share);

  using StreamWriter::Write;
  bool Write(std::shared_ptr<const std::string> bytes) override;
  void Close() override;
  std::size_t pending_bytes() const override;
  bool closed() const override;
  void NotifyWritable(std::size_t pending_bytes_max, std::function<void()> callback) override;
  void NotifyClosed(std::function<void()> callback) override;

  // For the connection, on its loop.
  /// Moves at most `max` queued pieces to `pieces`; false when none is queued. `ending` is set when
  /// the stream is closed and empty.
  bool Take(std::size_t max, std::vector<std::shared_ptr<const std::string>>& pieces, bool& ending);
  /// Reports that `bytes` of the taken pieces were written to the socket.
  void Written(std::size_t bytes);
  /// Reports that the connection is closed or the stream was written to its end.
  void Ended();

 private:
  void Poke(std::shared_ptr<HttpConnection> connection);

  mutable absl::Mutex mutex_;
  const std::size_t pending_bytes_max_;
  std::shared_ptr<HttpConnection> connection_ ABSL_GUARDED_BY(mutex_);  // until Ended
  std::deque<std::shared_ptr<const std::string>> queue_ ABSL_GUARDED_BY(mutex_);
  std::size_t pending_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  MemoryHold hold_ ABSL_GUARDED_BY(mutex_);  // of pending_bytes_
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  bool poked_ ABSL_GUARDED_BY(mutex_) = false;  // a call of PumpStream is posted
  std::size_t writable_below_ ABSL_GUARDED_BY(mutex_) = 0;
  std::function<void()> on_writable_ ABSL_GUARDED_BY(mutex_);
  std::function<void()> on_closed_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_HTTP_HTTP_STREAM_H_
