// Fake backends for tests: small, scripted servers of the public services, and a
// gateway in front of them.
#ifndef CITYLAYERS_TESTS_SUPPORT_FAKE_CITY_H_
#define CITYLAYERS_TESTS_SUPPORT_FAKE_CITY_H_

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include <grpcpp/grpcpp.h>

#include "citylayers/alerts/v1/alert_service.grpc.pb.h"
#include "citylayers/common/v1/clock_service.grpc.pb.h"
#include "citylayers/flood/v1/flood_service.grpc.pb.h"
#include "citylayers/layers/v1/layer_service.grpc.pb.h"
#include "citylayers/readings/v1/reading_service.grpc.pb.h"
#include "citylayers/traffic/v1/traffic_service.grpc.pb.h"
#include "services/gateway/gateway.h"
#include "services/gateway/grpc_proxy.h"
#include "services/runtime/metrics.h"
#include "services/runtime/timer.h"

namespace citylayers::gateway {

/// Layers whose tiles are set by the test. Thread-safe.
class FakeLayers final : public layers::v1::LayerService::CallbackService {
 public:
  /// Adds or replaces a layer; tiles stay.
  void SetLayer(layers::v1::Layer layer);
  /// Sets the bytes of a tile such as "traffic/14/1/2.mvt"; other tiles are empty. The tag is
  /// derived from the bytes. Increments the layer's counter.
  void SetTile(const std::string& path, std::string bytes);
  /// Increments a layer's counter: some tile has changed.
  void Bump(const std::string& id);
  std::uint64_t Counter(const std::string& id) const;
  /// While true, GetTile calls with a tag wait; false lets them continue.
  void HoldConfirmations(bool hold);
  /// Blocks until `count` calls wait in this way.
  void WaitForHeld(std::size_t count);
  /// Sets the messages that WatchLayer sends before it waits for the client to leave. WatchLayer
  /// refuses the column "nonsense". The gateway's own streams (tiles_only) get the layer's versions
  /// instead and are not counted.
  void SetScript(std::vector<layers::v1::WatchLayerResponse> script);

  struct Counts {
    int tiles_made = 0;    // GetTile calls answered with data
    int not_modified = 0;  // GetTile calls answered without data
    int lists = 0;         // ListLayers calls
    std::vector<layers::v1::WatchLayerRequest> watches;
  };
  Counts counts() const;
  /// Blocks until WatchLayer has been called `count` times.
  void WaitForWatches(std::size_t count);

  grpc::ServerUnaryReactor* ListLayers(grpc::CallbackServerContext*,
                                       const layers::v1::ListLayersRequest*,
                                       layers::v1::ListLayersResponse*) override;
  grpc::ServerUnaryReactor* GetLayer(grpc::CallbackServerContext*,
                                     const layers::v1::GetLayerRequest*,
                                     layers::v1::GetLayerResponse*) override;
  grpc::ServerUnaryReactor* GetTile(grpc::CallbackServerContext*, const layers::v1::GetTileRequest*,
                                    layers::v1::GetTileResponse*) override;
  grpc::ServerWriteReactor<layers::v1::WatchLayerResponse>* WatchLayer(
      grpc::CallbackServerContext*, const layers::v1::WatchLayerRequest*) override;

 private:
  mutable absl::Mutex mutex_;
  std::map<std::string, layers::v1::Layer> layers_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::string> tiles_ ABSL_GUARDED_BY(mutex_);
  class Follower;
  void TellFollowers(const std::string& id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void AnswerTile(const layers::v1::GetTileRequest& request, layers::v1::GetTileResponse* response)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool hold_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::function<void()>> held_ ABSL_GUARDED_BY(mutex_);  // each answers one call
  std::vector<layers::v1::WatchLayerResponse> script_ ABSL_GUARDED_BY(mutex_);
  Counts counts_ ABSL_GUARDED_BY(mutex_);
  std::set<Follower*> followers_ ABSL_GUARDED_BY(mutex_);
};

/// CAP messages that never change, and alerts that the test sends. WatchAlerts refuses the filter
/// "nonsense", and begins with the snapshot of one alert "alerts/1?<filter>".
class FakeAlerts final : public alerts::v1::AlertService::CallbackService {
 public:
  grpc::ServerUnaryReactor* GetAlert(grpc::CallbackServerContext*,
                                     const alerts::v1::GetAlertRequest*,
                                     alerts::v1::GetAlertResponse*) override;
  grpc::ServerUnaryReactor* AcknowledgeAlert(grpc::CallbackServerContext*,
                                             const alerts::v1::AcknowledgeAlertRequest*,
                                             alerts::v1::AcknowledgeAlertResponse*) override;
  grpc::ServerUnaryReactor* GetCap(grpc::CallbackServerContext*, const alerts::v1::GetCapRequest*,
                                   alerts::v1::GetCapResponse*) override;
  grpc::ServerUnaryReactor* ListCapMessages(grpc::CallbackServerContext*,
                                            const alerts::v1::ListCapMessagesRequest*,
                                            alerts::v1::ListCapMessagesResponse*) override;
  grpc::ServerWriteReactor<alerts::v1::WatchAlertsResponse>* WatchAlerts(
      grpc::CallbackServerContext*, const alerts::v1::WatchAlertsRequest*) override;

  /// Sends a change to the present watchers.
  void Send(const alerts::v1::WatchAlertsResponse& response);
  /// Filters of the WatchAlerts calls so far.
  std::vector<std::string> filters() const;

 private:
  class Watcher;
  mutable absl::Mutex mutex_;
  std::vector<std::string> filters_ ABSL_GUARDED_BY(mutex_);
  std::set<Watcher*> watchers_ ABSL_GUARDED_BY(mutex_);
};

/// A clock, which streams its state once, the jams and the stages of a city.
class FakeClock final : public common::v1::ClockService::CallbackService {
 public:
  grpc::ServerUnaryReactor* GetClock(grpc::CallbackServerContext*,
                                     const common::v1::GetClockRequest*,
                                     common::v1::GetClockResponse*) override;
  grpc::ServerWriteReactor<common::v1::WatchClockResponse>* WatchClock(
      grpc::CallbackServerContext*, const common::v1::WatchClockRequest*) override;
};
class FakeTraffic final : public traffic::v1::TrafficService::CallbackService {
 public:
  grpc::ServerUnaryReactor* ListJams(grpc::CallbackServerContext*,
                                     const traffic::v1::ListJamsRequest*,
                                     traffic::v1::ListJamsResponse*) override;
  /// The jam's id; with "" ListJams fails with UNAVAILABLE.
  void SetJam(std::string id);
  int calls() const { return calls_.load(); }

 private:
  absl::Mutex mutex_;
  std::string jam_ ABSL_GUARDED_BY(mutex_) = "one";
  std::atomic<int> calls_{0};
};

/// StreamReadings answers each batch at once; ExportDepth streams three parts.
class FakeReadings final : public readings::v1::ReadingService::CallbackService {
 public:
  grpc::ServerBidiReactor<readings::v1::StreamReadingsRequest,
                          readings::v1::StreamReadingsResponse>*
  StreamReadings(grpc::CallbackServerContext*) override;
};
class FakeFlood final : public flood::v1::FloodService::CallbackService {
 public:
  grpc::ServerWriteReactor<flood::v1::ExportDepthResponse>* ExportDepth(
      grpc::CallbackServerContext*, const flood::v1::ExportDepthRequest*) override;
  grpc::ServerUnaryReactor* ListStages(grpc::CallbackServerContext*,
                                       const flood::v1::ListStagesRequest*,
                                       flood::v1::ListStagesResponse*) override;
};

/// One server with all the fakes, on a separate port, and a gateway with short timeouts.
///
///   FakeCity city;
///   TestClient client(city.http_port());
///
/// Without `backends_up` the gateway starts first; StartBackends starts them.
class FakeCity {
 public:
  explicit FakeCity(Gateway::Options options = SmallOptions(),
                    std::unique_ptr<StaticFiles> files = nullptr, bool backends_up = true);
  ~FakeCity();

  /// Port 0, polling period 10 ms, retry period 10 ms.
  static Gateway::Options SmallOptions();
  static layers::v1::Layer TrafficLayer();

  /// Stops the backends' server, and starts it again on the same port.
  void StopBackends();
  void StartBackends();
  /// Blocks until the gateway knows the present version of `layer`, or (false)
  /// that it is unreachable.
  void WaitUntilSeen(const std::string& layer, bool reachable = true);
  /// Advances the city clock, which otherwise stands still; whole seconds.
  void AdvanceClock(absl::Duration by) { clock_s_ += absl::ToInt64Seconds(by); }
  /// A channel to the gateway's gRPC proxy.
  std::shared_ptr<grpc::Channel> FrontChannel();
  /// Its port. REQUIRES: FrontChannel() was called.
  std::uint16_t front_port() const { return static_cast<std::uint16_t>(front_port_); }

  std::uint16_t http_port() const { return gateway_->port(); }
  FakeLayers& layers() { return layers_; }
  FakeAlerts& alerts() { return alerts_; }
  FakeTraffic& traffic() { return traffic_; }
  Gateway& gateway() { return *gateway_; }

 private:
  FakeLayers layers_;
  FakeAlerts alerts_;
  FakeReadings readings_;
  FakeFlood flood_;
  FakeTraffic traffic_;
  FakeClock clock_;
  std::atomic<std::int64_t> clock_s_{0};
  runtime::Metrics metrics_;
  std::unique_ptr<runtime::Timer> timer_ = std::make_unique<runtime::Timer>();
  std::unique_ptr<grpc::Server> server_;
  int grpc_port_ = 0;
  std::unique_ptr<Gateway> gateway_;
  GrpcProxy proxy_;
  std::unique_ptr<grpc::Server> front_;
  int front_port_ = 0;
};

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_TESTS_SUPPORT_FAKE_CITY_H_
