#include "services/tools/citypack/pack_command.h"

#include <csignal>
#include <cstdio>
#include <memory>
#include <string>

#include "absl/time/clock.h"
#include <CLI/CLI.hpp>

#include "services/tools/citypack/build_pack.h"
#include "services/tools/citypack/describe_pack.h"
#include "services/tools/citypack/progress_bar.h"

namespace citylayers::citypack {
namespace {

// The only variable that a signal handler may access.
volatile std::sig_atomic_t stop_requested = 0;

void RequestStop(int) { stop_requested = 1; }

[[noreturn]] void Fail(const absl::Status& status) {
  std::fprintf(stderr, "citylayers: %s\n", std::string(status.message()).c_str());
  throw CLI::RuntimeError(1);
}

struct BuildArguments {
  PackOptions options;
  double dem_offset_m = 0;
  bool quiet = false;
};

void RunBuild(BuildArguments& arguments, bool offset_given) {
  PackOptions& options = arguments.options;
  if (offset_given) options.dem_offset_m = arguments.dem_offset_m;
  options.created_time = absl::Now();
  std::signal(SIGINT, RequestStop);
  std::signal(SIGTERM, RequestStop);
  ProgressBar bar(stderr, arguments.quiet);
  const auto built = BuildPack(options, [&](std::string_view step, double share) {
    bar.Show(step, share);
    return stop_requested == 0;
  });
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  if (!built.ok()) Fail(built.status());
  for (const std::string& warning : built->warnings) {
    std::fprintf(stderr, "citylayers: warning: %s\n", warning.c_str());
  }
  if (!arguments.quiet) {
    std::printf("%s  %s\n", built->pack_id.c_str(), options.out.c_str());
  }
}

void AddBuild(CLI::App& pack) {
  CLI::App* build = pack.add_subcommand("build", "Build a city pack from the files of a city");
  auto arguments = std::make_shared<BuildArguments>();
  PackOptions& options = arguments->options;
  build->add_option("--osm", options.osm, "Roads: an OpenStreetMap extract (.osm.pbf)");
  build->add_option("--dem", options.dem, "Terrain: any raster that GDAL reads, heights in metres");
  build->add_option("--dem-datum", options.dem_datum,
                    "Datum of the heights: hondau, egm2008, egm96 or local");
  CLI::Option* offset = build->add_option(
      "--dem-offset", arguments->dem_offset_m,
      "Metres to add to convert to Hòn Dấu; required for egm96 and local (egm2008: -0.86)");
  build
      ->add_option("--sea-level", options.sea_level_m,
                   "Metres above Hòn Dấu; lower cells joined to the DEM's edge are open water")
      ->capture_default_str();
  build->add_option("--boundaries", options.boundaries, "Wards: GeoJSON, also .gz");
  build->add_option(
      "--stations", options.stations,
      "Stations: CSV or GeoJSON with id, name, kind, lat, lon, and optionally name_en, "
      "alert_1 to alert_3, min_value, max_value (docs/use/cli.md)");
  build->add_option("--out", options.out, "Folder of the pack; an existing pack is replaced")
      ->required();
  build->add_flag("--quiet", arguments->quiet, "Print only warnings and errors");
  build->footer(
      "Parts that are not given come from the embedded city where it covers the roads.\n\n"
      "Examples:\n"
      "  citylayers pack build --out var/pack\n"
      "  citylayers pack build --osm hcmc.osm.pbf --dem dem.tif --dem-datum egm2008 --out "
      "var/pack");
  build->callback([arguments, offset] { RunBuild(*arguments, offset->count() > 0); });
}

void AddInfo(CLI::App& pack) {
  CLI::App* info =
      pack.add_subcommand("info", "List the parts of a pack, and the reasons for missing parts");
  struct Arguments {
    std::string directory;
    std::string format = "table";
  };
  auto arguments = std::make_shared<Arguments>();
  info->add_option("pack", arguments->directory, "Folder of the pack")->required();
  info->add_option("--format", arguments->format, "table or json")
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str();
  info->footer("Example:\n  citylayers pack info var/pack --format json");
  info->callback([arguments] {
    const auto description = DescribePack(arguments->directory);
    if (!description.ok()) Fail(description.status());
    const std::string text =
        arguments->format == "json" ? FormatJson(*description) : FormatTable(*description);
    std::fwrite(text.data(), 1, text.size(), stdout);
  });
}

}  // namespace

void AddPackCommands(CLI::App& app) {
  CLI::App* pack = app.add_subcommand("pack", "City packs: build or describe one");
  pack->require_subcommand(1);
  AddBuild(*pack);
  AddInfo(*pack);
}

}  // namespace citylayers::citypack
