#include "services/programs/citylayers/program.h"

#include <cstdio>
#include <cstdlib>

#include <unistd.h>

#include "base/status_macros.h"
#include "base/strings.h"
#include "citylayers/client/channel.h"
#include "services/programs/citylayers/context_file.h"
#include "services/programs/citylayers/display_width.h"
#include "services/programs/citylayers/server_reach.h"
#include "services/programs/citylayers/tls_diagnosis.h"
#include "services/runtime/rpc/tls_credentials.h"

namespace citylayers::cli {
namespace {

constexpr char kUsagePayload[] = "citylayers/usage";
constexpr double kTimeoutMaxS = 3600;
constexpr absl::Duration kDiagnosisTimeout = absl::Seconds(3);

bool IsUnreachable(const absl::Status& error, grpc::Channel& channel) {
  return absl::IsUnavailable(error) &&
         channel.GetState(/*try_to_connect=*/false) != GRPC_CHANNEL_READY;
}

bool IsRefusal(const absl::Status& status) {
  return absl::IsUnauthenticated(status) || absl::IsPermissionDenied(status);
}

std::string Reason(const absl::Status& status) {
  const std::string reason = client::ErrorReason(status);
  return reason.empty() ? "" : StrCat(", reason ", reason);
}

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

Program::Program(CLI::App& app) {
  colour_ = isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
  progress_ = isatty(STDERR_FILENO) == 1;
  server_ = "127.0.0.1:50051";
  server_option_ = app.add_option("--server", server_, "Address of the server's gRPC")
                       ->type_name("HOST:PORT")
                       ->envname("CITYLAYERS_SERVER")
                       ->capture_default_str();
  app.add_option("--context", context_,
                 "Context with the defaults of --server, --key-file and --format (citylayers "
                 "config); default: the one in use")
      ->type_name("NAME")
      ->envname("CITYLAYERS_CONTEXT");
  key_file_option_ =
      app.add_option("--key-file", key_file_,
                     "File whose first line is the API key; only its owner may have access (chmod "
                     "600). Without it: the key in the environment variable CITYLAYERS_KEY, else "
                     "the file in CITYLAYERS_KEY_FILE. No option takes the key itself, because "
                     "process lists show command lines")
          ->type_name("FILE");
  AddTlsOptions(app);
  format_option_ =
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

void Program::AddTlsOptions(CLI::App& app) {
  app.add_flag("--tls", tls_,
               "Call the server over TLS, as https:// before its address and the next options do "
               "as well")
      ->envname("CITYLAYERS_TLS");
  app.add_option("--ca-file", tls_files_.ca_file,
                 "PEM file with the authorities of the server's certificate; default: those of the "
                 "system")
      ->type_name("FILE")
      ->envname("CITYLAYERS_CA_FILE");
  app.add_option("--certificate-file", tls_files_.certificate_file,
                 "PEM file with the certificate that a server with client certificates asks for")
      ->type_name("FILE")
      ->envname("CITYLAYERS_CERTIFICATE_FILE");
  app.add_option("--certificate-key-file", tls_files_.key_file,
                 "PEM file with the key of that certificate")
      ->type_name("FILE")
      ->envname("CITYLAYERS_CERTIFICATE_KEY_FILE");
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
  OnRunOffline(command, [this, body = std::move(body)] {
    const absl::Status status = LoadKey();
    return status.ok() ? body() : status;
  });
}

void Program::OnRunOffline(CLI::App* command, std::function<absl::Status()> body) {
  OnRunWithoutContext(command, [this, body = std::move(body)] {
    const absl::Status status = ApplyContext();
    return status.ok() ? body() : status;
  });
}

void Program::OnRunWithoutContext(CLI::App* command, std::function<absl::Status()> body) {
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

std::string Program::context_path() const {
  return ContextPath(Environment("XDG_CONFIG_HOME"), Environment("HOME"));
}

absl::Status Program::ApplyContext() {
  ASSIGN_OR_RETURN(const ContextFile file, LoadContexts(context_path()));
  const std::string& name = context_.empty() ? file.current : context_;
  if (name.empty()) return absl::OkStatus();
  absl::StatusOr<Context> context = file.Find(name);
  if (!context.ok()) return Usage(context.status());
  if (server_option_->count() == 0 && !context->server.empty()) server_ = context->server;
  if (format_option_->count() == 0 && !context->format.empty()) format_ = context->format;
  context_key_file_ = context->key_file;
  // As its key, the authority of a context is for its server.
  const bool is_its_server = server_option_->count() == 0;
  if (is_its_server && tls_files_.ca_file.empty()) tls_files_.ca_file = context->ca_file;
  return absl::OkStatus();
}

absl::Status Program::LoadKey() {
  KeySources sources = {.key_variable = Environment("CITYLAYERS_KEY"),
                        .file_variable = Environment("CITYLAYERS_KEY_FILE")};
  if (key_file_option_->count() > 0) sources.file_option = key_file_;
  // A key belongs to one server: that of a context is not sent to another one.
  const bool is_its_server = server_option_->count() == 0;
  if (is_its_server) sources.context_file = context_key_file_;
  ASSIGN_OR_RETURN(key_, FindKey(sources));
  if (tls_credentials_ == nullptr) {
    ASSIGN_OR_RETURN(tls_credentials_, client::MakeTlsCredentials(tls_files_));
  }
  return absl::OkStatus();
}

bool Program::UsesTls(const std::string& address) const {
  return tls_ || !tls_files_.ca_file.empty() || !tls_files_.certificate_file.empty() ||
         runtime::ParseBackend(address).has_tls;
}

std::shared_ptr<grpc::Channel> Program::Channel() {
  if (channel_ == nullptr) channel_ = ChannelTo(server_);
  return channel_;
}

std::shared_ptr<grpc::Channel> Program::ChannelTo(const std::string& address) {
  const bool with_tls = UsesTls(address);
  if (!with_tls && !key_.text.empty() && !IsOnThisMachine(address) && !warned_of_plain_text_) {
    warned_of_plain_text_ = true;
    Say(StrCat("warning: the key crosses the network to ", address,
               " as readable text: use TLS (--tls), or an SSH tunnel"));
  }
  return client::MakeChannel(
      runtime::ParseBackend(address).target,
      {.credentials = with_tls ? tls_credentials_ : nullptr, .api_key = key_.text});
}

absl::Status Program::Explain(const absl::Status& error) {
  if (IsUnreachable(error, *Channel())) {
    const std::string fault =
        DiagnoseConnection(runtime::ParseBackend(server_).target, UsesTls(server_), tls_files_,
                           std::min(timeout(), kDiagnosisTimeout));
    if (!fault.empty()) {
      return absl::UnavailableError(StrCat("cannot call the server at ", server_, ": ", fault));
    }
    return absl::UnavailableError(
        StrCat("cannot reach the server at ", server_,
               "; start it (./run demo, or citylayersd), or give its address with --server "
               "HOST:PORT"));
  }
  if (absl::IsDeadlineExceeded(error)) {
    return absl::DeadlineExceededError(StrCat("no answer from ", server_, " within ",
                                              absl::FormatDuration(timeout()),
                                              "; try a longer --timeout S"));
  }
  if (absl::IsUnimplemented(error)) {
    return absl::UnimplementedError(StrCat("the server at ", server_,
                                           " does not serve this; when it runs in several "
                                           "processes, give the address of the right one with "
                                           "--server HOST:PORT"));
  }
  absl::Status explained(
      error.code(),
      ToAbsl(StrCat(ToStd(error.message()), " (", absl::StatusCodeToString(error.code()),
                    ", server ", server_, Reason(error), ")", KeyAdvice(error))));
  error.ForEachPayload([&explained](absl::string_view url, const absl::Cord& payload) {
    explained.SetPayload(url, payload);
  });
  return explained;
}

absl::Status Program::ExplainRefusal(const absl::Status& status) {
  return IsRefusal(status) ? Explain(status) : status;
}

std::string Program::KeyAdvice(const absl::Status& error) const {
  if (!IsRefusal(error)) return "";
  if (key_.text.empty()) return "; give a key with --key-file FILE or CITYLAYERS_KEY";
  return StrCat("; the key of ", key_.origin,
                " was sent: give another key with --key-file FILE or CITYLAYERS_KEY");
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
