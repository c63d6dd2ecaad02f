// Commands `citylayers config ...`.
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/status_macros.h"
#include "base/strings.h"
#include "services/programs/citylayers/commands.h"
#include "services/programs/citylayers/context_file.h"
#include "services/programs/citylayers/program.h"
#include "services/programs/citylayers/table.h"

namespace citylayers::cli {
namespace {

struct SetOptions {
  std::string name;
  Context context;
};

// Changes the file by `change`, a function of ContextFile& that returns a status.
template <typename Change>
absl::Status ChangeFile(const Program& program, Change change) {
  const std::string path = program.context_path();
  if (path.empty()) {
    return absl::FailedPreconditionError(
        "neither XDG_CONFIG_HOME nor HOME is set: there is no place for contexts");
  }
  ASSIGN_OR_RETURN(ContextFile file, LoadContexts(path));
  RETURN_IF_ERROR(change(file));
  return SaveContexts(path, file);
}

// Paths are kept absolute: a context is used in any directory.
std::string Absolute(const std::string& path) {
  return path.empty() ? path : std::filesystem::absolute(path).lexically_normal().string();
}

void Take(const std::string& given, std::string& value) {
  if (!given.empty()) value = given;
}

absl::Status Set(const Program& program, const SetOptions& options) {
  if (const absl::Status good = CheckContextName(options.name); !good.ok()) {
    return Program::Usage(good);
  }
  for (const std::string& text : {options.context.key_file, options.context.ca_file}) {
    if (!text.starts_with("clk_")) continue;
    return Program::Usage(absl::InvalidArgumentError(
        "a context has the path of a file, not an API key, which others can read in process lists: "
        "rotate this key, and put the new one into a file (chmod 600)"));
  }
  return ChangeFile(program, [&](ContextFile& file) -> absl::Status {
    Context& context = file.contexts[options.name];
    Take(options.context.server, context.server);
    Take(Absolute(options.context.key_file), context.key_file);
    Take(Absolute(options.context.ca_file), context.ca_file);
    Take(options.context.format, context.format);
    if (file.current.empty()) file.current = options.name;
    // What is written must be readable.
    return ParseContexts(FormatContexts(file), program.context_path()).status();
  });
}

absl::Status Use(const Program& program, const std::string& name) {
  return ChangeFile(program, [&](ContextFile& file) -> absl::Status {
    RETURN_IF_ERROR(file.Find(name).status());
    file.current = name;
    return absl::OkStatus();
  });
}

absl::Status Delete(const Program& program, const std::string& name) {
  return ChangeFile(program, [&](ContextFile& file) -> absl::Status {
    RETURN_IF_ERROR(file.Find(name).status());
    file.contexts.erase(name);
    if (file.current == name) file.current.clear();
    return absl::OkStatus();
  });
}

absl::Status Current(const Program& program) {
  ASSIGN_OR_RETURN(const ContextFile file, LoadContexts(program.context_path()));
  if (file.current.empty()) {
    return absl::NotFoundError(
        "no context is in use; choose one with `citylayers config use NAME`");
  }
  program.Print(StrCat(file.current, "\n"));
  return absl::OkStatus();
}

absl::Status List(const Program& program) {
  RETURN_IF_ERROR(program.NoPlaces());
  ASSIGN_OR_RETURN(const ContextFile file, LoadContexts(program.context_path()));
  Table table({{.header = ""},
               {.header = "CONTEXT"},
               {.header = "SERVER"},
               {.header = "KEY FILE"},
               {.header = "CA"},
               {.header = "FORMAT"}},
              program.colour());
  nlohmann::json all = nlohmann::json::array();
  for (const auto& [name, context] : file.contexts) {
    const bool is_current = name == file.current;
    table.Add({std::string(is_current ? "*" : ""), name, context.server, context.key_file,
               context.ca_file, context.format});
    all.push_back({{"name", name},
                   {"current", is_current},
                   {"server", context.server},
                   {"key_file", context.key_file},
                   {"ca_file", context.ca_file},
                   {"format", context.format}});
  }
  if (program.format() != OutputFormat::kTable) {
    program.Print(all.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
  } else {
    program.Print(table.empty() ? "no contexts\n" : table.Render());
  }
  return absl::OkStatus();
}

void AddSet(CLI::App& group, Program& program) {
  CLI::App* set = program.Add(
      group, "set", "Make a context, or change the given parts of one; the first one is used",
      "  citylayers config set hcmc --server city.example:50051 --key-file "
      "~/.config/citylayers/lan.key\n"
      "  citylayers config set hcmc --format json");
  auto options = std::make_shared<SetOptions>();
  set->add_option("context", options->name, "Name of the context")->required();
  set->add_option("--server", options->context.server, "Address of the server's gRPC")
      ->type_name("HOST:PORT");
  set->add_option("--key-file", options->context.key_file, "File with the API key")
      ->type_name("FILE");
  set->add_option("--ca", options->context.ca_file, "File with the certificates to trust, PEM")
      ->type_name("FILE");
  set->add_option("--format", options->context.format, "Output format")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"table", "json", "ndjson", "geojson"}));
  program.OnRunWithoutContext(set, [&program, options] { return Set(program, *options); });
}

}  // namespace

void AddConfigCommands(CLI::App& app, Program& program) {
  CLI::App* group = program.AddGroup(app, "config", "Contexts: named servers with their keys");
  CLI::App* list = program.Add(*group, "list", "List the contexts", "  citylayers config list");
  program.OnRunWithoutContext(list, [&program] { return List(program); });
  CLI::App* current = program.Add(*group, "current", "Print the name of the context in use",
                                  "  citylayers config current");
  program.OnRunWithoutContext(current, [&program] { return Current(program); });
  AddSet(*group, program);
  auto name = std::make_shared<std::string>();
  CLI::App* use =
      program.Add(*group, "use", "Use a context from now on", "  citylayers config use hcmc");
  use->add_option("context", *name, "Name of the context")->required();
  program.OnRunWithoutContext(use, [&program, name] { return Use(program, *name); });
  CLI::App* remove = program.Add(*group, "delete", "Delete a context; its key file stays",
                                 "  citylayers config delete hcmc");
  remove->add_option("context", *name, "Name of the context")->required();
  program.OnRunWithoutContext(remove, [&program, name] { return Delete(program, *name); });
}

}  // namespace citylayers::cli
