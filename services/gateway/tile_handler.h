// /tiles: tiles and TileJSON over HTTP.
#ifndef CITYLAYERS_SERVICES_GATEWAY_TILE_HANDLER_H_
#define CITYLAYERS_SERVICES_GATEWAY_TILE_HANDLER_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "services/gateway/layer_directory.h"
#include "services/gateway/public_url.h"
#include "services/gateway/request_access.h"
#include "services/gateway/tile_cache.h"
#include "services/runtime/http/http_responder.h"
#include "services/runtime/metrics.h"
#include "services/runtime/rpc/call_group.h"

namespace citylayers::gateway {

/// Serves tiles from its cache while they are known to be current, and calls the layer's backend
/// otherwise.
///  - A cached tile is current while the layer is at the version for which the tile was last
///    confirmed; then a request needs no call. After a new version the first request sends the
///    cached tag (the answer is mostly "not modified"); all other requests for that tile wait for
///    the same answer.
///  - A 304 is answered before anything is encoded, even when the tile is not in the cache.
///  - While a backend is down, or too many tiles are being made, cached tiles are served with
///    "Warning: 110" and "X-Citylayers-Stale: 1".
/// Thread-safe; handlers never block.
class TileHandler {
 public:
  struct Options {
    std::size_t cache_bytes_max = std::size_t{128} << 20;
    int fills_max = 512;  // concurrent tile calls; beyond: the cached tile as stale, or 503
    absl::Duration fill_timeout = absl::Seconds(10);
    std::string live_cache_control = "public, max-age=1, stale-while-revalidate=5";
    std::string static_cache_control = "public, max-age=3600";
    /// Of a static layer's tile whose address names the layer's pack.
    std::string pinned_cache_control = "public, max-age=31536000, immutable";
  };
  /// The references must outlive it; `city_time` is thread-safe.
  TileHandler(Options options, const LayerDirectory& directory, const PublicUrl& public_url,
              const RequestAccess& access, runtime::Metrics& metrics,
              std::function<absl::Time()> city_time);
  /// Waits for calls under way.
  ~TileHandler();

  /// GET /tiles/{layer}/{z}/{x}/{y}.{format}?pack=: the addresses of static layers in their
  /// TileJSON name the city pack, and may be cached for a year; after a change of pack there are
  /// other ones.
  void Tile(const runtime::HttpRequest& request, runtime::Responder responder);
  /// GET /tiles/{layer}.json
  void TileJson(const runtime::HttpRequest& request, runtime::Responder responder);

  /// Memory of the cache.
  std::size_t cache_bytes() const { return cache_.bytes(); }

 private:
  // A request that waits for a tile.
  struct Waiter {
    runtime::Responder responder;
    Coding coding;
    std::string if_none_match;
  };
  // One call to a backend, with all requests that wait for its answer.
  struct Fill;
  using FillKey = std::pair<TileKey, std::string>;  // the tile, and the tag sent with the request
  struct Counters;

  // The decision on a request that the cache cannot answer: all members unset when too many tiles
  // are being made.
  struct Admission {
    bool joined = false;                    // it waits for a fill under way
    std::optional<TileCache::Entry> entry;  // the cache can answer it now
    std::shared_ptr<Fill> fill;             // to be started by the caller; the request waits for it
  };
  // Moves from `held` and `waiter` when the request waits.
  Admission Admit(const FillKey& key, const KnownLayer& layer,
                  std::shared_ptr<const Representation>& held, Waiter& waiter);
  void StartFill(const TileKey& key, std::shared_ptr<const KnownLayer> layer, std::string tag,
                 std::shared_ptr<const Representation> held, layers::v1::TileFormat format,
                 Waiter waiter);
  void OnFilled(const std::shared_ptr<Fill>& fill, const grpc::Status& status);
  std::shared_ptr<const Representation> Store(Fill& fill);
  void AnswerFrom(const Representation& tile, std::string_view version_header, bool stale,
                  Waiter& waiter) const;
  void AnswerNotModified(const Fill& fill, std::string_view version_header, Waiter& waiter) const;
  std::string CacheControl(const KnownLayer& layer, const TileKey& key) const;

  const Options options_;
  const LayerDirectory& directory_;
  const PublicUrl& public_url_;
  const RequestAccess& access_;
  const std::function<absl::Time()> city_time_;
  TileCache cache_;
  std::unique_ptr<Counters> counters_;
  absl::Mutex mutex_;  // acquired before the cache's locks, never after
  absl::flat_hash_map<FillKey, std::shared_ptr<Fill>> fills_ ABSL_GUARDED_BY(mutex_);
  runtime::CallGroup calls_;
};

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_TILE_HANDLER_H_
