// citylayers, the command line client. `citylayers --help` lists the commands.
#include "services/programs/citylayers/commands.h"

int main(int argc, char** argv) { return citylayers::cli::RunCommandLine(argc, argv); }
