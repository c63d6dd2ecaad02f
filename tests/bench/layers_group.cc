#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include <google/protobuf/util/json_util.h>

#include "base/status_macros.h"
#include "base/strings.h"
#include "tests/bench/bench_city.h"
#include "tests/bench/delta_watch.h"
#include "tests/bench/groups.h"

namespace citylayers::bench {
namespace {

using layers::v1::WatchLayerResponse;

constexpr absl::Duration kDeltaTimeout = absl::Seconds(10);

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
