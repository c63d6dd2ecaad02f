#include "services/readings/reading_ingest.h"

#include <algorithm>
#include <utility>

#include "base/status_macros.h"
#include "base/strings.h"
#include "services/runtime/rpc/error_details.h"

namespace citylayers::readings {
namespace {

constexpr std::size_t kClientSourceMax = 64;

absl::Status CheckSource(const std::string& source, std::uint64_t sequence) {
  if (source.size() > kClientSourceMax) {
    return runtime::BadField("source", StrCat("has at most ", kClientSourceMax, " bytes"));
  }
  if (source.empty() && sequence != 0) {
    return runtime::BadField("source", "is required when sequence is set");
  }
  return absl::OkStatus();
}

bool IsStorageUnavailable(const absl::Status& status, const absl::Status& write_status) {
  return absl::IsUnavailable(status) || (absl::IsResourceExhausted(status) && !write_status.ok());
}

// A full or broken disk needs an operator, and is reported as one error with one code, whatever
// code the store returns.
absl::Status StorageUnavailable(const absl::Status& status) {
  return runtime::WithReason(absl::UnavailableError(status.message()),
                             runtime::kReasonStorageUnavailable);
}

// Adds the details to errors of an append that a client needs to handle them.
absl::Status WithDetails(absl::Status status, const absl::Status& write_status) {
  if (IsStorageUnavailable(status, write_status)) return StorageUnavailable(status);
  if (absl::IsResourceExhausted(status)) {
    status = runtime::WithReason(std::move(status), runtime::kReasonOverloaded);
    return runtime::WithRetryAfter(std::move(status), absl::Milliseconds(200));
  }
  // The store checks the sequences: old ones are OUT_OF_RANGE, implausible ones INVALID_ARGUMENT.
  if (absl::IsInvalidArgument(status) || absl::IsOutOfRange(status)) {
    return runtime::WithReason(std::move(status), runtime::kReasonBadSequence);
  }
  return status;
}

}  // namespace

std::string SourcePrefix(const runtime::Call& call) {
  if (call.caller->scopes.AllowsAll(call.permission)) return {};
  return StrCat(call.caller->is_anonymous() ? "-" : call.caller->key_id, "/");
}

void ReadingIngest::Write(const v1::WriteReadingsRequest& request, Done done,
                          std::string_view source_prefix) {
  const MeasureNames& names = request.readings().measures();
  const absl::StatusOr<std::vector<KnownMeasure>> known = Resolve(names);
  if (!known.ok()) return done(known.status());
  Store(request.source(), request.epoch(), request.sequence(), request.readings(), names, *known,
        std::move(done), source_prefix);
}

absl::StatusOr<std::vector<KnownMeasure>> ReadingIngest::Resolve(const MeasureNames& names) {
  RETURN_IF_ERROR(CheckNames(names, options_.validator));
  absl::StatusOr<std::vector<KnownMeasure>> known = directory_.Resolve(names);
  if (!known.ok() && IsStorageUnavailable(known.status(), log_.WriteStatus())) {
    return StorageUnavailable(known.status());
  }
  return known;
}

void ReadingIngest::Store(const std::string& source, std::uint64_t epoch, std::uint64_t sequence,
                          const v1::ReadingColumns& readings, const MeasureNames& names,
                          absl::Span<const KnownMeasure> known, Done done,
                          std::string_view source_prefix) {
  const absl::Time start = monotonic_.Now();
  if (absl::Status status = CheckSource(source, sequence); !status.ok()) return done(status);
  absl::StatusOr<Verdict> verdict =
      Validate(readings, names, known, clock_.Now(), options_.validator);
  if (!verdict.ok()) return done(verdict.status());
  if (!source.empty()) verdict->good.source = StrCat(source_prefix, source);
  verdict->good.epoch = epoch;
  verdict->good.sequence = sequence;
  Waiting waiting{.start = start, .response = ToResponse(*verdict)};
  if (verdict->good.size() == 0 && verdict->refused.empty()) return done(waiting.response);
  for (const std::int64_t time_ms : verdict->good.times_ms) {
    waiting.latest_ms = std::max(waiting.latest_ms, time_ms);
  }
  for (const storage::RejectedRow& row : verdict->refused.rows) {
    ++waiting.refused_by_reason[row.reason];
  }
  log_.AppendAsync(std::move(verdict->good), verdict->refused,
                   [this, waiting = std::move(waiting), done = std::move(done)](
                       const absl::StatusOr<storage::AppendResult>& result) mutable {
                     done(Stored(waiting, result));
                   });
}

v1::WriteReadingsResponse ReadingIngest::ToResponse(const Verdict& verdict) const {
  v1::WriteReadingsResponse response;
  const std::size_t reported =
      std::min(verdict.refused.size(), static_cast<std::size_t>(options_.rejects_reported_max));
  for (std::size_t i = 0; i < reported; ++i) {
    v1::RejectedReading& rejected = *response.add_rejections();
    rejected.set_row(verdict.refused.rows[i].row);
    rejected.set_reason(static_cast<v1::RejectReason>(verdict.refused.rows[i].reason));
    rejected.set_message(DescribeRejected(verdict.refused, i));
  }
  response.set_rejected_count(static_cast<std::uint32_t>(verdict.refused.size()));
  response.set_accepted_count(static_cast<std::uint32_t>(verdict.good.size()));
  return response;
}

absl::StatusOr<v1::WriteReadingsResponse> ReadingIngest::Stored(
    Waiting& waiting, const absl::StatusOr<storage::AppendResult>& result) {
  if (!result.ok()) {
    metrics_.CountFailure();
    return WithDetails(result.status(), log_.WriteStatus());
  }
  v1::WriteReadingsResponse& response = waiting.response;
  response.set_offset(result->offset);
  response.set_duplicate(result->duplicate);
  // A repeat is answered with the stored result: its rows are not validated again, because clock
  // and registry may have changed.
  response.set_accepted_count(result->accepted_count);
  response.set_rejected_count(result->rejected_count);
  if (result->duplicate) response.clear_rejections();
  if (waiting.latest_ms >= 0 && !result->duplicate) {
    clock_.NoteReading(absl::FromUnixMillis(waiting.latest_ms));
  }
  metrics_.CountBatch(result->duplicate ? 0 : response.accepted_count(), result->duplicate,
                      waiting.refused_by_reason, monotonic_.Now() - waiting.start);
  return std::move(response);
}

void IngestStream::Handle(v1::StreamReadingsRequest& request, Done done) {
  if (!request.source().empty()) source_ = request.source();
  if (request.epoch() != 0 || !begun_) epoch_ = request.epoch();
  begun_ = true;
  if (request.readings().measures_size() != 0) {
    // Refused before the dictionary of the previous message is replaced.
    const absl::Status named =
        CheckNames(request.readings().measures(), ingest_.options().validator);
    if (!named.ok()) return done(named);
    const absl::Status allowed = call_.CheckResources(request.readings().measures());
    if (!allowed.ok()) return done(allowed);
    names_.Swap(request.mutable_readings()->mutable_measures());
    known_.clear();
  }
  // A name that was unknown may have been registered meanwhile.
  const bool all_known = known_.size() == static_cast<std::size_t>(names_.size()) &&
                         std::all_of(known_.begin(), known_.end(), [](const KnownMeasure& known) {
                           return known.measure != nullptr;
                         });
  if (!all_known) {
    absl::StatusOr<std::vector<KnownMeasure>> known = ingest_.Resolve(names_);
    if (!known.ok()) return done(known.status());
    known_ = *std::move(known);
    held_bytes_ = names_.SpaceUsedExcludingSelfLong() + known_.capacity() * sizeof(KnownMeasure);
  }
  const auto answer = [done = std::move(done), sequence = request.sequence(),
                       credits = static_cast<std::uint32_t>(ingest_.options().stream_credits)](
                          absl::StatusOr<v1::WriteReadingsResponse> result) {
    if (!result.ok()) return done(result.status());
    v1::StreamReadingsResponse response;
    *response.mutable_result() = *std::move(result);
    response.set_sequence(sequence);
    response.set_credit_count(credits);
    done(std::move(response));
  };
  call_.ChargeReadings(request.readings().values_size());
  ingest_.Store(source_, epoch_, request.sequence(), request.readings(), names_, known_, answer,
                source_prefix_);
}

}  // namespace citylayers::readings
