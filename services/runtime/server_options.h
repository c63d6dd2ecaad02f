// The options of every server process.
#ifndef CITYLAYERS_SERVICES_RUNTIME_SERVER_OPTIONS_H_
#define CITYLAYERS_SERVICES_RUNTIME_SERVER_OPTIONS_H_

#include <vector>

#include "services/runtime/config/config.h"
#include "services/runtime/module.h"

namespace citylayers::runtime {

/// Options of every process: the sections server, grpc and backends, and those of the modules in
/// `table`.
std::vector<Option> ServerOptions(const std::vector<ModuleSpec>& table);

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_SERVER_OPTIONS_H_
