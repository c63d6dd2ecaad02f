// A thread that follows one server stream for as long as a module runs.
#ifndef CITYLAYERS_SERVICES_RUNTIME_RPC_WATCH_THREAD_H_
#define CITYLAYERS_SERVICES_RUNTIME_RPC_WATCH_THREAD_H_

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "absl/time/time.h"
#include <grpcpp/client_context.h>
#include <grpcpp/support/sync_stream.h>

#include "services/runtime/rpc/grpc_status.h"

namespace citylayers::runtime {

/// Opens a stream, passes its messages to a function, and opens it again when it ends, after a
/// delay that doubles from 0.25 s to 5 s. Logs when the peer becomes unavailable and when it is
/// back, not in between. A stream that has reached its age is opened again at once, as if it had
/// not ended. The destructor cancels the stream and joins.
///
///   WatchThread watch(
///       "traffic follows readings",
///       [&](grpc::ClientContext& context) { return stub->WatchReadings(&context, request); },
///       [&](const WatchReadingsResponse& response) { Apply(response); });
class WatchThread {
 public:
  /// `on_end`, when set, receives the status of each stream that ended, before
  /// the next one is opened.
  template <typename Open, typename OnMessage>
  WatchThread(std::string what, Open open, OnMessage on_message,
              std::function<void(const grpc::Status&)> on_end = nullptr)
      : what_(std::move(what)) {
    thread_ = std::thread([this, open = std::move(open), on_message = std::move(on_message),
                           on_end = std::move(on_end)]() mutable {
      absl::Duration delay = kDelayMin;
      while (true) {
        auto context = std::make_shared<grpc::ClientContext>();
        if (!Begin(context)) return;
        auto reader = open(*context);
        MessageOf<decltype(reader)> message;
        bool has_messages = false;
        while (reader->Read(&message)) {
          has_messages = true;
          delay = kDelayMin;
          SetConnected(true, "");
          on_message(message);
          message.Clear();
        }
        const grpc::Status status = reader->Finish();
        if (has_messages && IsStreamAge(status)) continue;  // the same call again, and no outage
        SetConnected(false, status.error_message());
        if (on_end) on_end(status);
        if (!Pause(delay)) return;
        delay = std::min(delay * 2, kDelayMax);
      }
    });
  }
  ~WatchThread() { Stop(); }
  WatchThread(const WatchThread&) = delete;
  WatchThread& operator=(const WatchThread&) = delete;

  void Stop();
  /// Ends the present stream; another one is opened after the delay.
  void Reopen();

 private:
  static constexpr absl::Duration kDelayMin = absl::Milliseconds(250);
  static constexpr absl::Duration kDelayMax = absl::Seconds(5);
  template <typename Reader>
  struct ReaderMessage;
  template <typename Message>
  struct ReaderMessage<std::unique_ptr<grpc::ClientReader<Message>>> {
    using Type = Message;
  };
  template <typename Reader>
  using MessageOf = typename ReaderMessage<Reader>::Type;

  bool Begin(std::shared_ptr<grpc::ClientContext> context);
  void SetConnected(bool connected, const std::string& why);
  bool Pause(absl::Duration delay);

  const std::string what_;
  // Standard library types, because absl::Mutex waits by the wall clock, which may be set back.
  std::mutex mutex_;
  std::condition_variable stopped_;
  // Guarded by mutex_:
  bool stopping_ = false;
  bool connected_ = false;
  bool reported_ = false;  // the peer was logged as unavailable
  std::shared_ptr<grpc::ClientContext> context_;
  std::thread thread_;
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_RPC_WATCH_THREAD_H_
