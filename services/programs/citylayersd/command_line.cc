#include "services/programs/citylayersd/command_line.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>
#include <utility>

#include "absl/strings/str_split.h"
#include <CLI/CLI.hpp>

#include "base/strings.h"

namespace citylayers::citylayersd {
namespace {

struct ShortFlag {
  std::string_view name;
  std::string_view key;
  std::string_view value;  // its value; empty: a switch
  std::string_view help;
};

constexpr std::array<ShortFlag, 11> kShortFlags = {{
    {"--target", "server.target", "MODULES", "modules to run: all, or names separated by commas"},
    {"--pack", "server.pack", "DIR", "the city pack"},
    {"--data", "server.data", "DIR", "directory of readings and alerts"},
    {"--http", "server.http", "HOST:PORT", "the HTTP gateway: booth page, tiles, feeds"},
    {"--grpc", "server.grpc", "HOST:PORT", "gRPC"},
    {"--admin", "server.admin", "HOST:PORT", "metrics, health, debug"},
    {"--web", "server.web", "DIR", "the built booth page"},
    {"--log", "server.log", "LEVEL", "debug, info, warn or error"},
    {"--log-format", "server.log_format", "FORMAT", "text or json"},
    {"--allow-insecure", "server.allow_insecure", "",
     "allow addresses other than loopback without encryption"},
    {"--allow-root", "server.allow_root", "", "allow running as root outside a container"},
}};

constexpr std::string_view kConfig = "--config";
constexpr std::string_view kBackends = "--backends";
constexpr std::string_view kCheckConfig = "--check-config";
constexpr std::string_view kPrintConfig = "--print-config";
constexpr std::size_t kHelpColumn = 29;

class HelpFormatter final : public CLI::Formatter {
 public:
  std::string make_usage(const CLI::App* /*app*/, std::string name) const override {
    return StrCat("\nUsage: ", name, " --pack DIR --data DIR [OPTIONS]\n");
  }
};

bool IsFlag(std::string_view word) { return word.substr(0, 2) == "--"; }

/// The flags in a CLI::App. Values are only collected: ParseCommandLine reads them in their order.
class FlagTable {
 public:
  explicit FlagTable(const std::vector<runtime::Option>& options) {
    app_.formatter(std::make_shared<HelpFormatter>());
    app_.get_formatter()->column_width(kHelpColumn);
    app_.set_help_flag("-h,--help", "print this text, and exit");
    app_.set_version_flag("-V,--version", "", "print version, commit and build type, and exit");
    // The caller reports extra words, because its message explains more.
    app_.allow_extras();
    for (const ShortFlag& flag : kShortFlags) {
      Add(flag.name, flag.value, flag.help);
      keys_.emplace(std::string(flag.name), std::string(flag.key));
    }
    Add(kBackends, "NAME=ADDR,...", "addresses of modules in other processes");
    Add(kConfig, "FILE", "TOML file; flags and CITYLAYERS_SECTION__KEY override it");
    Add(kCheckConfig, "", "check the configuration, and exit");
    Add(kPrintConfig, "", "print the whole configuration with its comments, and exit");
    for (const runtime::Option& option : options) {
      const std::string name = StrCat("--", option.key);
      Add(name, "VALUE", "")->group("");  // --print-config lists them
      keys_.emplace(name, option.key);
    }
    app_.footer(
        "Every option of the configuration is a flag as well: --SECTION.KEY VALUE.\n"
        "--print-config lists them.\n\n"
        "Example: citylayersd --pack build/demo/saigon.pack --data data --http 127.0.0.1:8080");
  }

  CLI::App& app() { return app_; }
  /// The configuration key of the flag; nullptr for --config and the like.
  const std::string* KeyOf(const std::string& flag) const {
    const auto found = keys_.find(flag);
    return found == keys_.end() ? nullptr : &found->second;
  }

 private:
  CLI::Option* Add(std::string_view name, std::string_view value, std::string_view help) {
    const std::string text(help);  // CLI11 takes a description only as a constant
    CLI::Option* option =
        value.empty() ? app_.add_flag(std::string(name), text)
                      : app_.add_option(std::string(name), text)->type_name(std::string(value));
    return option->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  }

  CLI::App app_{"citylayersd: serves the live map layers of a city.", "citylayersd"};
  std::map<std::string, std::string> keys_;
};

/// The words as CLI11 expects them, last word first. It takes `--web=` as a flag whose value is the
/// next word; with a separate empty word the value is empty.
std::vector<std::string> ReversedWords(int argc, const char* const* argv) {
  std::vector<std::string> words;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (IsFlag(word) && word.find('=') == word.size() - 1) {
      words.emplace_back(word.substr(0, word.size() - 1));
      words.emplace_back();
    } else {
      words.emplace_back(word);
    }
  }
  std::reverse(words.begin(), words.end());
  return words;
}

absl::Status NeedsAValue(std::string_view flag) {
  return absl::InvalidArgumentError(StrCat(flag, " needs a value"));
}

/// True when `flag` took the flag that follows it as its value, which CLI11 allows. A value that
/// begins with -- is written as --flag=--value.
bool TookAFlag(int argc, const char* const* argv, const std::string& flag,
               const std::string& value) {
  const std::string joined = StrCat(flag, "=", value);
  return IsFlag(value) &&
         std::none_of(argv + 1, argv + argc, [&](const char* word) { return joined == word; });
}

/// The error for a word that is not a flag: after a value it is usually the rest of a pattern that
/// the shell expanded to several names, or of a path with a space.
absl::Status UnexpectedWord(int argc, const char* const* argv, std::string_view word) {
  int at = 1;
  while (at < argc && argv[at] != word) ++at;
  int flag = at - 1;
  while (flag > 0 && !IsFlag(argv[flag])) --flag;
  if (flag <= 0 || flag + 1 >= at) {
    return absl::InvalidArgumentError(
        StrCat("\"", word, "\" is not a flag: flags begin with --; see citylayersd --help"));
  }
  return absl::InvalidArgumentError(StrCat(
      argv[flag], " takes one value, \"", argv[flag + 1], "\", and \"", word,
      "\" comes after it: a pattern such as *.pack may have been expanded to several names, or a "
      "space in a path needs quotes"));
}

/// --backends readings=HOST:PORT,traffic=HOST:PORT
void AddBackends(const std::string& value, CommandLine* line) {
  for (absl::string_view part : absl::StrSplit(value, ',')) {
    const std::pair<std::string, std::string> backend =
        absl::StrSplit(part, absl::MaxSplits('=', 1));
    line->flags[StrCat("backends.", backend.first)] = backend.second;
  }
}

}  // namespace

absl::StatusOr<CommandLine> ParseCommandLine(int argc, const char* const* argv,
                                             const std::vector<runtime::Option>& options) {
  FlagTable table(options);
  CommandLine line;
  try {
    table.app().parse(ReversedWords(argc, argv));
  } catch (const CLI::CallForHelp&) {
    line.action = Action::kHelp;
    return line;
  } catch (const CLI::CallForVersion&) {
    line.action = Action::kVersion;
    return line;
  } catch (const CLI::ArgumentMismatch&) {
    return NeedsAValue(argv[argc - 1]);  // CLI11 lacks a word only after the last one
  } catch (const CLI::ParseError& error) {
    return absl::InvalidArgumentError(error.what());
  }
  // A flag may have two names, so values count in the order of the words.
  for (const CLI::Option* option : table.app().parse_order()) {
    const std::string flag = StrCat("--", option->get_lnames().front());
    const std::string& value = option->results().back();
    if (TookAFlag(argc, argv, flag, value)) return NeedsAValue(flag);
    if (const std::string* key = table.KeyOf(flag); key != nullptr) {
      line.flags[*key] = value;
    } else if (flag == kConfig) {
      line.config_file = value;
    } else if (flag == kBackends) {
      AddBackends(value, &line);
    } else if (flag == kCheckConfig) {
      line.action = Action::kCheckConfig;
    } else if (flag == kPrintConfig) {
      line.action = Action::kPrintConfig;
    }
  }
  // An unknown key, or a word without a flag, whichever comes first. The words after an unknown key
  // are not examined: the first may be its value.
  if (const std::vector<std::string> extras = table.app().remaining(); !extras.empty()) {
    const std::string_view first = extras.front();
    if (!IsFlag(first) || first.size() == 2) return UnexpectedWord(argc, argv, first);
    line.flags.emplace(first.substr(2, first.find('=') - 2), "");
  }
  return line;
}

std::string HelpText() { return FlagTable({}).app().help(); }

}  // namespace citylayers::citylayersd
