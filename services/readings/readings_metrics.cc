#include "services/readings/readings_metrics.h"

#include <algorithm>
#include <string>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>

#include "citylayers/readings/v1/readings.pb.h"

namespace citylayers::readings {
namespace {

// The label of REJECT_REASON_FAR_FUTURE is "far_future".
std::string ReasonLabel(int reason) {
  std::string name = v1::RejectReason_Name(static_cast<v1::RejectReason>(reason));
  name = name.substr(std::string("REJECT_REASON_").size());
  std::transform(name.begin(), name.end(), name.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return name;
}

// The store counts from its opening; the process opens it once.
void RaiseTo(prometheus::Counter& counter, double total) {
  if (const double more = total - counter.Value(); more > 0) counter.Increment(more);
}

}  // namespace

ReadingsMetrics::ReadingsMetrics(runtime::Metrics& metrics)
    : ingested_(metrics.Counter("citylayers_readings_ingested_total", "Readings stored.")),
      batches_(metrics.Counter("citylayers_readings_batches_total", "Batches acknowledged.")),
      duplicates_(metrics.Counter("citylayers_readings_duplicate_batches_total",
                                  "Batches acknowledged that had been stored before.")),
      failures_(metrics.Counter("citylayers_readings_failed_batches_total",
                                "Batches that could not be stored.")),
      append_seconds_(metrics.Seconds("citylayers_readings_append_seconds",
                                      "From a batch's arrival to its acknowledgement.")),
      queued_batches_(
          metrics.Gauge("citylayers_readings_queued_batches", "Batches that wait for the disk.")),
      log_bytes_(
          metrics.Gauge("citylayers_readings_log_bytes", "Bytes of the batches in the log.")),
      head_readings_(metrics.Gauge("citylayers_readings_head_readings",
                                   "Readings in memory that are in no chunk yet.")),
      disk_bytes_(metrics.Gauge("citylayers_readings_disk_bytes", "Bytes of the store's files.")),
      series_(metrics.Gauge("citylayers_readings_series", "Known measures.")),
      last_offset_(metrics.Gauge("citylayers_readings_last_offset", "Offset of the newest batch.")),
      unsealed_batches_(metrics.Gauge("citylayers_readings_unsealed_batches",
                                      "Batches that a restart would replay from the log.")),
      lost_chunks_(
          metrics.Gauge("citylayers_readings_lost_chunks",
                        "Damaged chunks that were put aside: queries of their time fail.")),
      lost_batches_(metrics.Gauge("citylayers_readings_lost_batches",
                                  "Acknowledged batches found missing when the store was opened, "
                                  "since its creation.")),
      dedupe_sources_(metrics.Gauge("citylayers_readings_dedupe_sources",
                                    "Sources and epochs whose repeats are recognised.")),
      committed_(metrics.Counter("citylayers_readings_committed_batches_total",
                                 "Batches written to the log.")),
      syncs_(metrics.Counter("citylayers_readings_syncs_total",
                             "Writes that were synced; one serves many batches.")),
      sync_seconds_(metrics.Counter("citylayers_readings_sync_seconds_total",
                                    "Time spent in synced writes.")) {
  for (int reason = 0; reason < v1::RejectReason_ARRAYSIZE; ++reason) {
    rejected_.push_back(&metrics.Counter("citylayers_readings_rejected_total", "Readings refused.",
                                         {{"reason", ReasonLabel(reason)}}));
  }
}

void ReadingsMetrics::CountBatch(std::uint64_t stored, bool duplicate,
                                 absl::Span<const std::uint64_t> refused_by_reason,
                                 absl::Duration took) {
  batches_.Increment();
  if (duplicate) duplicates_.Increment();
  ingested_.Increment(static_cast<double>(stored));
  append_seconds_.Observe(absl::ToDoubleSeconds(took));
  if (duplicate) return;
  for (std::size_t reason = 0; reason < refused_by_reason.size(); ++reason) {
    if (refused_by_reason[reason] != 0) {
      rejected_[reason]->Increment(static_cast<double>(refused_by_reason[reason]));
    }
  }
}

void ReadingsMetrics::CountFailure() { failures_.Increment(); }

void ReadingsMetrics::Show(const storage::ReadingsStoreStats& stats) {
  queued_batches_.Set(static_cast<double>(stats.queued_batches));
  log_bytes_.Set(static_cast<double>(stats.log_bytes));
  head_readings_.Set(static_cast<double>(stats.head_readings));
  disk_bytes_.Set(static_cast<double>(stats.disk_bytes));
  series_.Set(static_cast<double>(stats.series_count));
  last_offset_.Set(static_cast<double>(stats.last_offset));
  unsealed_batches_.Set(static_cast<double>(stats.last_offset - stats.sealed_offset));
  lost_batches_.Set(static_cast<double>(stats.lost_batches));
  lost_chunks_.Set(static_cast<double>(stats.lost_chunks));
  dedupe_sources_.Set(static_cast<double>(stats.dedupe_sources));
  RaiseTo(committed_, static_cast<double>(stats.batches_committed));
  RaiseTo(syncs_, static_cast<double>(stats.syncs));
  RaiseTo(sync_seconds_, stats.sync_seconds);
}

}  // namespace citylayers::readings
