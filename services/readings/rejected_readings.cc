#include "services/readings/rejected_readings.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "absl/time/time.h"

#include "base/status_macros.h"
#include "proto/support/proto_time.h"
#include "services/readings/page_token.h"
#include "services/readings/reading_validator.h"
#include "services/runtime/rpc/paging.h"

namespace citylayers::readings {
namespace {

constexpr int kPageDefault = 100;
constexpr int kPageMax = 1000;

// A sender may write any time; JSON has no timestamps outside of the years 1 to 9999.
google::protobuf::Timestamp ToTimestamp(std::int64_t time_ms) {
  constexpr std::int64_t kYear1Ms = -62'135'596'800'000;
  constexpr std::int64_t kYear9999EndMs = 253'402'300'799'999;
  return ToProtoTime(absl::FromUnixMillis(std::clamp(time_ms, kYear1Ms, kYear9999EndMs)));
}

v1::StoredRejection ToProto(storage::DeadLetter letter) {
  v1::StoredRejection proto;
  *proto.mutable_reject_time() = ToProtoTime(absl::FromUnixMicros(letter.received_us));
  proto.set_source(std::move(letter.source));
  proto.set_epoch(letter.epoch);
  proto.set_sequence(letter.sequence);
  v1::RejectedReading& rejection = *proto.mutable_rejection();
  rejection.set_row(letter.row);
  rejection.set_reason(static_cast<v1::RejectReason>(letter.reason));
  rejection.set_message(DescribeRejected(letter.reason, letter.reading, letter.message));
  v1::Reading& reading = *proto.mutable_reading();
  reading.set_measure(std::move(letter.measure));
  *reading.mutable_read_time() = ToTimestamp(letter.reading.time_ms);
  reading.set_value(letter.reading.value);
  reading.set_quality(static_cast<v1::Quality>(letter.reading.quality));
  return proto;
}

}  // namespace

absl::StatusOr<v1::ListRejectedReadingsResponse> RejectedReadings::List(
    const v1::ListRejectedReadingsRequest& request) const {
  ASSIGN_OR_RETURN(const int page_size,
                   runtime::PageSize(request.page_size(), kPageDefault, kPageMax));
  ASSIGN_OR_RETURN(const std::string position, ReadPageToken(request, request.page_token()));
  ASSIGN_OR_RETURN(storage::DeadLetterPage page,
                   letters_.Read(position, static_cast<std::size_t>(page_size)));
  v1::ListRejectedReadingsResponse response;
  for (storage::DeadLetter& letter : page.letters) {
    *response.add_rejections() = ToProto(std::move(letter));
  }
  response.set_damaged_row_count(static_cast<std::int32_t>(page.damaged_rows));
  if (!page.next.empty()) response.set_next_page_token(MakePageToken(request, page.next));
  return response;
}

}  // namespace citylayers::readings
