// Reactors of fake services: answers and streams that are known in advance.
#ifndef CITYLAYERS_TESTS_SUPPORT_SCRIPTED_REACTORS_H_
#define CITYLAYERS_TESTS_SUPPORT_SCRIPTED_REACTORS_H_

#include <atomic>
#include <cstddef>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include <grpcpp/grpcpp.h>

#include "services/runtime/rpc/grpc_status.h"

namespace citylayers::gateway {

/// Ends a unary call.
inline grpc::ServerUnaryReactor* Finish(grpc::CallbackServerContext* context,
                                        const grpc::Status& status = grpc::Status::OK) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(status);
  return reactor;
}

/// Writes a list of messages; then ends the call, or waits for the client to end it.
template <typename Response>
class ScriptReactor final : public grpc::ServerWriteReactor<Response> {
 public:
  ScriptReactor(std::vector<Response> script, bool ends) : script_(std::move(script)), ends_(ends) {
    Next();
  }

 private:
  void Next() {
    if (next_ < script_.size()) {
      this->StartWrite(&script_[next_++]);
    } else if (ends_) {
      FinishOnce(grpc::Status::OK);
    }
  }
  void FinishOnce(const grpc::Status& status) {
    if (!finished_.exchange(true)) this->Finish(status);
  }
  void OnWriteDone(bool ok) override {
    if (ok) Next();
  }
  void OnCancel() override { FinishOnce(grpc::Status::CANCELLED); }
  void OnDone() override { delete this; }

  std::vector<Response> script_;
  const bool ends_;
  std::size_t next_ = 0;
  std::atomic<bool> finished_{false};
};

/// A stream that is refused before its first message.
template <typename Response>
class RefusedReactor final : public grpc::ServerWriteReactor<Response> {
 public:
  explicit RefusedReactor(const absl::Status& status) {
    this->Finish(runtime::ToGrpcStatus(status));
  }

 private:
  void OnDone() override { delete this; }
};

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_TESTS_SUPPORT_SCRIPTED_REACTORS_H_
