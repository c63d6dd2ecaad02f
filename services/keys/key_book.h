// The API keys of a city: creates, rotates and revokes them, and stores them in a file.
#ifndef CITYLAYERS_SERVICES_KEYS_KEY_BOOK_H_
#define CITYLAYERS_SERVICES_KEYS_KEY_BOOK_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "base/clock.h"
#include "services/access/api_key.h"
#include "services/access/key_record.h"
#include "services/access/key_ring.h"
#include "services/keys/key_codec.h"
#include "services/keys/key_lock.h"

namespace citylayers::keys {

struct KeyBookOptions {
  std::size_t count_max = 10'000;  // keys, with those that are revoked or expired
  /// Of all keys as a message, which other processes receive at once. Revocations may exceed it by
  /// a time per key, so it is at most half of grpc.message_bytes_max (16 MiB).
  std::size_t ring_bytes_max = 8 << 20;
};

/// A key to create; see CreateKeyRequest.
struct NewKey {
  std::string principal;
  std::vector<std::string> scopes;
  absl::Time expire_time = absl::InfiniteFuture();
  std::string creator;  // empty: made on the server itself
  std::string certificate_name = {};
  access::KeyLimits limits = {};
};

/// A key whose secret is new. The only place where the book gives a secret to its caller.
struct IssuedKey {
  access::KeyRecord record;
  access::ApiKey key;
};

struct RevokedKey {
  access::KeyRecord record;
  bool was_revoked = false;  // it was revoked before, and nothing has changed
};

/// Each change is on disk before it takes effect; when the write fails (UNAVAILABLE), nothing has
/// changed. Changes block until the disk has synced. Thread-safe.
///
///   ASSIGN_OR_RETURN(auto book, KeyBook::Open("/data/keys/keys", {}, clock));
///   ASSIGN_OR_RETURN(IssuedKey made, book->Create({.principal = "Duty", .scopes = {"admin"}}));
class KeyBook {
 public:
  static constexpr std::size_t kSecretsMax = 4;  // per key, with the newest
  static constexpr std::size_t kEndedSessionsMax = 16;

  /// Receives the keys after a change.
  using Listener = std::function<void(const std::shared_ptr<const access::KeyRing>&)>;

  /// Opens the file at `path`, and holds the file "lock" beside it for the life of the book.
  /// Without a file the book is empty; the first change creates the file. `clock` is the wall
  /// clock; it must outlive the book. Errors as LoadKeys, except NOT_FOUND, and as KeyLock::Take.
  static absl::StatusOr<std::unique_ptr<KeyBook>> Open(std::string path, KeyBookOptions options,
                                                       const Clock& clock);

  /// See KeyService.CreateKey.
  absl::StatusOr<IssuedKey> Create(const NewKey& wanted);
  /// See KeyService.RotateKey. Secrets that are no longer accepted are dropped.
  /// FAILED_PRECONDITION: there would be more than kSecretsMax. `expire_time`: nullopt: as before.
  absl::StatusOr<IssuedKey> Rotate(std::string_view id, absl::Duration overlap,
                                   std::optional<absl::Time> expire_time);
  /// See KeyService.RevokeKey. KeyBookOptions do not limit it.
  absl::StatusOr<RevokedKey> Revoke(std::string_view id);

  /// Ends a session for all servers. Keeps the ids of at most kEndedSessionsMax ended sessions per
  /// key until their own time is over; when there are more, all sessions of the key until now end.
  /// UNAUTHENTICATED: as KeyRing::IdentifySession; it has ended already. KeyBookOptions do not
  /// limit it.
  absl::Status EndSession(std::string_view text);

  /// Whether the file did not exist when the book was opened, and does not yet.
  bool is_new() const;
  /// All keys, oldest first.
  std::vector<access::KeyRecord> List() const;
  /// All keys, for looking up callers. Never nullptr.
  std::shared_ptr<const access::KeyRing> ring() const;
  /// All keys, for other processes.
  v1::KeyRing Snapshot() const;

  /// Calls `listener` after each change, in the order of the changes, on the thread that made it.
  /// It must not change the book, nor add or remove listeners. It is not called again once
  /// RemoveListener has returned.
  std::uint64_t AddListener(Listener listener);
  void RemoveListener(std::uint64_t id);

 private:
  enum class Change { kIssue, kRevoke };

  KeyBook(std::string path, KeyBookOptions options, const Clock& clock, KeyLock lock, KeySet keys,
          bool is_new);

  std::shared_ptr<const KeySet> keys() const;
  /// Of a change that may make the keys larger. RESOURCE_EXHAUSTED: it would exceed the limit.
  absl::Status CheckSize(const KeySet& next) const;
  absl::Status Commit(KeySet next, Change change) ABSL_EXCLUSIVE_LOCKS_REQUIRED(changing_);

  const std::string path_;
  const KeyBookOptions options_;
  const Clock& clock_;
  const KeyLock lock_;
  absl::Mutex changing_;  // one change at a time; taken before the others
  mutable absl::Mutex mutex_;
  // Shared with readers, which use them while a change replaces them.
  std::shared_ptr<const KeySet> keys_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<const access::KeyRing> ring_ ABSL_GUARDED_BY(mutex_);
  bool is_new_ ABSL_GUARDED_BY(mutex_);
  absl::Mutex listeners_mutex_;
  std::map<std::uint64_t, Listener> listeners_ ABSL_GUARDED_BY(listeners_mutex_);
  std::uint64_t next_listener_ ABSL_GUARDED_BY(listeners_mutex_) = 1;
};

}  // namespace citylayers::keys

#endif  // CITYLAYERS_SERVICES_KEYS_KEY_BOOK_H_
