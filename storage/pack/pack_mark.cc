#include "storage/pack/pack_mark.h"

#include "absl/strings/str_format.h"

#include "base/atomic_file.h"
#include "base/strings.h"
#include "base/toml_reader.h"
#include "base/toml_writer.h"
#include "storage/bytes/checksum.h"
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
  StrAppend(&text, absl::StrFormat("checksum = \"%016x\"\n", PackChecksum(text)));
  return text;
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
  return ReplaceFile(PathOf(directory), Format(mark));
}

}  // namespace citylayers::storage
