#include "storage/checkpoint/checkpoint_payload.h"

#include <bit>
#include <cstring>

namespace citylayers::storage {

static_assert(std::endian::native == std::endian::little, "checkpoints are little-endian");

bool CheckpointReader::Text(std::string* text) {
  std::uint32_t size = 0;
  if (!U32(&size) || bytes_.size() - position_ < size) return false;
  text->assign(bytes_, position_, size);
  position_ += size;
  return true;
}

bool CheckpointReader::Raw(void* data, std::size_t size) {
  if (bytes_.size() - position_ < size) return false;
  std::memcpy(data, bytes_.data() + position_, size);
  position_ += size;
  return true;
}

}  // namespace citylayers::storage
