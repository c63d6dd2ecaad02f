// GET /live: all feeds of a page in one stream. Private to the live handler.
#ifndef CITYLAYERS_SERVICES_GATEWAY_LIVE_MUX_H_
#define CITYLAYERS_SERVICES_GATEWAY_LIVE_MUX_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include <grpcpp/client_context.h>

#include "services/gateway/live_boards.h"
#include "services/gateway/live_session.h"
#include "services/gateway/moving_view.h"

namespace citylayers::gateway {

/// The stream of one client. Each layer has a separate WatchLayer call, since each client has its
/// own view; a call that fails is made again, from its last position. City-wide feeds come from the
/// boards that all clients share. Events are written one after the other, and only as fast as the
/// client takes them: no layer and no board is read while more than `stream_ahead_bytes` are
/// unsent.
///
/// Heartbeats list the lost feeds: those whose source does not answer, or has sent nothing for
/// longer than its heartbeat period allows.
class LiveMux final : public OpenStream, public std::enable_shared_from_this<LiveMux> {
 public:
  using Part = LiveBoards::Part;

  /// Begins a stream that owns itself until the client leaves or `streams` end. `directory` must
  /// outlive it.
  static void Start(std::shared_ptr<LiveHandler::Streams> streams, const LayerDirectory& directory,
                    Viewer viewer, std::vector<layers::v1::WatchLayerRequest> layers,
                    std::vector<Part> boards);
  void EndBecause(const grpc::Status& why) override;
  absl::Status MoveTo(std::string_view layer_name, const layers::v1::View& view) override;

 private:
  // A layer of the stream.
  struct Feed {
    std::string id;
    MovingView view;
    layers::v1::WatchLayerRequest call_request;    // of the present call
    std::shared_ptr<grpc::ClientContext> context;  // of the call under way
    std::unique_ptr<layers::v1::LayerService::Stub> stub;
    std::string event;  // waits to be written; `read_next` continues the call
    std::string event_position;
    std::function<void()> read_next;
    std::string position;       // of the last event that was written
    bool has_answered = false;  // its call has returned a message, or has failed
    std::string lost;
    absl::Time message_time;  // of MonotonicClock
  };

  LiveMux(std::shared_ptr<LiveHandler::Streams> streams, const LayerDirectory& directory,
          Viewer viewer, std::vector<layers::v1::WatchLayerRequest> layers,
          std::vector<Part> boards);
  void Run();
  void Call(std::size_t index);
  void OnEvent(std::size_t index, const layers::v1::WatchLayerResponse& response,
               std::function<void()> read_next);
  void OnCallEnd(std::size_t index, const grpc::Status& status);
  // Ends the use of the boards and of the directory that ++calls_ began.
  void Leave();
  void CallLater(std::size_t index, absl::Duration delay);
  // Sends the head once every layer has sent a message or failed; `force`: now.
  void Open(bool force);
  void SendHeartbeat();
  // Writes pending events. One thread at a time; other threads set `has_more_`.
  void WritePending();
  bool WriteRound(runtime::StreamWriter& stream);
  std::vector<std::function<void()>> TakeLayerEvents(std::string& text)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::string LostJson() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::string Id() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::shared_ptr<LiveHandler::Streams> streams_;
  const LayerDirectory& directory_;
  const Coding coding_;
  const bool movable_;
  absl::Mutex mutex_;
  std::optional<runtime::Responder> responder_ ABSL_GUARDED_BY(mutex_);  // until the answer begins
  std::shared_ptr<runtime::StreamWriter> stream_ ABSL_GUARDED_BY(mutex_);
  std::vector<Feed> feeds_ ABSL_GUARDED_BY(mutex_);
  std::vector<Part> boards_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::uint64_t> subscriptions_ ABSL_GUARDED_BY(mutex_);
  // Calls, and functions that use the boards: these exist until the last one has ended.
  int calls_ ABSL_GUARDED_BY(mutex_) = 0;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  bool is_writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool has_more_ ABSL_GUARDED_BY(mutex_) = false;  // an event arrived during WritePending
  bool heartbeat_due_ ABSL_GUARDED_BY(mutex_) = false;
  std::string lost_sent_ ABSL_GUARDED_BY(mutex_) = "[]";
};

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_LIVE_MUX_H_
