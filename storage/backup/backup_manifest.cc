#include "storage/backup/backup_manifest.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

#include "base/status_macros.h"
#include "base/strings.h"
#include "storage/bytes/file_digest.h"

namespace citylayers::storage {
namespace {

constexpr absl::string_view kFirstWord = "citylayers-backup ";
constexpr absl::string_view kDigestWord = "sha256 ";
constexpr std::size_t kDigestDigits = 64;
constexpr char kTimeFormat[] = "%Y-%m-%dT%H:%M:%E3SZ";

std::string DigestOf(std::string_view text) {
  FileDigest digest;
  digest.Add(text);
  return digest.Hex();
}

absl::Status Damaged(std::string_view what) {
  return absl::DataLossError(StrCat("the manifest is damaged: ", what));
}

std::string TimeText(absl::Time time) {
  return absl::FormatTime(kTimeFormat, time, absl::UTCTimeZone());
}

bool IsDigest(absl::string_view text) {
  return text.size() == kDigestDigits && std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isdigit(c) || (c >= 'a' && c <= 'f');
         });
}

// A restore writes to these paths: none may lead out of the directory.
bool IsSafe(absl::string_view path) {
  const std::vector<absl::string_view> parts = absl::StrSplit(path, '/');
  return parts.size() >= 2 && std::all_of(parts.begin(), parts.end(), [](absl::string_view part) {
           return !part.empty() && part != "." && part != ".." &&
                  std::all_of(part.begin(), part.end(), absl::ascii_isgraph);
         });
}

bool IsStoreName(absl::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), absl::ascii_islower);
}

// "store NAME FORMAT OFFSET IDENTITY", without its first word.
absl::Status AddStore(absl::string_view line, BackupManifest& manifest) {
  const std::vector<std::string> words = absl::StrSplit(line, ' ');
  BackupStore store;
  if (words.size() != 4 || !IsStoreName(words[0]) || manifest.FindStore(words[0]) != nullptr ||
      !absl::SimpleAtoi(words[1], &store.format) || !absl::SimpleAtoi(words[2], &store.offset)) {
    return Damaged("a store");
  }
  store.name = words[0];
  store.identity = words[3];
  manifest.stores.push_back(std::move(store));
  return absl::OkStatus();
}

// "file SHA256 BYTES SOURCE_TIME PATH", without its first word.
absl::Status AddFile(absl::string_view line, BackupManifest& manifest) {
  const std::vector<std::string> words = absl::StrSplit(line, ' ');
  BackupFile file;
  if (words.size() != 4 || !IsDigest(words[0]) || !absl::SimpleAtoi(words[1], &file.bytes) ||
      !absl::SimpleAtoi(words[2], &file.source_time_ns) || !IsSafe(words[3])) {
    return Damaged("a file");
  }
  file.sha256 = words[0];
  file.path = words[3];
  const std::string store = file.path.substr(0, file.path.find('/'));
  if (manifest.FindStore(store) == nullptr) return Damaged("a file without a store");
  if (!manifest.files.empty() && manifest.files.back().path >= file.path) {
    return Damaged("the order of its files");
  }
  manifest.files.push_back(std::move(file));
  return absl::OkStatus();
}

absl::Status AddLine(absl::string_view line, BackupManifest& manifest) {
  if (absl::ConsumePrefix(&line, "store ")) return AddStore(line, manifest);
  if (absl::ConsumePrefix(&line, "file ")) return AddFile(line, manifest);
  if (absl::ConsumePrefix(&line, "version ")) {
    manifest.program_version = std::string(line);
  } else if (absl::ConsumePrefix(&line, "pack ")) {
    manifest.pack_id = std::string(line);
  } else if (absl::ConsumePrefix(&line, "time ")) {
    std::string error;
    // ParseTime accepts other forms as well, and words for the infinite ones.
    if (!absl::ParseTime(kTimeFormat, line, &manifest.time, &error) ||
        line != TimeText(manifest.time) || !absl::EndsWith(line, "Z")) {
      return Damaged("its time");
    }
  } else {
    return Damaged("a line of an unknown kind");
  }
  return absl::OkStatus();
}

// The lines without the last one, which has the digest of the others.
absl::StatusOr<std::string_view> CheckedLines(std::string_view text) {
  const std::size_t last_bytes = kDigestWord.size() + kDigestDigits + 1;
  if (text.size() < last_bytes) return Damaged("it is too short");
  const std::string_view lines = text.substr(0, text.size() - last_bytes);
  if (text.substr(lines.size()) != StrCat(kDigestWord, DigestOf(lines), "\n")) {
    return Damaged("its checksum differs");
  }
  return lines;
}

}  // namespace

const BackupStore* BackupManifest::FindStore(std::string_view name) const {
  for (const BackupStore& store : stores) {
    if (store.name == name) return &store;
  }
  return nullptr;
}

const BackupFile* BackupManifest::FindFile(std::string_view path) const {
  const auto found = std::lower_bound(
      files.begin(), files.end(), path,
      [](const BackupFile& file, std::string_view wanted) { return file.path < wanted; });
  return found == files.end() || found->path != path ? nullptr : &*found;
}

std::uint64_t BackupManifest::bytes() const {
  std::uint64_t total = 0;
  for (const BackupFile& file : files) total += file.bytes;
  return total;
}

std::string FormatBackupManifest(BackupManifest manifest) {
  std::sort(manifest.files.begin(), manifest.files.end(),
            [](const BackupFile& a, const BackupFile& b) { return a.path < b.path; });
  std::string text =
      StrCat(kFirstWord, kBackupFormat, "\ntime ", TimeText(manifest.time), "\nversion ",
             manifest.program_version, "\npack ", manifest.pack_id, "\n");
  for (const BackupStore& store : manifest.stores) {
    StrAppend(&text, "store ", store.name, " ", store.format, " ", store.offset, " ",
              store.identity, "\n");
  }
  for (const BackupFile& file : manifest.files) {
    StrAppend(&text, "file ", file.sha256, " ", file.bytes, " ", file.source_time_ns, " ",
              file.path, "\n");
  }
  StrAppend(&text, kDigestWord, DigestOf(text), "\n");
  return text;
}

absl::StatusOr<BackupManifest> ParseBackupManifest(std::string_view text) {
  // The format first: a newer one may have another checksum.
  absl::string_view rest = ToAbsl(text);
  int format = 0;
  if (!absl::ConsumePrefix(&rest, kFirstWord) ||
      !absl::SimpleAtoi(rest.substr(0, rest.find('\n')), &format) || format < 1) {
    return Damaged("it does not begin with its format");
  }
  if (format > kBackupFormat) {
    return absl::FailedPreconditionError(
        StrCat("the backup was made by a newer citylayers (format ", format,
               "; this program reads up to ", kBackupFormat, "): use that version"));
  }
  ASSIGN_OR_RETURN(const std::string_view lines, CheckedLines(text));
  std::vector<absl::string_view> all = absl::StrSplit(ToAbsl(lines), '\n');
  if (all.size() < 2 || !all.back().empty()) return Damaged("its last line");
  all.pop_back();
  BackupManifest manifest;
  for (std::size_t i = 1; i < all.size(); ++i) RETURN_IF_ERROR(AddLine(all[i], manifest));
  if (manifest.stores.empty()) return Damaged("it has no store");
  return manifest;
}

}  // namespace citylayers::storage
