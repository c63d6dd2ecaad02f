// The gate that authenticates, authorizes and admits calls.
#ifndef CITYLAYERS_SERVICES_RUNTIME_RPC_CALL_CONTEXT_H_
#define CITYLAYERS_SERVICES_RUNTIME_RPC_CALL_CONTEXT_H_

#include <atomic>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include <google/protobuf/message.h>
#include <grpcpp/server_context.h>

#include "services/runtime/memory_budget.h"
#include "services/runtime/metrics.h"
#include "services/runtime/rpc/authenticator.h"
#include "services/runtime/rpc/call.h"
#include "services/runtime/rpc/call_entrance.h"
#include "services/runtime/rpc/stream_ends.h"
#include "services/runtime/rpc/write_watch.h"

namespace citylayers::runtime {

/// Limits that apply to every call.
struct CallOptions {
  absl::Duration deadline_default = absl::Seconds(30);  // for unary calls without a deadline
  int unary_max = 512;      // unary calls at once, except those that write
  int writes_max = 512;     // unary calls at once that write
  int streams_max = 20000;  // streaming calls at once
  // Maximum delay before an idle stream notices a drain.
  absl::Duration stream_check_period = absl::Seconds(2);
  // Calls of one method at once ("FloodService/ExportDepth"), below the limits above: for methods
  // of which a few keep all threads busy.
  std::map<std::string, int, std::less<>> method_limits;
  StreamEnds::Options stream_ends;  // their age, and the spread of their return
  // Snapshots and other answers above this size are compressed for clients that accept gzip, bytes;
  // 0: none.
  std::size_t compress_above = 0;
  WriteWatch::Options writes;             // maximum time that a client may leave an answer unread
  std::shared_ptr<MemoryShare> requests;  // memory of decoded requests; may be nullptr
  // The client's address, of the connection's address; default: the same.
  CallEntrance::AddressOf address_of;
};

/// The memory of a decoded message, in bytes. For a small one its encoded size,
/// which is cheaper to get.
std::size_t MemoryOf(const google::protobuf::Message& message);

/// Parses "METHOD=COUNT,..." of the option grpc.method_limits. INVALID_ARGUMENT: another form.
absl::StatusOr<std::map<std::string, int, std::less<>>> ParseMethodLimits(std::string_view text);

enum class CallKind { kUnary, kWrite, kStream };

/// One admitted call; its destructor frees its place. Thread-safe.
class CallScope {
 public:
  /// `method_running`: nullptr when the method has no separate limit.
  /// `authenticator` must outlive it.
  CallScope(Call call, const Authenticator& authenticator, Metrics& metrics,
            std::atomic<int>& running, std::atomic<int>* method_running, CallKind kind);
  ~CallScope();

  const Call& call() const { return call_; }
  /// Charges the request's memory to `share` until the call ends. RESOURCE_EXHAUSTED: no room.
  absl::Status HoldRequest(const std::shared_ptr<MemoryShare>& share, std::size_t bytes);
  /// Applies the caller's limits to this call, with `place` if it is a stream. The limits of a
  /// forwarded call were applied where it arrived. REQUIRES: before the call is shared.
  void SetMetered(access::StreamPlace place) {
    is_metered_ = true;
    place_ = std::move(place);
  }
  /// Counts a message that was received or is sent. Costs nothing when bytes are not limited.
  void ChargeMessage(const google::protobuf::Message& message) const;
  /// Times for which a stream pauses before it sends its next message, or reads the next request,
  /// because of the caller's limits; zero: not at all.
  absl::Duration PauseOfAnswers() const;
  absl::Duration PauseOfRequests() const;

  /// UNAUTHENTICATED when the caller's key has ended since the call began.
  absl::Status CheckCaller() const;
  /// True when the caller has a key, which may end before the call.
  bool has_key() const { return !call_.caller->key_id.empty(); }
  /// DEADLINE_EXCEEDED when the deadline has passed; the call then does no work.
  absl::Status CheckDeadline() const;
  /// Counts the call's end; further calls have no effect.
  void Finish(const absl::Status& status);

 private:
  const Call call_;
  const Authenticator& authenticator_;
  Metrics& metrics_;
  std::atomic<int>& running_;
  std::atomic<int>* const method_running_;
  MemoryHold request_hold_;
  bool is_metered_ = false;
  access::StreamPlace place_;
  const CallKind kind_;
  const absl::Time start_;
  std::atomic<bool> finished_{false};
};

/// Authenticates, authorizes and admits calls. Thread-safe.
class CallGate {
 public:
  CallGate(CallOptions options, Metrics& metrics, const Authenticator& authenticator);

  /// `request` is nullptr when none has arrived yet. UNAUTHENTICATED: no key, or an invalid one,
  /// where one is needed. PERMISSION_DENIED: the caller lacks the method's scope.
  /// RESOURCE_EXHAUSTED with RetryInfo when too many calls are running, of all methods or of this
  /// one, when the memory for requests has no room, or when the caller exceeds one of its limits.
  absl::StatusOr<std::shared_ptr<CallScope>> Admit(const grpc::CallbackServerContext& context,
                                                   std::string_view method, CallKind kind,
                                                   const google::protobuf::Message* request);
  /// The error of a call for which there is no room.
  absl::Status Overloaded() const;
  const CallOptions& options() const { return options_; }

 private:
  struct MethodCount {
    int limit = 0;
    std::atomic<int> running{0};
  };

  const CallOptions options_;
  Metrics& metrics_;
  const Authenticator& authenticator_;
  const CallEntrance entrance_;
  std::atomic<int> unary_running_{0};
  std::atomic<int> writes_running_{0};
  std::atomic<int> streams_running_{0};
  std::map<std::string, MethodCount, std::less<>> methods_;  // its keys never change
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_RPC_CALL_CONTEXT_H_
