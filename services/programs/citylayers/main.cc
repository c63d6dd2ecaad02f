// citylayers, the command line. `citylayers --help` says what it can do.
#include "services/programs/citylayers/commands.h"

int main(int argc, char** argv) { return citylayers::cli::RunCommandLine(argc, argv); }
