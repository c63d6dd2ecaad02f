// The gRPC services of the readings module: thin adapters to the classes of this folder.
#ifndef CITYLAYERS_SERVICES_READINGS_READINGS_SERVICES_H_
#define CITYLAYERS_SERVICES_READINGS_READINGS_SERVICES_H_

#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

#include "citylayers/common/v1/clock_service.grpc.pb.h"
#include "citylayers/readings/v1/reading_service.grpc.pb.h"
#include "citylayers/readings/v1/station_service.grpc.pb.h"
#include "services/readings/clock_keeper.h"
#include "services/readings/reading_ingest.h"
#include "services/readings/reading_query.h"
#include "services/readings/rejected_readings.h"
#include "services/readings/station_directory.h"
#include "services/runtime/rpc/call_adapter.h"

namespace citylayers::readings {

/// ReadingService. The arguments must outlive it.
class ReadingServiceImpl final : public v1::ReadingService::CallbackService {
 public:
  ReadingServiceImpl(runtime::CallAdapter& calls, ReadingIngest& ingest, const ReadingQuery& query,
                     const RejectedReadings& rejected)
      : calls_(calls), ingest_(ingest), query_(query), rejected_(rejected) {}

  grpc::ServerUnaryReactor* WriteReadings(grpc::CallbackServerContext* context,
                                          const v1::WriteReadingsRequest* request,
                                          v1::WriteReadingsResponse* response) override;
  grpc::ServerBidiReactor<v1::StreamReadingsRequest, v1::StreamReadingsResponse>* StreamReadings(
      grpc::CallbackServerContext* context) override;
  grpc::ServerWriteReactor<v1::QueryReadingsResponse>* QueryReadings(
      grpc::CallbackServerContext* context, const v1::QueryReadingsRequest* request) override;
  grpc::ServerUnaryReactor* GetLatestReadings(grpc::CallbackServerContext* context,
                                              const v1::GetLatestReadingsRequest* request,
                                              v1::GetLatestReadingsResponse* response) override;
  grpc::ServerWriteReactor<v1::WatchReadingsResponse>* WatchReadings(
      grpc::CallbackServerContext* context, const v1::WatchReadingsRequest* request) override;
  grpc::ServerUnaryReactor* ListRejectedReadings(
      grpc::CallbackServerContext* context, const v1::ListRejectedReadingsRequest* request,
      v1::ListRejectedReadingsResponse* response) override;

 private:
  runtime::CallAdapter& calls_;
  ReadingIngest& ingest_;
  const ReadingQuery& query_;
  const RejectedReadings& rejected_;
};

/// StationService. The arguments must outlive it.
class StationServiceImpl final : public v1::StationService::CallbackService {
 public:
  StationServiceImpl(runtime::CallAdapter& calls, const StationDirectory& stations)
      : calls_(calls), stations_(stations) {}

  grpc::ServerUnaryReactor* GetStation(grpc::CallbackServerContext* context,
                                       const v1::GetStationRequest* request,
                                       v1::GetStationResponse* response) override;
  grpc::ServerUnaryReactor* ListStations(grpc::CallbackServerContext* context,
                                         const v1::ListStationsRequest* request,
                                         v1::ListStationsResponse* response) override;

 private:
  runtime::CallAdapter& calls_;
  const StationDirectory& stations_;
};

/// ClockService. The arguments must outlive it.
class ClockServiceImpl final : public common::v1::ClockService::CallbackService {
 public:
  ClockServiceImpl(runtime::CallAdapter& calls, ClockKeeper& clock, const Clock& monotonic)
      : calls_(calls), clock_(clock), monotonic_(monotonic) {}

  grpc::ServerUnaryReactor* GetClock(grpc::CallbackServerContext* context,
                                     const common::v1::GetClockRequest* request,
                                     common::v1::GetClockResponse* response) override;
  grpc::ServerUnaryReactor* SetClock(grpc::CallbackServerContext* context,
                                     const common::v1::SetClockRequest* request,
                                     common::v1::SetClockResponse* response) override;
  grpc::ServerWriteReactor<common::v1::WatchClockResponse>* WatchClock(
      grpc::CallbackServerContext* context, const common::v1::WatchClockRequest* request) override;

 private:
  // Logs who drives the clock, and how, when one of them is new: a replay sets the clock many times
  // a second.
  void LogDriver(const runtime::Call& call, const common::v1::CityClock& clock);

  runtime::CallAdapter& calls_;
  ClockKeeper& clock_;
  const Clock& monotonic_;
  absl::Mutex mutex_;
  std::string driver_ ABSL_GUARDED_BY(mutex_);  // of the last line in the log
};

}  // namespace citylayers::readings

#endif  // CITYLAYERS_SERVICES_READINGS_READINGS_SERVICES_H_
