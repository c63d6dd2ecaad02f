#include "services/programs/citylayers/completion.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include <CLI/CLI.hpp>

#include "base/strings.h"

namespace citylayers::cli {
namespace {

// The names of types that stand for paths in the help.
constexpr std::array<std::string_view, 4> kPathTypes = {"FILE", "OUT", "DIR", "PACK"};

// The first sentence on one line: lists of completions have little space.
std::string FirstSentence(const std::string& text) {
  const std::size_t end = std::min({text.find(". "), text.find(": "), text.find("; ")});
  std::string line = text.substr(0, end);
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line;
}

// The choices in the type of an option, "FORMAT:{table,json}"; empty when it has none.
std::vector<std::string> ChoicesOf(const std::string& type) {
  const std::size_t begin = type.find(":{");
  const std::size_t end = type.find('}', begin);
  if (begin == std::string::npos || end == std::string::npos) return {};
  return absl::StrSplit(type.substr(begin + 2, end - begin - 2), ',');
}

CompletionOption OptionOf(const CLI::Option& option) {
  CompletionOption result;
  for (const std::string& name : option.get_lnames()) result.names.push_back("--" + name);
  for (const std::string& name : option.get_snames()) result.names.push_back("-" + name);
  result.help = FirstSentence(option.get_description());
  result.takes_value = option.get_items_expected_max() > 0;
  if (!result.takes_value) return result;
  const std::string type = option.get_type_name();
  const std::string name = type.substr(0, type.find(':'));
  result.takes_path = std::find(kPathTypes.begin(), kPathTypes.end(), name) != kPathTypes.end();
  result.choices = ChoicesOf(type);
  return result;
}

void AddOptions(const CLI::App& app, std::vector<CompletionOption>* options) {
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty() || !option->nonpositional()) continue;
    CompletionOption added = OptionOf(*option);
    const bool is_known =
        std::any_of(options->begin(), options->end(), [&added](const CompletionOption& other) {
          return other.names.front() == added.names.front();
        });
    if (!is_known) options->push_back(std::move(added));
  }
  if (app.get_fallthrough() && app.get_parent() != nullptr) AddOptions(*app.get_parent(), options);
}

void AddCommand(const CLI::App& app, const std::string& path,
                std::vector<CompletionCommand>* table) {
  CompletionCommand command{.path = path, .subcommands = {}, .options = {}};
  const auto children =
      app.get_subcommands([](const CLI::App* child) { return !child->get_group().empty(); });
  for (const CLI::App* child : children) {
    command.subcommands.push_back({child->get_name(), FirstSentence(child->get_description())});
  }
  AddOptions(app, &command.options);
  table->push_back(std::move(command));
  for (const CLI::App* child : children) {
    AddCommand(*child, StrCat(path, " ", child->get_name()), table);
  }
}

// In single quotes, for the shells of the Bourne family.
std::string Quoted(std::string_view text) {
  return StrCat("'", absl::StrReplaceAll(ToAbsl(text), {{"'", "'\\''"}}), "'");
}

// fish reads a backslash within single quotes as an escape.
std::string FishQuoted(std::string_view text) {
  return StrCat("'", absl::StrReplaceAll(ToAbsl(text), {{"\\", "\\\\"}, {"'", "\\'"}}), "'");
}

// The paths of all commands below the program, as patterns of a `case`.
std::string PathsOf(const std::vector<CompletionCommand>& table, std::string_view separator) {
  std::vector<std::string> paths;
  for (const CompletionCommand& command : table) {
    if (!command.path.empty()) paths.push_back(Quoted(command.path));
  }
  return absl::StrJoin(paths, ToAbsl(separator));
}

// Options with values by their kind, as patterns of a `case` on "PATH OPTION".
std::vector<std::string> Patterns(const CompletionCommand& command,
                                  const CompletionOption& option) {
  std::vector<std::string> patterns;
  for (const std::string& name : option.names) {
    patterns.push_back(Quoted(StrCat(command.path, " ", name)));
  }
  return patterns;
}

std::string BashScript(const std::vector<CompletionCommand>& table) {
  std::string values;
  std::string words;
  for (const CompletionCommand& command : table) {
    std::vector<std::string> all;
    for (const CompletionWord& word : command.subcommands) all.push_back(word.text);
    for (const CompletionOption& option : command.options) {
      all.insert(all.end(), option.names.begin(), option.names.end());
      if (!option.takes_value) continue;
      const std::string action =
          option.takes_path
              ? "compopt -o filenames; COMPREPLY=($(compgen -f -- \"$current\"))"
              : StrCat("COMPREPLY=($(compgen -W ", Quoted(absl::StrJoin(option.choices, " ")),
                       " -- \"$current\"))");
      StrAppend(&values, "    ", absl::StrJoin(Patterns(command, option), " | "), ")\n      ",
                action, "\n      return ;;\n");
    }
    StrAppend(&words, "    ", Quoted(command.path), ") words=", Quoted(absl::StrJoin(all, " ")),
              " ;;\n");
  }
  return StrCat(R"(# Completion of citylayers in bash.
_citylayers() {
  local at='' current="${COMP_WORDS[COMP_CWORD]}" word words=''
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$at $word" in
      )",
                PathsOf(table, " | "), R"() at="$at $word" ;;
    esac
  done
  case "$at ${COMP_WORDS[COMP_CWORD-1]}" in
)",
                values, R"(  esac
  case "$at" in
)",
                words, R"(  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F _citylayers citylayers
)");
}

// An item of zsh's _describe: "word:help", where a colon in the word is escaped.
std::string Described(const std::string& word, const std::string& help) {
  return Quoted(StrCat(absl::StrReplaceAll(word, {{":", "\\:"}}), ":", help));
}

std::string ZshScript(const std::vector<CompletionCommand>& table) {
  std::string values;
  std::string items;
  for (const CompletionCommand& command : table) {
    std::vector<std::string> all;
    for (const CompletionWord& word : command.subcommands) {
      all.push_back(Described(word.text, word.help));
    }
    for (const CompletionOption& option : command.options) {
      for (const std::string& name : option.names) all.push_back(Described(name, option.help));
      if (!option.takes_value) continue;
      const std::string action =
          option.takes_path ? "_files" : StrCat("compadd -- ", absl::StrJoin(option.choices, " "));
      StrAppend(&values, "    (", absl::StrJoin(Patterns(command, option), "|"), ") ", action,
                "; return ;;\n");
    }
    StrAppend(&items, "    (", Quoted(command.path), ") items=(\n      ",
              absl::StrJoin(all, "\n      "), "\n    ) ;;\n");
  }
  return StrCat(R"(#compdef citylayers
# Completion of citylayers in zsh.
_citylayers() {
  local at='' word
  local -a items
  for word in ${words[2,CURRENT-1]}; do
    case "$at $word" in
      ()",
                PathsOf(table, "|"), R"() at="$at $word" ;;
    esac
  done
  case "$at ${words[CURRENT-1]}" in
)",
                values, R"(  esac
  case "$at" in
)",
                items, R"(  esac
  _describe -o 'command or option' items
}
_citylayers "$@"
)");
}

std::string FishScript(const std::vector<CompletionCommand>& table) {
  std::string text = StrCat(R"(# Completion of citylayers in fish.
function __citylayers_is_at
  set -l at ''
  for word in (commandline -opc)[2..]
    switch "$at $word"
      case )",
                            PathsOf(table, " "), R"(
        set at "$at $word"
    end
  end
  test "$at" = "$argv[1]"
end
complete -c citylayers -f
)");
  for (const CompletionCommand& command : table) {
    const std::string begin =
        StrCat("complete -c citylayers -n ",
               FishQuoted(StrCat("__citylayers_is_at ", FishQuoted(command.path))));
    for (const CompletionWord& word : command.subcommands) {
      StrAppend(&text, begin, " -a ", word.text, " -d ", FishQuoted(word.help), "\n");
    }
    for (const CompletionOption& option : command.options) {
      StrAppend(&text, begin);
      for (const std::string& name : option.names) {
        StrAppend(&text, name.starts_with("--") ? StrCat(" -l ", name.substr(2))
                                                : StrCat(" -s ", name.substr(1)));
      }
      if (option.takes_value) StrAppend(&text, option.takes_path ? " -r -F" : " -x");
      if (!option.choices.empty()) {
        StrAppend(&text, " -a ", FishQuoted(absl::StrJoin(option.choices, " ")));
      }
      StrAppend(&text, " -d ", FishQuoted(option.help), "\n");
    }
  }
  return text;
}

}  // namespace

std::vector<CompletionCommand> CompletionTable(const CLI::App& app) {
  std::vector<CompletionCommand> table;
  AddCommand(app, "", &table);
  return table;
}

std::string CompletionScript(Shell shell, const std::vector<CompletionCommand>& table) {
  switch (shell) {
    case Shell::kBash:
      return BashScript(table);
    case Shell::kZsh:
      return ZshScript(table);
    case Shell::kFish:
      break;
  }
  return FishScript(table);
}

}  // namespace citylayers::cli
