// The state of a layer on the client's side.
#ifndef CITYLAYERS_CLIENT_LAYER_STATE_H_
#define CITYLAYERS_CLIENT_LAYER_STATE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"

#include "citylayers/layers/v1/layer_service.pb.h"

namespace citylayers::client {

/// Keeps the rows of one layer from the messages of WatchLayer, FollowLayers or GetChanges, and the
/// token with which a client returns. Rows that have left the view keep their last values. Not
/// thread-safe.
///
///   LayerState state;
///   if (!state.Apply(response).ok()) state = LayerState();  // and open the stream again
///   if (state.resume().has_value()) *request.mutable_resume() = *state.resume();
class LayerState {
 public:
  /// The values of the watched columns, in the order of SubLayer.columns.
  using Row = std::vector<std::int32_t>;
  /// Rows by id. A row that is absent has the default values of its columns.
  using Rows = std::map<std::uint32_t, Row>;

  /// `view`: of the request, for a client that changes it later; it becomes part of the token.
  explicit LayerState(std::optional<layers::v1::View> view = std::nullopt)
      : view_(std::move(view)) {}

  /// Applies a message. DATA_LOSS: a delta that does not begin at the state, or a message whose
  /// columns do not fit its ids; the state is unchanged and must be dropped.
  absl::Status Apply(const layers::v1::Snapshot& snapshot);
  absl::Status Apply(const layers::v1::Delta& delta);
  absl::Status Apply(const layers::v1::Heartbeat& heartbeat);
  /// A WatchLayerResponse, FollowLayersResponse or GetChangesResponse.
  template <typename Response>
  absl::Status Apply(const Response& response) {
    if (response.has_snapshot()) return Apply(response.snapshot());
    if (response.has_delta()) return Apply(response.delta());
    if constexpr (requires { response.heartbeat(); }) {
      if (response.has_heartbeat()) return Apply(response.heartbeat());
    }
    return absl::OkStatus();
  }

  /// What to send when the stream is opened again; nullopt: no state yet.
  const std::optional<layers::v1::ResumeToken>& resume() const { return resume_; }
  /// By sub-layer.
  const std::map<std::string, Rows>& rows() const { return rows_; }
  /// Columns of a sub-layer, by the last snapshot.
  const std::map<std::string, std::vector<std::string>>& columns() const { return columns_; }
  /// Whether the inputs of the layer have stopped sending.
  bool is_stale() const { return is_stale_; }

 private:
  std::map<std::string, Rows> rows_;
  std::map<std::string, std::vector<std::string>> columns_;
  std::optional<layers::v1::View> view_;  // of the state
  std::optional<layers::v1::ResumeToken> resume_;
  bool is_stale_ = false;
};

}  // namespace citylayers::client

#endif  // CITYLAYERS_CLIENT_LAYER_STATE_H_
