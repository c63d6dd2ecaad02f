#include "services/gateway/http_status.h"

#include <algorithm>
#include <cstdint>

#include "base/strings.h"
#include "services/runtime/rpc/grpc_status.h"

namespace citylayers::gateway {
namespace {

struct CodeRow {
  grpc::StatusCode code;
  int http_status;
  std::string_view connect_code;
};

// connectrpc.com/docs/protocol, "Error codes".
constexpr CodeRow kCodes[] = {
    {grpc::StatusCode::CANCELLED, 499, "canceled"},
    {grpc::StatusCode::UNKNOWN, 500, "unknown"},
    {grpc::StatusCode::INVALID_ARGUMENT, 400, "invalid_argument"},
    {grpc::StatusCode::DEADLINE_EXCEEDED, 504, "deadline_exceeded"},
    {grpc::StatusCode::NOT_FOUND, 404, "not_found"},
    {grpc::StatusCode::ALREADY_EXISTS, 409, "already_exists"},
    {grpc::StatusCode::PERMISSION_DENIED, 403, "permission_denied"},
    {grpc::StatusCode::RESOURCE_EXHAUSTED, 429, "resource_exhausted"},
    {grpc::StatusCode::FAILED_PRECONDITION, 400, "failed_precondition"},
    {grpc::StatusCode::ABORTED, 409, "aborted"},
    {grpc::StatusCode::OUT_OF_RANGE, 400, "out_of_range"},
    {grpc::StatusCode::UNIMPLEMENTED, 501, "unimplemented"},
    {grpc::StatusCode::INTERNAL, 500, "internal"},
    {grpc::StatusCode::UNAVAILABLE, 503, "unavailable"},
    {grpc::StatusCode::DATA_LOSS, 500, "data_loss"},
    {grpc::StatusCode::UNAUTHENTICATED, 401, "unauthenticated"},
};

const CodeRow& RowOf(grpc::StatusCode code) {
  for (const CodeRow& row : kCodes) {
    if (row.code == code) return row;
  }
  return kCodes[1];
}

}  // namespace

int HttpStatusOf(grpc::StatusCode code) {
  return code == grpc::StatusCode::OK ? 200 : RowOf(code).http_status;
}

std::string_view ConnectCodeOf(grpc::StatusCode code) { return RowOf(code).connect_code; }

void AddRetryAfter(runtime::HttpResponse& response, const grpc::Status& status) {
  if (response.status != 503 && response.status != 429) return;
  const absl::Duration delay = absl::Ceil(runtime::RetryDelayOf(status), absl::Seconds(1));
  response.AddHeader("Retry-After", StrCat(std::max<std::int64_t>(1, absl::ToInt64Seconds(delay))));
}

runtime::HttpResponse ProblemOf(const grpc::Status& status) {
  const int http_status = HttpStatusOf(status.error_code());
  runtime::HttpResponse response = runtime::ProblemResponse(http_status, status.error_message());
  response.AddHeader("Cache-Control", "no-store");
  AddRetryAfter(response, status);
  return response;
}

}  // namespace citylayers::gateway
