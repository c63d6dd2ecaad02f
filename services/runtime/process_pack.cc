#include "services/runtime/process_pack.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <system_error>

#include "base/status_macros.h"
#include "base/strings.h"
#include "services/runtime/log.h"
#include "storage/pack/pack_mark.h"

namespace citylayers::runtime {

absl::StatusOr<std::shared_ptr<const storage::CityPack>> ProcessPack::Open() {
  absl::MutexLock lock(&mutex_);
  if (pack_ != nullptr) return pack_;
  if (directory_.empty()) {
    return absl::InvalidArgumentError(
        "--pack is missing: name a city pack (citylayers pack build makes one)");
  }
  ASSIGN_OR_RETURN(pack_, storage::CityPack::Open(directory_));
  if (const std::uint32_t names = pack_->segments().repaired_name_count(); names > 0) {
    LogWarning("pack: street names that are not UTF-8 are served repaired; build the pack again",
               {{"pack", directory_}, {"names", names}});
  }
  return pack_;
}

absl::Status ProcessPack::Compare(const std::string& data_directory) {
  if (directory_.empty()) return absl::OkStatus();
  const std::optional<storage::PackMark> before = storage::LoadPackMark(data_directory);
  if (!before.has_value()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::shared_ptr<const storage::CityPack> pack, Open());
  const storage::PackMark now = storage::PackMark::Of(pack->manifest());
  if (now.pack_id == before->pack_id) return absl::OkStatus();
  RETURN_IF_ERROR(storage::CheckPackMark(data_directory, *before, now));
  LogWarning(
      "the data directory was used with another city pack before",
      {{"directory", data_directory}, {"pack_before", before->pack_id}, {"pack", now.pack_id}});
  const std::string notice =
      StrCat("the city pack has changed from ", before->pack_id, " to ", now.pack_id);
  absl::MutexLock lock(&mutex_);
  // Several directories of a process usually report the same change.
  if (std::find(notices_.begin(), notices_.end(), notice) != notices_.end()) {
    return absl::OkStatus();
  }
  notices_.push_back(notice);
  change_ = {before->pack_id, now.pack_id};
  return absl::OkStatus();
}

void ProcessPack::Mark(const std::string& data_directory) {
  std::error_code error;
  if (!std::filesystem::is_directory(data_directory, error)) return;
  const absl::StatusOr<std::shared_ptr<const storage::CityPack>> pack = Open();
  if (!pack.ok()) return;
  const absl::Status saved =
      storage::SavePackMark(data_directory, storage::PackMark::Of((*pack)->manifest()));
  if (!saved.ok()) {
    LogWarning("the city pack was not noted in the data directory", {{"why", saved.message()}});
  }
}

std::optional<PackChange> ProcessPack::change() const {
  absl::MutexLock lock(&mutex_);
  return change_;
}

std::vector<std::string> ProcessPack::notices() const {
  absl::MutexLock lock(&mutex_);
  return notices_;
}

}  // namespace citylayers::runtime
