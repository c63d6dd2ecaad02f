#include "citylayers/client/layer_state.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace citylayers::client {
namespace {

using layers::v1::LayerVersion;
using layers::v1::StateRows;

bool IsSame(const LayerVersion& a, const LayerVersion& b) {
  return a.epoch() == b.epoch() && a.counter() == b.counter();
}

absl::Status CheckShape(const StateRows& rows) {
  for (const auto& column : rows.columns()) {
    if (column.values_size() != rows.id_gaps_size()) {
      return absl::DataLossError(absl::StrCat("a column of ", rows.sub_layer(), " has ",
                                              column.values_size(), " values for ",
                                              rows.id_gaps_size(), " rows"));
    }
  }
  return absl::OkStatus();
}

template <typename Message>
absl::Status CheckShapes(const Message& message) {
  for (const StateRows& rows : message.rows()) {
    if (absl::Status status = CheckShape(rows); !status.ok()) return status;
  }
  return absl::OkStatus();
}

void SetRows(const StateRows& from, LayerState::Rows& to) {
  std::uint32_t id = 0;
  for (int i = 0; i < from.id_gaps_size(); ++i) {
    id += from.id_gaps(i);
    LayerState::Row& row = to[id];
    row.clear();
    for (const auto& column : from.columns()) row.push_back(column.values(i));
  }
}

}  // namespace

absl::Status LayerState::Apply(const layers::v1::Snapshot& snapshot) {
  if (absl::Status status = CheckShapes(snapshot); !status.ok()) return status;
  rows_.clear();
  columns_.clear();
  for (const StateRows& rows : snapshot.rows()) {
    SetRows(rows, rows_[rows.sub_layer()]);
    for (const auto& column : rows.columns()) columns_[rows.sub_layer()].push_back(column.name());
  }
  layers::v1::ResumeToken token;
  token.set_pack_id(snapshot.pack_id());
  *token.mutable_version() = snapshot.version();
  if (snapshot.has_view()) view_ = snapshot.view();
  if (view_.has_value()) *token.mutable_view() = *view_;
  resume_ = std::move(token);
  is_stale_ = snapshot.stale();
  return absl::OkStatus();
}

absl::Status LayerState::Apply(const layers::v1::Delta& delta) {
  if (!resume_.has_value() || resume_->pack_id() != delta.pack_id() ||
      !IsSame(resume_->version(), delta.from())) {
    return absl::DataLossError("a delta does not begin at the state that it changes");
  }
  if (absl::Status status = CheckShapes(delta); !status.ok()) return status;
  for (const StateRows& rows : delta.rows()) SetRows(rows, rows_[rows.sub_layer()]);
  *resume_->mutable_version() = delta.to();
  if (delta.has_view()) {
    view_ = delta.view();
    *resume_->mutable_view() = delta.view();
  }
  is_stale_ = delta.stale();
  return absl::OkStatus();
}

// Nothing in view has changed up to the version of a heartbeat, at which the next delta begins.
absl::Status LayerState::Apply(const layers::v1::Heartbeat& heartbeat) {
  if (resume_.has_value() && heartbeat.has_version()) {
    *resume_->mutable_version() = heartbeat.version();
  }
  is_stale_ = heartbeat.stale();
  return absl::OkStatus();
}

}  // namespace citylayers::client
