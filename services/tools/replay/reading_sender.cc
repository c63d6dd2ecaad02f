#include "services/tools/replay/reading_sender.h"

namespace citylayers::replay {

absl::StatusOr<readings::v1::WriteReadingsResponse> ReadingSender::Send(
    readings::v1::ReadingColumns readings) {
  readings::v1::WriteReadingsRequest request;
  request.set_source(options_.source);
  request.set_epoch(options_.epoch);
  request.set_sequence(++sequence_);
  *request.mutable_readings() = std::move(readings);
  auto response = Retry(pacer_, options_.retry, [&] { return port_.WriteReadings(request); });
  if (!response.ok()) return response;
  ++counts_.batches;
  // A duplicate was stored by an earlier try whose answer was lost; the answer has its counts.
  counts_.rejected += response->rejected_count();
  counts_.accepted += response->accepted_count();
  if (counts_.first_rejection.empty() && response->rejections_size() > 0) {
    const auto& rejected = response->rejections(0);
    const int index = static_cast<int>(rejected.row());
    if (index < request.readings().measure_indexes_size()) {
      const int measure = static_cast<int>(request.readings().measure_indexes(index));
      counts_.first_rejection = request.readings().measures(measure) + ": ";
    }
    counts_.first_rejection += rejected.message();
  }
  return response;
}

void ColumnsBuilder::Add(std::uint64_t key, const std::string& measure, absl::Time at, double value,
                         readings::v1::Quality quality) {
  const auto [it, added] =
      indexes_.emplace(key, static_cast<std::uint32_t>(columns_.measures_size()));
  if (added) columns_.add_measures(measure);
  const std::int64_t ms = absl::ToUnixMillis(at);
  columns_.add_measure_indexes(it->second);
  columns_.add_time_deltas_ms(ms - last_ms_);
  columns_.add_values(value);
  columns_.add_qualities(quality);
  last_ms_ = ms;
}

readings::v1::ReadingColumns ColumnsBuilder::Take() {
  readings::v1::ReadingColumns taken;
  taken.Swap(&columns_);
  indexes_.clear();
  last_ms_ = 0;
  return taken;
}

}  // namespace citylayers::replay
