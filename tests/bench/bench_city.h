// A running city for measurements.
#ifndef CITYLAYERS_TESTS_BENCH_BENCH_CITY_H_
#define CITYLAYERS_TESTS_BENCH_BENCH_CITY_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include <grpcpp/channel.h>

#include "citylayers/layers/v1/layer_service.grpc.pb.h"
#include "citylayers/readings/v1/reading_service.grpc.pb.h"
#include "storage/pack/city_pack.h"
#include "tests/bench/groups.h"
#include "tests/support/daemon_process.h"

namespace citylayers::bench {

/// citylayersd as a child process on loopback, on the wall clock, with a new data directory. Not
/// thread-safe, but its stubs are.
class BenchCity {
 public:
  enum class Transport { kPlain, kTls };

  /// `target`: value of --target. kTls: both ports have a certificate of a new authority for
  /// localhost, which the channel checks.
  static absl::StatusOr<std::unique_ptr<BenchCity>> Start(const BenchOptions& options,
                                                          const std::string& target,
                                                          Transport transport = Transport::kPlain);

  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }
  const std::string& http_address() const { return daemon_->http_address(); }
  /// "http://127.0.0.1:8080", or with https.
  std::string url() const;
  const std::string& grpc_address() const { return daemon_->grpc_address(); }
  pid_t pid() const { return daemon_->pid(); }
  const storage::CityPack& pack() const { return *pack_; }
  layers::v1::LayerService::Stub& layers() { return *layers_; }

  /// Names of the speed measures of all segments, by index.
  std::vector<std::string> SpeedMeasures() const;
  /// Writes a present speed for each of these segments. Returns once they are on disk.
  absl::Status WriteSpeeds(const std::vector<std::uint32_t>& segments,
                           const std::vector<double>& speeds_kmh);
  /// Writes a random speed for every segment, and waits until the traffic layer has them.
  absl::Status FillTraffic(std::mt19937& random);
  absl::StatusOr<layers::v1::Tile> GetTile(const std::string& layer, std::uint32_t z,
                                           std::uint32_t x, std::uint32_t y);

 private:
  BenchCity() = default;

  Transport transport_ = Transport::kPlain;
  std::shared_ptr<const storage::CityPack> pack_;
  std::unique_ptr<test_support::DaemonProcess> daemon_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<layers::v1::LayerService::Stub> layers_;
  std::unique_ptr<readings::v1::ReadingService::Stub> readings_;
};

/// While it lives, writes a new speed to a twentieth of all segments once per second. The city must
/// outlive it.
class Churn {
 public:
  explicit Churn(BenchCity& city) : thread_([this, &city] { Run(city); }) {}
  ~Churn() { Stop(); }
  /// Stops, and returns the number of failed updates.
  int Stop();

 private:
  void Run(BenchCity& city);

  std::atomic<bool> stopping_{false};
  std::atomic<int> failed_{0};
  std::thread thread_;
};

}  // namespace citylayers::bench

#endif  // CITYLAYERS_TESTS_BENCH_BENCH_CITY_H_
