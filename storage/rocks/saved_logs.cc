#include "storage/rocks/saved_logs.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"

namespace citylayers::storage {
namespace {

namespace fs = std::filesystem;

}  // namespace

SavedLogs::SavedLogs(const std::string& database, std::string saved) : saved_(std::move(saved)) {
  std::error_code error;
  fs::remove_all(saved_, error);
  std::vector<fs::path> logs;
  for (const fs::directory_entry& entry : fs::directory_iterator(database, error)) {
    if (entry.path().extension() == ".log") logs.push_back(entry.path());
  }
  if (logs.empty() || !fs::create_directory(saved_, error)) return;
  for (const fs::path& log : logs) {
    fs::create_hard_link(log, fs::path(saved_) / log.filename(), error);
    any_ |= !error;
  }
}

SavedLogs::~SavedLogs() {
  std::error_code ignored;
  fs::remove_all(saved_, ignored);
}

std::string SavedLogs::Keep() {
  if (!any_) return "";
  std::error_code error;
  for (int i = 1; i < 1000; ++i) {
    const std::string name = absl::StrCat(saved_, "-", i);
    if (fs::exists(name, error)) continue;
    fs::rename(saved_, name, error);
    return error ? "" : name;
  }
  return "";
}

}  // namespace citylayers::storage
