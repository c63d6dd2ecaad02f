#include <algorithm>
#include <atomic>
#include <deque>
#include <random>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include "citylayers/readings/v1/reading_service.grpc.pb.h"
#include "tests/bench/readings/readings_figures.h"

namespace citylayers::bench {
namespace {

namespace v1 = readings::v1;

// Batches of one stream: one reading of each measure in its share, one second apart.
v1::StreamReadingsRequest MakeBatch(const std::vector<std::string>& measures, size_t first,
                                    int rows, absl::Time time, std::mt19937& random,
                                    bool with_names) {
  v1::StreamReadingsRequest request;
  v1::ReadingColumns& columns = *request.mutable_readings();
  for (int row = 0; row < rows; ++row) {
    if (with_names) {
      columns.add_measures(measures[(first + static_cast<size_t>(row)) % measures.size()]);
    }
    columns.add_measure_indexes(static_cast<uint32_t>(row));
    columns.add_time_deltas_ms(row == 0 ? absl::ToUnixMillis(time) : 0);
    columns.add_values(static_cast<double>(200 + random() % 300) / 10);
  }
  return request;
}

struct Load {
  uint64_t acknowledged = 0;
  std::vector<double> ack_ms;
  std::string error;
};

// Keeps the stream full of unacknowledged batches, or sends one per `interval` when it is set. The
// readings begin at `start`, one second apart.
Load RunStream(v1::ReadingService::Stub& stub, int stream_index,
               const std::vector<std::string>& measures, absl::Time start, absl::Time end,
               absl::Duration interval, const ReadingsBenchOptions& options) {
  constexpr size_t kCredits = 16;
  Load load;
  grpc::ClientContext context;
  auto stream = stub.StreamReadings(&context);
  absl::Mutex mutex;
  std::deque<absl::Time> sent;
  bool closed = false;
  std::thread reader([&] {
    v1::StreamReadingsResponse response;
    while (stream->Read(&response)) {
      absl::MutexLock lock(&mutex);
      load.ack_ms.push_back(absl::ToDoubleMilliseconds(absl::Now() - sent.front()));
      sent.pop_front();
      load.acknowledged += response.result().accepted_count();
    }
    absl::MutexLock lock(&mutex);
    closed = true;
  });
  std::mt19937 random(static_cast<unsigned>(stream_index));
  const size_t first = static_cast<size_t>(stream_index) * static_cast<size_t>(options.batch_rows);
  const uint64_t epoch = static_cast<uint64_t>(absl::ToUnixMicros(absl::Now()));
  absl::Time due = absl::Now();
  for (uint64_t sequence = 1; absl::Now() < end; ++sequence) {
    v1::StreamReadingsRequest request =
        MakeBatch(measures, first, options.batch_rows,
                  start + absl::Seconds(static_cast<int64_t>(sequence)), random, sequence == 1);
    request.set_source(absl::StrCat("bench-", stream_index));
    request.set_epoch(epoch);
    request.set_sequence(sequence);
    if (interval > absl::ZeroDuration()) {
      due += interval;
      absl::SleepFor(due - absl::Now());
    }
    {
      absl::MutexLock lock(&mutex);
      const auto room = [&] { return closed || sent.size() < kCredits; };
      mutex.Await(absl::Condition(&room));
      if (closed) break;
      sent.push_back(absl::Now());
    }
    if (!stream->Write(request)) break;
  }
  stream->WritesDone();
  reader.join();
  const grpc::Status status = stream->Finish();
  if (!status.ok()) load.error = status.error_message();
  return load;
}

absl::StatusOr<Load> RunStreams(v1::ReadingService::Stub& stub,
                                const std::vector<std::string>& measures, absl::Time start,
                                absl::Duration interval, const ReadingsBenchOptions& options) {
  const absl::Time end = absl::Now() + options.duration;
  std::vector<Load> loads(static_cast<size_t>(options.writers));
  std::vector<std::thread> streams;
  for (int i = 0; i < options.writers; ++i) {
    streams.emplace_back([&, i] {
      loads[static_cast<size_t>(i)] = RunStream(stub, i, measures, start, end, interval, options);
    });
  }
  for (std::thread& stream : streams) stream.join();
  Load all;
  for (const Load& load : loads) {
    if (!load.error.empty()) return absl::UnavailableError("a stream ended: " + load.error);
    all.acknowledged += load.acknowledged;
    all.ack_ms.insert(all.ack_ms.end(), load.ack_ms.begin(), load.ack_ms.end());
  }
  return all;
}

absl::StatusOr<double> AckP99Ms(absl::StatusOr<Load> load) {
  if (!load.ok()) return load.status();
  if (load->ack_ms.empty()) return absl::InternalError("nothing was acknowledged");
  std::sort(load->ack_ms.begin(), load->ack_ms.end());
  return load->ack_ms[load->ack_ms.size() * 99 / 100];
}

}  // namespace

absl::StatusOr<std::vector<ReadingsFigure>> MeasureIngest(
    const std::shared_ptr<grpc::Channel>& channel, const std::vector<std::string>& measures,
    absl::Time city_time, const ReadingsBenchOptions& options) {
  if (measures.empty()) return absl::InvalidArgumentError("no measures to write");
  const auto stub = v1::ReadingService::NewStub(channel);
  const absl::Time start = absl::Now();
  // All times lie before the city time.
  const absl::Time yesterday = city_time - absl::Hours(24);
  absl::StatusOr<Load> full = RunStreams(*stub, measures, yesterday, absl::ZeroDuration(), options);
  if (!full.ok()) return full.status();
  const double per_second =
      static_cast<double>(full->acknowledged) / absl::ToDoubleSeconds(absl::Now() - start);
  const absl::Duration interval =
      absl::Seconds(options.batch_rows * options.writers / (per_second / 2));
  const absl::StatusOr<double> half =
      AckP99Ms(RunStreams(*stub, measures, yesterday + absl::Hours(12), interval, options));
  if (!half.ok()) return half.status();
  const absl::StatusOr<double> again =
      AckP99Ms(RunStreams(*stub, measures, yesterday, interval, options));
  if (!again.ok()) return again.status();
  const std::string note = absl::StrCat(options.writers, " streams, ", options.batch_rows,
                                        "-reading batches, acknowledged on disk");
  return std::vector<ReadingsFigure>{
      {"readings.ingest_per_s", per_second, "readings/s", note},
      {"readings.ack_p99_ms", *half, "ms", absl::StrCat("at half that load; ", note)},
      {"readings.ack_again_p99_ms", *again, "ms",
       absl::StrCat("at half that load, for times that have readings already; ", note)}};
}

}  // namespace citylayers::bench
