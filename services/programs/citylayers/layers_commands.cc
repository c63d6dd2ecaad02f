// Commands `citylayers layers ...`.
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include <unistd.h>

#include "base/status_macros.h"
#include "base/strings.h"
#include "citylayers/layers/v1/layer_service.grpc.pb.h"
#include "proto/support/enum_id.h"
#include "proto/support/proto_time.h"
#include "services/programs/citylayers/api_box.h"
#include "services/programs/citylayers/commands.h"
#include "services/programs/citylayers/output_file.h"
#include "services/programs/citylayers/program.h"

namespace citylayers::cli {
namespace {

using layers::v1::Layer;
using layers::v1::LayerVersion;
using layers::v1::WatchLayerResponse;
using Stub = layers::v1::LayerService::Stub;

std::string VersionText(const LayerVersion& version) {
  return StrCat(version.epoch(), ".", version.counter());
}

absl::Status ListLayers(Program& program) {
  RETURN_IF_ERROR(program.NoPlaces());
  const auto stub = layers::v1::LayerService::NewStub(program.Channel());
  ASSIGN_OR_RETURN(const auto response, program.Call(&Stub::ListLayers, *stub, {}));
  ResourceList list = program.List({{.header = "LAYER"},
                                    {.header = "name"},
                                    {.header = "kind"},
                                    {.header = "zooms"},
                                    {.header = "formats"},
                                    {.header = "newest data (city time)"},
                                    {.header = "note"}});
  for (const Layer& layer : response.layers()) {
    std::string note = layer.unavailable_reason();
    if (layer.stale()) StrAppend(&note, note.empty() ? "" : "; ", "stale");
    for (const std::string& notice : layer.notices()) {
      StrAppend(&note, note.empty() ? "" : "; ", notice);
    }
    const bool bad = layer.stale() || !layer.unavailable_reason().empty();
    list.Add(layer, {layer.name(),
                     layer.display_name().en(),
                     EnumWord(layers::v1::LayerKind_Name(layer.kind()), "LAYER_KIND_"),
                     StrCat(layer.min_zoom(), "-", layer.max_zoom()),
                     absl::StrJoin(EnumIds<layers::v1::TileFormat>(layer.formats()), " "),
                     FormatCityTime(FromProtoTime(layer.data_time())),
                     {note, bad ? Tone::kWarning : Tone::kPlain}});
  }
  program.Print(list.Render("no layers"));
  return absl::OkStatus();
}

struct TileOptions {
  std::string layer;
  std::string tile;
  layers::v1::TileFormat format = layers::v1::TILE_FORMAT_MVT;
  std::string out;
};

absl::Status ParseTile(const std::string& text, layers::v1::TileCoordinate* tile) {
  const std::vector<std::string> parts = absl::StrSplit(text, '/');
  std::uint32_t numbers[3] = {};
  bool good = parts.size() == 3;
  for (std::size_t i = 0; good && i < 3; ++i) good = absl::SimpleAtoi(parts[i], &numbers[i]);
  if (!good) {
    return Program::Usage(absl::InvalidArgumentError(
        StrCat("\"", text, "\" is not a tile; write Z/X/Y, e.g. 14/13047/7698")));
  }
  tile->set_z(numbers[0]);
  tile->set_x(numbers[1]);
  tile->set_y(numbers[2]);
  return absl::OkStatus();
}

absl::Status WriteTile(Program& program, const TileOptions& options, const layers::v1::Tile& tile) {
  if (!options.out.empty()) {
    ASSIGN_OR_RETURN(OutputFile file, OutputFile::Open(options.out));
    RETURN_IF_ERROR(file.Write(tile.data()));
    RETURN_IF_ERROR(file.Commit());
  } else if (isatty(STDOUT_FILENO) == 0) {
    program.Print(tile.data());
    return absl::OkStatus();
  }
  program.Print(StrCat(options.layer, " ", options.tile, "  ", FormatCount(tile.data().size()),
                       " bytes  ", tile.content_type(), "\n", "content tag ", tile.content_tag(),
                       "\n", "version     ", VersionText(tile.version()), "\n", "data time   ",
                       FormatCityTime(FromProtoTime(tile.data_time())), "\n"));
  return absl::OkStatus();
}

absl::Status GetTile(Program& program, const TileOptions& options) {
  layers::v1::GetTileRequest request;
  request.set_name(ResourceName("layers", options.layer));
  request.set_format(options.format);
  RETURN_IF_ERROR(ParseTile(options.tile, request.mutable_tile()));
  const auto stub = layers::v1::LayerService::NewStub(program.Channel());
  ASSIGN_OR_RETURN(const auto response, program.Call(&Stub::GetTile, *stub, request));
  return WriteTile(program, options, response.tile());
}

struct WatchOptions {
  std::string layer;
  std::string box;
  std::uint32_t zoom = 0;
  std::uint32_t tick_ms = 0;
  std::size_t count = 0;
};

template <typename Rows>
std::uint64_t CountRows(const Rows& rows) {
  std::uint64_t count = 0;
  for (const auto& sub_layer : rows) count += static_cast<std::uint64_t>(sub_layer.id_gaps_size());
  return count;
}

std::vector<Cell> EventCells(const WatchLayerResponse& response) {
  if (response.has_snapshot()) {
    const layers::v1::Snapshot& snapshot = response.snapshot();
    return {FormatCityTime(FromProtoTime(snapshot.data_time())), std::string("snapshot"),
            VersionText(snapshot.version()), FormatCount(CountRows(snapshot.rows())),
            std::string("")};
  }
  if (response.has_delta()) {
    const layers::v1::Delta& delta = response.delta();
    return {FormatCityTime(FromProtoTime(delta.data_time())), std::string("delta"),
            VersionText(delta.to()), FormatCount(CountRows(delta.rows())),
            FormatCount(static_cast<std::uint64_t>(delta.changed_tiles_size()))};
  }
  const layers::v1::Heartbeat& beat = response.heartbeat();
  return {FormatCityTime(FromProtoTime(beat.data_time())),
          {beat.stale() ? "stale" : "no change", beat.stale() ? Tone::kWarning : Tone::kDim},
          VersionText(beat.version()),
          std::string(""),
          std::string("")};
}

// Stores the watcher's version, so that a new stream continues with deltas.
void Remember(const WatchLayerResponse& response, layers::v1::ResumeToken* resume) {
  if (response.has_snapshot()) {
    resume->set_pack_id(response.snapshot().pack_id());
    *resume->mutable_version() = response.snapshot().version();
  } else if (response.has_delta()) {
    resume->set_pack_id(response.delta().pack_id());
    *resume->mutable_version() = response.delta().to();
  }
}

absl::Status WatchLayer(Program& program, const WatchOptions& options) {
  RETURN_IF_ERROR(program.NoPlaces());
  layers::v1::WatchLayerRequest request;
  request.set_name(ResourceName("layers", options.layer));
  request.set_zoom(options.zoom);
  request.set_tick_ms(options.tick_ms);
  RETURN_IF_ERROR(SetBounds(options.box, [&] { return request.mutable_viewport(); }));
  StopSignal stop;
  const auto stub = layers::v1::LayerService::NewStub(program.Channel());
  const ResourceList list = program.List({{.header = "newest data (city time)", .width = 23},
                                          {.header = "event", .width = 9},
                                          {.header = "version", .width = 24},
                                          {.header = "rows", .align = Align::kRight, .width = 8},
                                          {.header = "changed tiles", .align = Align::kRight}});
  program.Print(list.RenderHeader());
  std::size_t shown = 0;
  return program.Follow(
      stop, [&](grpc::ClientContext& context) { return stub->WatchLayer(&context, request); },
      [&](const WatchLayerResponse& response) {
        Remember(response, request.mutable_resume());
        program.Print(list.RenderOne(response, EventCells(response)));
        return ++shown != options.count;
      });
}

}  // namespace

void AddLayersCommands(CLI::App& app, Program& program) {
  CLI::App* layers = program.AddGroup(app, "layers", "Map layers: list, one tile, follow changes");
  CLI::App* list = program.Add(*layers, "list", "List the map layers",
                               "  citylayers layers list\n"
                               "  citylayers layers list --format json");
  program.OnRun(list, [&program] { return ListLayers(program); });

  CLI::App* tile =
      program.Add(*layers, "tile", "Fetch one tile: to a file, a pipe, or described",
                  "  citylayers layers tile traffic 14/13047/7698 --out tile.mvt\n"
                  "  citylayers layers tile flood 14/13049/7697 --png --out flood.png\n"
                  "  citylayers layers tile traffic 14/13047/7698 > tile.mvt");
  auto tile_options = std::make_shared<TileOptions>();
  tile->add_option("layer", tile_options->layer, "The layer, e.g. traffic or flood")->required();
  tile->add_option("tile", tile_options->tile, "The tile: Z/X/Y")->required();
  tile->add_flag_callback(
      "--png", [tile_options] { tile_options->format = layers::v1::TILE_FORMAT_PNG; },
      "As a picture; not every layer has one");
  tile->add_option("--out", tile_options->out, "File to write")->type_name("FILE");
  program.OnRun(tile, [&program, tile_options] { return GetTile(program, *tile_options); });

  CLI::App* watch =
      program.Add(*layers, "watch", "Follow a layer: snapshot, then changes; end with Ctrl-C",
                  "  citylayers layers watch traffic\n"
                  "  citylayers layers watch flood --bbox 106.72,10.79,106.75,10.82 --count 10\n"
                  "  citylayers layers watch traffic --format ndjson > deltas.ndjson");
  auto watch_options = std::make_shared<WatchOptions>();
  watch->add_option("layer", watch_options->layer, "The layer, e.g. traffic or flood")->required();
  watch->add_option("--bbox", watch_options->box, "Only rows in this box, degrees")
      ->type_name("W,S,E,N");
  watch->add_option("--zoom", watch_options->zoom, "Only rows drawn at this zoom; 0: all")
      ->check(CLI::Range(0, 22));
  watch->add_option("--tick", watch_options->tick_ms, "Milliseconds between changes; 0: 1000")
      ->type_name("MS")
      ->check(CLI::Range(0, 60'000));
  watch->add_option("--count", watch_options->count,
                    "Number of events after which to end; 0: unlimited");
  program.OnRun(watch, [&program, watch_options] { return WatchLayer(program, *watch_options); });
}

}  // namespace citylayers::cli
