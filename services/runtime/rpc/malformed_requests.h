// The answer to requests that cannot be parsed.
#ifndef CITYLAYERS_SERVICES_RUNTIME_RPC_MALFORMED_REQUESTS_H_
#define CITYLAYERS_SERVICES_RUNTIME_RPC_MALFORMED_REQUESTS_H_

#include <grpcpp/server_builder.h>

namespace citylayers::runtime {

/// Makes calls with one request (unary and server streams) answer INVALID_ARGUMENT, with the method
/// and BAD_FIELD, when their request does not parse as its message type. gRPC itself answers such a
/// call with an empty UNIMPLEMENTED, as for a missing method, and does not call the method. Uses
/// the builder's interceptors: call it once per builder.
void AnswerMalformedRequests(grpc::ServerBuilder& builder);

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_RPC_MALFORMED_REQUESTS_H_
