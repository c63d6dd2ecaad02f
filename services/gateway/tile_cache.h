// Memory cache of tiles.
#ifndef CITYLAYERS_SERVICES_GATEWAY_TILE_CACHE_H_
#define CITYLAYERS_SERVICES_GATEWAY_TILE_CACHE_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"

#include "base/layer_version.h"
#include "services/gateway/representation.h"

namespace citylayers::gateway {

/// A tile: `layer` is the directory's number of the layer, `format` 0 for MVT, 1 for PNG.
/// `is_pinned`: at an address that names the pack of its static layer, so that its content never
/// changes.
struct TileKey {
  std::uint32_t layer = 0;
  std::uint32_t x = 0;
  std::uint32_t y = 0;
  std::uint8_t z = 0;
  std::uint8_t format = 0;
  bool is_pinned = false;
  friend bool operator==(const TileKey&, const TileKey&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const TileKey& key) {
    return H::combine(std::move(h), key.layer, key.x, key.y, key.z, key.format, key.is_pinned);
  }
};

/// A least-recently-used cache in shards. An entry has the version at which it is known to be
/// current: a fill is stored with the version from which the tile was made, and never replaces a
/// newer one, so that a slow fill cannot undo a fast one. Thread-safe; a hit costs one shard's
/// lock.
class TileCache {
 public:
  explicit TileCache(std::size_t bytes_max);

  struct Entry {
    std::shared_ptr<const Representation> tile;
    LayerVersion version;
  };
  std::optional<Entry> Find(const TileKey& key);

  /// Stores a tile that is current at `version`, unless there is a newer one of the same epoch.
  void Put(const TileKey& key, std::shared_ptr<const Representation> tile, LayerVersion version);

  /// Marks the tile with this tag as current at `version`.
  void Confirm(const TileKey& key, std::string_view tag, LayerVersion version);

  /// Bytes charged: twice the tile's size (for its codings) and a fixed sum per entry.
  std::size_t bytes() const { return bytes_.load(std::memory_order_relaxed); }
  std::size_t entries() const { return entries_.load(std::memory_order_relaxed); }

 private:
  static constexpr std::size_t kShards = 16;
  struct Node {
    TileKey key;
    Entry entry;
    std::size_t bytes = 0;
  };
  struct Shard {
    absl::Mutex mutex;
    std::list<Node> nodes ABSL_GUARDED_BY(mutex);  // most recently used first
    absl::flat_hash_map<TileKey, std::list<Node>::iterator> index ABSL_GUARDED_BY(mutex);
    std::size_t bytes ABSL_GUARDED_BY(mutex) = 0;
  };
  Shard& ShardOf(const TileKey& key) { return shards_[absl::HashOf(key) % kShards]; }
  void Evict(Shard& shard) ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard.mutex);

  const std::size_t shard_bytes_max_;
  std::array<Shard, kShards> shards_;
  std::atomic<std::size_t> bytes_{0};
  std::atomic<std::size_t> entries_{0};
};

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_TILE_CACHE_H_
