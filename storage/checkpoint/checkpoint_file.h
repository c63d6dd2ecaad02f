// A small file with the state that a module folded from the readings log, and the
// log offset it covers.
#ifndef CITYLAYERS_STORAGE_CHECKPOINT_CHECKPOINT_FILE_H_
#define CITYLAYERS_STORAGE_CHECKPOINT_CHECKPOINT_FILE_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace citylayers::storage {

/// The content of a checkpoint. Format: docs/formats/checkpoint.md.
struct Checkpoint {
  std::string kind;                // the owner of the state: "traffic"
  std::uint32_t kind_version = 0;  // of the payload's layout
  std::string pack_id;             // the pack that indexes in the payload belong to
  std::uint64_t log_offset = 0;    // every batch up to this offset is folded in
  std::string payload;             // the module's own bytes
};

/// Replaces the file at `path` atomically: a crash leaves the old or the new one. Errors as
/// ReplaceFile (base/atomic_file.h); the old file is unchanged then.
absl::Status SaveCheckpoint(const std::string& path, const Checkpoint& checkpoint);

/// NOT_FOUND: no such file. FAILED_PRECONDITION: it has a newer format. DATA_LOSS: truncated or
/// damaged (checksum). After any error the caller starts without state and reads the log again.
absl::StatusOr<Checkpoint> LoadCheckpoint(const std::string& path);

/// Appends to and reads from payloads: fixed little-endian numbers and arrays of them.
class CheckpointWriter {
 public:
  void U32(std::uint32_t value) { Raw(&value, sizeof(value)); }
  void U64(std::uint64_t value) { Raw(&value, sizeof(value)); }
  void F64(double value) { Raw(&value, sizeof(value)); }
  void Text(const std::string& text) {
    U32(static_cast<std::uint32_t>(text.size()));
    bytes_ += text;
  }
  void Raw(const void* data, std::size_t size) {
    bytes_.append(static_cast<const char*>(data), size);
  }
  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

class CheckpointReader {
 public:
  explicit CheckpointReader(const std::string& bytes) : bytes_(bytes) {}
  // Each returns false, and leaves its target unchanged, when too few bytes are left.
  bool U32(std::uint32_t* value) { return Raw(value, sizeof(*value)); }
  bool U64(std::uint64_t* value) { return Raw(value, sizeof(*value)); }
  bool F64(double* value) { return Raw(value, sizeof(*value)); }
  bool Text(std::string* text);
  bool Raw(void* data, std::size_t size);
  bool AtEnd() const { return position_ == bytes_.size(); }

 private:
  const std::string& bytes_;
  std::size_t position_ = 0;
};

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_CHECKPOINT_CHECKPOINT_FILE_H_
