// The limit of a process's memory that grows with its load: one total with named shares.
#ifndef CITYLAYERS_SERVICES_RUNTIME_MEMORY_BUDGET_H_
#define CITYLAYERS_SERVICES_RUNTIME_MEMORY_BUDGET_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"

#include "services/runtime/metrics.h"

namespace citylayers::runtime {

/// A named part of the budget: a counter with a limit. Thread-safe; TryTake costs
/// two atomic operations.
class MemoryShare {
 public:
  MemoryShare(std::string name, std::size_t limit_bytes)
      : name_(std::move(name)), limit_bytes_(limit_bytes) {}

  /// Takes `bytes`. Returns false, takes nothing and counts a refusal when the share has no room.
  [[nodiscard]] bool TryTake(std::size_t bytes);
  void Give(std::size_t bytes) { used_bytes_.fetch_sub(bytes, std::memory_order_relaxed); }

  /// Sets the bytes in use, for a user that keeps within the limit by itself. Do not
  /// combine with TryTake.
  void Report(std::size_t bytes) { used_bytes_.store(bytes, std::memory_order_relaxed); }

  /// True when more than half is taken: calls and streams that only occupy memory should end.
  bool IsUnderPressure() const { return used_bytes() > limit_bytes_ / 2; }
  const std::string& name() const { return name_; }
  std::size_t limit_bytes() const { return limit_bytes_; }
  std::size_t used_bytes() const { return used_bytes_.load(std::memory_order_relaxed); }
  std::uint64_t refused() const { return refused_.load(std::memory_order_relaxed); }

  /// RESOURCE_EXHAUSTED with RetryInfo; the message names the share and the option
  /// that sets the total.
  absl::Status ExhaustedError() const;

 private:
  const std::string name_;
  const std::size_t limit_bytes_;
  std::atomic<std::size_t> used_bytes_{0};
  std::atomic<std::uint64_t> refused_{0};
};

/// The bytes that one owner holds of a share; the destructor returns them. Without a share Resize
/// always succeeds. Not thread-safe; movable.
///
///   MemoryHold hold(share);
///   if (!hold.Resize(buffer.capacity() + more)) return share->ExhaustedError();
class MemoryHold {
 public:
  MemoryHold() = default;
  /// Shared, because a client's call or connection may outlive the server that admitted it.
  explicit MemoryHold(std::shared_ptr<MemoryShare> share) : share_(std::move(share)) {}
  MemoryHold(MemoryHold&& other) noexcept
      : share_(std::move(other.share_)), bytes_(std::exchange(other.bytes_, 0)) {}
  MemoryHold& operator=(MemoryHold&& other) noexcept {
    std::swap(share_, other.share_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~MemoryHold() { (void)Resize(0); }

  /// Sets the bytes held. Returns false, and changes nothing, when the share has no room for more.
  [[nodiscard]] bool Resize(std::size_t bytes) {
    if (share_ == nullptr) return true;
    if (bytes > bytes_ && !share_->TryTake(bytes - bytes_)) return false;
    if (bytes < bytes_) share_->Give(bytes_ - bytes);
    bytes_ = bytes;
    return true;
  }
  std::size_t bytes() const { return bytes_; }

 private:
  std::shared_ptr<MemoryShare> share_;
  std::size_t bytes_ = 0;
};

/// The uses that the budget is divided among. Memory of fixed size is not counted:
/// programs, pack, layers.
enum class MemoryUse {
  kHttpBodies,   ///< request bodies that are arriving or being handled
  kRpcRequests,  ///< decoded gRPC requests that wait or are handled
  kTransport,    ///< gRPC's own buffers (its ResourceQuota)
  kStreams,      ///< answers and events that clients have not read yet
  kTiles,        ///< the gateway's tile cache
  kIngest,       ///< batches that wait for the disk
  kStore,        ///< RocksDB's memtables and block cache
};
inline constexpr std::size_t kMemoryUses = 7;

/// The shares of one process. Thread-safe.
///
///   http bodies 1/8, gRPC requests 1/8, transport 1/8, streams 1/4, tiles 3/16, ingest 1/16,
///   store 1/8
class MemoryBudget {
 public:
  explicit MemoryBudget(std::size_t total_bytes);

  const std::shared_ptr<MemoryShare>& share(MemoryUse use) const {
    return shares_[static_cast<std::size_t>(use)];
  }
  std::size_t bytes(MemoryUse use) const { return share(use)->limit_bytes(); }

  /// Writes the shares' figures to the metrics: used, limit, refusals. Called by
  /// one thread at a time.
  void Show(Metrics& metrics) const;

 private:
  std::array<std::shared_ptr<MemoryShare>, kMemoryUses> shares_;
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_MEMORY_BUDGET_H_
