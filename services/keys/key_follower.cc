#include "services/keys/key_follower.h"

#include <utility>

#include <grpcpp/channel.h>

#include "base/rfc3339.h"
#include "base/strings.h"
#include "services/runtime/log.h"
#include "services/runtime/module_channels.h"

namespace citylayers::keys {
namespace {

// Of one ring. A newer program may have written all of them.
constexpr int kLoggedKeysMax = 20;

// What the process with the keys has done when it ended the stream.
std::string WhatOf(const grpc::Status& status) {
  switch (status.error_code()) {
    case grpc::StatusCode::UNAUTHENTICATED:
    case grpc::StatusCode::PERMISSION_DENIED:
      return StrCat("has refused this process (", status.error_message(), ")");
    default:
      return "has not answered";
  }
}

}  // namespace

KeyFollower::KeyFollower(const runtime::ModuleContext& context)
    : access_(context.access),
      stub_(v1::KeyService::NewStub(context.channels.To("keys"))),
      watch_(
          "API keys",
          [stub = stub_](grpc::ClientContext& call) { return stub->WatchKeyRing(&call, {}); },
          [this](const v1::WatchKeyRingResponse& response) { Apply(response.ring()); },
          [this](const grpc::Status& status) { SetBehind(WhatOf(status)); }) {}

std::vector<std::string> KeyFollower::Notices() const {
  // Before the first keys the process is not ready, and accepts none.
  if (!access_.has_ring()) return {};
  absl::MutexLock lock(&mutex_);
  if (behind_since_ == absl::InfiniteFuture()) return {};
  return {StrCat("keys: the process with the API keys ", behind_what_, " since ",
                 Rfc3339(behind_since_), "; keys revoked since then are still accepted here")};
}

void KeyFollower::Apply(const v1::KeyRing& ring) {
  absl::StatusOr<ReadableKeys> read = FromProtoReadable(ring);
  if (!read.ok()) {
    runtime::LogError("the API keys cannot be read; the former ones stay in force",
                      {{"why", std::string(read.status().message())}});
    SetBehind("has sent keys that this program cannot read");
    return;
  }
  LogUnreadable(*read);
  access_.SetRing(std::make_shared<const access::KeyRing>(std::move(read->keys.records),
                                                          std::move(read->keys.pepper)));
  SetCurrent();
}

void KeyFollower::LogUnreadable(const ReadableKeys& read) {
  std::map<std::string, std::string> unreadable;
  int new_ones = 0;
  for (const auto& [name, why] : read.unreadable) {
    const auto [entry, is_first] = unreadable.emplace(name, std::string(why.message()));
    const auto known = unreadable_.find(name);
    if (!is_first || (known != unreadable_.end() && known->second == entry->second)) continue;
    if (++new_ones > kLoggedKeysMax) continue;
    runtime::LogWarning(
        "an API key cannot be read and is refused",
        {{"id", ParseKeyName(name).value_or(std::string_view(name))}, {"why", entry->second}});
  }
  if (new_ones > kLoggedKeysMax) {
    runtime::LogWarning("more API keys cannot be read and are refused",
                        {{"count", new_ones - kLoggedKeysMax}});
  }
  unreadable_ = std::move(unreadable);
}

void KeyFollower::SetBehind(std::string what) {
  absl::MutexLock lock(&mutex_);
  if (behind_since_ == absl::InfiniteFuture()) behind_since_ = clock_.Now();
  behind_what_ = std::move(what);
}

void KeyFollower::SetCurrent() {
  absl::MutexLock lock(&mutex_);
  behind_since_ = absl::InfiniteFuture();
}

}  // namespace citylayers::keys
