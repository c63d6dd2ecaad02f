#include <string>
#include <vector>

#include "absl/time/clock.h"

#include "base/strings.h"
#include "tests/bench/bench_city.h"
#include "tests/bench/groups.h"
#include "tests/bench/readings/readings_figures.h"

namespace citylayers::bench {
namespace {

ReadingsBenchOptions OptionsFor(const BenchOptions& options) {
  return {.directory = options.directory,
          .real_data = options.real_data,
          .duration = options.quick ? absl::Seconds(3) : absl::Seconds(10)};
}

void AddAll(const absl::StatusOr<std::vector<ReadingsFigure>>& figures, const std::string& name,
            Report& report) {
  if (!figures.ok()) return report.Fail(name, figures.status());
  for (const ReadingsFigure& figure : *figures) {
    report.Add(
        {.name = figure.name, .value = figure.value, .unit = figure.unit, .note = figure.note});
  }
}

void MeasureServer(const BenchOptions& options, Report& report) {
  // Only the readings module: the layers that follow it have separate figures.
  const auto city = BenchCity::Start(options, "readings");
  if (!city.ok()) return report.Fail("readings.ingest_per_s", city.status());
  const ReadingsBenchOptions load = OptionsFor(options);
  const auto figures =
      MeasureIngest((*city)->channel(), (*city)->SpeedMeasures(), absl::Now(), load);
  AddAll(figures, "readings.ingest_per_s", report);
  if (!figures.ok()) return;
  const auto rows = MeasureRowsPeer(load);
  if (!rows.ok()) return report.Fail("readings.ingest_vs_rows", rows.status());
  const double ratio = figures->front().value / *rows;
  report.Add({.name = "readings.ingest_vs_rows",
              .value = ratio,
              .unit = "times its rate",
              .note = StrCat("ours over gRPC; rows in the same process: ",
                             static_cast<int64_t>(*rows), " readings/s"),
              .peer = "one RocksDB row per reading, each batch synced",
              .peer_value = 1,
              .ratio = ratio});
}

}  // namespace

void RunReadings(const BenchOptions& options, Report& report) {
  MeasureServer(options, report);
  const auto bytes = MeasureBytes(OptionsFor(options));
  if (!bytes.ok()) {
    report.Fail("readings.bytes_per_reading", bytes.status());
  } else {
    if (bytes->size() == 1) {
      report.Skip("readings.bytes_per_reading",
                  "no METR-LA speeds and river levels; set CITYLAYERS_REAL_DATA to their folder");
    }
    for (const ReadingsFigure& figure : *bytes) {
      // The peer is the size of the readings as plain columns: a time and a value of 8 bytes each.
      report.Add({.name = figure.name,
                  .value = figure.value,
                  .unit = figure.unit,
                  .note = figure.note,
                  .peer = "plain columns (int64 ms, double)",
                  .peer_value = 16,
                  .ratio = 16 / figure.value});
    }
  }
  if (!options.quick) {
    AddAll(MeasureStore(OptionsFor(options)), "readings.store_append_per_s", report);
  }
}

}  // namespace citylayers::bench
