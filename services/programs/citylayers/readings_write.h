// Command `citylayers readings write`.
#ifndef CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_READINGS_WRITE_H_
#define CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_READINGS_WRITE_H_

#include <CLI/CLI.hpp>

#include "services/programs/citylayers/program.h"

namespace citylayers::cli {

/// Adds `write` to the group of readings commands.
void AddReadingsWrite(CLI::App& readings, Program& program);

}  // namespace citylayers::cli

#endif  // CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_READINGS_WRITE_H_
