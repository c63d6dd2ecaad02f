// A phone: a client that follows a layer over a bad network.
#ifndef CITYLAYERS_TESTS_PHONES_PHONE_H_
#define CITYLAYERS_TESTS_PHONES_PHONE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include <grpcpp/channel.h>

#include "citylayers/client/layer_state.h"
#include "citylayers/client/stop.h"
#include "citylayers/layers/v1/layer_service.grpc.pb.h"

namespace citylayers::phones {

/// Follows a layer by WatchLayer in a thread, with the C++ client, until it is destroyed: opens the
/// stream again from its state whenever it breaks, and moves its view by SetViewport. Thread-safe.
class Phone {
 public:
  struct Options {
    std::string layer = "layers/traffic";
    std::uint32_t tick_ms = 1000;
    std::uint32_t heartbeat_ms = 60'000;
  };
  Phone(std::shared_ptr<grpc::Channel> channel, Options options, layers::v1::View view);
  ~Phone();

  /// The view from now on. Returns at once.
  void MoveTo(const layers::v1::View& view);

  struct Counts {
    int streams = 0;             // opened
    int snapshots = 0;           // received
    int gaps = 0;                // messages that did not fit the state, which was then dropped
    absl::Duration silence_max;  // longest time without a message
  };
  Counts counts() const;

  /// Blocks until the state is of `view` and not older than `version`; nullopt when it is not after
  /// `limit`.
  std::optional<client::LayerState> WaitFor(const layers::v1::LayerVersion& version,
                                            const layers::v1::View& view, absl::Duration limit);

 private:
  void Run();
  void FollowOnce();
  layers::v1::WatchLayerRequest NextRequest();
  bool OnMessage(const layers::v1::WatchLayerResponse& response);
  void SendMove();

  const std::unique_ptr<layers::v1::LayerService::Stub> stub_;
  const Options options_;
  client::ManualStop stop_;
  mutable absl::Mutex mutex_;
  layers::v1::View view_ ABSL_GUARDED_BY(mutex_);
  std::string stream_id_ ABSL_GUARDED_BY(mutex_);
  client::LayerState state_ ABSL_GUARDED_BY(mutex_);
  Counts counts_ ABSL_GUARDED_BY(mutex_);
  absl::Time last_message_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

/// The rows of a layer within `view`, read at once by GetChanges, as a client without a state does.
absl::StatusOr<layers::v1::GetChangesResponse> FreshSnapshot(layers::v1::LayerService::Stub& stub,
                                                             const std::string& layer,
                                                             const layers::v1::View& view);

/// "" when the state has every row of the snapshot with its values; else the first difference. Rows
/// of the state that the snapshot lacks have default values, or are out of view: of these, the ids
/// in `in_view` are compared with `default_value`.
std::string Difference(const client::LayerState& state, const layers::v1::Snapshot& fresh,
                       const std::vector<std::uint32_t>& in_view = {},
                       std::int32_t default_value = 0);

}  // namespace citylayers::phones

#endif  // CITYLAYERS_TESTS_PHONES_PHONE_H_
