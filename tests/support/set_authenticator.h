// An authenticator whose caller a test sets.
#ifndef CITYLAYERS_TESTS_SUPPORT_SET_AUTHENTICATOR_H_
#define CITYLAYERS_TESTS_SUPPORT_SET_AUTHENTICATOR_H_

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"

#include "services/access/principal.h"
#include "services/runtime/rpc/authenticator.h"

namespace citylayers::runtime {

/// Takes every caller for the one that was set; at first an anonymous one that may do everything.
/// Thread-safe.
class SetAuthenticator final : public Authenticator {
 public:
  /// A caller with one scope; `name` empty: anonymous.
  void SetCaller(std::string name, std::string_view scope) {
    const bool name_is_empty = name.empty();
    absl::MutexLock lock(&mutex_);
    caller_ = std::make_shared<const access::Principal>(
        access::Principal{.name = std::move(name),
                          .key_id = name_is_empty ? "" : "aaaaaaaaaaaa",
                          .secret_hash = {},
                          .scopes = access::ScopeSet({access::ParseScope(scope).value()})});
  }
  /// nullptr: none. `limits` must outlive it; set it before the first call.
  void SetLimits(access::CallerLimits* limits) { limits_ = limits; }
  access::CallerLimits* limits() const override { return limits_; }

  /// The key of present callers has ended.
  void EndKeys() {
    absl::MutexLock lock(&mutex_);
    is_current_ = false;
  }

  absl::StatusOr<std::shared_ptr<const access::Principal>> Authenticate(
      const CallMetadata&, const grpc::AuthContext*) const override {
    absl::MutexLock lock(&mutex_);
    return caller_;
  }
  bool IsCurrent(const access::Principal&) const override {
    absl::MutexLock lock(&mutex_);
    return is_current_;
  }

 private:
  mutable absl::Mutex mutex_;
  std::shared_ptr<const access::Principal> caller_ ABSL_GUARDED_BY(mutex_) =
      std::make_shared<const access::Principal>(access::Principal{
          .name = {},
          .key_id = {},
          .secret_hash = {},
          .scopes = access::ScopeSet({{access::Permission::kAdmin, {}}})});
  bool is_current_ ABSL_GUARDED_BY(mutex_) = true;
  access::CallerLimits* limits_ = nullptr;
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_TESTS_SUPPORT_SET_AUTHENTICATOR_H_
