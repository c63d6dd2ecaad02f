#include "tests/crash/ledger.h"

#include "absl/container/flat_hash_set.h"

#include "base/strings.h"

namespace citylayers::crash {

using readings::v1::ReadingColumns;
using readings::v1::WriteReadingsRequest;

std::vector<std::int64_t> Ledger::TimesOf(const ReadingColumns& rows) {
  std::vector<std::int64_t> times;
  times.reserve(static_cast<std::size_t>(rows.time_deltas_ms_size()));
  std::int64_t time_ms = 0;
  for (const std::int64_t delta_ms : rows.time_deltas_ms()) times.push_back(time_ms += delta_ms);
  return times;
}

std::uint32_t Ledger::Intern(const std::string& measure) {
  const auto [it, is_new] =
      measure_ids_.emplace(measure, static_cast<std::uint32_t>(measures_.size()));
  if (is_new) measures_.push_back(measure);
  return it->second;
}

std::string Ledger::NameOf(const Key& key) const {
  return StrCat(measures_[key.first], " at ", key.second, " ms");
}

std::size_t Ledger::Send(const WriteReadingsRequest& request) {
  const absl::MutexLock lock(&mutex_);
  const std::size_t batch = batches_.size();
  batches_.push_back({.request = request});
  rows_in_log_.push_back(0);
  const ReadingColumns& rows = request.readings();
  const std::vector<std::int64_t> times = TimesOf(rows);
  for (int row = 0; row < rows.values_size(); ++row) {
    const auto measure = static_cast<int>(rows.measure_indexes(row));
    rows_[{Intern(rows.measures(measure)), times[static_cast<std::size_t>(row)]}] = {
        .value = rows.values(row), .batch = batch};
  }
  return batch;
}

void Ledger::Acknowledge(std::size_t batch) {
  const absl::MutexLock lock(&mutex_);
  batches_[batch].acknowledged = true;
}

std::vector<std::string> Ledger::TakeLog(const ReadingColumns& rows) {
  const absl::MutexLock lock(&mutex_);
  std::vector<std::string> wrong;
  const std::vector<std::int64_t> times = TimesOf(rows);
  for (int row = 0; row < rows.values_size(); ++row) {
    const auto measure = static_cast<int>(rows.measure_indexes(row));
    const Key key = {Intern(rows.measures(measure)), times[static_cast<std::size_t>(row)]};
    const auto it = rows_.find(key);
    if (it == rows_.end()) {
      wrong.push_back(StrCat(NameOf(key), ": in the log, never sent"));
      continue;
    }
    if (it->second.value != rows.values(row)) {
      wrong.push_back(
          StrCat(NameOf(key), ": sent ", it->second.value, ", in the log ", rows.values(row)));
    }
    if (++it->second.in_log > 1) {
      wrong.push_back(StrCat(NameOf(key), ": ", it->second.in_log, " times in the log"));
    } else {
      ++rows_in_log_[it->second.batch];
    }
  }
  return wrong;
}

std::vector<std::string> Ledger::CheckBatches() const {
  const absl::MutexLock lock(&mutex_);
  std::vector<std::string> wrong;
  for (std::size_t batch = 0; batch < batches_.size(); ++batch) {
    const auto all = static_cast<std::size_t>(batches_[batch].request.readings().values_size());
    const std::size_t there = rows_in_log_[batch];
    if (there == all || (there == 0 && !batches_[batch].acknowledged)) continue;
    wrong.push_back(StrCat(batches_[batch].acknowledged ? "acknowledged" : "unacknowledged",
                           " batch ", batches_[batch].request.source(), " ",
                           batches_[batch].request.sequence(), ": ", there, " of ", all,
                           " readings in the log"));
  }
  return wrong;
}

std::vector<std::string> Ledger::CheckQuery(const std::vector<ReadingColumns>& answer,
                                            std::int64_t begin_ms) const {
  const absl::MutexLock lock(&mutex_);
  std::vector<std::string> wrong;
  absl::flat_hash_set<Key> seen;
  for (const ReadingColumns& rows : answer) {
    const std::vector<std::int64_t> times = TimesOf(rows);
    for (int row = 0; row < rows.values_size(); ++row) {
      const std::string& measure = rows.measures(static_cast<int>(rows.measure_indexes(row)));
      const auto id = measure_ids_.find(measure);
      const std::int64_t time_ms = times[static_cast<std::size_t>(row)];
      const auto it = id == measure_ids_.end() ? rows_.end() : rows_.find(Key(id->second, time_ms));
      if (it == rows_.end() || it->second.in_log == 0) {
        wrong.push_back(StrCat(measure, " at ", time_ms, " ms: stored, not in the log"));
        continue;
      }
      if (!seen.insert(it->first).second) {
        wrong.push_back(StrCat(NameOf(it->first), ": given twice"));
      }
      if (it->second.value != rows.values(row)) {
        wrong.push_back(
            StrCat(NameOf(it->first), ": sent ", it->second.value, ", stored ", rows.values(row)));
      }
    }
  }
  for (const auto& [key, row] : rows_) {
    if (row.in_log > 0 && key.second >= begin_ms && !seen.contains(key)) {
      wrong.push_back(StrCat(NameOf(key), ": lost; it was ",
                             batches_[row.batch].acknowledged ? "acknowledged" : "in the log"));
    }
  }
  return wrong;
}

bool Ledger::InLog(std::size_t batch) const {
  const absl::MutexLock lock(&mutex_);
  return rows_in_log_[batch] > 0;
}

std::vector<std::size_t> Ledger::Unacknowledged() const {
  const absl::MutexLock lock(&mutex_);
  std::vector<std::size_t> batches;
  for (std::size_t batch = 0; batch < batches_.size(); ++batch) {
    if (!batches_[batch].acknowledged) batches.push_back(batch);
  }
  return batches;
}

WriteReadingsRequest Ledger::RequestOf(std::size_t batch) const {
  const absl::MutexLock lock(&mutex_);
  return batches_[batch].request;
}

std::size_t Ledger::batches() const {
  const absl::MutexLock lock(&mutex_);
  return batches_.size();
}

std::size_t Ledger::acknowledged_rows() const {
  const absl::MutexLock lock(&mutex_);
  std::size_t rows = 0;
  for (const SentBatch& batch : batches_) {
    if (batch.acknowledged)
      rows += static_cast<std::size_t>(batch.request.readings().values_size());
  }
  return rows;
}

}  // namespace citylayers::crash
