// Command `citylayers readings rejected`.
#ifndef CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_READINGS_REJECTED_H_
#define CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_READINGS_REJECTED_H_

#include <CLI/CLI.hpp>

#include "services/programs/citylayers/program.h"

namespace citylayers::cli {

/// Adds `rejected` to the group of readings commands.
void AddReadingsRejected(CLI::App& readings, Program& program);

}  // namespace citylayers::cli

#endif  // CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_READINGS_REJECTED_H_
