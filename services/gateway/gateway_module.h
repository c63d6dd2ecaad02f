// The gateway as a module of the daemon.
#ifndef CITYLAYERS_SERVICES_GATEWAY_GATEWAY_MODULE_H_
#define CITYLAYERS_SERVICES_GATEWAY_GATEWAY_MODULE_H_

#include "services/runtime/module.h"

namespace citylayers::gateway {

/// The line of the table of modules: name "gateway", its options, and how it is made. It calls all
/// other modules but needs none to start: what is down is shown as stale. In a process that lacks
/// some of the others it also passes gRPC calls on to them.
runtime::ModuleSpec GatewayModule();

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_GATEWAY_MODULE_H_
