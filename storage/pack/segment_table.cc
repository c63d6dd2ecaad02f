#include "storage/pack/segment_table.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/status_macros.h"
#include "base/strings.h"
#include "base/text.h"
#include "storage/pack/section_ids.h"

namespace citylayers::storage {
namespace {

// A CSR index over `count` rows: begins at 0, never decreases, ends at the number of values.
bool IsRowIndex(std::span<const std::uint32_t> begins, std::size_t count, std::size_t values) {
  return begins.size() == count + 1 && begins.front() == 0 && begins.back() == values &&
         std::is_sorted(begins.begin(), begins.end());
}

bool AllBelow(std::span<const std::uint32_t> values, std::size_t limit) {
  return std::all_of(values.begin(), values.end(), [&](std::uint32_t v) { return v < limit; });
}

}  // namespace

PackedPoint PackedPoint::FromLonLat(LonLat p) {
  return {static_cast<std::int32_t>(std::lround(p.lon_deg * 1e7)),
          static_cast<std::int32_t>(std::lround(p.lat_deg * 1e7))};
}

absl::StatusOr<SegmentTable> SegmentTable::FromFile(const SectionFile& file) {
  SegmentTable t;
  ASSIGN_OR_RETURN(t.records_, file.records<SegmentRecord>(kRoadRecords));
  ASSIGN_OR_RETURN(t.points_, file.records<PackedPoint>(kRoadPoints));
  ASSIGN_OR_RETURN(t.name_begins_, file.records<std::uint32_t>(kRoadNameBegins));
  t.name_bytes_ = file.bytes(kRoadNameBytes);
  ASSIGN_OR_RETURN(t.successor_begins_, file.records<std::uint32_t>(kRoadSuccessorBegins));
  ASSIGN_OR_RETURN(t.successors_, file.records<std::uint32_t>(kRoadSuccessors));
  ASSIGN_OR_RETURN(t.predecessor_begins_, file.records<std::uint32_t>(kRoadPredecessorBegins));
  ASSIGN_OR_RETURN(t.predecessors_, file.records<std::uint32_t>(kRoadPredecessors));
  ASSIGN_OR_RETURN(t.ids_, file.records<IdEntry>(kRoadIds));
  ASSIGN_OR_RETURN(const auto nodes, file.records<std::uint32_t>(kRoadNodeCount));
  if (nodes.size() != 1) return file.Damaged("it has no node count");
  t.node_count_ = nodes[0];
  if (const absl::Status status = t.Check(); !status.ok())
    return file.Damaged(ToStd(status.message()));
  t.RepairNames();
  return t;
}

void SegmentTable::RepairNames() {
  for (std::uint32_t name = 0; name < name_count(); ++name) {
    if (!IsUtf8(name_text(name))) ++repaired_name_count_;
  }
  if (repaired_name_count_ == 0) return;
  auto names = std::make_shared<Names>();
  names->begins.push_back(0);
  for (std::uint32_t name = 0; name < name_count(); ++name) {
    names->bytes += RepairUtf8(name_text(name));
    names->begins.push_back(static_cast<std::uint32_t>(names->bytes.size()));
  }
  name_begins_ = names->begins;
  name_bytes_ = names->bytes;
  repaired_names_ = std::move(names);
}

absl::Status SegmentTable::Check() const {
  const std::size_t count = records_.size();
  const auto bad = [](const auto&... what) { return absl::DataLossError(StrCat(what...)); };
  if (count >= kNoSegment) return bad("too many segments");
  if (name_begins_.empty() ||
      !IsRowIndex(name_begins_, name_begins_.size() - 1, name_bytes_.size())) {
    return bad("the index of names is wrong");
  }
  if (!IsRowIndex(successor_begins_, count, successors_.size()) || !AllBelow(successors_, count)) {
    return bad("the table of successors is wrong");
  }
  if (!IsRowIndex(predecessor_begins_, count, predecessors_.size()) ||
      !AllBelow(predecessors_, count)) {
    return bad("the table of predecessors is wrong");
  }
  for (std::size_t i = 0; i < count; ++i) {
    const SegmentRecord& r = records_[i];
    const bool points_inside = r.point_count >= 2 && r.first_point <= points_.size() &&
                               r.point_count <= points_.size() - r.first_point;
    const bool twin_inside = r.twin == kNoSegment || (r.twin < count && records_[r.twin].twin == i);
    if (!points_inside || !twin_inside || r.name >= name_count() || r.from_node >= node_count_ ||
        r.to_node >= node_count_) {
      return bad("segment ", i, " has a reference out of range");
    }
  }
  if (ids_.size() != count) return bad("the table of stable ids is wrong");
  for (std::size_t i = 0; i < count; ++i) {
    const bool ascending = i == 0 || ids_[i - 1].stable_id < ids_[i].stable_id;
    if (!ascending || ids_[i].index >= count ||
        records_[ids_[i].index].stable_id != ids_[i].stable_id) {
      return bad("the table of stable ids is wrong at ", i);
    }
  }
  return absl::OkStatus();
}

std::optional<std::uint32_t> SegmentTable::FindSegment(std::uint64_t stable_id) const {
  const auto it =
      std::lower_bound(ids_.begin(), ids_.end(), stable_id,
                       [](const IdEntry& e, std::uint64_t id) { return e.stable_id < id; });
  if (it == ids_.end() || it->stable_id != stable_id) return std::nullopt;
  return static_cast<std::uint32_t>(it->index);
}

}  // namespace citylayers::storage
