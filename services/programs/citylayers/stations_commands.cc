// Commands `citylayers stations list|get`.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/status_macros.h"
#include "base/strings.h"
#include "citylayers/readings/v1/station_service.grpc.pb.h"
#include "services/programs/citylayers/api_box.h"
#include "services/programs/citylayers/commands.h"
#include "services/programs/citylayers/display_width.h"
#include "services/programs/citylayers/program.h"

namespace citylayers::cli {
namespace {

using readings::v1::Measure;
using readings::v1::Station;
using Stub = readings::v1::StationService::Stub;

constexpr int kPageSizeMax = 1000;
constexpr std::size_t kTableLimit = 1000;

std::string Degrees(double value) { return FormatNumber(value, 5); }

// "water_level 1.40/1.50/1.60 m": a kind with its levels and unit.
std::string MeasureText(const Measure& measure) {
  std::string text = measure.kind();
  for (int i = 0; i < measure.thresholds_size(); ++i) {
    StrAppend(&text, i == 0 ? " " : "/",
              FormatNumber(measure.thresholds(i).value(), std::min(measure.decimals(), 2)));
  }
  if (measure.thresholds_size() > 0) StrAppend(&text, " ", measure.unit());
  return text;
}

struct ListOptions {
  std::string kind;
  std::string box;
  std::optional<std::size_t> limit;
};

absl::Status ListStations(Program& program, const ListOptions& options) {
  readings::v1::ListStationsRequest request;
  request.set_kind(options.kind);
  RETURN_IF_ERROR(SetBounds(options.box, [&] { return request.mutable_bounds(); }));
  const auto stub = readings::v1::StationService::NewStub(program.Channel());
  ResourceList list = program.List({{.header = "STATION"},
                                    {.header = "name"},
                                    {.header = "lon", .align = Align::kRight},
                                    {.header = "lat", .align = Align::kRight},
                                    {.header = "measures, with levels"}});
  const std::size_t limit = program.LimitOf(options.limit, kTableLimit);
  bool is_cut = false;
  do {
    request.set_page_size(
        static_cast<int>(std::min<std::size_t>(limit - list.size(), kPageSizeMax)));
    ASSIGN_OR_RETURN(const auto page, program.Call(&Stub::ListStations, *stub, request));
    for (const Station& station : page.stations()) {
      if (is_cut = list.size() >= limit; is_cut) break;
      std::string measures;
      for (const Measure& measure : station.measures()) {
        StrAppend(&measures, measures.empty() ? "" : ", ", MeasureText(measure));
      }
      list.Add(
          station,
          {station.name(), FitWidth(station.display_name().vi(), 32),
           Degrees(station.location().lon_deg()), Degrees(station.location().lat_deg()), measures},
          PlaceOf(station.location()));
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty() && list.size() < limit);
  program.Print(list.Render("no matching stations"));
  if (is_cut || !request.page_token().empty()) program.SayCut(list.size());
  return absl::OkStatus();
}

absl::Status OneStation(Program& program, const std::string& name) {
  readings::v1::GetStationRequest request;
  request.set_name(ResourceName("stations", name));
  const auto stub = readings::v1::StationService::NewStub(program.Channel());
  ASSIGN_OR_RETURN(const auto response, program.Call(&Stub::GetStation, *stub, request));
  const Station& station = response.station();
  std::vector<std::pair<std::string, std::string>> lines = {
      {"name", station.name()},
      {"called", StrCat(station.display_name().vi(), " (", station.display_name().en(), ")")},
      {"place",
       StrCat(Degrees(station.location().lon_deg()), " ", Degrees(station.location().lat_deg()))}};
  for (const Measure& measure : station.measures()) {
    lines.emplace_back(
        measure.name(),
        StrCat(measure.unit(), ", every ", FormatAge(absl::Seconds(measure.period().seconds())),
               ", valid ", FormatNumber(measure.min_value(), std::min(measure.decimals(), 2)),
               " to ", FormatNumber(measure.max_value(), std::min(measure.decimals(), 2)),
               measure.vertical_datum().empty() ? "" : StrCat(" over ", measure.vertical_datum())));
    for (const auto& threshold : measure.thresholds()) {
      lines.emplace_back(StrCat("  ", threshold.display_name().vi()),
                         StrCat(FormatNumber(threshold.value(), std::min(measure.decimals(), 2)),
                                " ", measure.unit()));
    }
  }
  program.Print(RenderOneResource(program.format(), station, lines, PlaceOf(station.location())));
  return absl::OkStatus();
}

}  // namespace

void AddStationsCommands(CLI::App& app, Program& program) {
  CLI::App* stations = program.AddGroup(app, "stations", "Stations and their measures");
  CLI::App* list = program.Add(*stations, "list", "List stations by id, with their alert levels",
                               "  citylayers stations list\n"
                               "  citylayers stations list --kind water_level\n"
                               "  citylayers stations list --format geojson > stations.geojson");
  auto options = std::make_shared<ListOptions>();
  list->add_option("--kind", options->kind,
                   "Only stations with this measure, e.g. water_level or rainfall");
  list->add_option("--bbox", options->box, "Only in this box, degrees")->type_name("W,S,E,N");
  list->add_option("--limit", options->limit,
                   "Maximum number of stations; default: 1000 in a table, else all")
      ->check(CLI::Range(1, 1'000'000));
  program.OnRun(list, [&program, options] { return ListStations(program, *options); });

  CLI::App* get = program.Add(*stations, "get", "Show one station",
                              "  citylayers stations get phu-an\n"
                              "  citylayers stations get stations/phu-an --format json");
  auto name = std::make_shared<std::string>();
  get->add_option("station", *name, "The station: stations/ID or ID")->required();
  program.OnRun(get, [&program, name] { return OneStation(program, *name); });
}

}  // namespace citylayers::cli
