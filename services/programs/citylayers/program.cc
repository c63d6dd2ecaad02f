#include "services/programs/citylayers/program.h"

#include <cstdio>
#include <cstdlib>

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <unistd.h>

#include "base/strings.h"
#include "services/programs/citylayers/display_width.h"
#include "services/runtime/rpc/grpc_status.h"
#include "services/tools/replay/error_reason.h"

namespace citylayers::cli {
namespace {

constexpr char kUsagePayload[] = "citylayers/usage";
constexpr int kMessageBytesMax = 64 << 20;  // a tile or a page of segments is far smaller
constexpr double kTimeoutMaxS = 3600;

bool IsUnreachable(const grpc::Status& status, grpc::Channel& channel) {
  return status.error_code() == grpc::StatusCode::UNAVAILABLE &&
         channel.GetState(/*try_to_connect=*/false) != GRPC_CHANNEL_READY;
}

std::string Reason(const absl::Status& status) {
  const std::string reason = replay::ErrorReason(status);
  return reason.empty() ? "" : StrCat(", reason ", reason);
}

}  // namespace

Program::Program(CLI::App& app) {
  colour_ = isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
  progress_ = isatty(STDERR_FILENO) == 1;
  server_ = "127.0.0.1:50051";
  app.add_option("--server", server_, "Address of the server's gRPC")
      ->type_name("HOST:PORT")
      ->envname("CITYLAYERS_SERVER")
      ->capture_default_str();
  app.add_option("--format", format_, "Output format: table, json, ndjson or geojson")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"table", "json", "ndjson", "geojson"}))
      ->capture_default_str();
  app.add_option("--timeout", timeout_s_,
                 "Seconds to wait for an answer, or for the next message of a stream")
      ->type_name("S")
      ->check(CLI::Range(0.01, kTimeoutMaxS))
      ->capture_default_str();
}

CLI::App* Program::AddGroup(CLI::App& app, std::string_view name, std::string_view description) {
  CLI::App* group = app.add_subcommand(std::string(name), std::string(description));
  group->fallthrough();
  group->require_subcommand(1);
  return group;
}

CLI::App* Program::Add(CLI::App& parent, std::string_view name, std::string_view description,
                       std::string_view examples) {
  CLI::App* command = parent.add_subcommand(std::string(name), std::string(description));
  command->fallthrough();
  command->footer(StrCat("Examples:\n", examples));
  return command;
}

void Program::OnRun(CLI::App* command, std::function<absl::Status()> body) {
  command->callback([this, body = std::move(body)] {
    const absl::Status status = body();
    if (status.ok()) return;
    Say(status.message().empty() ? absl::StatusCodeToString(status.code())
                                 : std::string(status.message()));
    throw CLI::RuntimeError(status.GetPayload(kUsagePayload) ? 2 : 1);
  });
}

absl::Status Program::Usage(absl::Status status) {
  status.SetPayload(kUsagePayload, absl::Cord("1"));
  return status;
}

OutputFormat Program::format() const {
  if (format_ == "json") return OutputFormat::kJson;
  if (format_ == "ndjson") return OutputFormat::kNdjson;
  return format_ == "geojson" ? OutputFormat::kGeoJson : OutputFormat::kTable;
}

absl::Status Program::NoPlaces() const {
  if (format() != OutputFormat::kGeoJson) return absl::OkStatus();
  return Usage(absl::InvalidArgumentError(
      "--format geojson needs places on the map, and this command has none; use table, json or "
      "ndjson"));
}

std::shared_ptr<grpc::Channel> Program::Channel() {
  if (channel_ == nullptr) channel_ = ChannelTo(server_);
  return channel_;
}

std::shared_ptr<grpc::Channel> Program::ChannelTo(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMessageBytesMax);
  arguments.SetMaxSendMessageSize(kMessageBytesMax);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  // A server that restarts is reconnected within a second.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 250);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 250);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

absl::Status Program::Explain(const grpc::Status& status) {
  const absl::Status error = runtime::FromGrpcStatus(status);
  if (IsUnreachable(status, *Channel())) {
    return absl::UnavailableError(
        StrCat("cannot reach the server at ", server_,
               "; start it (./run demo, or citylayersd), or give its address with --server "
               "HOST:PORT"));
  }
  if (status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED) {
    return absl::DeadlineExceededError(StrCat("no answer from ", server_, " within ",
                                              absl::FormatDuration(timeout()),
                                              "; try a longer --timeout S"));
  }
  if (status.error_code() == grpc::StatusCode::UNIMPLEMENTED) {
    return absl::UnimplementedError(StrCat("the server at ", server_,
                                           " does not serve this; when it runs in several "
                                           "processes, give the address of the right one with "
                                           "--server HOST:PORT"));
  }
  absl::Status explained(error.code(), ToAbsl(StrCat(status.error_message(), " (",
                                                     absl::StatusCodeToString(error.code()),
                                                     ", server ", server_, Reason(error), ")")));
  error.ForEachPayload([&explained](absl::string_view url, const absl::Cord& payload) {
    explained.SetPayload(url, payload);
  });
  return explained;
}

absl::Status Program::Silence(std::uint64_t count) const {
  const std::string limit = absl::FormatDuration(timeout());
  return absl::DeadlineExceededError(
      count == 0
          ? StrCat("no answer from ", server_, " within ", limit, "; try a longer --timeout S")
          : StrCat("the answer of ", server_, " stopped: ", count, " messages, then none for ",
                   limit, "; try a longer --timeout S"));
}

void Program::SayCut(std::size_t shown) const {
  Say(StrCat("the first ", FormatCount(shown), " are shown, and there are more: give --limit N",
             format() == OutputFormat::kTable ? ", or --format ndjson for all" : ""));
}

void Program::Print(std::string_view text) const {
  const bool good =
      std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  if (!good) std::_Exit(1);
}

void Program::Say(std::string_view text) const {
  std::fprintf(stderr, "citylayers: %s\n", OneLine(text).c_str());
}

}  // namespace citylayers::cli
