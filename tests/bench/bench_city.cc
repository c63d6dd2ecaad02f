#include "tests/bench/bench_city.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>

#include "base/status_macros.h"
#include "base/strings.h"
#include "services/runtime/rpc/grpc_status.h"
#include "tests/support/test_certificates.h"

namespace citylayers::bench {
namespace {

constexpr std::size_t kBatchRowsMax = 20'000;  // readings.batch_rows_max
constexpr absl::Duration kTimeout = absl::Seconds(30);

std::string SpeedOf(const storage::CityPack& pack, std::uint32_t segment) {
  return StrCat("segments/", pack.segments()[segment].stable_id, "/measures/speed");
}

// Adds the flags of TLS with a new certificate, and returns the credentials of its clients.
std::shared_ptr<grpc::ChannelCredentials> SetUpTls(const std::string& name,
                                                   std::vector<std::string>& flags) {
  const test::TestAuthority authority;
  const test::TestIdentity own = authority.Issue();
  test::WriteSecret(name + ".crt", own.certificate);
  test::WriteSecret(name + ".key", own.key);
  flags.insert(flags.end(),
               {"--tls.certificate_file", name + ".crt", "--tls.key_file", name + ".key"});
  return grpc::SslCredentials({.pem_root_certs = authority.certificate()});
}

}  // namespace

absl::StatusOr<std::unique_ptr<BenchCity>> BenchCity::Start(const BenchOptions& options,
                                                            const std::string& target,
                                                            Transport transport) {
  static int count = 0;
  const std::string name = StrCat(options.directory, "/city-", ++count);
  std::vector<std::string> flags = {
      "--target", target, "--pack", options.pack, "--data", name, "--security.anonymous", "admin"};
  const std::shared_ptr<grpc::ChannelCredentials> credentials =
      transport == Transport::kTls ? SetUpTls(name, flags) : grpc::InsecureChannelCredentials();
  std::unique_ptr<BenchCity> city(new BenchCity());
  ASSIGN_OR_RETURN(city->pack_, storage::CityPack::Open(options.pack));
  city->transport_ = transport;
  ASSIGN_OR_RETURN(city->daemon_,
                   test_support::DaemonProcess::Start({.program = options.bin_dir + "/citylayersd",
                                                       .arguments = std::move(flags),
                                                       .log_file = name + ".log"}));
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(64 << 20);
  city->channel_ = grpc::CreateCustomChannel(city->daemon_->grpc_address(), credentials, arguments);
  city->layers_ = layers::v1::LayerService::NewStub(city->channel_);
  city->readings_ = readings::v1::ReadingService::NewStub(city->channel_);
  return city;
}

std::string BenchCity::url() const {
  return StrCat(transport_ == Transport::kTls ? "https://" : "http://", http_address());
}

std::vector<std::string> BenchCity::SpeedMeasures() const {
  std::vector<std::string> names;
  for (std::uint32_t i = 0; i < pack_->segments().size(); ++i) names.push_back(SpeedOf(*pack_, i));
  return names;
}

absl::Status BenchCity::WriteSpeeds(const std::vector<std::uint32_t>& segments,
                                    const std::vector<double>& speeds_kmh) {
  const std::int64_t now_ms = absl::ToUnixMillis(absl::Now());
  for (std::size_t begin = 0; begin < segments.size(); begin += kBatchRowsMax) {
    readings::v1::WriteReadingsRequest request;
    readings::v1::ReadingColumns& rows = *request.mutable_readings();
    const std::size_t end = std::min(segments.size(), begin + kBatchRowsMax);
    for (std::size_t i = begin; i < end; ++i) {
      rows.add_measures(SpeedOf(*pack_, segments[i]));
      rows.add_measure_indexes(static_cast<std::uint32_t>(i - begin));
      rows.add_time_deltas_ms(i == begin ? now_ms : 0);
      rows.add_values(std::round(speeds_kmh[i] * 10) / 10);
    }
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + kTimeout));
    readings::v1::WriteReadingsResponse response;
    RETURN_IF_ERROR(
        runtime::FromGrpcStatus(readings_->WriteReadings(&context, request, &response)));
    if (response.rejected_count() > 0) {
      return absl::InternalError(StrCat("speeds were refused: ", response.rejections(0).message()));
    }
  }
  return absl::OkStatus();
}

absl::Status BenchCity::FillTraffic(std::mt19937& random) {
  std::vector<std::uint32_t> segments(pack_->segments().size());
  std::iota(segments.begin(), segments.end(), 0);
  std::uniform_real_distribution<double> speed_kmh(2, 60);
  std::vector<double> speeds_kmh;
  for (std::size_t i = 0; i < segments.size(); ++i) speeds_kmh.push_back(speed_kmh(random));
  RETURN_IF_ERROR(WriteSpeeds(segments, speeds_kmh));
  // The layer has all speeds when a new watcher receives a state for every segment.
  const absl::Time deadline = absl::Now() + kTimeout;
  while (absl::Now() < deadline) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(deadline));
    layers::v1::WatchLayerRequest request;
    request.set_name("layers/traffic");
    const auto stream = layers_->WatchLayer(&context, request);
    layers::v1::WatchLayerResponse response;
    const bool got = stream->Read(&response);
    context.TryCancel();
    if (got && response.snapshot().rows_size() > 0 &&
        static_cast<std::size_t>(response.snapshot().rows(0).id_gaps_size()) == segments.size()) {
      return absl::OkStatus();
    }
    absl::SleepFor(absl::Milliseconds(100));
  }
  return absl::DeadlineExceededError("the traffic layer does not show the speeds written");
}

absl::StatusOr<layers::v1::Tile> BenchCity::GetTile(const std::string& layer, std::uint32_t z,
                                                    std::uint32_t x, std::uint32_t y) {
  layers::v1::GetTileRequest request;
  request.set_name(layer);
  request.mutable_tile()->set_z(z);
  request.mutable_tile()->set_x(x);
  request.mutable_tile()->set_y(y);
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + kTimeout));
  layers::v1::GetTileResponse response;
  RETURN_IF_ERROR(runtime::FromGrpcStatus(layers_->GetTile(&context, request, &response)));
  return std::move(*response.mutable_tile());
}

void Churn::Run(BenchCity& city) {
  std::mt19937 random(5);
  while (!stopping_) {
    std::vector<std::uint32_t> segments;
    std::vector<double> speeds_kmh;
    for (std::uint32_t i = 0; i < city.pack().segments().size(); ++i) {
      if (random() % 20 != 0) continue;
      segments.push_back(i);
      speeds_kmh.push_back(static_cast<double>(2 + random() % 58));
    }
    if (!city.WriteSpeeds(segments, speeds_kmh).ok()) ++failed_;
    for (int i = 0; i < 10 && !stopping_; ++i) absl::SleepFor(absl::Milliseconds(100));
  }
}

int Churn::Stop() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
  return failed_;
}

}  // namespace citylayers::bench
