// The keys module: the API keys of one city.
#ifndef CITYLAYERS_SERVICES_KEYS_KEYS_MODULE_H_
#define CITYLAYERS_SERVICES_KEYS_KEYS_MODULE_H_

#include "services/runtime/module.h"

namespace citylayers::keys {

/// Module "keys": needs no other module and no pack. Serves KeyService, and gives the keys to
/// ModuleContext::access of this process; stores them in `<data>/keys`; options `keys.*`.
runtime::ModuleSpec KeysModule();

}  // namespace citylayers::keys

#endif  // CITYLAYERS_SERVICES_KEYS_KEYS_MODULE_H_
