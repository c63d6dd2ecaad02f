// The readings module: store, stations and city clock of one city.
#ifndef CITYLAYERS_SERVICES_READINGS_READINGS_MODULE_H_
#define CITYLAYERS_SERVICES_READINGS_READINGS_MODULE_H_

#include "services/runtime/module.h"

namespace citylayers::readings {

/// Module "readings": needs no other module. Serves ReadingService, StationService and
/// ClockService; stores its data in `<data>/readings`; options `readings.*`.
runtime::ModuleSpec ReadingsModule();

}  // namespace citylayers::readings

#endif  // CITYLAYERS_SERVICES_READINGS_READINGS_MODULE_H_
