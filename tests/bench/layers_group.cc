#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include <google/protobuf/util/json_util.h>
#include <grpcpp/client_context.h>

#include "base/status_macros.h"
#include "base/strings.h"
#include "services/runtime/rpc/grpc_status.h"
#include "tests/bench/bench_city.h"
#include "tests/bench/groups.h"

namespace citylayers::bench {
namespace {

using layers::v1::WatchLayerResponse;

constexpr absl::Duration kDeltaTimeout = absl::Seconds(10);

// A watcher of the whole traffic layer, with the shortest tick.
class Watcher {
 public:
  explicit Watcher(BenchCity& city, absl::Duration life) {
    layers::v1::WatchLayerRequest request;
    request.set_name("layers/traffic");
    request.set_tick_ms(250);
    context_.set_deadline(absl::ToChronoTime(absl::Now() + life));
    stream_ = city.layers().WatchLayer(&context_, request);
  }
  ~Watcher() { context_.TryCancel(); }

  // The next delta with rows.
  absl::StatusOr<WatchLayerResponse> Next() {
    WatchLayerResponse response;
    while (stream_->Read(&response)) {
      if (response.has_delta() && response.delta().rows_size() > 0) return response;
    }
    RETURN_IF_ERROR(runtime::FromGrpcStatus(stream_->Finish()));
    return absl::UnavailableError("the watch ended");
  }
  absl::Status ReadSnapshot() {
    WatchLayerResponse response;
    if (stream_->Read(&response) && response.has_snapshot()) return absl::OkStatus();
    return absl::UnavailableError("the watch did not begin with a snapshot");
  }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<WatchLayerResponse>> stream_;
};

bool Has(const layers::v1::StateRows& rows, std::uint32_t id) {
  std::uint32_t at = 0;
  for (const std::uint32_t gap : rows.id_gaps()) {
    if ((at += gap) == id) return true;
  }
  return false;
}

// Writes one reading at a time, at times unrelated to the tick.
absl::StatusOr<Percentiles> AckToDelta(BenchCity& city, int rounds) {
  Watcher watcher(city, kDeltaTimeout + absl::Seconds(rounds));
  RETURN_IF_ERROR(watcher.ReadSnapshot());
  std::mt19937 random(1);
  std::vector<double> times_ms;
  for (int round = 0; round < rounds; ++round) {
    absl::SleepFor(absl::Milliseconds(random() % 250));
    const auto segment = static_cast<std::uint32_t>(random() % city.pack().segments().size());
    RETURN_IF_ERROR(city.WriteSpeeds({segment}, {static_cast<double>(61 + round % 30)}));
    const absl::Time acknowledged = absl::Now();
    while (true) {
      ASSIGN_OR_RETURN(const WatchLayerResponse response, watcher.Next());
      if (Has(response.delta().rows(0), segment)) break;
    }
    times_ms.push_back(absl::ToDoubleMilliseconds(absl::Now() - acknowledged));
  }
  return PercentilesOf(times_ms);
}

struct DeltaSizes {
  double bytes_per_row = 0;
  double json_bytes_per_row = 0;
  int rows = 0;
  int deltas = 0;
};

// Writes new speeds to 5 % of all segments, once per round.
absl::StatusOr<DeltaSizes> BytesPerChange(BenchCity& city, int rounds) {
  Watcher watcher(city, kDeltaTimeout * rounds);
  RETURN_IF_ERROR(watcher.ReadSnapshot());
  std::mt19937 random(2);
  std::uniform_real_distribution<double> speed_kmh(2, 60);
  DeltaSizes sizes;
  double bytes = 0, json_bytes = 0;
  for (int round = 0; round < rounds; ++round) {
    std::vector<std::uint32_t> segments;
    std::vector<double> speeds_kmh;
    for (std::uint32_t i = 0; i < city.pack().segments().size(); ++i) {
      if (random() % 20 != 0) continue;
      segments.push_back(i);
      speeds_kmh.push_back(speed_kmh(random));
    }
    RETURN_IF_ERROR(city.WriteSpeeds(segments, speeds_kmh));
    // A tick may fall in between; its changes belong to this round as well.
    ASSIGN_OR_RETURN(const WatchLayerResponse response, watcher.Next());
    std::string json;
    if (!google::protobuf::util::MessageToJsonString(response, &json).ok()) continue;
    bytes += static_cast<double>(response.ByteSizeLong());
    json_bytes += static_cast<double>(json.size());
    for (const auto& rows : response.delta().rows()) sizes.rows += rows.id_gaps_size();
    ++sizes.deltas;
  }
  if (sizes.rows == 0) return absl::InternalError("no delta had rows");
  sizes.bytes_per_row = bytes / sizes.rows;
  sizes.json_bytes_per_row = json_bytes / sizes.rows;
  return sizes;
}

}  // namespace

void RunLayers(const BenchOptions& options, Report& report) {
  const auto city = BenchCity::Start(options, "all");
  if (!city.ok()) return report.Fail("layers.ack_to_delta_p99_ms", city.status());
  std::mt19937 random(3);
  if (const absl::Status filled = (*city)->FillTraffic(random); !filled.ok()) {
    return report.Fail("layers.ack_to_delta_p99_ms", filled);
  }
  const auto times = AckToDelta(**city, options.quick ? 40 : 400);
  if (times.ok()) {
    report.Add(
        {.name = "layers.ack_to_delta_p99_ms",
         .value = times->p99,
         .unit = "ms",
         .note = StrCat("one reading acknowledged -> its delta at a gRPC client on loopback, "
                        "250 ms tick; ",
                        TextOf(*times, "ms"))});
  } else {
    report.Fail("layers.ack_to_delta_p99_ms", times.status());
  }
  const auto sizes = BytesPerChange(**city, options.quick ? 5 : 30);
  if (!sizes.ok()) return report.Fail("layers.bytes_per_change", sizes.status());
  report.Add({.name = "layers.bytes_per_change",
              .value = sizes->bytes_per_row,
              .unit = "bytes",
              .note = StrCat("level and speed of 5 % of ", (*city)->pack().segments().size(),
                             " segments, uncompressed; ", sizes->rows, " changes in ",
                             sizes->deltas, " deltas"),
              .peer = "the same message as JSON",
              .peer_value = sizes->json_bytes_per_row,
              .ratio = sizes->json_bytes_per_row / sizes->bytes_per_row});
}

}  // namespace citylayers::bench
