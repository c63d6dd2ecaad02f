#include "storage/readings/reading_run.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "storage/bytes/bytes.h"
#include "storage/bytes/integer_column.h"
#include "storage/bytes/value_column.h"

namespace citylayers::storage {
namespace {

bool Earlier(const StoredReading& reading, std::int64_t time_ms) {
  return reading.time_ms < time_ms;
}

// The bytes were encoded by this process and are in its memory: a decoding error is a bug.
template <typename T>
T Must(absl::StatusOr<T> result) {
  if (result.ok()) return *std::move(result);
  std::fprintf(stderr, "a block of readings in memory is damaged: %s\n",
               result.status().ToString().c_str());
  std::abort();
}

}  // namespace

std::vector<StoredReading> MergeReadings(absl::Span<const StoredReading> older,
                                         absl::Span<const StoredReading> newer) {
  std::vector<StoredReading> merged;
  merged.reserve(older.size() + newer.size());
  std::size_t i = 0;
  for (const StoredReading& reading : newer) {
    while (i < older.size() && older[i].time_ms < reading.time_ms) merged.push_back(older[i++]);
    if (i < older.size() && older[i].time_ms == reading.time_ms) ++i;
    merged.push_back(reading);
  }
  merged.insert(merged.end(), older.begin() + static_cast<std::ptrdiff_t>(i), older.end());
  return merged;
}

ReadingRun::Block ReadingRun::Encode(const StoredReading* readings, std::size_t count) {
  std::vector<std::int64_t> times, qualities;
  std::vector<double> values;
  times.reserve(count);
  qualities.reserve(count);
  values.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    times.push_back(readings[i].time_ms - readings[0].time_ms);
    qualities.push_back(readings[i].quality);
    values.push_back(readings[i].value);
  }
  std::string bytes;
  PutIntegerColumnFast(bytes, times);
  PutIntegerColumnFast(bytes, qualities);
  PutValueColumn(bytes, values, 0, /*fast=*/true);
  bytes.shrink_to_fit();
  return {readings[0].time_ms, readings[count - 1].time_ms, static_cast<std::uint32_t>(count),
          std::move(bytes)};
}

std::vector<StoredReading> ReadingRun::Decode(const Block& block) {
  ByteReader reader(block.bytes);
  const std::vector<std::int64_t> times = Must(ReadIntegerColumn(reader, block.count));
  const std::vector<std::int64_t> qualities = Must(ReadIntegerColumn(reader, block.count));
  const std::vector<double> values = Must(ReadValueColumn(reader, block.count));
  std::vector<StoredReading> readings;
  readings.reserve(block.count);
  for (std::size_t i = 0; i < block.count; ++i) {
    readings.push_back(
        {block.first_ms + times[i], values[i], static_cast<std::uint8_t>(qualities[i])});
  }
  return readings;
}

// True when the reading was added, false when it replaced the one of the same time.
bool ReadingRun::InsertInto(std::vector<StoredReading>& readings, const StoredReading& reading) {
  if (readings.empty() || readings.back().time_ms < reading.time_ms) {
    readings.push_back(reading);
    return true;
  }
  const auto at = std::lower_bound(readings.begin(), readings.end(), reading.time_ms, Earlier);
  if (at->time_ms == reading.time_ms) {
    *at = reading;
    return false;
  }
  readings.insert(at, reading);
  return true;
}

// A number from 0 to kBlock - 1 that differs between runs: otherwise series that are written
// together would encode in the same batch, which would take a hundred times as long as the others.
std::size_t ReadingRun::Spread() const {
  return reinterpret_cast<uintptr_t>(this) / alignof(ReadingRun) * 0x9e3779b97f4a7c15U >> 59;
}

std::ptrdiff_t ReadingRun::Insert(const StoredReading& reading) {
  const std::size_t before = size_;
  if (!blocks_.empty() && reading.time_ms <= blocks_.back().last_ms) {
    if (InsertInto(late_, reading)) ++size_;
    if (late_.size() >= kLateMax - Spread()) EncodeLate();
  } else {
    if (InsertInto(recent_, reading)) ++size_;
    if (recent_.size() >= kRecentMax - Spread()) {
      blocks_.push_back(Encode(recent_.data(), kBlock));
      recent_.erase(recent_.begin(), recent_.begin() + kBlock);
    }
  }
  return static_cast<std::ptrdiff_t>(size_) - static_cast<std::ptrdiff_t>(before);
}

// Each block that a late reading belongs to is decoded once, and encoded as one or more.
void ReadingRun::EncodeLate() {
  std::vector<Block> blocks;
  blocks.reserve(blocks_.size() + late_.size() / kBlock + 1);
  size_ -= late_.size();
  auto late = late_.cbegin();
  for (Block& block : blocks_) {
    const auto first = late;
    while (late != late_.cend() && late->time_ms <= block.last_ms) ++late;
    if (first == late) {
      blocks.push_back(std::move(block));
      continue;
    }
    const std::vector<StoredReading> merged = MergeReadings(
        Decode(block), absl::MakeConstSpan(&*first, static_cast<std::size_t>(late - first)));
    size_ += merged.size() - block.count;
    std::size_t done = 0;
    for (; merged.size() - done > 2 * kBlock; done += kBlock) {
      blocks.push_back(Encode(merged.data() + done, kBlock));
    }
    blocks.push_back(Encode(merged.data() + done, merged.size() - done));
  }
  blocks_ = std::move(blocks);
  late_ = {};
}

void ReadingRun::Collect(std::int64_t start_ms, std::int64_t end_ms,
                         std::vector<StoredReading>& out) const {
  std::vector<StoredReading> encoded;
  std::vector<StoredReading>& in_order = late_.empty() ? out : encoded;
  const auto within = [&](const std::vector<StoredReading>& readings) {
    const auto first = std::lower_bound(readings.begin(), readings.end(), start_ms, Earlier);
    const auto last = std::lower_bound(first, readings.end(), end_ms, Earlier);
    return std::pair(first, last);
  };
  for (auto block = std::lower_bound(
           blocks_.begin(), blocks_.end(), start_ms,
           [](const Block&b, std::int64_t time_ms) { return b.last_ms < time_ms; });
       block != blocks_.end() && block->first_ms < end_ms; ++block) {
    const std::vector<StoredReading> readings = Decode(*block);
    const auto [first, last] = within(readings);
    in_order.insert(in_order.end(), first, last);
  }
  if (!late_.empty()) {
    const auto [first, last] = within(late_);
    const std::vector<StoredReading> merged =
        MergeReadings(encoded, std::vector<StoredReading>(first, last));
    out.insert(out.end(), merged.begin(), merged.end());
  }
  const auto [first, last] = within(recent_);
  out.insert(out.end(), first, last);
}

std::vector<StoredReading> ReadingRun::All() const {
  std::vector<StoredReading> all;
  all.reserve(size_);
  for (const Block& block : blocks_) {
    const std::vector<StoredReading> readings = Decode(block);
    all.insert(all.end(), readings.begin(), readings.end());
  }
  if (!late_.empty()) all = MergeReadings(all, late_);
  all.insert(all.end(), recent_.begin(), recent_.end());
  return all;
}

std::ptrdiff_t ReadingRun::Compact() {
  const std::size_t before = size_;
  if (!late_.empty()) EncodeLate();
  std::size_t done = 0;
  for (; recent_.size() - done >= kBlock; done += kBlock) {
    blocks_.push_back(Encode(recent_.data() + done, kBlock));
  }
  if (done > 0) {
    recent_ = std::vector<StoredReading>(recent_.begin() + static_cast<std::ptrdiff_t>(done),
                                         recent_.end());
  }
  return static_cast<std::ptrdiff_t>(size_) - static_cast<std::ptrdiff_t>(before);
}

std::size_t ReadingRun::memory_bytes() const {
  std::size_t bytes = (recent_.capacity() + late_.capacity()) * sizeof(StoredReading) +
                      blocks_.capacity() * sizeof(Block);
  for (const Block& block : blocks_) bytes += block.bytes.capacity();
  return bytes;
}

}  // namespace citylayers::storage
