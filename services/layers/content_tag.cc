#include "services/layers/content_tag.h"

#include <array>

#include "absl/strings/str_cat.h"
#include <xxhash.h>

namespace citylayers::layers {
namespace {

std::string HexOf(const XXH128_hash_t& hash) {
  return absl::StrCat(absl::Hex(hash.high64, absl::kZeroPad16),
                      absl::Hex(hash.low64, absl::kZeroPad16));
}

}  // namespace

struct ContentTag::Hash {
  XXH3_state_t* state = XXH3_createState();
  ~Hash() { XXH3_freeState(state); }
};

ContentTag::ContentTag(std::string_view pack_id, std::string_view encoding, geo::TileId tile)
    : hash_(std::make_unique<Hash>()) {
  XXH3_128bits_reset(hash_->state);
  // The sizes separate the two texts.
  const std::array<std::uint64_t, 4> fixed = {kTileEncoderVersion, tile.Key(), pack_id.size(),
                                              encoding.size()};
  AddBytes(fixed.data(), sizeof(fixed));
  AddBytes(pack_id.data(), pack_id.size());
  AddBytes(encoding.data(), encoding.size());
}

ContentTag::~ContentTag() = default;

void ContentTag::AddBytes(const void* data, std::size_t size) {
  XXH3_128bits_update(hash_->state, data, size);
}

std::string ContentTag::Hex() const { return HexOf(XXH3_128bits_digest(hash_->state)); }

std::string TagOfText(std::string_view text) {
  return HexOf(XXH3_128bits(text.data(), text.size()));
}

}  // namespace citylayers::layers
