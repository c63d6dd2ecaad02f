#include "services/readings/readings_services.h"

#include <memory>
#include <string_view>
#include <utility>

#include "base/status_macros.h"
#include "base/strings.h"
#include "services/readings/clock_watch.h"
#include "services/runtime/log.h"

namespace citylayers::readings {
namespace {

using runtime::Call;

// Scopes of reading: a filter without measures asks for all of them. A longer list than `names_max`
// is refused by the method, before it reads any.
absl::Status CheckMeasures(const Call& call,
                           const google::protobuf::RepeatedPtrField<std::string>& measures,
                           int names_max) {
  if (measures.size() > names_max) return absl::OkStatus();
  return measures.empty() ? call.CheckResource({}) : call.CheckResources(measures);
}

}  // namespace

grpc::ServerUnaryReactor* ReadingServiceImpl::WriteReadings(grpc::CallbackServerContext* context,
                                                            const v1::WriteReadingsRequest* request,
                                                            v1::WriteReadingsResponse* response) {
  return calls_.UnaryAsync(
      context, "ReadingService/WriteReadings", request, response,
      [this](const Call& call, const v1::WriteReadingsRequest& write, ReadingIngest::Done done) {
        const MeasureNames& names = write.readings().measures();
        // A dictionary that is longer than a batch may be is refused by Write.
        const bool is_checked = names.size() <= ingest_.options().validator.batch_rows_max;
        const absl::Status allowed = is_checked ? call.CheckResources(names) : absl::OkStatus();
        if (!allowed.ok()) return done(allowed);
        const absl::Status within = call.TakeReadings(write.readings().values_size());
        if (!within.ok()) return done(within);
        ingest_.Write(write, std::move(done), SourcePrefix(call));
      });
}

grpc::ServerBidiReactor<v1::StreamReadingsRequest, v1::StreamReadingsResponse>*
ReadingServiceImpl::StreamReadings(grpc::CallbackServerContext* context) {
  using Handler = runtime::BidiHandler<v1::StreamReadingsRequest, v1::StreamReadingsResponse>;
  return calls_.Bidi<v1::StreamReadingsRequest, v1::StreamReadingsResponse>(
      context, "ReadingService/StreamReadings",
      [this](const Call& call) -> absl::StatusOr<std::unique_ptr<Handler>> {
        return std::make_unique<IngestStream>(ingest_, call);
      });
}

grpc::ServerWriteReactor<v1::QueryReadingsResponse>* ReadingServiceImpl::QueryReadings(
    grpc::CallbackServerContext* context, const v1::QueryReadingsRequest* request) {
  return calls_.ServerStream<v1::QueryReadingsRequest, v1::QueryReadingsResponse>(
      context, "ReadingService/QueryReadings", request,
      [this](const Call& call, const v1::QueryReadingsRequest& query)
          -> absl::StatusOr<std::unique_ptr<ReadingQuery::QueryStream>> {
        RETURN_IF_ERROR(CheckMeasures(call, query.measures(), query_.names_max()));
        return query_.Query(query);
      });
}

grpc::ServerUnaryReactor* ReadingServiceImpl::GetLatestReadings(
    grpc::CallbackServerContext* context, const v1::GetLatestReadingsRequest* request,
    v1::GetLatestReadingsResponse* response) {
  return calls_.Unary(context, "ReadingService/GetLatestReadings", request, response,
                      [this](const Call& call, const v1::GetLatestReadingsRequest& latest)
                          -> absl::StatusOr<v1::GetLatestReadingsResponse> {
                        RETURN_IF_ERROR(CheckMeasures(call, latest.measures(), query_.names_max()));
                        return query_.Latest(latest);
                      });
}

grpc::ServerWriteReactor<v1::WatchReadingsResponse>* ReadingServiceImpl::WatchReadings(
    grpc::CallbackServerContext* context, const v1::WatchReadingsRequest* request) {
  return calls_.ServerStream<v1::WatchReadingsRequest, v1::WatchReadingsResponse>(
      context, "ReadingService/WatchReadings", request,
      [this](const Call& call, const v1::WatchReadingsRequest& watch)
          -> absl::StatusOr<std::unique_ptr<ReadingQuery::WatchStream>> {
        RETURN_IF_ERROR(CheckMeasures(call, watch.measures(), query_.names_max()));
        return query_.Watch(watch);
      });
}

grpc::ServerUnaryReactor* ReadingServiceImpl::ListRejectedReadings(
    grpc::CallbackServerContext* context, const v1::ListRejectedReadingsRequest* request,
    v1::ListRejectedReadingsResponse* response) {
  return calls_.Unary(context, "ReadingService/ListRejectedReadings", request, response,
                      [this](const Call&, const v1::ListRejectedReadingsRequest& list) {
                        return rejected_.List(list);
                      });
}

grpc::ServerUnaryReactor* StationServiceImpl::GetStation(grpc::CallbackServerContext* context,
                                                         const v1::GetStationRequest* request,
                                                         v1::GetStationResponse* response) {
  return calls_.Unary(
      context, "StationService/GetStation", request, response,
      [this](const Call&, const v1::GetStationRequest& get) { return stations_.Get(get); });
}

grpc::ServerUnaryReactor* StationServiceImpl::ListStations(grpc::CallbackServerContext* context,
                                                           const v1::ListStationsRequest* request,
                                                           v1::ListStationsResponse* response) {
  return calls_.Unary(
      context, "StationService/ListStations", request, response,
      [this](const Call&, const v1::ListStationsRequest& list) { return stations_.List(list); });
}

grpc::ServerUnaryReactor* ClockServiceImpl::GetClock(grpc::CallbackServerContext* context,
                                                     const common::v1::GetClockRequest* request,
                                                     common::v1::GetClockResponse* response) {
  return calls_.Unary(
      context, "ClockService/GetClock", request, response,
      [this](const Call&,
             const common::v1::GetClockRequest&) -> absl::StatusOr<common::v1::GetClockResponse> {
        common::v1::GetClockResponse got;
        *got.mutable_clock() = clock_.State();
        return got;
      });
}

void ClockServiceImpl::LogDriver(const Call& call, const common::v1::CityClock& clock) {
  const std::string_view mode =
      clock.mode() == common::v1::CLOCK_MODE_REPLAY ? "replay" : "wall clock";
  std::string driver =
      StrCat(call.caller->key_id, "/", call.caller->name, "/", mode, "/", clock.scenario());
  {
    absl::MutexLock lock(&mutex_);
    if (driver == driver_) return;
    driver_ = std::move(driver);
  }
  runtime::LogInfo("city clock set", {{"mode", mode},
                                      {"scenario", clock.scenario()},
                                      {"by", call.caller->name},
                                      {"by_key", call.caller->key_id},
                                      {"from", call.peer}});
}

grpc::ServerUnaryReactor* ClockServiceImpl::SetClock(grpc::CallbackServerContext* context,
                                                     const common::v1::SetClockRequest* request,
                                                     common::v1::SetClockResponse* response) {
  return calls_.UnaryWrite(context, "ClockService/SetClock", request, response,
                           [this](const Call& call, const common::v1::SetClockRequest& set)
                               -> absl::StatusOr<common::v1::SetClockResponse> {
                             absl::StatusOr<common::v1::CityClock> clock = clock_.Set(set);
                             if (!clock.ok()) return clock.status();
                             LogDriver(call, *clock);
                             common::v1::SetClockResponse done;
                             *done.mutable_clock() = *std::move(clock);
                             return done;
                           });
}

grpc::ServerWriteReactor<common::v1::WatchClockResponse>* ClockServiceImpl::WatchClock(
    grpc::CallbackServerContext* context, const common::v1::WatchClockRequest* request) {
  using Source = runtime::StreamSource<common::v1::WatchClockResponse>;
  return calls_.ServerStream<common::v1::WatchClockRequest, common::v1::WatchClockResponse>(
      context, "ClockService/WatchClock", request,
      [this](const Call&,
             const common::v1::WatchClockRequest&) -> absl::StatusOr<std::unique_ptr<Source>> {
        return std::make_unique<ClockWatch>(clock_, monotonic_);
      });
}

}  // namespace citylayers::readings
