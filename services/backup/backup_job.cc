#include "services/backup/backup_job.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "base/status_macros.h"
#include "base/strings.h"
#include "storage/backup/backup_writer.h"
#include "storage/pack/pack_mark.h"

namespace citylayers::backup {
namespace {

namespace fs = std::filesystem;

// An alert refers to readings, so that its copy is made before theirs: every reading that it refers
// to was acknowledged earlier, and is in the later copy. The latest keys are the best ones.
constexpr std::array<std::string_view, 3> kOrder = {"alerts", "readings", "keys"};
constexpr std::string_view kCopy = "backup-copy";  // beside the store, for hard links to its files
constexpr std::string_view kPackFile = "PACK";

std::string CopyPath(const std::string& data, const runtime::BackupSource& source) {
  return StrCat(data, "/", source.name(), "/", kCopy);
}

// The copy of one store; removed at the end.
struct Copied {
  Copied(runtime::BackupSource& its_source, std::string its_directory)
      : source(its_source), directory(std::move(its_directory)) {}
  Copied(const Copied&) = delete;
  Copied& operator=(const Copied&) = delete;
  ~Copied() {
    std::error_code ignored;
    fs::remove_all(directory, ignored);
  }

  runtime::BackupSource& source;
  const std::string directory;
  storage::StoreCopy content;
};

std::vector<runtime::BackupSource*> InOrder(std::vector<runtime::BackupSource*> sources) {
  const auto rank = [](const runtime::BackupSource* source) {
    return std::find(kOrder.begin(), kOrder.end(), source->name()) - kOrder.begin();
  };
  std::stable_sort(sources.begin(), sources.end(),
                   [&](const auto* a, const auto* b) { return rank(a) < rank(b); });
  return sources;
}

absl::Status Within(const runtime::BackupSource& source, const absl::Status& status) {
  return absl::Status(status.code(), StrCat(source.name(), ": ", ToStd(status.message())));
}

// nullptr: the store has nothing yet.
absl::StatusOr<std::unique_ptr<Copied>> CopyStore(const std::string& data,
                                                  runtime::BackupSource& source) {
  auto copied = std::make_unique<Copied>(source, CopyPath(data, source));
  std::error_code error;
  fs::remove_all(copied->directory, error);  // of a killed process
  absl::StatusOr<storage::StoreCopy> content = source.Copy(copied->directory);
  if (absl::IsNotFound(content.status())) return std::unique_ptr<Copied>();
  if (!content.ok()) return Within(source, content.status());
  copied->content = *std::move(content);
  // A restored directory belongs to the same city.
  const std::string pack = StrCat(data, "/", source.name(), "/", kPackFile);
  if (fs::exists(pack, error)) {
    fs::copy_file(pack, StrCat(copied->directory, "/", kPackFile), error);
    if (error) return absl::UnavailableError(StrCat("cannot copy ", pack, ": ", error.message()));
  }
  return copied;
}

std::uint64_t BytesBelow(const std::string& directory) {
  std::uint64_t bytes = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator entries(directory, error);
       !error && entries != fs::recursive_directory_iterator(); entries.increment(error)) {
    if (entries->is_regular_file(error)) bytes += entries->file_size(error);
  }
  return bytes;
}

// The copies of all stores, made as close to each other as possible: before the first is read.
absl::StatusOr<std::vector<std::unique_ptr<Copied>>> CopyStores(
    const std::string& data, const std::vector<runtime::BackupSource*>& sources) {
  std::vector<std::unique_ptr<Copied>> copies;
  for (runtime::BackupSource* source : InOrder(sources)) {
    ASSIGN_OR_RETURN(std::unique_ptr<Copied> copied, CopyStore(data, *source));
    if (copied != nullptr) copies.push_back(std::move(copied));
  }
  if (!copies.empty()) return copies;
  return absl::FailedPreconditionError(
      "this process has no store to back up: call the one that runs readings, alerts or keys "
      "(--server HOST:PORT)");
}

std::string PackIdOf(const std::string& data, const std::vector<std::unique_ptr<Copied>>& copies) {
  for (const auto& copied : copies) {
    const auto mark = storage::LoadPackMark(StrCat(data, "/", copied->source.name()));
    if (mark.has_value() && !mark->pack_id.empty()) return mark->pack_id;
  }
  return "-";
}

absl::Status AddStore(storage::BackupWriter& writer, const Copied& copied,
                      const storage::BackupWriter::OnProgress& on_bytes) {
  const runtime::BackupSource& source = copied.source;
  const storage::BackupStore store = {.name = source.name(),
                                      .format = source.format(),
                                      .offset = copied.content.offset,
                                      .identity = copied.content.identity};
  RETURN_IF_ERROR(writer.AddStore(store, copied.directory, on_bytes));
  const absl::Status opened = source.Check(writer.StorePath(source.name()), copied.content);
  return opened.ok() ? opened : Within(source, opened);
}

}  // namespace

absl::StatusOr<MadeBackup> MakeBackup(const BackupJobOptions& options,
                                      const std::vector<runtime::BackupSource*>& sources,
                                      const BackupRequest& request, const Clock& clock,
                                      const OnProgress& on_progress) {
  ASSIGN_OR_RETURN(const std::unique_ptr<storage::BackupWriter> writer,
                   storage::BackupWriter::Begin({.backups = options.backups,
                                                 .time = clock.Now(),
                                                 .program_version = options.program_version,
                                                 .full = request.full,
                                                 .min_free_bytes = options.min_free_bytes}));
  ASSIGN_OR_RETURN(const std::vector<std::unique_ptr<Copied>> copies,
                   CopyStores(options.data, sources));
  BackupProgress progress;
  for (const auto& copied : copies) progress.total_bytes += BytesBelow(copied->directory);
  RETURN_IF_ERROR(on_progress(progress));
  for (const auto& copied : copies) {
    RETURN_IF_ERROR(AddStore(*writer, *copied, [&](std::uint64_t bytes) {
      progress.done_bytes += bytes;
      return on_progress(progress);
    }));
  }
  writer->SetPack(PackIdOf(options.data, copies));
  MadeBackup made{.name = writer->name(), .manifest = {}, .copied_bytes = 0, .removed = {}};
  ASSIGN_OR_RETURN(made.manifest, writer->Commit());
  made.copied_bytes = writer->copied_bytes();
  if (request.keep > 0) made.removed = writer->Prune(std::max(request.keep, options.keep_min));
  return made;
}

void RemoveLeftCopies(const std::string& data, const std::vector<runtime::BackupSource*>& sources) {
  std::error_code ignored;
  for (const runtime::BackupSource* source : sources) {
    fs::remove_all(CopyPath(data, *source), ignored);
  }
}

}  // namespace citylayers::backup
