// State common to all commands: global options, connection, output and errors.
#ifndef CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_PROGRAM_H_
#define CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_PROGRAM_H_

#include <algorithm>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include <CLI/CLI.hpp>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/status.h>
#include <grpcpp/support/sync_stream.h>

#include "citylayers/client/call.h"
#include "citylayers/client/call_error.h"
#include "citylayers/client/follow.h"
#include "citylayers/client/tls.h"
#include "services/programs/citylayers/format.h"
#include "services/programs/citylayers/key_file.h"
#include "services/programs/citylayers/resource_list.h"
#include "services/programs/citylayers/stop_signal.h"
#include "services/programs/citylayers/stream_deadline.h"

namespace citylayers::cli {

/// Must live as long as the CLI::App whose callbacks use it. Used by one thread.
///
///   CLI::App* command = program.Add(*parent, "list", "Lists layers", "  citylayers layers list");
///   program.OnRun(command, [&program]() -> absl::Status { ... });
class Program {
 public:
  /// Adds the global options (--server, --key-file, --tls and its files, --format, --timeout) to
  /// `app`, which must outlive this.
  explicit Program(CLI::App& app);

  /// Adds a group of commands, one of which is required.
  CLI::App* AddGroup(CLI::App& app, std::string_view name, std::string_view description);
  /// Adds a command with its examples, one per line.
  CLI::App* Add(CLI::App& parent, std::string_view name, std::string_view description,
                std::string_view examples);
  /// Runs `body` when the command is given, after LoadKey. An error is printed on one line and ends
  /// the program with exit code 1, or 2 when it is a Usage().
  void OnRun(CLI::App* command, std::function<absl::Status()> body);
  /// The same without LoadKey: for commands that do not call a server, or not always.
  void OnRunOffline(CLI::App* command, std::function<absl::Status()> body);
  /// The same without the defaults of a context as well: for commands that repair the file of them.
  void OnRunWithoutContext(CLI::App* command, std::function<absl::Status()> body);

  /// Marks an error as an error of the command line.
  static absl::Status Usage(absl::Status status);

  const std::string& server() const { return server_; }
  /// Path of the file of contexts; empty: there is no home directory.
  std::string context_path() const;
  absl::Duration timeout() const { return absl::Seconds(timeout_s_); }
  OutputFormat format() const;
  bool colour() const { return colour_; }
  /// A usage error when --format geojson is given for data without places.
  absl::Status NoPlaces() const;
  /// A list that prints itself while it grows, except for tables.
  ResourceList List(std::vector<TableColumn> columns) const {
    return ResourceList(format(), colour_, std::move(columns),
                        [this](std::string_view text) { Print(text); });
  }
  /// Maximum number of rows of a list: --limit if given; else `table_limit` in a table, which a
  /// person reads, and no limit in the formats for programs.
  std::size_t LimitOf(std::optional<std::size_t> limit, std::size_t table_limit) const {
    if (limit.has_value()) return *limit;
    return format() == OutputFormat::kTable ? table_limit : std::numeric_limits<std::size_t>::max();
  }
  /// Reports on stderr that a list has more than `shown` rows, so that no cut is silent.
  void SayCut(std::size_t shown) const;

  /// Takes the common options that neither the command line nor the environment sets from the
  /// context of --context, CITYLAYERS_CONTEXT or `config use`. Errors: those of LoadContexts;
  /// NOT_FOUND: there is no such context.
  absl::Status ApplyContext();
  /// Chooses the API key that all calls carry: that of --key-file, else CITYLAYERS_KEY, else
  /// CITYLAYERS_KEY_FILE, else none. With TLS it also reads the files of --ca-file and
  /// --certificate-file. Errors: those of FindKey and client::MakeTlsCredentials.
  absl::Status LoadKey();
  /// The channel to --server. Connects on first use. REQUIRES: LoadKey.
  std::shared_ptr<grpc::Channel> Channel();
  /// A new channel to another server, with the same key. REQUIRES: LoadKey.
  ///
  /// Both use TLS when an option of it or the address ("https://HOST:PORT") asks for it; otherwise
  /// they warn on stderr, once per run, when the key leaves this machine.
  std::shared_ptr<grpc::Channel> ChannelTo(const std::string& address);

  /// Calls a unary method of a stub with the deadline:
  ///   auto response = program.Call(&Stub::GetAlert, *stub, request);
  template <typename Stub, typename Request, typename Response>
  absl::StatusOr<Response> Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                             Response*),
                                std::type_identity_t<Stub>& stub,
                                const std::type_identity_t<Request>& request) {
    absl::StatusOr<Response> response = client::Call(method, stub, request, {.timeout = timeout()});
    if (!response.ok()) return Explain(response.status());
    return response;
  }

  /// Reads a stream that has an end: on_message(message) for each message. --timeout limits the
  /// wait for the first or the next message, not for the whole stream.
  template <typename Message, typename OnMessage>
  absl::Status ReadAll(grpc::ClientContext& context, grpc::ClientReader<Message>& reader,
                       OnMessage on_message);

  /// Reads a stream to its end, or until `stop` is signalled or `on_message` returns false (both
  /// OK). `open` makes the call. A stream that breaks after its first message is opened again, with
  /// pauses of 0.25 s to 5 s: `open` is called again and can resume.
  template <typename Open, typename OnMessage>
  absl::Status Follow(StopSignal& stop, Open open, OnMessage on_message);

  /// The error with the server's address, and with what to do when it is unavailable or refuses the
  /// caller.
  absl::Status Explain(const absl::Status& error);
  absl::Status Explain(const grpc::Status& status) { return Explain(client::ToStatus(status)); }
  /// Explain when the server refuses the caller; other statuses unchanged. For commands that word
  /// those themselves.
  absl::Status ExplainRefusal(const absl::Status& status);
  /// For a single answer; streams use ReadAll.
  void SetDeadline(grpc::ClientContext& context) const {
    context.set_deadline(absl::ToChronoTime(absl::Now() + timeout()));
  }

  /// Prints to stdout, unbuffered. The program ends quietly when the reader has closed the pipe.
  void Print(std::string_view text) const;
  /// Prints to stderr, with prefix and newline: "citylayers: ...".
  void Say(std::string_view text) const;
  /// True when stderr is a terminal: then progress is shown.
  bool progress() const { return progress_; }

 private:
  /// The error of a stream that sent `count` messages and then none for --timeout.
  absl::Status Silence(std::uint64_t count) const;
  /// What to do when the server refuses the caller; empty for other errors.
  std::string KeyAdvice(const absl::Status& error) const;
  void AddTlsOptions(CLI::App& app);
  /// Whether calls to an address of the command line use TLS.
  bool UsesTls(const std::string& address) const;

  std::string server_;
  CLI::Option* server_option_ = nullptr;
  std::string context_;
  std::string context_key_file_;
  std::string key_file_;
  CLI::Option* key_file_option_ = nullptr;
  SentKey key_;
  bool tls_ = false;
  client::TlsFiles tls_files_;
  std::shared_ptr<grpc::ChannelCredentials> tls_credentials_;
  bool warned_of_plain_text_ = false;
  std::string format_ = "table";
  CLI::Option* format_option_ = nullptr;
  double timeout_s_ = 10;
  bool colour_ = false;
  bool progress_ = false;
  std::shared_ptr<grpc::Channel> channel_;
};

template <typename Message, typename OnMessage>
absl::Status Program::ReadAll(grpc::ClientContext& context, grpc::ClientReader<Message>& reader,
                              OnMessage on_message) {
  StreamDeadline deadline(timeout(), [&context] { context.TryCancel(); });
  Message message;
  std::uint64_t count = 0;
  while (deadline.During([&] { return reader.Read(&message); })) {
    ++count;
    on_message(message);
    message.Clear();
  }
  const grpc::Status status = deadline.During([&] { return reader.Finish(); });
  if (deadline.expired()) return Silence(count);
  return status.ok() ? absl::OkStatus() : Explain(status);
}

template <typename Open, typename OnMessage>
absl::Status Program::Follow(StopSignal& stop, Open open, OnMessage on_message) {
  const absl::Status status =
      client::Follow(stop, std::move(open), std::move(on_message),
                     {.on_change = [this](const absl::Status& change) {
                       Say(change.ok() ? "the server is available again"
                                       : "the server is unavailable; waiting for it");
                     }});
  return status.ok() ? status : Explain(status);
}

}  // namespace citylayers::cli

#endif  // CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_PROGRAM_H_
