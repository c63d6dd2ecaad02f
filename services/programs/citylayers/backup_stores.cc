#include "services/programs/citylayers/backup_stores.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"

#include "base/status_macros.h"
#include "base/strings.h"
#include "services/keys/key_file.h"
#include "storage/alerts/alert_copy.h"
#include "storage/readings/format_file.h"
#include "storage/readings/readings_copy.h"

namespace citylayers::cli {
namespace {

// The offset of a key file is 0: it has no order of changes.
absl::StatusOr<std::uint64_t> CheckKeysCopy(const std::string& directory) {
  RETURN_IF_ERROR(keys::LoadKeys(StrCat(directory, "/", keys::kKeysFile)).status());
  return 0;
}

struct KnownStore {
  std::string_view name;
  std::uint64_t format;
  absl::StatusOr<std::uint64_t> (*check)(const std::string& directory);
};

constexpr std::array<KnownStore, 3> kStores = {
    {{"alerts", storage::kAlertsFormat, storage::CheckAlertsCopy},
     {"readings", storage::kReadingsFormat, storage::CheckReadingsCopy},
     {"keys", keys::kKeysFormat, CheckKeysCopy}}};

const KnownStore* Find(std::string_view name) {
  const auto* found = std::find_if(kStores.begin(), kStores.end(),
                                   [&](const KnownStore& store) { return store.name == name; });
  return found == kStores.end() ? nullptr : found;
}

}  // namespace

absl::Status CheckFormats(const storage::BackupManifest& manifest) {
  for (const storage::BackupStore& store : manifest.stores) {
    const KnownStore* known = Find(store.name);
    if (known != nullptr && store.format <= known->format) continue;
    return absl::FailedPreconditionError(StrCat(
        "the backup has ", store.name, " in format ", store.format, ", and this program ",
        known == nullptr ? "does not know this store" : StrCat("reads up to ", known->format),
        ": use version ", manifest.program_version, " of citylayers"));
  }
  return absl::OkStatus();
}

absl::Status CheckStores(const storage::BackupManifest& manifest, const std::string& directory) {
  RETURN_IF_ERROR(CheckFormats(manifest));
  for (const storage::BackupStore& store : manifest.stores) {
    ASSIGN_OR_RETURN(const std::uint64_t offset,
                     Find(store.name)->check(StrCat(directory, "/", store.name)));
    if (offset == store.offset) continue;
    return absl::DataLossError(StrCat(store.name, " in ", directory, " ends at ", offset,
                                      " and should end at ", store.offset));
  }
  return absl::OkStatus();
}

}  // namespace citylayers::cli
