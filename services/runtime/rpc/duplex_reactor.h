// The reactor behind CallAdapter::Duplex. Included by stream_reactors.h only.
#ifndef CITYLAYERS_SERVICES_RUNTIME_RPC_DUPLEX_REACTOR_H_
#define CITYLAYERS_SERVICES_RUNTIME_RPC_DUPLEX_REACTOR_H_

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include <grpcpp/support/server_callback.h>

#include "base/strings.h"
#include "services/access/token_bucket.h"
#include "services/runtime/rpc/error_details.h"
#include "services/runtime/rpc/stepped_stream.h"

namespace citylayers::runtime {

/// How the requests of a Duplex call are read.
template <typename Request>
struct DuplexRequests {
  /// Changes `waiting`, which the source has not taken yet, to what it and `next` request together.
  std::function<void(Request& waiting, Request next)> merge;
  /// Maximum rate; a client may send one second's requests at once. 0: without a limit.
  double per_s_max = 0;
  std::string_view option;  // that sets the limit, for the error
};

namespace detail {

/// A stream whose requests are read while its messages are written. At most one request waits for
/// the source, charged to the share of requests: those that arrive meanwhile are merged into it, so
/// that neither a fast nor a slow client makes a queue. gRPC completes the outstanding read after
/// Finish, before OnDone.
template <typename Request, typename Response, typename Factory>
class DuplexReactor final
    : public SteppedStream<grpc::ServerBidiReactor<Request, Response>, Response> {
 public:
  using Base = SteppedStream<grpc::ServerBidiReactor<Request, Response>, Response>;

  DuplexReactor(grpc::CallbackServerContext& context, Factory factory,
                std::shared_ptr<CallScope> scope, const StreamEnvironment& environment,
                DuplexRequests<Request> requests)
      : Base(context, std::move(scope), environment),
        factory_(std::move(factory)),
        requests_(std::move(requests)),
        rate_(requests_.per_s_max),
        share_(environment.options.requests),
        hold_(share_) {}

  void Start() {
    this->steps().Queue();
    this->StartRead(&request_);
  }

  void OnReadDone(bool ok) override {
    const absl::Duration wait = ok ? rate_.Take(1, this->clock().Now()) : absl::ZeroDuration();
    if (ok) this->scope().ChargeMessage(request_);
    const bool go_on = ok && wait == absl::ZeroDuration();
    {
      absl::MutexLock lock(&mutex_);
      if (!ok) {
        read_all_ = true;
      } else if (!go_on) {
        refusal_ = TooMany(wait);
      } else if (waiting_.has_value()) {
        requests_.merge(*waiting_, std::move(request_));
      } else {
        waiting_ = std::move(request_);
      }
      if (waiting_.has_value() && !hold_.Resize(MemoryOf(*waiting_))) {
        refusal_ = share_->ExhaustedError();
      }
    }
    request_ = Request();
    // Before the wake: a step may end the call, and this object, as soon as no read is outstanding.
    const std::shared_ptr<StreamSteps> steps = this->steps().shared_from_this();
    if (go_on) this->StartRead(&request_);
    steps->Wake();
  }

 private:
  absl::StatusOr<StreamSource<Response>*> ReadySource() override {
    std::optional<Request> request;
    bool read_all = false;
    {
      absl::MutexLock lock(&mutex_);
      if (!refusal_.ok()) return refusal_;
      request = std::exchange(waiting_, std::nullopt);
      (void)hold_.Resize(0);
      read_all = read_all_;
    }
    if (!request.has_value()) {
      if (source_ == nullptr && read_all) {
        return absl::InvalidArgumentError("the call carries no request");
      }
      return source_;
    }
    if (source_ == nullptr) {
      auto made = factory_(this->scope().call());
      if (!made.ok()) return made.status();
      source_ = made->get();
      this->Keep(*std::move(made));
    }
    if (absl::Status taken = source_->Take(*std::move(request)); !taken.ok()) return taken;
    return source_;
  }

  absl::Status TooMany(absl::Duration wait) const {
    return WithRetryAfter(
        WithReason(absl::ResourceExhaustedError(StrCat("more than ", requests_.per_s_max,
                                                       " requests per second (", requests_.option,
                                                       "); send only the latest view")),
                   kReasonOverloaded),
        wait);
  }

  Factory factory_;
  const DuplexRequests<Request> requests_;
  access::TokenBucket rate_;                           // used by OnReadDone
  Request request_;                                    // of the read in progress
  DuplexSource<Request, Response>* source_ = nullptr;  // owned by the base; used by steps
  const std::shared_ptr<MemoryShare> share_;
  absl::Mutex mutex_;
  MemoryHold hold_ ABSL_GUARDED_BY(mutex_);  // of `waiting_`
  std::optional<Request> waiting_ ABSL_GUARDED_BY(mutex_);
  absl::Status refusal_ ABSL_GUARDED_BY(mutex_);
  bool read_all_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace detail
}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_RPC_DUPLEX_REACTOR_H_
