#include "storage/pack/pack_mark.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "absl/strings/str_format.h"
#include <fcntl.h>
#include <unistd.h>

#include "base/checksum.h"
#include "base/strings.h"
#include "base/toml_reader.h"
#include "base/toml_writer.h"
#include "storage/pack/mapped_file.h"

namespace citylayers::storage {
namespace {

std::string PathOf(const std::string& directory) { return StrCat(directory, "/PACK"); }

std::string Format(const PackMark& mark) {
  std::string text =
      StrCat("# The city pack that this data directory was last used with.\npack_id = ",
             TomlString(mark.pack_id), "\nname = ", TomlString(mark.name));
  StrAppend(&text, "\nbounds = [", TomlNumber(mark.bounds.west_deg), ", ",
            TomlNumber(mark.bounds.south_deg), ", ", TomlNumber(mark.bounds.east_deg), ", ",
            TomlNumber(mark.bounds.north_deg), "]\n");
  StrAppend(&text, absl::StrFormat("checksum = \"%016x\"\n", Checksum64(text)));
  return text;
}

absl::Status IoError(const std::string& path, const char* what) {
  return absl::UnavailableError(StrCat("cannot ", what, " ", path, ": ", std::strerror(errno)));
}

}  // namespace

std::optional<PackMark> LoadPackMark(const std::string& directory) {
  const absl::StatusOr<MappedFile> file = MappedFile::Open(PathOf(directory));
  if (!file.ok()) return std::nullopt;
  const absl::StatusOr<TomlReader> toml = TomlReader::Parse(file->bytes(), "PACK");
  if (!toml.ok()) return std::nullopt;
  PackMark mark{.pack_id = toml->String("pack_id"), .name = toml->String("name"), .bounds = {}};
  const std::vector<double> bounds = toml->Doubles("bounds");
  if (!toml->status().ok() || bounds.size() != 4) return std::nullopt;
  mark.bounds = {bounds[0], bounds[1], bounds[2], bounds[3]};
  if (Format(mark) != file->bytes()) return std::nullopt;
  return mark;
}

absl::Status CheckPackMark(const std::string& directory, const PackMark& before,
                           const PackMark& now) {
  if (now.pack_id == before.pack_id || now.bounds.Intersects(before.bounds)) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(
      StrCat("--data: ", directory, " belongs to the city pack ", before.pack_id, " (", before.name,
             "), and --pack is ", now.pack_id, " (", now.name,
             "), which covers another area: give another --data, or a pack of that city"));
}

absl::Status SavePackMark(const std::string& directory, const PackMark& mark) {
  const std::string path = PathOf(directory), fresh = path + ".new";
  const std::string text = Format(mark);
  const int file = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) return IoError(fresh, "make");
  const bool written =
      ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      ::fsync(file) == 0;
  const absl::Status status = written ? absl::OkStatus() : IoError(fresh, "write");
  ::close(file);
  if (status.ok() && std::rename(fresh.c_str(), path.c_str()) == 0) return absl::OkStatus();
  const absl::Status failed = status.ok() ? IoError(path, "replace") : status;
  ::unlink(fresh.c_str());
  return failed;
}

}  // namespace citylayers::storage
