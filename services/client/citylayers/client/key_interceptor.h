// API keys in the metadata of calls.
#ifndef CITYLAYERS_CLIENT_KEY_INTERCEPTOR_H_
#define CITYLAYERS_CLIENT_KEY_INTERCEPTOR_H_

#include <memory>
#include <string>

#include <grpcpp/support/client_interceptor.h>

namespace citylayers::client {

/// Adds the metadata `authorization: Bearer KEY` to each call of a channel. A call that already has
/// `authorization` or `x-api-key` is not changed. Works on channels without encryption, where gRPC
/// refuses call credentials: the network between must be trusted. One factory serves one channel,
/// which owns it; thread-safe. White space around the key is removed. In place of a key that is
/// then empty, or has other bytes than 0x21 to 0x7e, the text "invalid" is sent: the server answers
/// UNAUTHENTICATED with the reason BAD_KEY, whereas gRPC ends the process for metadata with such
/// bytes.
///
/// MakeChannel does this for `ChannelOptions::api_key`. For other channels:
///
///   std::vector<std::unique_ptr<grpc::experimental::ClientInterceptorFactoryInterface>> factories;
///   factories.push_back(MakeKeyInterceptor(key));
///   server->experimental().InProcessChannelWithInterceptors(arguments, std::move(factories));
std::unique_ptr<grpc::experimental::ClientInterceptorFactoryInterface> MakeKeyInterceptor(
    std::string key);

}  // namespace citylayers::client

#endif  // CITYLAYERS_CLIENT_KEY_INTERCEPTOR_H_
