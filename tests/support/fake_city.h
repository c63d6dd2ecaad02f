// Fake backends for tests: small, scripted servers of the public services, and a gateway in front
// of them.
#ifndef CITYLAYERS_TESTS_SUPPORT_FAKE_CITY_H_
#define CITYLAYERS_TESTS_SUPPORT_FAKE_CITY_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include <grpcpp/grpcpp.h>

#include "base/clock.h"
#include "services/access/access_control.h"
#include "services/gateway/gateway.h"
#include "services/gateway/grpc_proxy.h"
#include "services/runtime/metrics.h"
#include "services/runtime/timer.h"
#include "tests/support/fake_alerts.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_flood.h"
#include "tests/support/fake_layers.h"
#include "tests/support/fake_readings.h"
#include "tests/support/fake_traffic.h"

namespace citylayers::gateway {

/// One server with all the fakes, on a separate port, and a gateway with short timeouts.
///
///   FakeCity city;
///   TestClient client(city.http_port());
///
/// Without `backends_up` the gateway starts first; StartBackends starts them. Callers without a key
/// have the scopes `anonymous`; the fakes themselves accept every call.
class FakeCity {
 public:
  explicit FakeCity(Gateway::Options options = SmallOptions(),
                    std::unique_ptr<StaticFiles> files = nullptr, bool backends_up = true,
                    std::string_view anonymous = "admin",
                    const access::CallerLimits::Options& limits = {});
  ~FakeCity();

  /// Port 0, list period 10 ms, retry period 10 ms.
  static Gateway::Options SmallOptions();
  static layers::v1::Layer TrafficLayer();

  /// Stops the backends' server, and starts it again on the same port.
  void StopBackends();
  void StartBackends();
  /// Blocks until the gateway knows the present version of `layer`, or (false) that it is
  /// unreachable; fails the test after 20 s.
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
  FakeFlood& flood() { return flood_; }
  FakeTraffic& traffic() { return traffic_; }
  Gateway& gateway() { return *gateway_; }
  access::AccessControl& access() { return access_; }

 private:
  FakeLayers layers_;
  FakeAlerts alerts_;
  FakeReadings readings_;
  FakeFlood flood_;
  FakeTraffic traffic_;
  FakeClock clock_;
  std::atomic<std::int64_t> clock_s_{0};
  const WallClock wall_clock_;
  access::AccessControl access_;
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
