// Commands `citylayers readings latest|query|watch`; `write` and `rejected` have files of their
// own.
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"

#include "base/status_macros.h"
#include "base/strings.h"
#include "citylayers/common/v1/clock_service.grpc.pb.h"
#include "citylayers/readings/v1/reading_service.grpc.pb.h"
#include "citylayers/readings/v1/station_service.grpc.pb.h"
#include "proto/support/proto_time.h"
#include "services/programs/citylayers/commands.h"
#include "services/programs/citylayers/program.h"
#include "services/programs/citylayers/reading_rows.h"
#include "services/programs/citylayers/readings_rejected.h"
#include "services/programs/citylayers/readings_write.h"

namespace citylayers::cli {
namespace {

using readings::v1::Reading;
using readings::v1::ReadingColumns;
using Stub = readings::v1::ReadingService::Stub;

class Registry {
 public:
  static absl::StatusOr<Registry> Load(Program& program) {
    const auto stub = readings::v1::StationService::NewStub(program.Channel());
    readings::v1::ListStationsRequest request;
    request.set_page_size(1000);
    Registry registry;
    do {
      ASSIGN_OR_RETURN(
          const auto page,
          program.Call(&readings::v1::StationService::Stub::ListStations, *stub, request));
      for (const readings::v1::Station& station : page.stations()) {
        for (const readings::v1::Measure& measure : station.measures()) {
          registry.names_.push_back(measure.name());
          registry.measures_[measure.name()] = {measure.unit(), measure.decimals(),
                                                station.location()};
        }
      }
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return registry;
  }

  const std::vector<std::string>& names() const { return names_; }
  MeasureInfo Find(const std::string& measure) const {
    const auto it = measures_.find(measure);
    if (it != measures_.end()) return it->second;
    const bool speed = measure.ends_with("/speed");
    return {.unit = speed ? "km/h" : "", .decimals = speed ? 1 : 3, .location = std::nullopt};
  }

 private:
  std::vector<std::string> names_;
  std::map<std::string, MeasureInfo> measures_;
};

std::vector<Cell> CellsOf(const Registry& registry, const Reading& reading) {
  return ReadingCells(registry.Find(reading.measure()), reading);
}

Place PlaceOfReading(const Registry& registry, const Reading& reading) {
  const MeasureInfo info = registry.Find(reading.measure());
  return info.location ? PlaceOf(*info.location) : Place{};
}

// Calls visit(reading) for each row; stops when it returns false. Inconsistent rows are an error of
// the server and are left out.
template <typename Visit>
bool ForEachReading(const ReadingColumns& columns, Visit visit) {
  std::int64_t ms = 0;
  for (int i = 0; i < columns.values_size() && i < columns.time_deltas_ms_size(); ++i) {
    ms += columns.time_deltas_ms(i);
    if (i >= columns.measure_indexes_size()) break;
    const auto index = static_cast<int>(columns.measure_indexes(i));
    if (index < 0 || index >= columns.measures_size()) continue;
    Reading reading;
    reading.set_measure(columns.measures(index));
    *reading.mutable_read_time() = ToProtoTime(absl::FromUnixMillis(ms));
    reading.set_value(columns.values(i));
    if (i < columns.qualities_size()) reading.set_quality(columns.qualities(i));
    if (!visit(reading)) return false;
  }
  return true;
}

absl::Status Latest(Program& program, const std::vector<std::string>& measures) {
  ASSIGN_OR_RETURN(const Registry registry, Registry::Load(program));
  const std::vector<std::string>& wanted = measures.empty() ? registry.names() : measures;
  ResourceList list = program.List(ReadingTableColumns());
  if (!wanted.empty()) {
    readings::v1::GetLatestReadingsRequest request;
    for (const std::string& measure : wanted) request.add_measures(measure);
    const auto stub = readings::v1::ReadingService::NewStub(program.Channel());
    ASSIGN_OR_RETURN(const auto response, program.Call(&Stub::GetLatestReadings, *stub, request));
    for (const Reading& reading : response.readings()) {
      list.Add(reading, CellsOf(registry, reading), PlaceOfReading(registry, reading));
    }
  }
  program.Print(list.Render("no readings yet"));
  return absl::OkStatus();
}

struct QueryOptions {
  std::vector<std::string> measures;
  std::string start;
  std::string end;
  std::string window;
  std::string function;
};

constexpr const char* kFunctions[] = {"", "count", "sum", "mean", "min", "max", "first", "last"};

absl::StatusOr<absl::Time> CityNow(Program& program) {
  const auto stub = common::v1::ClockService::NewStub(program.Channel());
  ASSIGN_OR_RETURN(const auto response,
                   program.Call(&common::v1::ClockService::Stub::GetClock, *stub, {}));
  return FromProtoTime(response.clock().city_time());
}

absl::StatusOr<readings::v1::QueryReadingsRequest> MakeQuery(Program& program,
                                                             const QueryOptions& options) {
  readings::v1::QueryReadingsRequest request;
  for (const std::string& measure : options.measures) request.add_measures(measure);
  absl::Time today = absl::Now();
  if (options.start.size() == 5 || options.end.size() == 5) {  // HH:MM refers to the city's day
    ASSIGN_OR_RETURN(today, CityNow(program));
  }
  for (const auto& [text, field] :
       {std::pair{&options.start, &readings::v1::QueryReadingsRequest::mutable_start_time},
        std::pair{&options.end, &readings::v1::QueryReadingsRequest::mutable_end_time}}) {
    if (text->empty()) continue;
    const auto time = ParseCityTime(*text, today);
    if (!time.ok()) return Program::Usage(time.status());
    *(request.*field)() = ToProtoTime(*time);
  }
  if (!options.window.empty()) {
    absl::Duration window;
    if (!absl::ParseDuration(options.window, &window) || window < absl::Seconds(1) ||
        window > absl::Hours(24 * 366)) {
      return Program::Usage(absl::InvalidArgumentError(StrCat(
          "--window \"", options.window, "\" is not a duration of at least 1s, e.g. 10m or 1h")));
    }
    request.mutable_window()->set_seconds(absl::ToInt64Seconds(window));
  }
  for (int i = 1; i < static_cast<int>(std::size(kFunctions)); ++i) {
    if (options.function == kFunctions[i]) {
      request.set_function(static_cast<readings::v1::AggregateFunction>(i));
    }
  }
  if (!options.function.empty() && options.window.empty()) {
    return Program::Usage(absl::InvalidArgumentError("--function needs --window, e.g. 1h"));
  }
  return request;
}

absl::Status Query(Program& program, const QueryOptions& options) {
  RETURN_IF_ERROR(program.NoPlaces());
  ASSIGN_OR_RETURN(const auto request, MakeQuery(program, options));
  ASSIGN_OR_RETURN(const Registry registry, Registry::Load(program));
  ReadingRows rows(program.format(), program.colour(),
                   [&registry](const std::string& measure) { return registry.Find(measure); });
  const auto stub = readings::v1::ReadingService::NewStub(program.Channel());
  grpc::ClientContext context;
  const auto reader = stub->QueryReadings(&context, request);
  std::string text;
  RETURN_IF_ERROR(
      program.ReadAll(context, *reader, [&](const readings::v1::QueryReadingsResponse& response) {
        text.clear();
        rows.Append(response.readings(), &text);
        if (!text.empty()) program.Print(text);
      }));
  text.clear();
  rows.End("no readings in that time", &text);
  program.Print(text);
  return absl::OkStatus();
}

struct WatchOptions {
  std::vector<std::string> measures;
  std::optional<std::uint64_t> resume_offset;
  std::size_t count = 0;
};

absl::Status Watch(Program& program, const WatchOptions& options) {
  StopSignal stop;
  ASSIGN_OR_RETURN(const Registry registry, Registry::Load(program));
  readings::v1::WatchReadingsRequest request;
  for (const std::string& measure : options.measures) request.add_measures(measure);
  if (options.resume_offset) request.set_resume_offset(*options.resume_offset);
  const auto stub = readings::v1::ReadingService::NewStub(program.Channel());
  const ResourceList list = program.List(ReadingTableColumns());
  program.Print(list.RenderHeader());
  std::size_t shown = 0;
  return program.Follow(
      stop, [&](grpc::ClientContext& context) { return stub->WatchReadings(&context, request); },
      [&](const readings::v1::WatchReadingsResponse& response) {
        const bool more = ForEachReading(response.readings(), [&](const Reading& reading) {
          program.Print(list.RenderOne(reading, CellsOf(registry, reading),
                                       PlaceOfReading(registry, reading)));
          return ++shown != options.count;
        });
        request.set_resume_offset(response.offset());
        return more;
      });
}

}  // namespace

void AddReadingsCommands(CLI::App& app, Program& program) {
  CLI::App* readings = program.AddGroup(app, "readings", "Readings: write, query, follow");
  AddReadingsWrite(*readings, program);

  CLI::App* latest = program.Add(*readings, "latest", "The latest reading of each measure",
                                 "  citylayers readings latest\n"
                                 "  citylayers readings latest 'stations/-/measures/water_level'\n"
                                 "  citylayers readings latest --format geojson");
  auto measures = std::make_shared<std::vector<std::string>>();
  latest->add_option("measure", *measures,
                     "Measures; `-` as an id matches all; default: those of all stations");
  program.OnRun(latest, [&program, measures] { return Latest(program, *measures); });

  CLI::App* query = program.Add(
      *readings, "query", "Stored readings, raw or by window; default: the last 24 h",
      "  citylayers readings query stations/phu-an/measures/water_level\n"
      "  citylayers readings query 'stations/-/measures/rainfall' --window 1h --function sum\n"
      "  citylayers readings query stations/phu-an/measures/water_level --start 06:00 --end 18:00 "
      "--format ndjson");
  auto options = std::make_shared<QueryOptions>();
  query->add_option("measure", options->measures, "Measures; `-` as an id matches all")->required();
  query->add_option("--start", options->start, "Start time")->type_name("TIME");
  query->add_option("--end", options->end, "End time, exclusive")->type_name("TIME");
  query->add_option("--window", options->window, "One row per window of this length")
      ->type_name("DURATION");
  query->add_option("--function", options->function, "With --window: the aggregate function")
      ->check(CLI::IsMember({"count", "sum", "mean", "min", "max", "first", "last"}));
  program.OnRun(query, [&program, options] { return Query(program, *options); });

  CLI::App* watch =
      program.Add(*readings, "watch", "Follow readings as they arrive; end with Ctrl-C",
                  "  citylayers readings watch 'stations/-/measures/water_level'\n"
                  "  citylayers readings watch --format ndjson --count 100");
  auto watch_options = std::make_shared<WatchOptions>();
  watch->add_option("measure", watch_options->measures,
                    "Measures; `-` as an id matches all; default: all");
  watch->add_option("--resume-offset", watch_options->resume_offset,
                    "Begin after this offset of the log; 0: at the oldest one held");
  watch->add_option("--count", watch_options->count,
                    "Number of readings after which to end; 0: unlimited");
  program.OnRun(watch, [&program, watch_options] { return Watch(program, *watch_options); });

  AddReadingsRejected(*readings, program);
}

}  // namespace citylayers::cli
