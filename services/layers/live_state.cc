#include "services/layers/live_state.h"

#include <algorithm>
#include <utility>

namespace citylayers::layers {
namespace {

/// The rows that differ, with the columns in which they differ.
std::vector<RowChange> Diff(const Columns& before, const Columns& after) {
  std::vector<RowChange> changes;
  const std::size_t rows = after.rows();
  // Comparing column by column reads memory sequentially; the masks of one block stay in cache.
  constexpr std::size_t kBlock = 4096;
  std::vector<std::uint32_t> masks(std::min(kBlock, rows));
  for (std::size_t begin = 0; begin < rows; begin += kBlock) {
    const std::size_t count = std::min(kBlock, rows - begin);
    std::fill_n(masks.begin(), count, 0U);
    for (std::size_t c = 0; c < after.columns.size(); ++c) {
      const std::int32_t* old_values = before.columns[c].data() + begin;
      const std::int32_t* new_values = after.columns[c].data() + begin;
      for (std::size_t i = 0; i < count; ++i) {
        masks[i] |= static_cast<std::uint32_t>(old_values[i] != new_values[i]) << c;
      }
    }
    for (std::size_t i = 0; i < count; ++i) {
      if (masks[i] != 0) changes.push_back({static_cast<std::uint32_t>(begin + i), masks[i]});
    }
  }
  return changes;
}

/// All rows as changed, for the first state.
std::vector<RowChange> AllRows(const Columns& after) {
  std::vector<RowChange> changes(after.rows());
  const std::uint32_t mask = after.columns.size() >= 32 ? ~0U : (1U << after.columns.size()) - 1;
  for (std::size_t i = 0; i < changes.size(); ++i)
    changes[i] = {static_cast<std::uint32_t>(i), mask};
  return changes;
}

std::vector<RowChange> Merge(std::vector<RowChange> changes) {
  std::sort(changes.begin(), changes.end(),
            [](const RowChange& a, const RowChange& b) { return a.row < b.row; });
  std::size_t kept = 0;
  for (const RowChange& change : changes) {
    if (kept > 0 && changes[kept - 1].row == change.row) {
      changes[kept - 1].column_mask |= change.column_mask;
    } else {
      changes[kept++] = change;
    }
  }
  changes.resize(kept);
  return changes;
}

}  // namespace

LiveState::LiveState(Options options)
    : epoch_(options.epoch),
      history_versions_max_(options.history_versions_max),
      history_changes_max_(options.history_changes_max) {
  auto first = std::make_shared<Frame>();
  first->version.epoch = epoch_;
  frame_ = std::move(first);
}

bool LiveState::Publish(std::vector<Columns> sub_layers, absl::Time data_time, bool stale,
                        std::vector<geo::TileId> tiles, std::shared_ptr<const void> layer_data) {
  const std::shared_ptr<const Frame> before = frame();
  HistoryEntry entry;
  const std::vector<Columns>& columns = before->sub_layers();
  bool changed = !tiles.empty() || columns.size() != sub_layers.size();
  for (std::size_t s = 0; s < sub_layers.size(); ++s) {
    entry.changes.sub_layers.push_back(columns.size() == sub_layers.size()
                                           ? Diff(columns[s], sub_layers[s])
                                           : AllRows(sub_layers[s]));
    entry.size += entry.changes.sub_layers.back().size();
    changed = changed || !entry.changes.sub_layers.back().empty();
  }
  std::sort(tiles.begin(), tiles.end());
  tiles.erase(std::unique(tiles.begin(), tiles.end()), tiles.end());
  entry.changes.tiles = std::move(tiles);

  auto next = std::make_shared<Frame>();
  next->version = {epoch_, before->version.counter + (changed ? 1 : 0)};
  next->data_time = data_time;
  next->stale = stale;
  next->notices = before->notices;
  next->columns = changed ? std::make_shared<const std::vector<Columns>>(std::move(sub_layers))
                          : before->columns;
  if (!changed) layer_data = before->layer_data;
  next->layer_data = std::move(layer_data);
  entry.counter = next->version.counter;
  {
    absl::MutexLock lock(&mutex_);
    frame_ = std::move(next);
    if (changed) {
      history_size_ += entry.size;
      history_.push_back(std::move(entry));
    }
    while (history_.size() > 1 &&
           (history_.size() > history_versions_max_ || history_size_ > history_changes_max_)) {
      history_size_ -= history_.front().size;
      history_.pop_front();
    }
  }
  if (changed || stale != before->stale) watchers_.WakeAll();
  return changed;
}

void LiveState::Touch(absl::Time data_time, bool stale) {
  const std::shared_ptr<const Frame> before = frame();
  if (before->data_time == data_time && before->stale == stale) return;
  auto next = std::make_shared<Frame>(*before);
  next->data_time = data_time;
  next->stale = stale;
  {
    absl::MutexLock lock(&mutex_);
    frame_ = std::move(next);
  }
  if (stale != before->stale) watchers_.WakeAll();
}

void LiveState::SetNotices(std::vector<std::string> notices) {
  const std::shared_ptr<const Frame> before = frame();
  if (before->notices == notices) return;
  auto next = std::make_shared<Frame>(*before);
  next->notices = std::move(notices);
  {
    absl::MutexLock lock(&mutex_);
    frame_ = std::move(next);
  }
  watchers_.WakeAll();
}

std::shared_ptr<const Frame> LiveState::frame() const {
  absl::MutexLock lock(&mutex_);
  return frame_;
}

void LiveState::LimitHistory(std::size_t versions_max, std::size_t changes_max) {
  absl::MutexLock lock(&mutex_);
  history_versions_max_ = versions_max;
  history_changes_max_ = changes_max;
}

LiveState::History LiveState::history() const {
  absl::MutexLock lock(&mutex_);
  return {history_.size(), history_size_};
}

std::optional<Changes> LiveState::ChangesBetween(LayerVersion from, const Frame& to) const {
  if (from.epoch != epoch_ || from.counter > to.version.counter) return std::nullopt;
  Changes result;
  result.sub_layers.resize(to.sub_layers().size());
  if (from.counter == to.version.counter) return result;
  int versions = 0;
  {
    absl::MutexLock lock(&mutex_);
    if (history_.empty() || history_.front().counter > from.counter + 1) return std::nullopt;
    const auto newer = [](std::uint64_t counter, const HistoryEntry& entry) {
      return counter < entry.counter;
    };
    for (auto it = std::upper_bound(history_.begin(), history_.end(), from.counter, newer);
         it != history_.end() && it->counter <= to.version.counter; ++it, ++versions) {
      for (std::size_t s = 0; s < result.sub_layers.size(); ++s) {
        const std::vector<RowChange>& rows = it->changes.sub_layers[s];
        result.sub_layers[s].insert(result.sub_layers[s].end(), rows.begin(), rows.end());
      }
      result.tiles.insert(result.tiles.end(), it->changes.tiles.begin(), it->changes.tiles.end());
    }
  }
  if (versions > 1) {
    for (std::vector<RowChange>& rows : result.sub_layers) rows = Merge(std::move(rows));
    std::sort(result.tiles.begin(), result.tiles.end());
    result.tiles.erase(std::unique(result.tiles.begin(), result.tiles.end()), result.tiles.end());
  }
  return result;
}

void LiveState::AddWatcher(std::weak_ptr<runtime::Waker> waker) const {
  watchers_.Add(std::move(waker));
}

}  // namespace citylayers::layers
