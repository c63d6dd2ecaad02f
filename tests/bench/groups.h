// The groups of figures. Each adds its figures to the report, and reports skipped ones with the
// reason.
#ifndef CITYLAYERS_TESTS_BENCH_GROUPS_H_
#define CITYLAYERS_TESTS_BENCH_GROUPS_H_

#include <cstdint>
#include <string>

#include "tests/bench/report.h"

namespace citylayers::bench {

struct BenchOptions {
  std::string bin_dir;    ///< folder of citylayersd and citylayers
  std::string pack;       ///< city pack of the embedded city
  std::string real_data;  ///< folder of measured and drawn input; may be missing
  std::string directory;  ///< an empty folder on the measured disk
  bool quick = false;     ///< short loads: all groups end within two minutes
  std::uint64_t backup_readings = 2'000'000;  ///< of the store that is backed up
};

/// access.*: the check of an API key, and the cost of calls that are refused.
void RunAccess(const BenchOptions& options, Report& report);
/// tiles.tls_*, layers.tls_*: tiles per second and the latency of deltas over TLS, beside the same
/// without it.
void RunTls(const BenchOptions& options, Report& report);
/// backup.*: backups of a store under load, and the time to restore one.
void RunBackup(const BenchOptions& options, Report& report);
/// readings.*: durable ingest into a server, the store's own figures, bytes on disk.
void RunReadings(const BenchOptions& options, Report& report);
/// layers.*: time from an acknowledged reading to the delta at a client, and the size of the delta.
void RunTiles(const BenchOptions& options, Report& report);
/// flood.*: stage and connection level on the pack's terrain, compared with a flood-fill and
/// r.lake.
void RunLayers(const BenchOptions& options, Report& report);
/// flood.*: stage and connection level on the pack's terrain, beside a flood-fill and r.lake.
void RunFlood(const BenchOptions& options, Report& report);
/// web.*: cost of a phone's live stream.
void RunPack(const BenchOptions& options, Report& report);
/// web.*: what a phone's live stream costs.
void RunWeb(const BenchOptions& options, Report& report);

}  // namespace citylayers::bench

#endif  // CITYLAYERS_TESTS_BENCH_GROUPS_H_
