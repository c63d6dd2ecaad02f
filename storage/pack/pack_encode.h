// Encoders of a pack's binary files from plain values. The readers are SegmentTable, TileArchive
// and SegmentCells; docs/formats/pack.md describes the bytes.
#ifndef CITYLAYERS_STORAGE_PACK_PACK_ENCODE_H_
#define CITYLAYERS_STORAGE_PACK_PACK_ENCODE_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "storage/pack/segment_table.h"

namespace citylayers::storage {

/// The content of roads.bin. A row index `begins` has one entry more than there are rows: row i is
/// values[begins[i] .. begins[i + 1]).
struct RoadColumns {
  std::vector<SegmentRecord> records;
  std::vector<PackedPoint> points;
  std::vector<std::string> names;  // names[0] is ""
  std::vector<std::uint32_t> successor_begins;
  std::vector<std::uint32_t> successors;  // ascending within a row
  std::uint32_t node_count = 0;
};

/// Encodes roads.bin. REQUIRES: distinct stable ids, references in range. O(n log n).
std::string EncodeRoads(const RoadColumns& roads);

/// Encodes skeletons.bin or base.bin.
std::string EncodeTileArchive(const std::map<std::uint64_t, std::string>& tiles);

/// The content of cells.bin: a row of cell indexes for each segment.
struct CellColumns {
  std::uint32_t columns = 0;
  std::uint32_t rows = 0;
  std::vector<std::uint32_t> begins;
  std::vector<std::uint32_t> cells;
  /// 1 for segments whose ground is unknown (SegmentCells::is_known). Empty: all are known.
  std::vector<std::uint8_t> unknown;
};

/// Encodes cells.bin.
std::string EncodeSegmentCells(const CellColumns& cells);

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_PACK_PACK_ENCODE_H_
