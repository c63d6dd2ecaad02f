// Ingest of reading batches: resolves measures, validates, stores, answers.
#ifndef CITYLAYERS_SERVICES_READINGS_READING_INGEST_H_
#define CITYLAYERS_SERVICES_READINGS_READING_INGEST_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

#include "base/clock.h"
#include "citylayers/readings/v1/reading_service.pb.h"
#include "services/readings/clock_keeper.h"
#include "services/readings/measure_directory.h"
#include "services/readings/reading_validator.h"
#include "services/readings/readings_metrics.h"
#include "services/runtime/rpc/call.h"
#include "services/runtime/rpc/stream_source.h"
#include "storage/readings/readings_log.h"

namespace citylayers::readings {

struct IngestOptions {
  ValidatorOptions validator;
  int rejects_reported_max = 100;
  int stream_credits = 32;     ///< maximum unacknowledged batches of a stream's client
  int stream_waiting_max = 8;  ///< maximum batches of a stream that wait for the disk
};

/// Batches are recognised as repeats by their source, which the sender chooses. The sources of a
/// caller that may write only some measures get this prefix ("{key id}/", at most 13 bytes):
/// otherwise its batches could make those of others count as repeats.
std::string SourcePrefix(const runtime::Call& call);

/// Implements WriteReadings and StreamReadings, without gRPC. Thread-safe. The references must
/// outlive it; `monotonic` is the time base of the metric of append times.
class ReadingIngest {
 public:
  ReadingIngest(const IngestOptions& options, storage::ReadingsLog& log,
                const MeasureDirectory& directory, ClockKeeper& clock, const Clock& monotonic,
                ReadingsMetrics& metrics)
      : options_(options),
        log_(log),
        directory_(directory),
        clock_(clock),
        monotonic_(monotonic),
        metrics_(metrics) {}

  /// Called once, when the batch is on disk or was refused; often on the log's writer thread, so
  /// it must be quick and must not call this.
  using Done = std::function<void(absl::StatusOr<v1::WriteReadingsResponse>)>;

  /// Errors as in reading_service.proto for WriteReadings. Waits for the disk only
  /// when a measure is new. `source_prefix`: SourcePrefix of the call.
  void Write(const v1::WriteReadingsRequest& request, Done done,
             std::string_view source_prefix = {});

  /// The series of a dictionary's names. May wait for the disk.
  absl::StatusOr<std::vector<KnownMeasure>> Resolve(const MeasureNames& names);

  /// Write with the dictionary `names` already resolved to `known`; never waits.
  void Store(const std::string& source, std::uint64_t epoch, std::uint64_t sequence,
             const v1::ReadingColumns& readings, const MeasureNames& names,
             absl::Span<const KnownMeasure> known, Done done, std::string_view source_prefix = {});

  const IngestOptions& options() const { return options_; }

 private:
  /// Data for the answer and the metrics of a batch that waits for the disk.
  struct Waiting {
    absl::Time start;  // monotonic
    v1::WriteReadingsResponse response;
    std::int64_t latest_ms = -1;
    std::vector<std::uint64_t> refused_by_reason =
        std::vector<std::uint64_t>(v1::RejectReason_ARRAYSIZE, 0);
  };
  v1::WriteReadingsResponse ToResponse(const Verdict& verdict) const;
  absl::StatusOr<v1::WriteReadingsResponse> Stored(
      Waiting& waiting, const absl::StatusOr<storage::AppendResult>& result);

  const IngestOptions options_;
  storage::ReadingsLog& log_;
  const MeasureDirectory& directory_;
  ClockKeeper& clock_;
  const Clock& monotonic_;
  ReadingsMetrics& metrics_;
};

/// One StreamReadings call, `call`: keeps source, epoch and dictionary from message to message.
class IngestStream final
    : public runtime::BidiHandler<v1::StreamReadingsRequest, v1::StreamReadingsResponse> {
 public:
  IngestStream(ReadingIngest& ingest, runtime::Call call)
      : ingest_(ingest), call_(std::move(call)), source_prefix_(SourcePrefix(call_)) {}
  void Handle(v1::StreamReadingsRequest& request, Done done) override;
  int waiting_max() const override { return ingest_.options().stream_waiting_max; }
  std::size_t MemoryHeld() const override { return held_bytes_; }

 private:
  ReadingIngest& ingest_;
  const runtime::Call call_;
  const std::string source_prefix_;
  bool begun_ = false;
  std::string source_;
  std::uint64_t epoch_ = 0;
  MeasureNames names_;
  std::size_t held_bytes_ = 0;  // of names_ and known_
  std::vector<KnownMeasure> known_;
};

}  // namespace citylayers::readings

#endif  // CITYLAYERS_SERVICES_READINGS_READING_INGEST_H_
