// Command `citylayers replay`.
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_format.h"
#include <unistd.h>

#include "base/city_zone.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "proto/support/proto_time.h"
#include "services/programs/citylayers/commands.h"
#include "services/programs/citylayers/program.h"
#include "services/programs/citylayers/progress_line.h"
#include "services/runtime/rpc/error_details.h"
#include "services/tools/replay/city_client.h"
#include "services/tools/replay/error_reason.h"
#include "services/tools/replay/replayer.h"
#include "services/tools/replay/scenario_catalog.h"

namespace citylayers::cli {
namespace {

// Maximum number of days by which a start moves when the city is further than its clock shows.
constexpr int kLaterStartsMax = 62;

struct ReplayArguments {
  std::string scenario;
  bool list = false;
  double speed = 60;
  bool loop = false;
  std::string start;
  std::string until;
  std::string warm_up = "3h";
  bool release = false;
  std::string real_data;
  std::string traffic_server;
};

absl::Status ListAll(Program& program) {
  RETURN_IF_ERROR(program.NoPlaces());
  Table table({{.header = "SCENARIO"},
               {.header = "date"},
               {.header = "hours", .align = Align::kRight},
               {.header = "starts at"},
               {.header = "title"},
               {.header = "what"}},
              program.colour());
  for (const replay::ScenarioDescription& scenario : replay::ListScenarios()) {
    const absl::Time start =
        absl::FromCivil(scenario.first_day, CityZone()) + scenario.default_start;
    table.Add({scenario.id, absl::FormatCivilTime(scenario.first_day),
               StrCat(absl::ToInt64Hours(scenario.length)),
               absl::FormatTime("%m-%d %H:%M", start, CityZone()), scenario.title, scenario.what});
  }
  program.Print(table.Render());
  return absl::OkStatus();
}

absl::StatusOr<replay::PlanRequest> MakeRequest(const ReplayArguments& arguments) {
  replay::PlanRequest request{.loop = arguments.loop};
  if (!arguments.start.empty()) {
    ASSIGN_OR_RETURN(request.start, replay::ParseMoment(arguments.start));
  }
  if (!arguments.until.empty()) {
    ASSIGN_OR_RETURN(request.until, replay::ParseMoment(arguments.until));
  }
  if (!absl::ParseDuration(arguments.warm_up, &request.warm_up) ||
      request.warm_up < absl::ZeroDuration() || request.warm_up > absl::Hours(24)) {
    return absl::InvalidArgumentError(StrCat("--warm-up \"", arguments.warm_up,
                                             "\" is not a duration of 0 to 24h, e.g. 3h or 30m"));
  }
  return request;
}

// One run: the parts that do not depend on the start day.
class Run {
 public:
  Run(Program& program, const ReplayArguments& arguments)
      : program_(program),
        arguments_(arguments),
        line_(program.progress()),
        client_(program.Channel(), program.timeout()),
        retry_({.on_change = [this](const absl::Status& status) { OnChange(status); }}),
        epoch_(static_cast<std::uint64_t>(absl::ToUnixMicros(absl::Now()))),
        sender_(client_, stop_, {.source = "replay", .epoch = epoch_, .retry = retry_}) {}

  absl::Status Play(replay::PlanRequest request) {
    ASSIGN_OR_RETURN(const auto source, Open());
    for (const std::string& note : source->Notes()) program_.Say(note);
    const auto clock = replay::Retry(stop_, retry_, [&] { return client_.GetClock(); });
    RETURN_IF_ERROR(clock.status());
    if (clock->mode() == common::v1::CLOCK_MODE_REPLAY) {
      request.not_before = FromProtoTime(clock->city_time());
    }
    const bool dated = request.start && request.start->exact;
    for (int later = 0;; ++later) {
      const auto plan = replay::MakePlan(source->description(), request);
      if (!plan.ok()) {
        return absl::IsInvalidArgument(plan.status()) ? Program::Usage(plan.status())
                                                      : plan.status();
      }
      const absl::Status status = PlayPlan(*source, *plan);
      const bool passed = replay::ErrorReason(status) == runtime::kReasonClockBackwards;
      if (!passed || dated || later == kLaterStartsMax) return status;
      // The wall clock does not show how far an earlier replay got; try the same hour of the next
      // day.
      request.not_before = plan->warm_up_start + absl::Hours(24);
    }
  }

 private:
  absl::StatusOr<std::unique_ptr<replay::ScenarioSource>> Open() {
    const auto traffic = arguments_.traffic_server.empty()
                             ? program_.Channel()
                             : program_.ChannelTo(arguments_.traffic_server);
    replay::CityListing city;
    auto stations = replay::Retry(stop_, retry_, [&] {
      return replay::ListStations(program_.Channel(), program_.timeout());
    });
    RETURN_IF_ERROR(stations.status());
    auto segments = replay::Retry(
        stop_, retry_, [&] { return replay::ListSegments(traffic, program_.timeout()); });
    if (absl::IsUnimplemented(segments.status())) {
      return absl::UnimplementedError(
          StrCat("no TrafficService at ", program_.server(),
                 "; when the server runs in several processes, give the address of traffic with "
                 "--traffic-server HOST:PORT"));
    }
    RETURN_IF_ERROR(segments.status());
    city.stations = *std::move(stations);
    city.segments = *std::move(segments);
    return replay::OpenScenario(arguments_.scenario, arguments_.real_data, city);
  }

  absl::Status PlayPlan(const replay::ScenarioSource& source, const replay::ReplayPlan& plan) {
    replay::Replayer replayer(source, plan, client_, stop_, sender_,
                              {.speed = arguments_.speed,
                               .release = arguments_.release,
                               .driver_id = StrCat("replay-", getpid(), "-", epoch_),
                               .retry = retry_});
    bool announced = false;
    const absl::Status status = replayer.Run([&](const replay::ReplayProgress& progress) {
      if (!std::exchange(announced, true)) Announce(source, plan);
      if (progress.sent.rejected > 0 && !std::exchange(warned_, true)) {
        Say(StrCat("the server refuses readings: ", progress.sent.first_rejection));
      }
      line_.Show(progress);
    });
    if (status.ok()) Conclude(replayer.city_time());
    return status;
  }

  void Announce(const replay::ScenarioSource& source, const replay::ReplayPlan& plan) {
    Say(StrCat("playing ", source.description().title, " from ", FormatCityTime(plan.start),
               " at ×", arguments_.speed, arguments_.loop ? ", repeatedly" : "",
               "; end with Ctrl-C"));
  }

  void Conclude(absl::Time city_time) {
    Say(StrCat(FormatCount(sender_.counts().accepted), " readings stored, ",
               FormatCount(sender_.counts().rejected), " refused"));
    Say(arguments_.release ? "the city clock is back on the wall clock"
                           : StrCat("the city clock is held at ", FormatCityTime(city_time),
                                    "; use --release to set it back to the wall clock"));
  }

  void OnChange(const absl::Status& status) {
    Say(status.ok() ? std::string("the server is available again; continuing")
                    : StrCat("waiting for the server at ", program_.server(), ": ",
                             ToStd(status.message())));
  }

  void Say(const std::string& text) {
    line_.Clear();
    program_.Say(text);
  }

  Program& program_;
  const ReplayArguments& arguments_;
  StopSignal stop_;
  ProgressLine line_;
  replay::CityClient client_;
  const replay::RetryOptions retry_;
  const std::uint64_t epoch_;
  replay::ReadingSender sender_;
  bool warned_ = false;
};

absl::Status Replay(Program& program, const ReplayArguments& arguments) {
  if (arguments.list) return ListAll(program);
  if (arguments.scenario.empty()) {
    return Program::Usage(absl::InvalidArgumentError(
        "a scenario is required: `citylayers replay --list` lists them"));
  }
  const auto known = replay::FindScenario(arguments.scenario);
  if (!known.ok()) return Program::Usage(known.status());
  const auto request = MakeRequest(arguments);
  if (!request.ok()) return Program::Usage(request.status());
  RETURN_IF_ERROR(program.LoadKey());
  Run run(program, arguments);
  const absl::Status status = run.Play(*request);
  return absl::IsCancelled(status) ? absl::OkStatus() : program.ExplainRefusal(status);
}

}  // namespace

void AddReplayCommand(CLI::App& app, Program& program) {
  CLI::App* command =
      program.Add(app, "replay", "Play a scenario into the server and drive the city clock with it",
                  "  citylayers replay --list\n"
                  "  citylayers replay saigon-king-tide --speed 60 --loop\n"
                  "  citylayers replay saigon-king-tide --start 06:00 --until 09:00 --release\n"
                  "  citylayers replay hcmc-2022-10 --real-data ../shared/data --speed 300");
  auto arguments = std::make_shared<ReplayArguments>();
  command->add_option("scenario", arguments->scenario, "Scenario to play");
  command->add_flag("--list", arguments->list, "List the scenarios");
  command->add_option("--speed", arguments->speed, "City seconds per second")
      ->check(CLI::Range(0.01, 3600.0))
      ->capture_default_str();
  command->add_flag("--loop", arguments->loop, "Start again at the end, on the following date");
  command
      ->add_option("--start", arguments->start,
                   "HH:MM in the city, or with a date (RFC 3339); default: the scenario's")
      ->type_name("TIME");
  command->add_option("--until", arguments->until, "End time; default: the scenario's end")
      ->type_name("TIME");
  command
      ->add_option("--warm-up", arguments->warm_up,
                   "City time before the start whose readings are sent first; 0: none")
      ->type_name("DURATION")
      ->capture_default_str();
  command->add_flag("--release", arguments->release,
                    "Set the city clock back to the wall clock at the end");
  command->add_option("--real-data", arguments->real_data, "Folder of recorded data")
      ->type_name("DIR");
  command
      ->add_option("--traffic-server", arguments->traffic_server,
                   "Address of TrafficService, when it differs from --server")
      ->type_name("HOST:PORT");
  // Offline, because --list needs no server.
  program.OnRunOffline(command, [&program, arguments] { return Replay(program, *arguments); });
}

}  // namespace citylayers::cli
