#include "services/gateway/jams_feed.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace citylayers::gateway {

// Boards unsubscribe when they have had no viewer for their linger; the feed then ends at once.
JamsFeed::JamsFeed(StreamBoardOptions options, absl::Duration period, runtime::Timer& timer,
                   const std::shared_ptr<grpc::Channel>& channel)
    : ListBoard(options, period, timer,
                LiveBoard::Options{.log_max = 0, .linger = absl::ZeroDuration()}, "jams"),
      stub_(traffic::v1::TrafficService::NewStub(channel)) {}

std::shared_ptr<const traffic::v1::ListJamsResponse> JamsFeed::present() const {
  absl::MutexLock lock(&mutex_);
  return present_;
}

void JamsFeed::Open(grpc::ClientContext* context, StreamReader<Response>* reader) {
  stub_->async()->WatchJams(context, &request_, reader);
}

void JamsFeed::OnStart() {
  ListBoard::OnStart();
  absl::MutexLock lock(&mutex_);
  present_ = nullptr;
}

void JamsFeed::Apply(const Response& response, JamsByName& jams) const {
  for (const std::string& name : response.removed()) jams.jams.erase(name);
  for (const traffic::v1::Jam& jam : response.jams()) jams.jams[jam.name()] = jam;
  if (response.has_data_time()) {
    jams.data_time = response.data_time();
    jams.has_data_time = true;
  }
}

void JamsFeed::Publish(JamsByName jams) {
  std::vector<traffic::v1::Jam*> order;
  for (auto& [name, jam] : jams.jams) order.push_back(&jam);
  std::stable_sort(order.begin(), order.end(),
                   [](const traffic::v1::Jam* a, const traffic::v1::Jam* b) {
                     return a->delay_s() > b->delay_s();
                   });
  auto response = std::make_shared<traffic::v1::ListJamsResponse>();
  for (traffic::v1::Jam* jam : order) *response->add_jams() = std::move(*jam);
  if (jams.has_data_time) *response->mutable_data_time() = jams.data_time;
  {
    absl::MutexLock lock(&mutex_);
    present_ = std::move(response);
  }
  Append("");
}

}  // namespace citylayers::gateway
