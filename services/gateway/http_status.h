// Conversion of gRPC statuses to HTTP answers.
#ifndef CITYLAYERS_SERVICES_GATEWAY_HTTP_STATUS_H_
#define CITYLAYERS_SERVICES_GATEWAY_HTTP_STATUS_H_

#include <string_view>

#include <grpcpp/support/status.h>

#include "services/runtime/http/http_message.h"

namespace citylayers::gateway {

/// The HTTP status of a gRPC code, as in the Connect protocol: NOT_FOUND 404, UNAVAILABLE 503, …
int HttpStatusOf(grpc::StatusCode code);

/// "not_found" for NOT_FOUND, as the Connect protocol writes codes.
std::string_view ConnectCodeOf(grpc::StatusCode code);

/// Adds Retry-After to answers with status 429 or 503: whole seconds, at least one, of the status's
/// RetryInfo.
void AddRetryAfter(runtime::HttpResponse& response, const grpc::Status& status);

/// application/problem+json with the status's message; Retry-After with 429 and 503.
runtime::HttpResponse ProblemOf(const grpc::Status& status);

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_HTTP_STATUS_H_
