// Commands `citylayers keys ...`.
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/clock.h"

#include "base/status_macros.h"
#include "base/strings.h"
#include "citylayers/access/v1/key_service.grpc.pb.h"
#include "proto/support/proto_time.h"
#include "services/keys/key_init.h"
#include "services/programs/citylayers/commands.h"
#include "services/programs/citylayers/key_file.h"
#include "services/programs/citylayers/key_text.h"
#include "services/programs/citylayers/program.h"

namespace citylayers::cli {
namespace {

using access::v1::Key;
using access::v1::KeyService;
using Stub = KeyService::Stub;

// Negative: not given.
struct LimitOptions {
  std::int64_t calls_per_second = -1;
  std::int64_t streams_max = -1;
  std::int64_t readings_per_second = -1;
  std::int64_t bytes_per_second = -1;
};

struct CreateOptions {
  std::string principal;
  std::vector<std::string> scopes;
  std::string expires;
  std::string certificate_name;
  LimitOptions limits;
};

struct RotateOptions {
  std::string id;
  std::string overlap = "0";
  std::string expires;
};

struct InitOptions {
  std::string data;
  std::string principal = "admin";
  std::string key_file;
};

// Sets the field returned by `mutable_field()` when a time is given.
template <typename MutableField>
absl::Status SetExpiry(const std::string& text, MutableField mutable_field) {
  if (text.empty()) return absl::OkStatus();
  const auto time = ParseExpiry(text, absl::Now());
  if (!time.ok()) return Program::Usage(time.status());
  *mutable_field() = ToProtoTime(*time);
  return absl::OkStatus();
}

// Without any limit the field stays unset: the server's limits apply.
void SetLimits(const LimitOptions& options, access::v1::CreateKeyRequest& request) {
  const auto limits = [&request] { return request.mutable_limits(); };
  if (options.calls_per_second >= 0) limits()->set_calls_per_second(options.calls_per_second);
  if (options.streams_max >= 0) limits()->set_streams_max(options.streams_max);
  if (options.readings_per_second >= 0) {
    limits()->set_readings_per_second(options.readings_per_second);
  }
  if (options.bytes_per_second >= 0) limits()->set_bytes_per_second(options.bytes_per_second);
}

// stdout has nothing but the key, so that it can be redirected to a file. The rest is printed
// before it, so that the id is known even when stdout fails.
void PrintKey(const Program& program, const std::string& what, const std::string& key_text) {
  program.Say(StrCat(what, "; its text follows and is never shown again"));
  program.Print(StrCat(key_text, "\n"));
}

absl::Status Create(Program& program, const CreateOptions& options) {
  RETURN_IF_ERROR(program.NoPlaces());
  access::v1::CreateKeyRequest request;
  request.set_principal(options.principal);
  request.mutable_scopes()->Assign(options.scopes.begin(), options.scopes.end());
  request.set_certificate_name(options.certificate_name);
  RETURN_IF_ERROR(SetExpiry(options.expires, [&] { return request.mutable_expire_time(); }));
  SetLimits(options.limits, request);
  const auto stub = KeyService::NewStub(program.Channel());
  ASSIGN_OR_RETURN(const auto response, program.Call(&Stub::CreateKey, *stub, request));
  PrintKey(program, StrCat("created ", KeySummary(response.key())), response.key_text());
  return absl::OkStatus();
}

absl::Status List(Program& program) {
  RETURN_IF_ERROR(program.NoPlaces());
  const auto stub = KeyService::NewStub(program.Channel());
  ASSIGN_OR_RETURN(const auto response, program.Call(&Stub::ListKeys, *stub, {}));
  ResourceList list = program.List(KeyColumns());
  const absl::Time now = absl::Now();
  for (const Key& key : response.keys()) list.Add(key, KeyCells(key, now));
  program.Print(list.Render("no keys"));
  return absl::OkStatus();
}

absl::Status Rotate(Program& program, const RotateOptions& options) {
  RETURN_IF_ERROR(program.NoPlaces());
  const auto name = ParseKeyName(options.id);
  if (!name.ok()) return Program::Usage(name.status());
  const auto overlap = ParseLongDuration(options.overlap);
  if (!overlap.ok()) return Program::Usage(overlap.status());
  access::v1::RotateKeyRequest request;
  request.set_name(*name);
  if (*overlap > absl::ZeroDuration()) {
    request.mutable_overlap()->set_seconds(absl::ToInt64Seconds(*overlap));
  }
  RETURN_IF_ERROR(SetExpiry(options.expires, [&] { return request.mutable_expire_time(); }));
  const auto stub = KeyService::NewStub(program.Channel());
  ASSIGN_OR_RETURN(const auto response, program.Call(&Stub::RotateKey, *stub, request));
  const Key& key = response.key();
  const std::string former =
      key.has_overlap_end_time()
          ? StrCat("is accepted until ", FormatCityTime(FromProtoTime(key.overlap_end_time())))
          : "is no longer accepted";
  PrintKey(program, StrCat("new secret of ", KeySummary(key), "; the former secret ", former),
           response.key_text());
  return absl::OkStatus();
}

absl::Status Revoke(Program& program, const std::string& id) {
  RETURN_IF_ERROR(program.NoPlaces());
  const auto name = ParseKeyName(id);
  if (!name.ok()) return Program::Usage(name.status());
  access::v1::RevokeKeyRequest request;
  request.set_name(*name);
  const auto stub = KeyService::NewStub(program.Channel());
  ASSIGN_OR_RETURN(const auto response, program.Call(&Stub::RevokeKey, *stub, request));
  program.Print(
      RenderOneResource(program.format(), response.key(), KeyLines(response.key(), absl::Now())));
  return absl::OkStatus();
}

// The file is created first, so that no key exists whose text cannot be kept.
absl::Status InitToFile(Program& program, const InitOptions& options) {
  ASSIGN_OR_RETURN(NewKeyFile file, NewKeyFile::Create(options.key_file));
  ASSIGN_OR_RETURN(const access::ApiKey key, keys::InitKeys(options.data, options.principal));
  if (const absl::Status status = file.Write(key); !status.ok()) {
    return absl::Status(status.code(), ToAbsl(StrCat(ToStd(status.message()),
                                                     "; the text of the new key is lost: remove ",
                                                     options.data, "/keys and try again")));
  }
  program.Say(StrCat("created keys/", key.id, " of ", options.principal,
                     " (admin; never expires); its text is in ", options.key_file));
  return absl::OkStatus();
}

absl::Status Init(Program& program, const InitOptions& options) {
  if (!options.key_file.empty()) return InitToFile(program, options);
  ASSIGN_OR_RETURN(const access::ApiKey key, keys::InitKeys(options.data, options.principal));
  PrintKey(program,
           StrCat("created keys/", key.id, " of ", options.principal, " (admin; never expires)"),
           key.ToText());
  return absl::OkStatus();
}

// A key that no server lists: the processes of a city know each other by it.
absl::Status WriteProcessKey(Program& program, const std::string& path) {
  ASSIGN_OR_RETURN(NewKeyFile file, NewKeyFile::Create(path));
  ASSIGN_OR_RETURN(const access::ApiKey key, access::ApiKey::Generate());
  RETURN_IF_ERROR(file.Write(key));
  program.Say(StrCat("wrote ", path, ": copy it to all machines of the city, readable only by the ",
                     "user of citylayersd, and set security.process_key_file to it"));
  return absl::OkStatus();
}

void AddProcessKey(CLI::App& keys, Program& program) {
  CLI::App* command =
      program.Add(keys, "process-key",
                  "Write the key by which the processes of a city call each other (offline)",
                  "  citylayers keys process-key /etc/citylayers/process.key");
  auto path = std::make_shared<std::string>();
  command->add_option("file", *path, "New file, which only its owner can read (mode 0600)")
      ->type_name("FILE")
      ->required();
  program.OnRunOffline(command, [&program, path] { return WriteProcessKey(program, *path); });
}

void AddLimits(CLI::App* create, LimitOptions& limits) {
  const auto add = [create](const char* name, std::int64_t& value, const std::string& what) {
    create->add_option(name, value, what + "; 0: no limit; default: that of the server (limits.*)")
        ->type_name("NUMBER")
        ->check(CLI::NonNegativeNumber);
  };
  add("--calls-per-second", limits.calls_per_second, "Calls and HTTP requests per second");
  add("--streams-max", limits.streams_max, "Streams that may be open at once");
  add("--readings-per-second", limits.readings_per_second,
      "Readings that may be written per second");
  add("--bytes-per-second", limits.bytes_per_second,
      "Bytes of messages and bodies per second, received and sent together");
}

void AddCreate(CLI::App& keys, Program& program) {
  CLI::App* create =
      program.Add(keys, "create", "Create a key; stdout has only its text, on one line",
                  "  (umask 077; citylayers keys create --principal 'sensor gateway 7' "
                  "--scope readings:write > gateway.key)\n"
                  "  citylayers keys create --principal 'night desk 1' --scope alerts:operate "
                  "--scope layers:read --expires 90d\n"
                  "  citylayers keys create --principal 'flood app' --scope layers:read:flood "
                  "--expires 2027-12-31T23:59:59+07:00\n"
                  "  citylayers keys create --principal 'sensor gateway 7' --scope readings:write "
                  "--certificate-name 'CN=gateway-7,O=City' > /dev/null\n"
                  "  citylayers keys create --principal 'school map' --scope layers:read "
                  "--calls-per-second 50 --streams-max 20");
  auto options = std::make_shared<CreateOptions>();
  create
      ->add_option("--principal", options->principal,
                   "Person or device that holds the key, as logs and audit trails name it")
      ->type_name("NAME")
      ->required();
  create
      ->add_option("--scope", options->scopes,
                   "What the holder may do, such as readings:write or layers:read:traffic; give "
                   "it again for another scope")
      ->type_name("SCOPE")
      ->allow_extra_args(false)
      ->required();
  create
      ->add_option("--expires", options->expires,
                   "When the key stops being accepted: 90d, or RFC 3339; default: never")
      ->type_name("TIME");
  create
      ->add_option("--certificate-name", options->certificate_name,
                   "Name of the client certificates that act as the key: their subject as `openssl "
                   "x509 -noout -subject -nameopt RFC2253` shows it, or DNS:NAME or URI:ADDRESS")
      ->type_name("NAME");
  AddLimits(create, options->limits);
  program.OnRun(create, [&program, options] { return Create(program, *options); });
}

void AddRotate(CLI::App& keys, Program& program) {
  CLI::App* rotate = program.Add(
      keys, "rotate", "Give a key a new secret; stdout has only the new text, on one line",
      "  (umask 077; citylayers keys rotate abcdefghijkl --overlap 24h > gateway.key.new)\n"
      "  citylayers keys rotate keys/abcdefghijkl   # after a leak: the former secret ends at "
      "once");
  auto options = std::make_shared<RotateOptions>();
  rotate->add_option("key", options->id, "The key: keys/ID or ID")->required();
  rotate
      ->add_option("--overlap", options->overlap,
                   "How long the former secret is still accepted, up to 90d; 0: not at all")
      ->type_name("DURATION")
      ->capture_default_str();
  rotate
      ->add_option("--expires", options->expires,
                   "New time of expiry: 90d, or RFC 3339; default: as before")
      ->type_name("TIME");
  program.OnRun(rotate, [&program, options] { return Rotate(program, *options); });
}

void AddInit(CLI::App& keys, Program& program) {
  CLI::App* init = program.Add(
      keys, "init", "Create the first key, with the scope admin, in a data directory (offline)",
      "  citylayers keys init --data /var/lib/citylayers --key-file admin.key\n"
      "  (umask 077; citylayers keys init --data data --principal lan > admin.key)");
  auto options = std::make_shared<InitOptions>();
  init->add_option("--data", options->data, "Data directory of citylayersd, as in its --data")
      ->type_name("DIR")
      ->required();
  init->add_option("--principal", options->principal, "Person that holds the key")
      ->type_name("NAME")
      ->capture_default_str();
  init->add_option("--key-file", options->key_file,
                   "New file for the key, which only its owner can read (mode 0600); an existing "
                   "file is not replaced. Default: the key is printed on stdout")
      ->type_name("OUT");
  program.OnRunOffline(init, [&program, options] { return Init(program, *options); });
}

}  // namespace

void AddKeysCommands(CLI::App& app, Program& program) {
  CLI::App* keys = program.AddGroup(app, "keys", "API keys: create, list, rotate, revoke");
  AddCreate(*keys, program);
  CLI::App* list = program.Add(*keys, "list", "List all keys, oldest first, without their secrets",
                               "  citylayers keys list\n"
                               "  citylayers keys list --format json");
  program.OnRun(list, [&program] { return List(program); });
  AddRotate(*keys, program);
  CLI::App* revoke = program.Add(*keys, "revoke", "End a key; it stays in the list",
                                 "  citylayers keys revoke abcdefghijkl");
  auto id = std::make_shared<std::string>();
  revoke->add_option("key", *id, "The key: keys/ID or ID")->required();
  program.OnRun(revoke, [&program, id] { return Revoke(program, *id); });
  AddInit(*keys, program);
  AddProcessKey(*keys, program);
}

}  // namespace citylayers::cli
