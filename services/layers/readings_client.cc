#include "services/layers/readings_client.h"

#include <utility>

#include <grpcpp/channel.h>

#include "services/runtime/log.h"

namespace citylayers::layers {

ReadingsClient::ReadingsClient(std::string what, std::shared_ptr<grpc::Channel> channel,
                               std::vector<std::string> measures, std::uint64_t resume_offset,
                               const Callbacks& callbacks)
    : stub_(readings::v1::ReadingService::NewStub(std::move(channel))), offset_(resume_offset) {
  watch_ = std::make_unique<runtime::WatchThread>(
      what,
      [this, measures = std::move(measures),
       on_begin = callbacks.on_begin](grpc::ClientContext& context) {
        on_begin();
        readings::v1::WatchReadingsRequest request;
        request.set_stream_dictionary(true);
        for (const std::string& measure : measures) request.add_measures(measure);
        request.set_resume_offset(offset_.load());
        return stub_->WatchReadings(&context, request);
      },
      [this, on_batch = callbacks.on_batch](const readings::v1::WatchReadingsResponse& response) {
        on_batch(response);
        offset_.store(response.offset());
        if (!response.caught_up()) return;
        caught_up_.store(true);
        current_.store(true);
      },
      [this, what, on_reset = callbacks.on_reset](const grpc::Status& status) {
        current_.store(false);
        if (status.error_code() != grpc::StatusCode::OUT_OF_RANGE) return;
        runtime::LogWarning("the log has dropped this offset; starting over from the oldest batch",
                            {{"stream", what}, {"offset", offset_.load()}});
        caught_up_.store(false);
        on_reset();
        offset_.store(0);
      });
}

}  // namespace citylayers::layers
