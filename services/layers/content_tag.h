// Content tags: hashes that identify the content of a tile.
#ifndef CITYLAYERS_SERVICES_LAYERS_CONTENT_TAG_H_
#define CITYLAYERS_SERVICES_LAYERS_CONTENT_TAG_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "geo/tile/tile_id.h"

namespace citylayers::layers {

/// To be increased whenever equal state would give other bytes; part of every content tag.
inline constexpr std::uint32_t kTileEncoderVersion = 1;

/// Computes a content tag: a hash of the pack, the name of the encoded content ("streets",
/// "depth.png"), the encoder's version, the tile and all data that determine the tile's bytes.
/// Equal across restarts and replicas of one build. Not thread-safe.
///
///   ContentTag tag(pack->pack_id(), "depth.png", tile);
///   tag.Add(std::span(samples));
///   return tag.Hex();
class ContentTag {
 public:
  ContentTag(std::string_view pack_id, std::string_view encoding, geo::TileId tile);
  ~ContentTag();

  template <typename T>
  void Add(std::span<const T> values) {
    static_assert(std::is_arithmetic_v<T>);
    AddBytes(values.data(), values.size_bytes());
  }
  /// 32 hexadecimal digits.
  std::string Hex() const;

 private:
  struct Hash;
  void AddBytes(const void* data, std::size_t size);
  std::unique_ptr<Hash> hash_;
};

/// The tag of content that is identified by a text, such as the tags of its parts.
std::string TagOfText(std::string_view text);

}  // namespace citylayers::layers

#endif  // CITYLAYERS_SERVICES_LAYERS_CONTENT_TAG_H_
