#include <filesystem>
#include <string>

#include "absl/time/clock.h"

#include "base/strings.h"
#include "tests/bench/groups.h"
#include "tests/bench/shell.h"

namespace citylayers::bench {

void RunPack(const BenchOptions& options, Report& report) {
  const std::string osm = options.real_data + "/roads/hcmc.osm.pbf";
  if (!std::filesystem::exists(osm)) {
    return report.Skip("pack.import_s", StrCat("no ", osm, "; set CITYLAYERS_REAL_DATA"));
  }
  const std::string command = StrCat("'", options.bin_dir, "/citylayers' pack build --osm '", osm,
                                     "' --out '", options.directory, "/hcmc.pack'");
  const absl::Time start = absl::Now();
  const auto output = RunShell(command);
  const double seconds = absl::ToDoubleSeconds(absl::Now() - start);
  if (!output.ok()) return report.Fail("pack.import_s", output.status());
  report.Add({.name = "pack.import_s",
              .value = seconds,
              .unit = "s",
              .note = "hcmc.osm.pbf with the embedded terrain, as its own process"});
}

}  // namespace citylayers::bench
