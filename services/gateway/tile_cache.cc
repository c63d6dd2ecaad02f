#include "services/gateway/tile_cache.h"

namespace citylayers::gateway {
namespace {

constexpr std::size_t kEntryOverheadBytes = 1024;  // node, index slot, header lines of the codings

}  // namespace

TileCache::TileCache(std::size_t bytes_max) : shard_bytes_max_(bytes_max / kShards) {}

std::optional<TileCache::Entry> TileCache::Find(const TileKey& key) {
  Shard& shard = ShardOf(key);
  absl::MutexLock lock(&shard.mutex);
  const auto found = shard.index.find(key);
  if (found == shard.index.end()) return std::nullopt;
  shard.nodes.splice(shard.nodes.begin(), shard.nodes, found->second);
  return found->second->entry;
}

void TileCache::Put(const TileKey& key, std::shared_ptr<const Representation> tile,
                    LayerVersion version) {
  const std::size_t bytes = 2 * tile->bytes().size() + kEntryOverheadBytes;
  Shard& shard = ShardOf(key);
  absl::MutexLock lock(&shard.mutex);
  const auto [slot, is_new] = shard.index.try_emplace(key);
  if (is_new) {
    shard.nodes.push_front(Node{key, {}, 0});
    slot->second = shard.nodes.begin();
    entries_.fetch_add(1, std::memory_order_relaxed);
  } else {
    const LayerVersion& held = slot->second->entry.version;
    if (held.epoch == version.epoch && held.counter > version.counter) return;
    shard.nodes.splice(shard.nodes.begin(), shard.nodes, slot->second);
  }
  Node& node = *slot->second;
  shard.bytes += bytes - node.bytes;
  bytes_.fetch_add(bytes - node.bytes, std::memory_order_relaxed);
  node.entry = Entry{std::move(tile), version};
  node.bytes = bytes;
  Evict(shard);
}

void TileCache::Confirm(const TileKey& key, std::string_view tag, LayerVersion version) {
  Shard& shard = ShardOf(key);
  absl::MutexLock lock(&shard.mutex);
  const auto found = shard.index.find(key);
  if (found == shard.index.end()) return;
  Entry& entry = found->second->entry;
  if (entry.tile->tag() != tag) return;
  if (entry.version.epoch == version.epoch && entry.version.counter > version.counter) return;
  entry.version = version;
}

void TileCache::Evict(Shard& shard) {
  while (shard.bytes > shard_bytes_max_ && !shard.nodes.empty()) {
    const Node& last = shard.nodes.back();
    shard.bytes -= last.bytes;
    bytes_.fetch_sub(last.bytes, std::memory_order_relaxed);
    entries_.fetch_sub(1, std::memory_order_relaxed);
    shard.index.erase(last.key);
    shard.nodes.pop_back();
  }
}

}  // namespace citylayers::gateway
