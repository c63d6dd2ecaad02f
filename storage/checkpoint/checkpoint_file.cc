#include "storage/checkpoint/checkpoint_file.h"

#include <cstring>
#include <fstream>
#include <iterator>

#include "base/atomic_file.h"
#include "base/strings.h"
#include "storage/bytes/checksum.h"
#include "storage/checkpoint/checkpoint_payload.h"

namespace citylayers::storage {
namespace {

constexpr std::uint32_t kMagic = 0x50434c43;  // "CLCP"
constexpr std::uint32_t kFormatVersion = 1;

}  // namespace

absl::Status SaveCheckpoint(const std::string& path, const Checkpoint& checkpoint, mode_t mode) {
  CheckpointWriter writer;
  writer.U32(kMagic);
  writer.U32(kFormatVersion);
  writer.Text(checkpoint.kind);
  writer.U32(checkpoint.kind_version);
  writer.Text(checkpoint.pack_id);
  writer.U64(checkpoint.log_offset);
  writer.U64(checkpoint.payload.size());
  writer.Raw(checkpoint.payload.data(), checkpoint.payload.size());
  std::string bytes = writer.Take();
  const std::uint32_t crc = CheckpointChecksum(bytes);
  bytes.append(reinterpret_cast<const char*>(&crc), sizeof(crc));
  return ReplaceFile(path, bytes, mode);
}

absl::StatusOr<Checkpoint> LoadCheckpoint(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(StrCat(path, ": no checkpoint"));
  const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const absl::Status damaged =
      absl::DataLossError(StrCat(path, ": the checkpoint is damaged; it is rebuilt from the log"));
  CheckpointReader reader(bytes);
  std::uint32_t magic = 0, version = 0, crc = 0;
  if (!reader.U32(&magic) || magic != kMagic || !reader.U32(&version)) return damaged;
  if (version > kFormatVersion) {
    return absl::FailedPreconditionError(StrCat(path, ": format ", version,
                                                " is newer than this program's ", kFormatVersion,
                                                "; it is rebuilt from the log"));
  }
  if (bytes.size() < sizeof(crc)) return damaged;
  std::memcpy(&crc, bytes.data() + bytes.size() - sizeof(crc), sizeof(crc));
  if (crc != CheckpointChecksum(std::string_view(bytes).substr(0, bytes.size() - sizeof(crc))))
    return damaged;
  Checkpoint result;
  std::uint64_t size = 0;
  if (!reader.Text(&result.kind) || !reader.U32(&result.kind_version) ||
      !reader.Text(&result.pack_id) || !reader.U64(&result.log_offset) || !reader.U64(&size) ||
      size > bytes.size()) {
    return damaged;
  }
  result.payload.resize(size);
  if (!reader.Raw(result.payload.data(), size) || !reader.U32(&crc) || !reader.AtEnd())
    return damaged;
  return result;
}

}  // namespace citylayers::storage
