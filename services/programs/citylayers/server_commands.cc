// Commands `citylayers health` and `citylayers clock`.
#include <memory>
#include <string>
#include <vector>

#include "absl/synchronization/notification.h"
#include <google/protobuf/wrappers.pb.h>
#include <grpcpp/generic/generic_stub.h>

#include "base/status_macros.h"
#include "base/strings.h"
#include "citylayers/common/v1/clock_service.grpc.pb.h"
#include "proto/support/proto_time.h"
#include "services/programs/citylayers/commands.h"
#include "services/programs/citylayers/program.h"

namespace citylayers::cli {
namespace {

// HealthCheckRequest has one string field, HealthCheckResponse one enum field, both numbered 1: on
// the wire they equal these well-known wrappers, which saves a copy of grpc/health/v1/health.proto.
using HealthRequest = google::protobuf::StringValue;
using HealthResponse = google::protobuf::Int32Value;
constexpr int kServing = 1;

std::string WordOf(int status) {
  switch (status) {
    case kServing:
      return "serving";
    case 2:
      return "not serving";
    case 3:
      return "unknown service";
    default:
      return "unknown";
  }
}

absl::StatusOr<int> CheckHealth(Program& program, const std::string& service) {
  grpc::TemplatedGenericStub<HealthRequest, HealthResponse> stub(program.Channel());
  grpc::ClientContext context;
  program.SetDeadline(context);
  HealthRequest request;
  request.set_value(service);
  HealthResponse response;
  grpc::Status status;
  absl::Notification done;
  stub.UnaryCall(&context, "/grpc.health.v1.Health/Check", grpc::StubOptions(), &request, &response,
                 [&](grpc::Status result) {
                   status = std::move(result);
                   done.Notify();
                 });
  done.WaitForNotification();
  if (status.error_code() == grpc::StatusCode::NOT_FOUND) return 3;
  if (!status.ok()) return program.Explain(status);
  return response.value();
}

absl::Status Health(Program& program, const std::vector<std::string>& services) {
  RETURN_IF_ERROR(program.NoPlaces());
  std::string bad;
  for (const std::string& service : services) {
    const std::string shown = service.empty() ? program.server() : service;
    ASSIGN_OR_RETURN(const int status, CheckHealth(program, service));
    if (program.format() == OutputFormat::kTable) {
      program.Print(StrCat(shown, "  ", WordOf(status), "\n"));
    } else {
      program.Print(
          StrCat("{\"service\": \"", service, "\", \"status\": \"", WordOf(status), "\"}\n"));
    }
    if (status != kServing) StrAppend(&bad, bad.empty() ? "" : ", ", shown, " is ", WordOf(status));
  }
  return bad.empty() ? absl::OkStatus() : absl::FailedPreconditionError(bad);
}

absl::Status ShowClock(Program& program) {
  RETURN_IF_ERROR(program.NoPlaces());
  const auto stub = common::v1::ClockService::NewStub(program.Channel());
  ASSIGN_OR_RETURN(const auto response,
                   program.Call(&common::v1::ClockService::Stub::GetClock, *stub, {}));
  const common::v1::CityClock& clock = response.clock();
  const bool replay = clock.mode() == common::v1::CLOCK_MODE_REPLAY;
  program.Print(RenderOneResource(
      program.format(), clock,
      {{"city time", FormatCityTime(FromProtoTime(clock.city_time()))},
       {"mode", replay ? "replay" : "wall clock"},
       {"scenario", clock.scenario()},
       {"speed", replay ? StrCat("×", clock.speed()) : ""},
       {"loops", replay ? StrCat(clock.loop_count()) : ""},
       {"held", clock.held()
                    ? StrCat("since its replay stopped; continue it with `citylayers replay ",
                             clock.scenario(), "`")
                    : ""}}));
  return absl::OkStatus();
}

absl::Status ReleaseClock(Program& program, bool force) {
  const auto stub = common::v1::ClockService::NewStub(program.Channel());
  common::v1::SetClockRequest request;
  request.set_mode(common::v1::CLOCK_MODE_WALL);
  request.set_force(force);
  return program.Call(&common::v1::ClockService::Stub::SetClock, *stub, request).status();
}

}  // namespace

void AddServerCommands(CLI::App& app, Program& program) {
  CLI::App* health =
      program.Add(app, "health", "Check whether the server serves (exit code 1: it does not)",
                  "  citylayers health\n"
                  "  citylayers health citylayers.layers.v1.LayerService");
  auto services = std::make_shared<std::vector<std::string>>();
  health->add_option("service", *services, "Services to check; default: the whole server");
  program.OnRun(health, [&program, services] {
    return Health(program, services->empty() ? std::vector<std::string>{""} : *services);
  });
  CLI::App* clock = program.Add(app, "clock", "Show the city clock, or set it to the wall clock",
                                "  citylayers clock\n"
                                "  citylayers clock --format json\n"
                                "  citylayers clock --release --force");
  struct ClockOptions {
    bool release = false;
    bool force = false;
  };
  auto options = std::make_shared<ClockOptions>();
  CLI::Option* release =
      clock->add_flag("--release", options->release, "Set the city clock to the wall clock");
  clock
      ->add_flag("--force", options->force,
                 "Even while a replay drives it (its alerts end), or when the city is ahead")
      ->needs(release);
  program.OnRun(clock, [&program, options]() -> absl::Status {
    if (options->release) RETURN_IF_ERROR(ReleaseClock(program, options->force));
    return ShowClock(program);
  });
}

}  // namespace citylayers::cli
