#include "services/programs/citylayers/context_file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include <sys/stat.h>

#include "base/atomic_file.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "base/toml_parse.h"
#include "base/toml_writer.h"

namespace citylayers::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kNameCharactersMax = 64;
constexpr mode_t kOthersWrite = S_IWGRP | S_IWOTH;

struct Field {
  std::string_view key;
  std::string Context::*value;
};
constexpr std::array<Field, 4> kFields = {{{"server", &Context::server},
                                           {"key_file", &Context::key_file},
                                           {"ca_file", &Context::ca_file},
                                           {"format", &Context::format}}};

std::string Where(const std::string& path, const toml::node& node) {
  return StrCat(path, ":", static_cast<int>(node.source().begin.line), ": ");
}

absl::StatusOr<std::string> TextOf(const std::string& path, std::string_view key,
                                   const toml::node& node) {
  const auto* text = node.as_string();
  if (text == nullptr) {
    return absl::InvalidArgumentError(StrCat(Where(path, node), key, " must be a text in quotes"));
  }
  if (absl::StartsWith(text->get(), "clk_")) {
    return absl::InvalidArgumentError(StrCat(
        Where(path, node), key,
        " is an API key: put it into a file (chmod 600) and its path here; rotate the key if "
        "others could read this file"));
  }
  return text->get();
}

absl::StatusOr<Context> ReadContext(const std::string& path, const toml::table& table) {
  Context context;
  for (const auto& [key, node] : table) {
    const std::string_view name = key.str();
    const auto* field = std::find_if(kFields.begin(), kFields.end(),
                                     [&](const Field& known) { return known.key == name; });
    if (field == kFields.end()) {
      return absl::InvalidArgumentError(
          StrCat(Where(path, node), "unknown key \"", name,
                 "\"; a context has server, key_file, ca_file and format"));
    }
    ASSIGN_OR_RETURN(context.*(field->value), TextOf(path, name, node));
  }
  return context;
}

absl::Status ReadAll(const std::string& path, const toml::node& node, ContextFile& file) {
  const toml::table* contexts = node.as_table();
  if (contexts == nullptr) {
    return absl::InvalidArgumentError(StrCat(Where(path, node), "contexts must be tables"));
  }
  for (const auto& [key, value] : *contexts) {
    const std::string name(key.str());
    if (const absl::Status good = CheckContextName(name); !good.ok()) {
      return absl::InvalidArgumentError(StrCat(Where(path, value), ToStd(good.message())));
    }
    const toml::table* fields = value.as_table();
    if (fields == nullptr) {
      return absl::InvalidArgumentError(
          StrCat(Where(path, value), "write it as [contexts.", name, "]"));
    }
    ASSIGN_OR_RETURN(file.contexts[name], ReadContext(path, *fields));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Context> ContextFile::Find(std::string_view name) const {
  const auto found = contexts.find(std::string(name));
  if (found != contexts.end()) return found->second;
  std::vector<std::string> names;
  for (const auto& [known, context] : contexts) names.push_back(known);
  return absl::NotFoundError(StrCat(
      "there is no context \"", name, "\"; ",
      names.empty() ? std::string("make it with `citylayers config set NAME --server HOST:PORT`")
                    : StrCat("there are ", absl::StrJoin(names, ", "))));
}

std::string ContextPath(std::string_view config_home, std::string_view home) {
  if (!config_home.empty()) return StrCat(config_home, "/citylayers/config.toml");
  return home.empty() ? "" : StrCat(home, "/.config/citylayers/config.toml");
}

absl::Status CheckContextName(std::string_view name) {
  const bool good = !name.empty() && name.size() <= kNameCharactersMax &&
                    std::all_of(name.begin(), name.end(), [](unsigned char c) {
                      return absl::ascii_isalnum(c) || c == '_' || c == '-';
                    });
  if (good) return absl::OkStatus();
  return absl::InvalidArgumentError(StrCat("\"", name, "\" is not the name of a context: 1 to ",
                                           kNameCharactersMax, " characters of a-z A-Z 0-9 _ -"));
}

std::string FormatContexts(const ContextFile& file) {
  std::string text = "# Contexts of citylayers; `citylayers config` changes them.\n";
  if (!file.current.empty()) StrAppend(&text, "current = ", TomlString(file.current), "\n");
  for (const auto& [name, context] : file.contexts) {
    StrAppend(&text, "\n[contexts.", name, "]\n");
    for (const Field& field : kFields) {
      const std::string& value = context.*(field.value);
      if (!value.empty()) StrAppend(&text, field.key, " = ", TomlString(value), "\n");
    }
  }
  return text;
}

absl::StatusOr<ContextFile> ParseContexts(std::string_view text, const std::string& path) {
  ASSIGN_OR_RETURN(const toml::table table, ParseToml(text, path));
  ContextFile file;
  for (const auto& [key, node] : table) {
    if (key.str() == "current") {
      ASSIGN_OR_RETURN(file.current, TextOf(path, "current", node));
    } else if (key.str() == "contexts") {
      RETURN_IF_ERROR(ReadAll(path, node, file));
    } else {
      return absl::InvalidArgumentError(StrCat(Where(path, node), "unknown key \"",
                                               std::string(key.str()),
                                               "\"; the file has current and contexts"));
    }
  }
  if (file.current.empty() || file.contexts.count(file.current) > 0) return file;
  return absl::InvalidArgumentError(StrCat(path, ": current = \"", file.current,
                                           "\" is not one of its contexts: choose one with "
                                           "`citylayers config use NAME`"));
}

absl::StatusOr<ContextFile> LoadContexts(const std::string& path) {
  if (path.empty()) return ContextFile();
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return ContextFile();
    return absl::UnavailableError(StrCat(path, ": ", std::strerror(errno)));
  }
  if ((info.st_mode & kOthersWrite) != 0) {
    return absl::PermissionDeniedError(absl::StrFormat(
        "%s: other users can change it (mode %04o), and so could send your key to their server: "
        "chmod 600 %s",
        path, info.st_mode & 07777, path));
  }
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file.is_open() || file.bad())
    return absl::UnavailableError(StrCat(path, ": cannot be read"));
  return ParseContexts(text, path);
}

absl::Status SaveContexts(const std::string& path, const ContextFile& file) {
  const fs::path directory = fs::path(path).parent_path();
  std::error_code error;
  fs::create_directories(directory.parent_path(), error);
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) {
    return absl::UnavailableError(
        StrCat("cannot make ", directory.string(), ": ", std::strerror(errno)));
  }
  return ReplaceFile(path, FormatContexts(file), 0600);
}

}  // namespace citylayers::cli
