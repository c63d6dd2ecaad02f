// Prints the figures of the readings store: readings_bench DIRECTORY [REAL_DATA].
#include <cstdio>

#include "tests/bench/readings/readings_figures.h"

int main(int argc, char** argv) {
  using citylayers::bench::ReadingsFigure;
  if (argc < 2 || argc > 3 || argv[1][0] == '-') {
    std::fprintf(stderr, "usage: readings_bench DIRECTORY [REAL_DATA]\n");
    return 2;
  }
  citylayers::bench::ReadingsBenchOptions options;
  options.directory = argv[1];
  options.real_data = argc > 2 ? argv[2] : "";
  for (const auto& figures :
       {citylayers::bench::MeasureStore(options), citylayers::bench::MeasureBytes(options)}) {
    if (!figures.ok()) {
      std::fprintf(stderr, "%s\n", figures.status().ToString().c_str());
      return 1;
    }
    for (const ReadingsFigure& figure : *figures) {
      std::printf("%-32s %14.3f %-10s %s\n", figure.name.c_str(), figure.value, figure.unit.c_str(),
                  figure.note.c_str());
    }
  }
  return 0;
}
