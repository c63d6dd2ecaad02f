#include "services/gateway/live_boards.h"

#include "services/gateway/alerts_board.h"
#include "services/gateway/clock_board.h"
#include "services/gateway/jams_board.h"
#include "services/gateway/jams_feed.h"
#include "services/gateway/notices_board.h"
#include "services/gateway/stages_board.h"

namespace citylayers::gateway {

LiveBoards::LiveBoards(Options options, const Backends& backends, const LayerDirectory& directory,
                       runtime::Timer& timer, const std::function<absl::Time()>& city_time)
    : options_(options) {
  const StreamBoardOptions stream{.retry_period = options.retry_period};
  // Their methods send heartbeats.
  const StreamBoardOptions list{.retry_period = options.retry_period,
                                .silence_max = options.silence_max};
  const absl::Duration linger = options.linger;
  const absl::Duration period = options.list_period;
  if (const Backend* backend = backends.Find("alerts")) {
    const auto board = [&](access::Permission permission) {
      return std::make_unique<AlertsBoard>(stream, linger, timer, backend->channel,
                                           access::ScopeSet({{permission, {}}}));
    };
    alerts_ = board(access::Permission::kAlertsRead);
    operator_alerts_ = board(access::Permission::kAlertsOperate);
  }
  using common::v1::ClockService;
  if (const Backend* backend = backends.FindByService(ClockService::service_full_name())) {
    clock_ = std::make_unique<ClockBoard>(stream, linger, period, timer, backend->channel);
  }
  using flood::v1::FloodService;
  if (const Backend* backend = backends.FindByService(FloodService::service_full_name())) {
    stages_ = std::make_unique<StagesBoard>(list, linger, period, list_timer_, backend->channel,
                                            city_time);
  }
  using traffic::v1::TrafficService;
  if (const Backend* backend = backends.FindByService(TrafficService::service_full_name())) {
    jams_feed_ = std::make_unique<JamsFeed>(list, period, list_timer_, backend->channel);
  }
  notices_ = std::make_unique<NoticesBoard>(linger, directory, timer);
}

LiveBoards::~LiveBoards() { End(); }

LiveBoard* LiveBoards::JamsBoardOf(int count) {
  if (jams_feed_ == nullptr) return nullptr;
  absl::MutexLock lock(&mutex_);
  std::unique_ptr<LiveBoard>& board = jams_[count];
  if (board == nullptr) {
    board = std::make_unique<JamsBoard>(count, options_.linger, *jams_feed_, list_timer_);
  }
  return board.get();
}

absl::StatusOr<std::vector<LiveBoards::Part>> LiveBoards::PartsOf(const LiveQuery& query,
                                                                  const access::ScopeSet& viewer) {
  std::vector<Part> parts;
  // A feed that this city does not have sends no events; the page need not know which exist.
  const auto add = [&](LiveBoard* board) {
    if (board != nullptr) parts.push_back({board, {}, false});
  };
  if (query.alerts && alerts_) {
    const bool sees_names = viewer.AllowsAll(access::Permission::kAlertsOperate);
    add(sees_names ? operator_alerts_.get() : alerts_.get());
    parts.back().cursor = query.alerts_cursor;
    parts.back().resumes = true;
  }
  if (query.clock) add(clock_.get());
  if (query.stages) add(stages_.get());
  if (query.jams > 0) add(JamsBoardOf(query.jams));
  if (query.notices) add(notices_.get());
  if (parts.empty() && query.layers.empty()) {
    return absl::NotFoundError("this gateway serves none of these feeds: no backend has them");
  }
  return parts;
}

void LiveBoards::End() {
  std::vector<LiveBoard*> boards = {alerts_.get(), operator_alerts_.get(), clock_.get(),
                                    stages_.get(), notices_.get()};
  {
    absl::MutexLock lock(&mutex_);
    for (const auto& [count, board] : jams_) boards.push_back(board.get());
  }
  boards.push_back(jams_feed_.get());  // after its viewers
  for (LiveBoard* board : boards) {
    if (board != nullptr) board->End();
  }
}

}  // namespace citylayers::gateway
