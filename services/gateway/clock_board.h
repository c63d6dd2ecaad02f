// The city clock, for all pages. Private to the live handler.
#ifndef CITYLAYERS_SERVICES_GATEWAY_CLOCK_BOARD_H_
#define CITYLAYERS_SERVICES_GATEWAY_CLOCK_BOARD_H_

#include <memory>
#include <string>

#include "absl/time/time.h"
#include <grpcpp/channel.h>

#include "citylayers/common/v1/clock_service.grpc.pb.h"
#include "services/gateway/stream_board.h"
#include "services/gateway/value_board.h"

namespace citylayers::gateway {

/// Follows WatchClock. The server sends the clock once per second; viewers, who compute the time
/// from its speed, receive it once per `period`, and whenever it is set.
class ClockBoard final : public StreamBoard<ValueBoard, common::v1::WatchClockResponse> {
 public:
  /// `timer` must outlive it.
  ClockBoard(StreamBoardOptions options, absl::Duration linger, absl::Duration period,
             runtime::Timer& timer, const std::shared_ptr<grpc::Channel>& channel);

 private:
  using Response = common::v1::WatchClockResponse;

  void Open(grpc::ClientContext* context, StreamReader<Response>* reader) override;
  void OnStart() override { Forget(); }
  void OnMessage(const Response& response) override;

  const absl::Duration period_;
  const std::unique_ptr<common::v1::ClockService::Stub> stub_;
  const common::v1::WatchClockRequest request_;
  // Of the calls' messages, which come one at a time:
  std::string set_;
  absl::Time sent_ = absl::InfinitePast();
};

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_CLOCK_BOARD_H_
