// The gateway as a module of the daemon.
#ifndef CITYLAYERS_SERVICES_GATEWAY_GATEWAY_MODULE_H_
#define CITYLAYERS_SERVICES_GATEWAY_GATEWAY_MODULE_H_

#include "services/runtime/module.h"

namespace citylayers::gateway {

/// The spec of the module "gateway". It calls all other modules but needs none to start: data of a
/// module that is down are shown as stale. In a process that lacks some of the modules it also
/// forwards gRPC calls to them.
runtime::ModuleSpec GatewayModule();

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_GATEWAY_MODULE_H_
