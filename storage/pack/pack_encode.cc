#include "storage/pack/pack_encode.h"

#include <algorithm>
#include <array>

#include "storage/pack/section_file.h"
#include "storage/pack/section_ids.h"

namespace citylayers::storage {
namespace {

struct Rows {
  std::vector<std::uint32_t> begins;
  std::vector<std::uint32_t> values;
};

// Inverts the relation "i leads to j" into "j is entered from i" by counting
// sort; rows are ascending.
Rows Inverse(const std::vector<std::uint32_t>& begins, const std::vector<std::uint32_t>& values) {
  const std::size_t count = begins.empty() ? 0 : begins.size() - 1;
  Rows out{std::vector<std::uint32_t>(count + 1, 0), std::vector<std::uint32_t>(values.size())};
  for (const std::uint32_t to : values) ++out.begins[to + 1];
  for (std::size_t i = 0; i < count; ++i) out.begins[i + 1] += out.begins[i];
  std::vector<std::uint32_t> next(out.begins.begin(), out.begins.end());
  for (std::uint32_t from = 0; from < count; ++from) {
    for (std::uint32_t k = begins[from]; k < begins[from + 1]; ++k) {
      out.values[next[values[k]]++] = from;
    }
  }
  return out;
}

}  // namespace

std::string EncodeRoads(const RoadColumns& roads) {
  std::vector<std::uint32_t> name_begins = {0};
  std::string name_bytes;
  for (const std::string& name : roads.names) {
    name_bytes += name;
    name_begins.push_back(static_cast<std::uint32_t>(name_bytes.size()));
  }
  struct IdEntry {
    std::uint64_t stable_id;
    std::uint64_t index;
  };
  std::vector<IdEntry> ids;
  ids.reserve(roads.records.size());
  for (std::size_t i = 0; i < roads.records.size(); ++i) {
    ids.push_back({roads.records[i].stable_id, i});
  }
  std::sort(ids.begin(), ids.end(),
            [](const IdEntry& a, const IdEntry& b) { return a.stable_id < b.stable_id; });
  const Rows predecessors = Inverse(roads.successor_begins, roads.successors);
  const std::vector<std::uint32_t> node_count = {roads.node_count};
  const std::array<SectionBytes, 10> sections = {{
      {kRoadRecords, AsBytes(roads.records)},
      {kRoadPoints, AsBytes(roads.points)},
      {kRoadNameBegins, AsBytes(name_begins)},
      {kRoadNameBytes, name_bytes},
      {kRoadSuccessorBegins, AsBytes(roads.successor_begins)},
      {kRoadSuccessors, AsBytes(roads.successors)},
      {kRoadPredecessorBegins, AsBytes(predecessors.begins)},
      {kRoadPredecessors, AsBytes(predecessors.values)},
      {kRoadIds, AsBytes(ids)},
      {kRoadNodeCount, AsBytes(node_count)},
  }};
  return EncodeSectionFile(SectionFileKind::kRoads, sections);
}

std::string EncodeTileArchive(const std::map<std::uint64_t, std::string>& tiles) {
  std::vector<std::uint64_t> index;  // key, offset, length of each tile
  std::string data;
  for (const auto& [key, bytes] : tiles) {
    index.insert(index.end(), {key, data.size(), bytes.size()});
    data += bytes;
  }
  const std::array<SectionBytes, 2> sections = {{{kTileIndex, AsBytes(index)}, {kTileData, data}}};
  return EncodeSectionFile(SectionFileKind::kTiles, sections);
}

std::string EncodeSegmentCells(const CellColumns& cells) {
  const std::vector<std::uint32_t> grid = {cells.columns, cells.rows};
  const std::array<SectionBytes, 4> sections = {{{kCellGrid, AsBytes(grid)},
                                                 {kCellBegins, AsBytes(cells.begins)},
                                                 {kCellValues, AsBytes(cells.cells)},
                                                 {kCellUnknown, AsBytes(cells.unknown)}}};
  return EncodeSectionFile(SectionFileKind::kCells, sections);
}

}  // namespace citylayers::storage
