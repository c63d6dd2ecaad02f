#include "storage/readings/head.h"

#include <algorithm>
#include <utility>

namespace citylayers::storage {
namespace {

// Series that are encoded while a stripe is held.
constexpr std::size_t kCompactedAtOnce = 32;

// Number of steps over which the first sealing of series is spread.
constexpr std::size_t kSpread = 64;

// Hashes the ids of neighbouring series to different numbers.
constexpr std::uint32_t Mixed(std::uint32_t series) { return (series * 0x9e3779b1U) >> 16; }

}  // namespace

Head::Series& Head::At(Stripe& stripe, std::uint32_t series) {
  const std::size_t slot = SlotOf(series);
  if (slot >= stripe.series.size()) stripe.series.resize(slot + 1);
  return stripe.series[slot];
}

const Head::Series* Head::Find(const Stripe& stripe, std::uint32_t series) {
  const std::size_t slot = SlotOf(series);
  return slot < stripe.series.size() ? &stripe.series[slot] : nullptr;
}

std::size_t Head::FullCount(std::uint32_t series, bool was_sealed) const {
  if (was_sealed || full_count_ < 2 * kSpread) return full_count_;
  return full_count_ - full_count_ / 2 * (Mixed(series) % kSpread) / kSpread;
}

void Head::ApplyRow(Stripe& stripe, std::uint64_t offset, std::uint32_t id,
                    const StoredReading& reading, std::vector<std::uint32_t>& full,
                    std::ptrdiff_t& added) {
  Series& series = At(stripe, id);
  if (!series.has_latest || reading.time_ms >= series.latest.time_ms) {
    series.latest = reading;
    series.has_latest = true;
  }
  ReadingRun& active = series.active;
  if (active.empty()) series.active_since = offset;
  added += active.Insert(reading);
  if (active.size() >= FullCount(id, series.was_sealed) && !series.told_full) {
    series.told_full = true;
    full.push_back(id);
  }
}

std::vector<std::uint32_t> Head::Apply(std::uint64_t offset, const ReadingBatch& batch) {
  std::vector<std::uint32_t> full;
  std::ptrdiff_t added = 0;
  for (std::size_t i = 0; i < batch.size();) {
    Stripe& stripe = StripeOf(batch.series[i]);
    absl::MutexLock lock(&stripe.mutex);
    const std::size_t end = std::min(batch.size(), i + kNeighbours);
    for (; i < end && &StripeOf(batch.series[i]) == &stripe; ++i) {
      ApplyRow(stripe, offset, batch.series[i], batch.row(i), full, added);
    }
  }
  Count(added);
  return full;
}

void Head::Collect(std::uint32_t series, std::int64_t start_ms, std::int64_t end_ms,
                   std::vector<StoredReading>& out) const {
  const Stripe& stripe = StripeOf(series);
  absl::MutexLock lock(&stripe.mutex);
  const Series* found = Find(stripe, series);
  if (found == nullptr) return;
  if (found->aside.empty()) return found->active.Collect(start_ms, end_ms, out);
  std::vector<StoredReading> aside, active;
  found->aside.Collect(start_ms, end_ms, aside);
  found->active.Collect(start_ms, end_ms, active);
  const std::vector<StoredReading> merged = MergeReadings(aside, active);
  out.insert(out.end(), merged.begin(), merged.end());
}

std::vector<std::optional<StoredReading>> Head::Latest(
    absl::Span<const std::uint32_t> series) const {
  std::vector<std::optional<StoredReading>> latest;
  latest.reserve(series.size());
  for (const std::uint32_t id : series) {
    const Stripe& stripe = StripeOf(id);
    absl::MutexLock lock(&stripe.mutex);
    const Series* found = Find(stripe, id);
    if (found != nullptr && found->has_latest) {
      latest.emplace_back(found->latest);
    } else {
      latest.emplace_back();
    }
  }
  return latest;
}

void Head::SetSealed(std::uint32_t series, const SealedState& sealed) {
  Stripe& stripe = StripeOf(series);
  absl::MutexLock lock(&stripe.mutex);
  Series& found = At(stripe, series);
  found.sealed = sealed;
  found.latest = sealed.latest;
  found.has_latest = sealed.any;
}

std::optional<Head::Job> Head::StartSealing(std::uint32_t series) {
  Stripe& stripe = StripeOf(series);
  absl::MutexLock lock(&stripe.mutex);
  Series& found = At(stripe, series);
  if (found.active.empty() || !found.aside.empty()) return std::nullopt;
  found.aside = std::move(found.active);
  Count(found.aside.Compact());
  found.aside_since = found.active_since;
  found.active = {};
  found.active_since = kNoOffset;
  found.told_full = false;
  found.was_sealed = true;
  return Job{series, found.aside.All(), found.sealed};
}

void Head::FinishSealing(std::uint32_t series, const SealedState& sealed) {
  Stripe& stripe = StripeOf(series);
  absl::MutexLock lock(&stripe.mutex);
  Series& found = At(stripe, series);
  reading_count_.fetch_sub(found.aside.size(), std::memory_order_relaxed);
  found.aside = {};
  found.aside_since = kNoOffset;
  found.sealed = sealed;
}

void Head::AbandonSealing(std::uint32_t series) {
  Stripe& stripe = StripeOf(series);
  absl::MutexLock lock(&stripe.mutex);
  Series& found = At(stripe, series);
  const std::size_t before = found.aside.size() + found.active.size();
  ReadingRun merged;
  for (const StoredReading& reading : MergeReadings(found.aside.All(), found.active.All())) {
    merged.Insert(reading);
  }
  found.active = std::move(merged);
  found.active_since = std::min(found.aside_since, found.active_since);
  reading_count_.fetch_sub(before - found.active.size(), std::memory_order_relaxed);
  found.aside = {};
  found.aside_since = kNoOffset;
}

void Head::Compact() {
  for (Stripe& stripe : stripes_) {
    std::size_t slot = 0;
    for (bool more = true; more;) {
      absl::MutexLock lock(&stripe.mutex);
      std::size_t left = kCompactedAtOnce;
      for (; slot < stripe.series.size() && left > 0; ++slot) {
        ReadingRun& run = stripe.series[slot].active;
        if (!run.IsCompactable()) continue;
        Count(run.Compact());
        --left;
      }
      more = slot < stripe.series.size();
    }
  }
}

std::uint64_t Head::OldestUnsealedOffset(std::uint64_t none) const {
  std::uint64_t oldest = kNoOffset;
  for (const Stripe& stripe : stripes_) {
    absl::MutexLock lock(&stripe.mutex);
    for (const Series& series : stripe.series) {
      oldest = std::min({oldest, series.active_since, series.aside_since});
    }
  }
  return oldest == kNoOffset ? none : oldest;
}

std::vector<std::uint32_t> Head::SeriesUnsealedSince(std::uint64_t offset) const {
  std::vector<std::uint32_t> found;
  for (std::size_t s = 0; s < kStripes; ++s) {
    const Stripe& stripe = stripes_[s];
    absl::MutexLock lock(&stripe.mutex);
    for (std::size_t slot = 0; slot < stripe.series.size(); ++slot) {
      const Series& series = stripe.series[slot];
      if (std::min(series.active_since, series.aside_since) <= offset) {
        found.push_back(SeriesAt(s, slot));
      }
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace citylayers::storage
