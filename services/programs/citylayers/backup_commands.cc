// Commands `citylayers backup ...`.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/clock.h"

#include "base/status_macros.h"
#include "base/strings.h"
#include "citylayers/backup/v1/backup_service.grpc.pb.h"
#include "services/programs/citylayers/backup_stores.h"
#include "services/programs/citylayers/backup_text.h"
#include "services/programs/citylayers/commands.h"
#include "services/programs/citylayers/program.h"
#include "storage/backup/backup_restore.h"

namespace citylayers::cli {
namespace {

using backup::v1::BackupService;
using backup::v1::CreateBackupResponse;

constexpr absl::Duration kSayEvery = absl::Seconds(5);

struct CreateOptions {
  bool full = false;
  int keep = 0;
};

struct FileOptions {
  std::string from;
  std::string name = "latest";
  std::string data;
};

std::string PercentOf(std::uint64_t done, std::uint64_t total) {
  const std::uint64_t percent = total == 0 ? 0 : done * 100 / total;
  return StrCat(percent, " % of ", FormatBytes(total));
}

// Shows how far a long operation is: on a terminal, a few times per minute.
class Progress {
 public:
  Progress(const Program& program, std::string doing)
      : program_(program), doing_(std::move(doing)) {}
  void Show(std::uint64_t done, std::uint64_t total) {
    if (!program_.progress() || absl::Now() - last_ < kSayEvery) return;
    last_ = absl::Now();
    program_.Say(StrCat(doing_, ": ", PercentOf(done, total)));
  }

 private:
  const Program& program_;
  const std::string doing_;
  absl::Time last_ = absl::Now();
};

// Stores that are in other processes of a split city, so that no one takes this for all of it.
void SayMissing(const Program& program, const backup::v1::Backup& made) {
  for (const char* name : {"readings", "alerts", "keys"}) {
    bool has = false;
    for (const backup::v1::BackupStore& store : made.stores()) has |= store.name() == name;
    if (has) continue;
    program.Say(StrCat("note: this backup has no ", name,
                       ": there are none yet, or another process has them; then back that one up "
                       "as well, with --server HOST:PORT"));
  }
}

absl::Status Create(Program& program, const CreateOptions& options) {
  RETURN_IF_ERROR(program.NoPlaces());
  backup::v1::CreateBackupRequest request;
  request.set_full(options.full);
  request.set_keep_count(options.keep);
  const auto stub = BackupService::NewStub(program.Channel());
  grpc::ClientContext context;
  const auto reader = stub->CreateBackup(&context, request);
  std::optional<backup::v1::Backup> made;
  Progress progress(program, "backup");
  RETURN_IF_ERROR(program.ReadAll(context, *reader, [&](const CreateBackupResponse& response) {
    if (response.has_backup()) made = response.backup();
    progress.Show(static_cast<std::uint64_t>(response.progress().done_bytes()),
                  static_cast<std::uint64_t>(response.progress().total_bytes()));
  }));
  if (!made.has_value()) return absl::InternalError("the server sent no backup");
  program.Print(RenderOneResource(program.format(), *made, BackupLines(*made)));
  SayMissing(program, *made);
  return absl::OkStatus();
}

absl::Status List(Program& program, const FileOptions& options) {
  RETURN_IF_ERROR(program.NoPlaces());
  ASSIGN_OR_RETURN(const std::vector<storage::ListedBackup> backups,
                   storage::ListBackups(options.from));
  ResourceList list = program.List(BackupColumns());
  for (const storage::ListedBackup& listed : backups) {
    if (!listed.manifest.ok()) {
      program.Say(StrCat(listed.name, ": ", ToStd(listed.manifest.status().message())));
      continue;
    }
    const backup::v1::Backup backup = ToProto(listed.name, options.from, *listed.manifest);
    list.Add(backup, BackupCells(backup));
  }
  program.Print(list.Render(StrCat("no backups in ", options.from)));
  return absl::OkStatus();
}

absl::Status Verify(Program& program, const FileOptions& options) {
  RETURN_IF_ERROR(program.NoPlaces());
  ASSIGN_OR_RETURN(const storage::OpenedBackup opened,
                   storage::OpenBackup(options.from, options.name));
  RETURN_IF_ERROR(CheckFormats(opened.manifest));
  Progress progress(program, "verify");
  std::uint64_t done = 0;
  RETURN_IF_ERROR(storage::CheckBackupFiles(opened, [&](std::uint64_t bytes) {
    progress.Show(done += bytes, opened.manifest.bytes());
    return absl::OkStatus();
  }));
  RETURN_IF_ERROR(CheckStores(opened.manifest, opened.directory));
  const backup::v1::Backup backup = ToProto(opened.name, options.from, opened.manifest);
  ResourceList list = program.List(BackupColumns());
  list.Add(backup, BackupCells(backup));
  program.Print(list.Render(""));
  program.Say(StrCat(opened.name, " is whole: ", opened.manifest.files.size(),
                     " files have their checksums, and every store opens"));
  return absl::OkStatus();
}

absl::Status Restore(Program& program, const FileOptions& options) {
  RETURN_IF_ERROR(program.NoPlaces());
  ASSIGN_OR_RETURN(const storage::OpenedBackup opened,
                   storage::OpenBackup(options.from, options.name));
  RETURN_IF_ERROR(CheckFormats(opened.manifest));
  Progress progress(program, "restore");
  std::uint64_t done = 0;
  RETURN_IF_ERROR(storage::RestoreBackup(
      opened, options.data,
      [&](std::uint64_t bytes) {
        progress.Show(done += bytes, opened.manifest.bytes());
        return absl::OkStatus();
      },
      [&](const std::string& directory) { return CheckStores(opened.manifest, directory); }));
  const backup::v1::Backup backup = ToProto(opened.name, options.from, opened.manifest);
  ResourceList list = program.List(BackupColumns());
  list.Add(backup, BackupCells(backup));
  program.Print(list.Render(""));
  program.Say(StrCat("restored to ", options.data, "; start the server with --data ", options.data,
                     " as the user that owns it"));
  if (opened.manifest.FindStore("keys") != nullptr) {
    program.Say(
        "warning: keys that were revoked after the backup are accepted again: compare `citylayers "
        "keys list` with your notes");
  }
  return absl::OkStatus();
}

void AddFrom(CLI::App& command, FileOptions& options) {
  command.add_option("--from", options.from, "Directory of the backups, as in backup.directory")
      ->type_name("DIR")
      ->required();
}

void AddName(CLI::App& command, FileOptions& options) {
  command.add_option("backup", options.name, "Name of the backup")
      ->type_name("NAME")
      ->capture_default_str();
}

void AddCreate(CLI::App& group, Program& program) {
  CLI::App* create = program.Add(
      group, "create", "Back up the stores of a server while it runs, to its backup.directory",
      "  citylayers backup create --keep 14\n"
      "  citylayers backup create --full   # after a backup was found damaged");
  auto options = std::make_shared<CreateOptions>();
  create->add_flag("--full", options->full,
                   "Copy all files; otherwise tables of the newest backup are shared with it");
  create
      ->add_option("--keep", options->keep,
                   "Number of backups to keep, with the new one; older ones are removed. 0: all")
      ->type_name("N")
      ->check(CLI::Range(0, 1'000'000))
      ->capture_default_str();
  program.OnRun(create, [&program, options] { return Create(program, *options); });
}

}  // namespace

void AddBackupCommands(CLI::App& app, Program& program) {
  CLI::App* group = program.AddGroup(app, "backup", "Backups: create, list, verify, restore");
  AddCreate(*group, program);
  auto options = std::make_shared<FileOptions>();
  CLI::App* list = program.Add(*group, "list", "List the complete backups, oldest first (offline)",
                               "  citylayers backup list --from /var/backups/citylayers");
  AddFrom(*list, *options);
  program.OnRunOffline(list, [&program, options] { return List(program, *options); });
  CLI::App* verify = program.Add(
      *group, "verify", "Compare every file with its checksum, and open every store (offline)",
      "  citylayers backup verify --from /var/backups/citylayers\n"
      "  citylayers backup verify 2026-11-29T18-00-00.000Z --from /var/backups/citylayers");
  AddFrom(*verify, *options);
  AddName(*verify, *options);
  program.OnRunOffline(verify, [&program, options] { return Verify(program, *options); });
  CLI::App* restore =
      program.Add(*group, "restore", "Copy a backup into an empty data directory (offline)",
                  "  citylayers backup restore latest --from /var/backups/citylayers --data "
                  "/var/lib/citylayers.new");
  AddFrom(*restore, *options);
  AddName(*restore, *options);
  restore
      ->add_option("--data", options->data,
                   "Empty directory, for --data of citylayersd; created when missing")
      ->type_name("DIR")
      ->required();
  program.OnRunOffline(restore, [&program, options] { return Restore(program, *options); });
}

}  // namespace citylayers::cli
