#include "storage/readings/reading_run.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "storage/codec/bytes.h"
#include "storage/codec/integer_column.h"
#include "storage/codec/value_column.h"

namespace citylayers::storage {
namespace {

bool Earlier(const StoredReading& reading, int64_t time_ms) { return reading.time_ms < time_ms; }

// What was encoded in this process and is in its memory: anything else than its readings is a bug.
template <typename T>
T Must(absl::StatusOr<T> result) {
  if (result.ok()) return *std::move(result);
  std::fprintf(stderr, "a block of readings in memory is damaged: %s\n",
               result.status().ToString().c_str());
  std::abort();
}

}  // namespace

ReadingRun::Block ReadingRun::Encode(const StoredReading* readings, size_t count) {
  std::vector<int64_t> times, qualities;
  std::vector<double> values;
  times.reserve(count);
  qualities.reserve(count);
  values.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    times.push_back(readings[i].time_ms - readings[0].time_ms);
    qualities.push_back(readings[i].quality);
    values.push_back(readings[i].value);
  }
  std::string bytes;
  PutIntegerColumnFast(bytes, times);
  PutIntegerColumnFast(bytes, qualities);
  PutValueColumn(bytes, values, 0, /*fast=*/true);
  bytes.shrink_to_fit();
  return {readings[0].time_ms, readings[count - 1].time_ms, static_cast<uint32_t>(count),
          std::move(bytes)};
}

std::vector<StoredReading> ReadingRun::Decode(const Block& block) {
  ByteReader reader(block.bytes);
  const std::vector<int64_t> times = Must(ReadIntegerColumn(reader, block.count));
  const std::vector<int64_t> qualities = Must(ReadIntegerColumn(reader, block.count));
  const std::vector<double> values = Must(ReadValueColumn(reader, block.count));
  std::vector<StoredReading> readings;
  readings.reserve(block.count);
  for (size_t i = 0; i < block.count; ++i) {
    readings.push_back({block.first_ms + times[i], values[i], static_cast<uint8_t>(qualities[i])});
  }
  return readings;
}

bool ReadingRun::Insert(const StoredReading& reading) {
  const bool in_order = recent_.empty()
                            ? blocks_.empty() || blocks_.back().last_ms < reading.time_ms
                            : recent_.back().time_ms < reading.time_ms;
  if (in_order) {
    recent_.push_back(reading);
    ++size_;
    if (recent_.size() >= kRecentMax) Compact();
    return true;
  }
  if (!blocks_.empty() && reading.time_ms <= blocks_.back().last_ms) {
    return InsertIntoBlock(reading);
  }
  const auto at = std::lower_bound(recent_.begin(), recent_.end(), reading.time_ms, Earlier);
  if (at != recent_.end() && at->time_ms == reading.time_ms) {
    *at = reading;
    return false;
  }
  recent_.insert(at, reading);
  ++size_;
  return true;
}

// REQUIRES: the time is not after the last block.
bool ReadingRun::InsertIntoBlock(const StoredReading& reading) {
  const auto block =
      std::lower_bound(blocks_.begin(), blocks_.end(), reading.time_ms,
                       [](const Block& b, int64_t time_ms) { return b.last_ms < time_ms; });
  std::vector<StoredReading> readings = Decode(*block);
  const auto at = std::lower_bound(readings.begin(), readings.end(), reading.time_ms, Earlier);
  const bool replaces = at->time_ms == reading.time_ms;
  if (replaces) {
    *at = reading;
  } else {
    readings.insert(at, reading);
    ++size_;
  }
  if (readings.size() <= 2 * kBlock) {
    *block = Encode(readings.data(), readings.size());
  } else {
    *block = Encode(readings.data() + kBlock, readings.size() - kBlock);
    blocks_.insert(block, Encode(readings.data(), kBlock));
  }
  return !replaces;
}

void ReadingRun::Collect(int64_t start_ms, int64_t end_ms, std::vector<StoredReading>& out) const {
  const auto collect = [&](const std::vector<StoredReading>& readings) {
    const auto first = std::lower_bound(readings.begin(), readings.end(), start_ms, Earlier);
    const auto last = std::lower_bound(first, readings.end(), end_ms, Earlier);
    out.insert(out.end(), first, last);
  };
  for (auto block =
           std::lower_bound(blocks_.begin(), blocks_.end(), start_ms,
                            [](const Block&b, int64_t time_ms) { return b.last_ms < time_ms; });
       block != blocks_.end() && block->first_ms < end_ms; ++block) {
    collect(Decode(*block));
  }
  collect(recent_);
}

std::vector<StoredReading> ReadingRun::All() const {
  std::vector<StoredReading> all;
  all.reserve(size_);
  for (const Block& block : blocks_) {
    const std::vector<StoredReading> readings = Decode(block);
    all.insert(all.end(), readings.begin(), readings.end());
  }
  all.insert(all.end(), recent_.begin(), recent_.end());
  return all;
}

void ReadingRun::Compact() {
  size_t done = 0;
  for (; recent_.size() - done >= kBlock; done += kBlock) {
    blocks_.push_back(Encode(recent_.data() + done, kBlock));
  }
  if (done == 0) return;
  recent_ =
      std::vector<StoredReading>(recent_.begin() + static_cast<ptrdiff_t>(done), recent_.end());
}

size_t ReadingRun::memory_bytes() const {
  size_t bytes = recent_.capacity() * sizeof(StoredReading) + blocks_.capacity() * sizeof(Block);
  for (const Block& block : blocks_) bytes += block.bytes.capacity();
  return bytes;
}

}  // namespace citylayers::storage
