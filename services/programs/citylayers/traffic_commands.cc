// Commands `citylayers traffic ...`.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/status_macros.h"
#include "base/strings.h"
#include "citylayers/traffic/v1/traffic_service.grpc.pb.h"
#include "proto/support/enum_id.h"
#include "proto/support/proto_time.h"
#include "services/programs/citylayers/api_box.h"
#include "services/programs/citylayers/commands.h"
#include "services/programs/citylayers/display_width.h"
#include "services/programs/citylayers/program.h"

namespace citylayers::cli {
namespace {

using traffic::v1::Jam;
using traffic::v1::Segment;
using Stub = traffic::v1::TrafficService::Stub;

constexpr int kPageSizeMax = 1000;
constexpr std::size_t kTableLimit = 100;

std::string LevelWord(traffic::v1::TrafficLevel level) {
  return EnumWord(traffic::v1::TrafficLevel_Name(level), "TRAFFIC_LEVEL_", "unknown");
}

Tone ToneOf(traffic::v1::TrafficLevel level) {
  switch (level) {
    case traffic::v1::TRAFFIC_LEVEL_FREE:
      return Tone::kGood;
    case traffic::v1::TRAFFIC_LEVEL_SLOW:
      return Tone::kWarning;
    case traffic::v1::TRAFFIC_LEVEL_QUEUING:
    case traffic::v1::TRAFFIC_LEVEL_STATIONARY:
    case traffic::v1::TRAFFIC_LEVEL_CLOSED:
      return Tone::kBad;
    default:
      return Tone::kDim;
  }
}

std::string StreetOf(const std::string& name) { return name.empty() ? "(no name)" : name; }

struct JamOptions {
  std::string box;
  double min_length_m = 0;
  std::optional<std::size_t> limit;
};

absl::Status Jams(Program& program, const JamOptions& options) {
  traffic::v1::ListJamsRequest request;
  RETURN_IF_ERROR(SetBounds(options.box, [&] { return request.mutable_bounds(); }));
  request.set_min_length_m(options.min_length_m);
  const auto stub = traffic::v1::TrafficService::NewStub(program.Channel());
  ResourceList list = program.List({{.header = "JAM"},
                                    {.header = "level"},
                                    {.header = "street"},
                                    {.header = "length (m)", .align = Align::kRight},
                                    {.header = "delay (s)", .align = Align::kRight},
                                    {.header = "speed (km/h)", .align = Align::kRight},
                                    {.header = "trend (m)", .align = Align::kRight},
                                    {.header = "since (city time)"}});
  const std::size_t limit = program.LimitOf(options.limit, kTableLimit);
  bool is_cut = false;
  do {
    request.set_page_size(
        static_cast<int>(std::min<std::size_t>(limit - list.size(), kPageSizeMax)));
    ASSIGN_OR_RETURN(const auto page, program.Call(&Stub::ListJams, *stub, request));
    for (const Jam& jam : page.jams()) {
      if (is_cut = list.size() >= limit; is_cut) break;
      list.Add(jam,
               {jam.name(),
                {LevelWord(jam.level()), ToneOf(jam.level())},
                FitWidth(StreetOf(jam.street()), 32),
                FormatNumber(jam.length_m(), 0),
                FormatNumber(jam.delay_s(), 0),
                FormatNumber(jam.speed_kmh(), 1),
                StrCat(jam.trend_m() > 0 ? "+" : "", FormatNumber(jam.trend_m(), 0)),
                FormatCityTime(FromProtoTime(jam.since_time()))},
               {{jam.tail().lon_deg(), jam.tail().lat_deg()},
                {jam.head().lon_deg(), jam.head().lat_deg()}});
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty() && list.size() < limit);
  program.Print(list.Render("no jams"));
  if (is_cut || !request.page_token().empty()) program.SayCut(list.size());
  return absl::OkStatus();
}

absl::Status OneSegment(Program& program, const std::string& name) {
  traffic::v1::GetSegmentRequest request;
  request.set_name(ResourceName("segments", name));
  const auto stub = traffic::v1::TrafficService::NewStub(program.Channel());
  ASSIGN_OR_RETURN(const auto response, program.Call(&Stub::GetSegment, *stub, request));
  const Segment& segment = response.segment();
  const std::string source =
      EnumWord(traffic::v1::SpeedSource_Name(segment.source()), "SPEED_SOURCE_", "");
  program.Print(RenderOneResource(
      program.format(), segment,
      {{"name", segment.name()},
       {"index", StrCat(segment.index())},
       {"street", StrCat(StreetOf(segment.street()), " (", EnumId(segment.road_class()), ")")},
       {"length", StrCat(FormatNumber(segment.length_m(), 0), " m")},
       {"level", LevelWord(segment.level())},
       {"speed", source.empty()
                     ? "unknown"
                     : StrCat(FormatNumber(segment.speed_kmh(), 1), " km/h (", source, ")")},
       {"free speed", StrCat(FormatNumber(segment.reference_speed_kmh(), 1), " km/h")},
       {"jam factor", FormatNumber(segment.jam_factor(), 1)},
       {"confidence", FormatNumber(segment.confidence(), 2)},
       {"measured",
        segment.has_data_time() ? FormatCityTime(FromProtoTime(segment.data_time())) : ""},
       {"water", StrCat(FormatNumber(segment.flood_depth_m(), 2), " m")}},
      PlaceOf(segment.geometry())));
  return absl::OkStatus();
}

struct SegmentsOptions {
  std::string street;
  std::string box;
  std::string min_level;
  std::optional<std::size_t> limit;
};

absl::Status Segments(Program& program, const SegmentsOptions& options) {
  traffic::v1::ListSegmentsRequest request;
  RETURN_IF_ERROR(SetBounds(options.box, [&] { return request.mutable_bounds(); }));
  request.set_street(options.street);
  const std::vector<std::string> levels = {"", "free", "slow", "queuing", "stationary", "closed"};
  const auto level = std::find(levels.begin(), levels.end(), options.min_level);
  request.set_min_level(static_cast<traffic::v1::TrafficLevel>(level - levels.begin()));
  const auto stub = traffic::v1::TrafficService::NewStub(program.Channel());
  ResourceList list = program.List({{.header = "SEGMENT"},
                                    {.header = "street"},
                                    {.header = "class"},
                                    {.header = "length (m)", .align = Align::kRight},
                                    {.header = "level"},
                                    {.header = "speed (km/h)", .align = Align::kRight},
                                    {.header = "free (km/h)", .align = Align::kRight},
                                    {.header = "water (m)", .align = Align::kRight}});
  const std::size_t limit = program.LimitOf(options.limit, kTableLimit);
  bool is_cut = false;
  do {
    request.set_page_size(
        static_cast<int>(std::min<std::size_t>(limit - list.size(), kPageSizeMax)));
    ASSIGN_OR_RETURN(const auto page, program.Call(&Stub::ListSegments, *stub, request));
    for (const Segment& segment : page.segments()) {
      if (is_cut = list.size() >= limit; is_cut) break;
      list.Add(segment,
               {segment.name(),
                FitWidth(StreetOf(segment.street()), 32),
                EnumId(segment.road_class()),
                FormatNumber(segment.length_m(), 0),
                {LevelWord(segment.level()), ToneOf(segment.level())},
                FormatNumber(segment.speed_kmh(), 1),
                FormatNumber(segment.reference_speed_kmh(), 1),
                FormatNumber(segment.flood_depth_m(), 2)},
               PlaceOf(segment.geometry()));
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty() && list.size() < limit);
  program.Print(list.Render("no matching segments"));
  if (is_cut || !request.page_token().empty()) program.SayCut(list.size());
  return absl::OkStatus();
}

}  // namespace

void AddTrafficCommands(CLI::App& app, Program& program) {
  CLI::App* traffic = program.AddGroup(app, "traffic", "Traffic: jams and road segments");
  CLI::App* jams =
      program.Add(*traffic, "jams", "List jams, longest delay first",
                  "  citylayers traffic jams --min-length 200\n"
                  "  citylayers traffic jams --bbox 106.68,10.76,106.71,10.79 --format "
                  "geojson > jams.geojson");
  auto jam_options = std::make_shared<JamOptions>();
  jams->add_option("--bbox", jam_options->box, "Only in this box, degrees")->type_name("W,S,E,N");
  jams->add_option("--min-length", jam_options->min_length_m, "Minimum length, metres")
      ->check(CLI::NonNegativeNumber);
  jams->add_option("--limit", jam_options->limit,
                   "Maximum number of jams; default: 100 in a table, else all")
      ->check(CLI::Range(1, 1'000'000));
  program.OnRun(jams, [&program, jam_options] { return Jams(program, *jam_options); });

  CLI::App* segment = program.Add(*traffic, "segment", "Show one road segment",
                                  "  citylayers traffic segment segments/262144\n"
                                  "  citylayers traffic segment 262144 --format geojson");
  auto name = std::make_shared<std::string>();
  segment->add_option("segment", *name, "The segment: segments/ID or ID")->required();
  program.OnRun(segment, [&program, name] { return OneSegment(program, *name); });

  CLI::App* segments = program.Add(*traffic, "segments", "List road segments",
                                   "  citylayers traffic segments --street 'Lê Lợi'\n"
                                   "  citylayers traffic segments --min-level queuing --limit 20");
  auto options = std::make_shared<SegmentsOptions>();
  segments->add_option("--street", options->street,
                       "Only of streets with this name; 'le loi' finds Lê Lợi");
  segments->add_option("--bbox", options->box, "Only in this box, degrees")->type_name("W,S,E,N");
  segments->add_option("--min-level", options->min_level, "Only of this level or worse")
      ->check(CLI::IsMember({"free", "slow", "queuing", "stationary", "closed"}));
  segments
      ->add_option("--limit", options->limit,
                   "Maximum number of segments; default: 100 in a table, else all")
      ->check(CLI::Range(1, 10'000'000));
  program.OnRun(segments, [&program, options] { return Segments(program, *options); });
}

}  // namespace citylayers::cli
