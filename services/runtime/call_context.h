// What the call adapter knows of a call, and the gate that lets calls in.
#ifndef CITYLAYERS_SERVICES_RUNTIME_CALL_CONTEXT_H_
#define CITYLAYERS_SERVICES_RUNTIME_CALL_CONTEXT_H_

#include <atomic>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include <grpcpp/server_context.h>

#include "services/runtime/metrics.h"

namespace citylayers::runtime {

/// A call as a method sees it.
struct Call {
  std::string method;     // "ReadingService/WriteReadings"
  std::string peer;       // "ipv4:127.0.0.1:51234"
  absl::Time deadline;    // by the machine's clock
  std::string principal;  // who calls, as the authenticator names them; empty: anonymous
};

/// Says who calls. The seam for API keys and tokens; thread-safe.
class Authenticator {
 public:
  virtual ~Authenticator() = default;
  /// Returns the principal's name. UNAUTHENTICATED: the call carries no or bad credentials.
  virtual absl::StatusOr<std::string> Authenticate(
      const grpc::CallbackServerContext& context) const = 0;
};

/// Lets everybody in as nobody: right while the server listens on loopback, or was told
/// --allow-insecure.
class AnonymousAuthenticator final : public Authenticator {
 public:
  absl::StatusOr<std::string> Authenticate(const grpc::CallbackServerContext&) const override {
    return std::string();
  }
};

/// Limits that hold for every call.
struct CallOptions {
  absl::Duration deadline_default = absl::Seconds(30);  // for unary calls that bring none
  int unary_max = 512;                            // unary calls at once, but for those that write
  int writes_max = 512;                           // unary calls at once that write
  int streams_max = 20000;                        // streaming calls at once
  absl::Duration stream_look = absl::Seconds(2);  // how late an idle stream sees a drain
};

enum class CallKind { kUnary, kWrite, kStream };

/// One admitted call; gives its place back when it is destroyed. Thread-safe.
class CallScope {
 public:
  CallScope(Call call, Metrics& metrics, std::atomic<int>& running, CallKind kind);
  ~CallScope();

  const Call& call() const { return call_; }
  /// DEADLINE_EXCEEDED when the deadline has passed already: work that cannot be used is not begun.
  absl::Status CheckDeadline() const;
  /// Counts the call's end; only the first call counts.
  void Finish(const absl::Status& status);

 private:
  const Call call_;
  Metrics& metrics_;
  std::atomic<int>& running_;
  const CallKind kind_;
  const absl::Time start_;
  std::atomic<bool> finished_{false};
};

/// Authenticates and admits calls. Thread-safe.
class CallGate {
 public:
  CallGate(CallOptions options, Metrics& metrics, const Authenticator& authenticator)
      : options_(options), metrics_(metrics), authenticator_(authenticator) {}

  /// UNAUTHENTICATED, or RESOURCE_EXHAUSTED with RetryInfo when too many calls are running.
  absl::StatusOr<std::shared_ptr<CallScope>> Admit(const grpc::CallbackServerContext& context,
                                                   std::string_view method, CallKind kind);
  /// The error of a call that finds no room.
  absl::Status Overloaded() const;

 private:
  const CallOptions options_;
  Metrics& metrics_;
  const Authenticator& authenticator_;
  std::atomic<int> unary_running_{0};
  std::atomic<int> writes_running_{0};
  std::atomic<int> streams_running_{0};
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_CALL_CONTEXT_H_
