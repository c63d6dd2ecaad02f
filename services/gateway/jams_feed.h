// All jams of the city, for the boards of the first ones. Private to the live handler.
#ifndef CITYLAYERS_SERVICES_GATEWAY_JAMS_FEED_H_
#define CITYLAYERS_SERVICES_GATEWAY_JAMS_FEED_H_

#include <map>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include <google/protobuf/timestamp.pb.h>
#include <grpcpp/channel.h>

#include "citylayers/traffic/v1/traffic_service.grpc.pb.h"
#include "services/gateway/list_board.h"
#include "services/gateway/live_board.h"

namespace citylayers::gateway {

/// The jams of a WatchJams stream by name.
struct JamsByName {
  std::map<std::string, traffic::v1::Jam> jams;
  google::protobuf::Timestamp data_time;
  bool has_data_time = false;
};

/// Follows WatchJams once for all boards (JamsBoard), which are its viewers. Its events have no
/// data: viewers read present().
class JamsFeed final : public ListBoard<LiveBoard, traffic::v1::WatchJamsResponse, JamsByName> {
 public:
  /// `timer` must outlive it.
  JamsFeed(StreamBoardOptions options, absl::Duration period, runtime::Timer& timer,
           const std::shared_ptr<grpc::Channel>& channel);

  /// All jams as by ListJams: longest delay first, then by name. nullptr: not known yet.
  std::shared_ptr<const traffic::v1::ListJamsResponse> present() const;

 private:
  using Response = traffic::v1::WatchJamsResponse;

  void Open(grpc::ClientContext* context, StreamReader<Response>* reader) override;
  void OnStart() override;
  void Apply(const Response& response, JamsByName& jams) const override;
  void Publish(JamsByName jams) override;
  std::string MakeSnapshot() const override { return ""; }

  const std::unique_ptr<traffic::v1::TrafficService::Stub> stub_;
  const traffic::v1::WatchJamsRequest request_;
  mutable absl::Mutex mutex_;
  std::shared_ptr<const traffic::v1::ListJamsResponse> present_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_JAMS_FEED_H_
