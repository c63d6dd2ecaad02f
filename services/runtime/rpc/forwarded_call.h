// Metadata by which a gateway passes on who called it. Only processes of the city may set them.
#ifndef CITYLAYERS_SERVICES_RUNTIME_RPC_FORWARDED_CALL_H_
#define CITYLAYERS_SERVICES_RUNTIME_RPC_FORWARDED_CALL_H_

#include <string_view>

namespace citylayers::runtime {

/// All keys of this header begin with this. A gateway drops those of its clients.
inline constexpr std::string_view kForwardedPrefix = "citylayers-forwarded-";

/// The key of the processes (AccessControl::process_key): proves that a process forwards the call.
/// Without it the others have no effect. The call's own credentials are those of the client.
inline constexpr char kForwardedBy[] = "citylayers-forwarded-by";

/// The client's address without a port, "203.0.113.7"; empty: not known.
inline constexpr char kForwardedFor[] = "citylayers-forwarded-for";

/// The text of the session by which the gateway has identified the client, in place of a key.
inline constexpr char kForwardedSession[] = "citylayers-forwarded-session";

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_RPC_FORWARDED_CALL_H_
