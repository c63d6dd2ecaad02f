// What a caller hears whose request cannot be parsed.
#ifndef CITYLAYERS_SERVICES_RUNTIME_RPC_MALFORMED_REQUESTS_H_
#define CITYLAYERS_SERVICES_RUNTIME_RPC_MALFORMED_REQUESTS_H_

#include <grpcpp/server_builder.h>

namespace citylayers::runtime {

/// Makes calls with one request (unary and server streams) answer INVALID_ARGUMENT, with the method
/// and BAD_FIELD, when their request is no message of its type. gRPC itself answers such a call
/// with an empty UNIMPLEMENTED, as if there were no such method, and no method of ours gets to see
/// it. Takes the builder's interceptors: call it once a builder.
void AnswerMalformedRequests(grpc::ServerBuilder& builder);

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_RPC_MALFORMED_REQUESTS_H_
