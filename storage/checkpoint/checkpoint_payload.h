// The bytes of a module's state in a checkpoint: fixed little-endian numbers, arrays of them,
// texts.
#ifndef CITYLAYERS_STORAGE_CHECKPOINT_CHECKPOINT_PAYLOAD_H_
#define CITYLAYERS_STORAGE_CHECKPOINT_CHECKPOINT_PAYLOAD_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace citylayers::storage {

/// Appends numbers and texts. Not thread-safe.
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

/// Reads what CheckpointWriter wrote, from untrusted bytes, which must outlive it. Not thread-safe.
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

#endif  // CITYLAYERS_STORAGE_CHECKPOINT_CHECKPOINT_PAYLOAD_H_
