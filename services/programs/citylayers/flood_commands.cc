// Commands `citylayers flood ...`.
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "base/status_macros.h"
#include "base/strings.h"
#include "citylayers/flood/v1/flood_service.grpc.pb.h"
#include "proto/support/proto_time.h"
#include "services/programs/citylayers/api_box.h"
#include "services/programs/citylayers/commands.h"
#include "services/programs/citylayers/display_width.h"
#include "services/programs/citylayers/output_file.h"
#include "services/programs/citylayers/program.h"

namespace citylayers::cli {
namespace {

using flood::v1::DepthAtPoint;
using flood::v1::FloodedSegment;
using Stub = flood::v1::FloodService::Stub;

constexpr int kPageSizeMax = 1000;
constexpr std::size_t kTableLimit = 100;

std::string ClassWord(flood::v1::FloodClass flood_class) {
  return EnumWord(flood::v1::FloodClass_Name(flood_class), "FLOOD_CLASS_");
}

Tone ToneOf(flood::v1::FloodClass flood_class) {
  if (flood_class >= flood::v1::FLOOD_CLASS_FLOODED) return Tone::kBad;
  if (flood_class >= flood::v1::FLOOD_CLASS_SHALLOW) return Tone::kWarning;
  return flood_class == flood::v1::FLOOD_CLASS_PONDING ? Tone::kNotice : Tone::kPlain;
}

std::string PassableWord(flood::v1::Passability passability) {
  return EnumWord(flood::v1::Passability_Name(passability), "PASSABILITY_");
}

// Note on the age and quality of a stage; empty when it is current.
std::string StageNote(const flood::v1::Stage& stage) {
  if (!stage.has_read_time()) return "never read";
  const std::string quality = EnumWord(readings::v1::Quality_Name(stage.quality()), "QUALITY_", "");
  if (!stage.stale()) return quality;
  return quality.empty() || quality == "good" ? "stale: nothing since"
                                              : StrCat("stale: nothing since, was ", quality);
}

struct DepthOptions {
  std::vector<double> lon_lats;
  std::optional<double> stage_m;
  std::string out;
};

absl::Status ExportDepth(Program& program, const DepthOptions& options) {
  StopSignal stop;
  const auto stub = flood::v1::FloodService::NewStub(program.Channel());
  flood::v1::ExportDepthRequest request;
  if (options.stage_m) request.set_stage_m(*options.stage_m);
  grpc::ClientContext context;
  stop.OnStop([&context] { context.TryCancel(); });
  ASSIGN_OR_RETURN(OutputFile file, OutputFile::Open(options.out));
  const auto reader = stub->ExportDepth(&context, request);
  absl::Status written = absl::OkStatus();
  const absl::Status read =
      program.ReadAll(context, *reader, [&](const flood::v1::ExportDepthResponse& piece) {
        if (written.ok()) written = file.Write(piece.data());
        if (!written.ok()) context.TryCancel();
      });
  stop.OnStop(nullptr);
  RETURN_IF_ERROR(written);
  if (stop.stopped()) return absl::CancelledError("stopped; nothing was written");
  RETURN_IF_ERROR(read);
  RETURN_IF_ERROR(file.Commit());
  program.Say(StrCat("wrote ", options.out, ", ", FormatCount(file.bytes()), " bytes"));
  return absl::OkStatus();
}

absl::Status PointDepths(Program& program, const DepthOptions& options) {
  if (options.lon_lats.empty() || options.lon_lats.size() % 2 != 0) {
    return Program::Usage(
        absl::InvalidArgumentError("give points as LON LAT pairs, e.g. 106.7316 10.8066, or --out "
                                   "FILE.tif for the whole map"));
  }
  flood::v1::GetDepthRequest request;
  for (std::size_t i = 0; i < options.lon_lats.size(); i += 2) {
    auto* point = request.add_points();
    point->set_lon_deg(options.lon_lats[i]);
    point->set_lat_deg(options.lon_lats[i + 1]);
  }
  const auto stub = flood::v1::FloodService::NewStub(program.Channel());
  ASSIGN_OR_RETURN(const auto response, program.Call(&Stub::GetDepth, *stub, request));
  ResourceList list = program.List({{.header = "LON", .align = Align::kRight},
                                    {.header = "LAT", .align = Align::kRight},
                                    {.header = "depth (m)", .align = Align::kRight},
                                    {.header = "class"},
                                    {.header = "ground (m)", .align = Align::kRight},
                                    {.header = "wet from stage (m)", .align = Align::kRight},
                                    {.header = "note"}});
  for (const DepthAtPoint& depth : response.depths()) {
    const bool known = depth.known();
    list.Add(depth,
             {FormatNumber(depth.point().lon_deg(), 5),
              FormatNumber(depth.point().lat_deg(), 5),
              {known ? FormatNumber(depth.depth_m(), 2) : "-", ToneOf(depth.flood_class())},
              ClassWord(depth.flood_class()),
              known ? FormatNumber(depth.ground_m(), 2) : "-",
              known ? FormatNumber(depth.connection_level_m(), 2) : "-",
              std::string(!known               ? "off the terrain"
                          : depth.open_water() ? "open water"
                                               : "")},
             PlaceOf(depth.point()));
  }
  program.Print(list.Render("no points"));
  return absl::OkStatus();
}

absl::Status Depth(Program& program, const DepthOptions& options) {
  if (!options.out.empty()) {
    if (!options.lon_lats.empty()) {
      return Program::Usage(
          absl::InvalidArgumentError("give points, or --out FILE.tif for the whole map, not both"));
    }
    return ExportDepth(program, options);
  }
  if (options.stage_m) {
    return Program::Usage(absl::InvalidArgumentError(
        "--stage computes the whole map: give the file to write with --out FILE.tif"));
  }
  return PointDepths(program, options);
}

std::string AlertLevel(const flood::v1::Stage& stage) {
  constexpr const char* kRoman[] = {"-", "I", "II", "III"};
  const int level = stage.alert_level();
  return level >= 0 && level <= 3 ? kRoman[level] : StrCat(level);
}

absl::Status Stages(Program& program) {
  const auto stub = flood::v1::FloodService::NewStub(program.Channel());
  ASSIGN_OR_RETURN(const auto response, program.Call(&Stub::ListStages, *stub, {}));
  ResourceList list = program.List({{.header = "STATION"},
                                    {.header = "name"},
                                    {.header = "stage (m)", .align = Align::kRight},
                                    {.header = "trend (m/h)", .align = Align::kRight},
                                    {.header = "alert level"},
                                    {.header = "I/II/III (m)"},
                                    {.header = "read (city time)"},
                                    {.header = "note"}});
  for (const flood::v1::Stage& stage : response.stages()) {
    std::string levels;
    for (const double level_m : stage.alert_levels_m()) {
      StrAppend(&levels, levels.empty() ? "" : "/", FormatNumber(level_m, 2));
    }
    const Tone tone = stage.alert_level() >= 3   ? Tone::kBad
                      : stage.alert_level() >= 1 ? Tone::kWarning
                                                 : Tone::kPlain;
    list.Add(stage,
             {stage.station(),
              stage.display_name().vi(),
              {stage.has_read_time() ? FormatNumber(stage.stage_m(), 2) : "-", tone},
              StrCat(stage.trend_m_per_h() > 0 ? "+" : "", FormatNumber(stage.trend_m_per_h(), 2)),
              {AlertLevel(stage), tone},
              levels,
              FormatCityTime(FromProtoTime(stage.read_time())),
              StageNote(stage)},
             PlaceOf(stage.location()));
  }
  program.Print(list.Render("no river stages"));
  return absl::OkStatus();
}

struct SegmentsOptions {
  std::string box;
  std::optional<double> min_depth_m;
  std::optional<std::size_t> limit;
};

absl::Status Segments(Program& program, const SegmentsOptions& options) {
  flood::v1::ListFloodedSegmentsRequest request;
  RETURN_IF_ERROR(SetBounds(options.box, [&] { return request.mutable_bounds(); }));
  if (options.min_depth_m) request.set_min_depth_m(*options.min_depth_m);
  const auto stub = flood::v1::FloodService::NewStub(program.Channel());
  ResourceList list = program.List({{.header = "SEGMENT"},
                                    {.header = "street"},
                                    {.header = "depth (m)", .align = Align::kRight},
                                    {.header = "class"},
                                    {.header = "motorbike"},
                                    {.header = "car"},
                                    {.header = "bus, truck"},
                                    {.header = "emergency"}});
  const std::size_t limit = program.LimitOf(options.limit, kTableLimit);
  bool is_cut = false;
  do {
    request.set_page_size(
        static_cast<int>(std::min<std::size_t>(limit - list.size(), kPageSizeMax)));
    ASSIGN_OR_RETURN(const auto page, program.Call(&Stub::ListFloodedSegments, *stub, request));
    for (const FloodedSegment& segment : page.segments()) {
      if (is_cut = list.size() >= limit; is_cut) break;
      list.Add(segment,
               {segment.name(),
                FitWidth(segment.street().empty() ? "(no name)" : segment.street(), 32),
                {FormatNumber(segment.depth_m(), 2), ToneOf(segment.flood_class())},
                ClassWord(segment.flood_class()),
                PassableWord(segment.motorbike()),
                PassableWord(segment.car()),
                PassableWord(segment.bus()),
                PassableWord(segment.emergency())},
               PlaceOf(segment.location()));
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty() && list.size() < limit);
  program.Print(list.Render("no flooded segments"));
  if (is_cut || !request.page_token().empty()) program.SayCut(list.size());
  return absl::OkStatus();
}

}  // namespace

void AddFloodCommands(CLI::App& app, Program& program) {
  CLI::App* flood = program.AddGroup(app, "flood", "Flooding: depths, river stages, wet streets");
  CLI::App* depth = program.Add(*flood, "depth", "Water depth at points, or of the whole map",
                                "  citylayers flood depth 106.7316 10.8066\n"
                                "  citylayers flood depth 106.7316 10.8066 106.7009 10.7769\n"
                                "  citylayers flood depth --stage 1.7 --out depth.tif\n"
                                "  citylayers flood depth --out now.tif");
  auto options = std::make_shared<DepthOptions>();
  depth->add_option("points", options->lon_lats, "Points in degrees: LON LAT ...")
      ->type_name("LON LAT");
  depth->add_option(
      "--stage", options->stage_m,
      "With --out: a uniform stage, metres above Hòn Dấu; default: the present stages");
  depth->add_option("--out", options->out, "Write the depths of the whole map as a GeoTIFF")
      ->type_name("FILE.tif");
  program.OnRun(depth, [&program, options] { return Depth(program, *options); });

  CLI::App* stages = program.Add(*flood, "stages", "List river stages with their alert levels",
                                 "  citylayers flood stages\n"
                                 "  citylayers flood stages --format geojson");
  program.OnRun(stages, [&program] { return Stages(program); });

  CLI::App* segments =
      program.Add(*flood, "segments",
                  "List flooded road segments, deepest first; limits apply to standing water",
                  "  citylayers flood segments --min-depth 0.3\n"
                  "  citylayers flood segments --bbox 106.72,10.79,106.75,10.82 --format geojson");
  auto segment_options = std::make_shared<SegmentsOptions>();
  segments->add_option("--bbox", segment_options->box, "Only in this box, degrees")
      ->type_name("W,S,E,N");
  segments
      ->add_option("--min-depth", segment_options->min_depth_m,
                   "Minimum depth, m; default: from ponding on")
      ->check(CLI::PositiveNumber);
  segments
      ->add_option("--limit", segment_options->limit,
                   "Maximum number of segments; default: 100 in a table, else all")
      ->check(CLI::Range(1, 10'000'000));
  program.OnRun(segments,
                [&program, segment_options] { return Segments(program, *segment_options); });
}

}  // namespace citylayers::cli
