#include "services/runtime/config/config.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

#include "base/status_macros.h"
#include "base/strings.h"
#include "base/toml_parse.h"
#include "base/toml_writer.h"
#include "services/runtime/config/suggestion.h"

namespace citylayers::runtime {
namespace {

constexpr std::string_view kEnvironmentPrefix = "CITYLAYERS_";

/// Checks that `value` can be parsed as the option's type and lies in its range.
absl::Status CheckValue(const Option& option, std::string_view value, std::string_view where) {
  const auto error = [&](std::string_view wanted) {
    return absl::InvalidArgumentError(StrCat(where, ": ", option.key, " = \"", value, "\" is not ",
                                             wanted, " (", option.help, ")"));
  };
  double number = 0;
  switch (option.type) {
    case OptionType::kString: {
      const std::vector<std::string>& choices = option.choices;
      if (choices.empty() || std::find(choices.begin(), choices.end(), value) != choices.end()) {
        return absl::OkStatus();
      }
      const std::string near = Suggest(value, choices);
      return error(StrCat("one of ", absl::StrJoin(choices, ", "),
                          near.empty() ? "" : StrCat("; did you mean \"", near, "\"?")));
    }
    case OptionType::kBool: {
      bool b;
      return absl::SimpleAtob(ToAbsl(value), &b) ? absl::OkStatus() : error("true or false");
    }
    case OptionType::kInt: {
      std::int64_t i = 0;
      if (!absl::SimpleAtoi(ToAbsl(value), &i)) return error("a whole number");
      number = static_cast<double>(i);
      break;
    }
    case OptionType::kDouble:
      if (!absl::SimpleAtod(ToAbsl(value), &number) || !std::isfinite(number))
        return error("a number");
      break;
    case OptionType::kDuration: {
      absl::Duration d;
      if (!absl::ParseDuration(ToAbsl(value), &d))
        return error("a duration such as 250ms, 5s or 2h");
      number = absl::ToDoubleSeconds(d);
      break;
    }
  }
  if (number < option.min || number > option.max)
    return error(StrCat("in ", option.min, " to ", option.max));
  return absl::OkStatus();
}

std::string WrittenValue(const toml::node& node) {
  if (const auto* s = node.as_string()) return s->get();
  if (const auto* b = node.as_boolean()) return b->get() ? "true" : "false";
  if (const auto* i = node.as_integer()) return StrCat(i->get());
  if (const auto* d = node.as_floating_point()) return StrCat(d->get());
  std::ostringstream text;
  text << toml::node_view<const toml::node>(node);
  return text.str();
}

absl::StatusOr<toml::table> ParseFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  // Opening a directory succeeds; reading it fails.
  if (!file || (file.peek() != std::ifstream::traits_type::eof() && !(text << file.rdbuf())) ||
      file.bad()) {
    return absl::NotFoundError(StrCat(path, ": cannot be read"));
  }
  return ParseToml(text.str(), path);
}

/// The path of a credential; empty when the service has none of that name.
std::string CredentialPath(const std::string& directory, const std::string& name) {
  if (directory.empty() || name.empty()) return "";
  std::string path = StrCat(directory, "/", name);
  std::error_code ignored;
  return std::filesystem::exists(path, ignored) ? path : "";
}

}  // namespace

absl::StatusOr<Config> Config::Load(std::vector<Option> options, const Inputs& inputs) {
  Config config;
  config.credentials_ = inputs.credentials;
  for (Option& option : options) {
    RETURN_IF_ERROR(CheckValue(option, option.default_value, "default"));
    std::string key = option.key;
    std::string value = CredentialPath(inputs.credentials, option.credential);
    if (value.empty()) value = option.default_value;
    config.entries_.emplace(std::move(key), Entry{std::move(option), std::move(value)});
  }
  if (!inputs.file.empty()) {
    ASSIGN_OR_RETURN(const toml::table table, ParseFile(inputs.file));
    for (const auto& [section, node] : table) {
      const toml::table* keys = node.as_table();
      if (keys == nullptr) {
        return absl::InvalidArgumentError(
            StrCat(inputs.file, ":", static_cast<int>(node.source().begin.line), ": \"",
                   std::string(section.str()), "\" is outside a [section]"));
      }
      for (const auto& [key, value] : *keys) {
        RETURN_IF_ERROR(config.Set(
            StrCat(std::string(section.str()), ".", std::string(key.str())), WrittenValue(value),
            StrCat(inputs.file, ":", static_cast<int>(value.source().begin.line))));
      }
    }
  }
  for (const auto& [name, value] : inputs.environment) {
    if (!name.starts_with(kEnvironmentPrefix)) continue;
    const std::string_view rest = std::string_view(name).substr(kEnvironmentPrefix.size());
    const std::size_t split = rest.find("__");
    // CITYLAYERS_REAL_DATA and similar variables are not options.
    if (split == std::string_view::npos) continue;
    const std::string key =
        absl::AsciiStrToLower(StrCat(rest.substr(0, split), ".", rest.substr(split + 2)));
    RETURN_IF_ERROR(config.Set(key, value, StrCat("environment ", name)));
  }
  for (const auto& [key, value] : inputs.flags) {
    RETURN_IF_ERROR(config.Set(key, value, StrCat("flag --", key)));
  }
  return config;
}

absl::Status Config::Set(std::string_view key, std::string_view value, std::string_view where) {
  auto it = entries_.find(key);
  if (it == entries_.end()) {
    std::vector<std::string> known;
    for (const auto& [name, entry] : entries_) known.push_back(name);
    const std::string near = Suggest(key, known);
    return absl::InvalidArgumentError(
        StrCat(where, ": unknown option \"", key, "\"",
               near.empty() ? "" : StrCat("; did you mean \"", near, "\"?"),
               " (--print-config lists all options)"));
  }
  RETURN_IF_ERROR(CheckValue(it->second.option, value, where));
  it->second.value = std::string(value);
  return absl::OkStatus();
}

const Config::Entry& Config::Find(std::string_view key, OptionType type) const {
  auto it = entries_.find(key);
  if (it == entries_.end() || it->second.option.type != type) {
    std::fprintf(stderr, "configuration key %.*s is not registered with this type\n",
                 static_cast<int>(key.size()), key.data());
    std::abort();  // A broken invariant of the program, not of its input.
  }
  return it->second;
}

const std::string& Config::GetString(std::string_view key) const {
  return Find(key, OptionType::kString).value;
}

std::int64_t Config::GetInt(std::string_view key) const {
  std::int64_t value = 0;
  (void)absl::SimpleAtoi(Find(key, OptionType::kInt).value, &value);
  return value;
}

double Config::GetDouble(std::string_view key) const {
  double value = 0;
  (void)absl::SimpleAtod(Find(key, OptionType::kDouble).value, &value);
  return value;
}

bool Config::GetBool(std::string_view key) const {
  bool value = false;
  (void)absl::SimpleAtob(Find(key, OptionType::kBool).value, &value);
  return value;
}

absl::Duration Config::GetDuration(std::string_view key) const {
  absl::Duration value;
  (void)absl::ParseDuration(Find(key, OptionType::kDuration).value, &value);
  return value;
}

bool Config::IsCredential(std::string_view key) const {
  return !credentials_.empty() && GetString(key).starts_with(credentials_ + "/");
}

ConfigChange Config::ChangeTo(const Config& next) const {
  ConfigChange change;
  for (const auto& [key, entry] : entries_) {
    const auto other = next.entries_.find(key);
    if (other == next.entries_.end() || other->second.value == entry.value) continue;
    (entry.option.is_live ? change.live : change.restart).push_back(key);
  }
  return change;
}

Config Config::WithLiveOptionsOf(const Config& next) const {
  Config merged = *this;
  for (auto& [key, entry] : merged.entries_) {
    if (entry.option.is_live) entry.value = next.Find(key, entry.option.type).value;
  }
  return merged;
}

std::string Config::ToToml() const {
  std::string out;
  std::string section;
  for (const auto& [key, entry] : entries_) {
    const std::pair<std::string, std::string> parts = absl::StrSplit(key, absl::MaxSplits('.', 1));
    if (parts.first != section) {
      StrAppend(&out, section.empty() ? "" : "\n", "[", parts.first, "]\n");
      section = parts.first;
    }
    const bool quoted =
        entry.option.type == OptionType::kString || entry.option.type == OptionType::kDuration;
    StrAppend(&out, "# ", entry.option.help);
    if (!entry.option.choices.empty()) {
      StrAppend(&out, " One of ", absl::StrJoin(entry.option.choices, ", "), ".");
    }
    if (entry.option.is_live) StrAppend(&out, " Changes live: SIGHUP.");
    StrAppend(&out, "\n", parts.second, " = ", quoted ? TomlString(entry.value) : entry.value,
              "\n");
  }
  return out;
}

}  // namespace citylayers::runtime
