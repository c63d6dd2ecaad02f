// A board of the answer of a unary method. Private to the live handler.
#ifndef CITYLAYERS_SERVICES_GATEWAY_LIST_BOARD_H_
#define CITYLAYERS_SERVICES_GATEWAY_LIST_BOARD_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include <grpcpp/client_context.h>

#include "services/gateway/value_board.h"

namespace citylayers::gateway {

/// The answer of a unary method that lists what belongs to a layer. Asked again when the layer has
/// changed, and while it fails; at most once per period.
template <typename Request, typename Response>
class ListBoard final : public ValueBoard {
 public:
  // Starts a call; `done` is its end.
  using Ask = std::function<void(grpc::ClientContext*, const Request*, Response*,
                                 std::function<void(grpc::Status)> done)>;
  // The event's data, and what has to differ.
  using ToText = std::function<std::pair<std::string, std::string>(const Response&)>;

  // The revision of the layer; 0 when there is none.
  using Revision = std::function<std::uint64_t()>;

  ListBoard(absl::Duration linger, absl::Duration period, std::string event, runtime::Timer& timer,
            Request request, Ask ask, ToText to_text, Revision revision)
      : ValueBoard(linger, std::move(event), timer),
        period_(period),
        revision_(std::move(revision)),
        request_(std::move(request)),
        ask_(std::move(ask)),
        to_text_(std::move(to_text)) {}

  void End() override {
    absl::MutexLock lock(&mutex_);
    ended_ = true;
    if (call_) call_->context.TryCancel();
    const auto idle = [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return calls_open_ == 0; };
    mutex_.Await(absl::Condition(&idle));
  }

 private:
  static constexpr absl::Duration kCallTimeout = absl::Seconds(2);

  // Whether the city does not have what was asked for, which is not a failure.
  static bool IsMissing(const grpc::Status& status) {
    return status.error_code() == grpc::StatusCode::UNIMPLEMENTED ||
           status.error_code() == grpc::StatusCode::FAILED_PRECONDITION;
  }

  struct Call {
    std::uint64_t revision = 0;  // of the layer, before the call
    grpc::ClientContext context;
    Response response;
  };

  void StartSource() override {
    Forget();
    Turn();
  }
  void Turn() {
    auto call = std::make_shared<Call>();
    call->revision = revision_();
    call->context.set_deadline(absl::ToChronoTime(absl::Now() + kCallTimeout));
    {
      absl::MutexLock lock(&mutex_);
      if (ended_) return;
      call_ = call;
      ++calls_open_;
    }
    ask_(&call->context, &request_, &call->response,
         [this, self = shared_from_this(), call](const grpc::Status& status) {
           OnAnswer(call, status);
         });
  }
  void OnAnswer(const std::shared_ptr<Call>& call, const grpc::Status& status) {
    if (status.ok()) {
      auto [value, comparable] = to_text_(call->response);
      Set(std::move(value), std::move(comparable));
    } else {
      SetLost(IsMissing(status) ? "" : status.error_message());
    }
    CheckLater(status.ok() ? std::optional(call->revision) : std::nullopt);
    absl::MutexLock lock(&mutex_);
    if (call_ == call) call_ = nullptr;  // the next turn may have begun by now
    --calls_open_;
  }
  // `known`: the revision that the value is of; none: the value has to be asked for.
  void CheckLater(std::optional<std::uint64_t> known) {
    if (!KeepGoing()) return;
    timer().After(period_, [weak = weak_from_this(), known] {
      const auto self = weak.lock();
      if (!self) return;
      auto& board = static_cast<ListBoard&>(*self);
      if (known.has_value() && *known == board.revision_()) return board.CheckLater(known);
      board.Turn();
    });
  }

  const absl::Duration period_;
  const Revision revision_;
  const Request request_;
  const Ask ask_;
  const ToText to_text_;
  absl::Mutex mutex_;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  int calls_open_ ABSL_GUARDED_BY(mutex_) = 0;
  std::shared_ptr<Call> call_ ABSL_GUARDED_BY(mutex_);  // the latest
};

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_LIST_BOARD_H_
