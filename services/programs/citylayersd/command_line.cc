#include "services/programs/citylayersd/command_line.h"

#include <array>
#include <string_view>
#include <utility>

#include "absl/strings/str_split.h"

#include "base/strings.h"

namespace citylayers::citylayersd {
namespace {

struct ShortFlag {
  std::string_view name;
  std::string_view key;
  std::string_view value;  // its value; empty: a switch
  std::string_view help;
};

constexpr std::array<ShortFlag, 10> kShortFlags = {{
    {"target", "server.target", "MODULES", "modules to run: all, or names separated by commas"},
    {"pack", "server.pack", "DIR", "the city pack"},
    {"data", "server.data", "DIR", "directory of readings and alerts"},
    {"http", "server.http", "HOST:PORT", "the HTTP gateway: booth page, tiles, feeds"},
    {"grpc", "server.grpc", "HOST:PORT", "gRPC"},
    {"admin", "server.admin", "HOST:PORT", "metrics, health, debug"},
    {"web", "server.web", "DIR", "the built booth page"},
    {"log", "server.log", "LEVEL", "debug, info, warn or error"},
    {"log-format", "server.log_format", "FORMAT", "text or json"},
    {"allow-insecure", "server.allow_insecure", "",
     "allow addresses other than loopback without keys"},
}};

/// The error for a word that is not a flag: after a value it is usually the rest of a pattern that
/// the shell expanded to several names, or of a path with a space.
std::string UnexpectedWord(std::string_view word, std::string_view last_flag,
                           std::string_view last_value) {
  if (last_flag.empty()) {
    return StrCat("\"", word, "\" is not a flag: flags begin with --; see citylayersd --help");
  }
  return StrCat(
      "--", last_flag, " takes one value, \"", last_value, "\", and \"", word,
      "\" comes after it: a pattern such as *.pack may have been expanded to several names, or a "
      "space in a path needs quotes");
}

const ShortFlag* FindShort(std::string_view name) {
  for (const ShortFlag& flag : kShortFlags) {
    if (flag.name == name) return &flag;
  }
  return nullptr;
}

}  // namespace

absl::StatusOr<CommandLine> ParseCommandLine(int argc, const char* const* argv) {
  CommandLine line;
  std::string_view last_flag;  // the last flag that took a value
  std::string last_value;
  for (int i = 1; i < argc; ++i) {
    std::string_view word = argv[i];
    if (word == "--help" || word == "-h") {
      line.action = Action::kHelp;
      return line;
    }
    if (word == "--version" || word == "-V") {
      line.action = Action::kVersion;
      return line;
    }
    if (word == "--check-config" || word == "--print-config") {
      line.action = word == "--check-config" ? Action::kCheckConfig : Action::kPrintConfig;
      continue;
    }
    if (word.substr(0, 2) != "--" || word.size() == 2) {
      return absl::InvalidArgumentError(UnexpectedWord(word, last_flag, last_value));
    }
    word.remove_prefix(2);
    const std::size_t equals = word.find('=');
    const std::string_view name = word.substr(0, equals);
    const ShortFlag* flag = FindShort(name);
    std::string value;
    if (equals != std::string_view::npos) {
      value = std::string(word.substr(equals + 1));
    } else if (flag != nullptr && flag->value.empty()) {
      value = "true";
    } else if (i + 1 < argc && std::string_view(argv[i + 1]).substr(0, 2) != "--") {
      value = argv[++i];
      last_flag = name;
      last_value = value;
    } else {
      return absl::InvalidArgumentError(StrCat("--", name, " needs a value"));
    }
    if (name == "config") {
      line.config_file = value;
    } else if (name == "backends") {
      // --backends readings=HOST:PORT,traffic=HOST:PORT
      for (absl::string_view part : absl::StrSplit(value, ',')) {
        const std::pair<std::string, std::string> backend =
            absl::StrSplit(part, absl::MaxSplits('=', 1));
        line.flags[StrCat("backends.", backend.first)] = backend.second;
      }
    } else {
      line.flags[flag != nullptr ? std::string(flag->key) : std::string(name)] = value;
    }
  }
  return line;
}

std::string VersionText() { return "citylayersd " CITYLAYERS_VERSION "\n"; }

std::string HelpText() {
  std::string text =
      "citylayersd: serves the live map layers of a city.\n\n"
      "usage: citylayersd --pack DIR --data DIR [flags]\n\n";
  for (const ShortFlag& flag : kShortFlags) {
    std::string left = StrCat("  --", flag.name, flag.value.empty() ? "" : " ", flag.value);
    left.resize(std::max<std::size_t>(left.size(), 28), ' ');
    StrAppend(&text, left, " ", flag.help, "\n");
  }
  StrAppend(
      &text,
      "  --backends NAME=ADDR,...   addresses of modules in other processes\n"
      "  --config FILE              TOML file; flags and CITYLAYERS_SECTION__KEY override it\n"
      "  --SECTION.KEY VALUE        any option of the configuration\n"
      "  --version                  print the version, and exit\n"
      "  --check-config             check the configuration, and exit\n"
      "  --print-config             print the whole configuration with its comments, and exit\n\n"
      "example: citylayersd --pack build/demo/saigon.pack --data data --http 127.0.0.1:8080\n");
  return text;
}

}  // namespace citylayers::citylayersd
