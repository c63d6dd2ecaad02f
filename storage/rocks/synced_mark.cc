#include "storage/rocks/synced_mark.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <tuple>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include <fcntl.h>
#include <unistd.h>

#include "storage/bytes/bytes.h"
#include "storage/bytes/checksum.h"

namespace citylayers::storage {
namespace {

constexpr std::string_view kMagic("CLSM1\n\0\0", 8);
constexpr std::size_t kSlotBytes = 64;  // docs/formats/synced_mark.md
constexpr std::size_t kSlots = 2;  // written in turn, so that a torn write leaves the other one

}  // namespace

std::string SyncedMark::Encode(const Slot& slot) {
  std::string bytes(kMagic);
  PutFixed64(bytes, slot.position.sequence);
  PutFixed64(bytes, slot.position.offset);
  PutFixed64(bytes, slot.manifest_number);
  PutFixed64(bytes, slot.manifest_bytes);
  PutFixed32(bytes, RowChecksum(bytes));
  bytes.resize(kSlotBytes);
  return bytes;
}

std::optional<SyncedMark::Slot> SyncedMark::Decode(std::string_view bytes) {
  ByteReader reader(bytes.substr(kMagic.size()));
  Slot slot;
  slot.position.sequence = reader.ReadFixed64().value_or(0);
  slot.position.offset = reader.ReadFixed64().value_or(0);
  slot.manifest_number = reader.ReadFixed64().value_or(0);
  slot.manifest_bytes = reader.ReadFixed64().value_or(0);
  if (bytes != Encode(slot)) return std::nullopt;
  return slot;
}

absl::StatusOr<std::unique_ptr<SyncedMark>> SyncedMark::Open(const std::string& path) {
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0) {
    return absl::UnavailableError(absl::StrCat("cannot open ", path, ": ", std::strerror(errno)));
  }
  std::unique_ptr<SyncedMark> mark(new SyncedMark(file));
  mark->Load();
  return mark;
}

SyncedMark::~SyncedMark() {
  Sync();
  close(file_);
}

void SyncedMark::Load() {
  absl::MutexLock lock(&mutex_);
  for (std::size_t i = 0; i < kSlots; ++i) {
    char bytes[kSlotBytes];
    const auto at = static_cast<off_t>(i * kSlotBytes);
    if (pread(file_, bytes, kSlotBytes, at) != static_cast<ssize_t>(kSlotBytes)) continue;
    const std::optional<Slot> slot = Decode({bytes, kSlotBytes});
    if (!slot.has_value()) continue;
    const auto order = [](const Slot& s) {
      return std::tuple(s.position.sequence, s.manifest_number, s.manifest_bytes);
    };
    if (found_.has_value() && order(slot_) > order(*slot)) continue;
    slot_ = *slot;
    found_ = slot->position;
    next_slot_ = i + 1;  // the older one is overwritten first
  }
}

absl::Status SyncedMark::CheckManifest(const std::string& database) const {
  absl::MutexLock lock(&mutex_);
  const std::string path =
      absl::StrCat(database, "/MANIFEST-", absl::Dec(slot_.manifest_number, absl::kZeroPad6));
  std::error_code error;
  const std::uint64_t bytes = std::filesystem::file_size(path, error);
  // If the file is missing, a newer MANIFEST has replaced it.
  if (error || bytes >= slot_.manifest_bytes) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(path, " has ", bytes, " bytes and had ",
                                          slot_.manifest_bytes,
                                          ": restore the directory from a backup"));
}

void SyncedMark::Set(const Position& position) {
  absl::MutexLock lock(&mutex_);
  slot_.position = position;
  Write();
}

void SyncedMark::SetManifest(const std::vector<std::string>& live_files, std::uint64_t bytes) {
  for (const std::string& file : live_files) {
    absl::string_view number = file;
    std::uint64_t manifest = 0;
    if (absl::ConsumePrefix(&number, "/MANIFEST-") && absl::SimpleAtoi(number, &manifest)) {
      SetManifest(manifest, bytes);
    }
  }
}

void SyncedMark::SetManifest(std::uint64_t number, std::uint64_t bytes) {
  absl::MutexLock lock(&mutex_);
  if (slot_.manifest_number == number && slot_.manifest_bytes == bytes) return;
  slot_.manifest_number = number;
  slot_.manifest_bytes = bytes;
  Write();
}

void SyncedMark::Write() {
  const std::string bytes = Encode(slot_);
  const auto at = static_cast<off_t>(next_slot_++ % kSlots * kSlotBytes);
  if (pwrite(file_, bytes.data(), bytes.size(), at) < 0) return;
}

void SyncedMark::Sync() { fdatasync(file_); }

}  // namespace citylayers::storage
