// The section numbers of a pack's files. They are part of the format: never reuse one.
#ifndef CITYLAYERS_STORAGE_PACK_SECTION_IDS_H_
#define CITYLAYERS_STORAGE_PACK_SECTION_IDS_H_

#include <cstdint>

namespace citylayers::storage {

// roads.bin
inline constexpr std::uint32_t kRoadRecords = 1;
inline constexpr std::uint32_t kRoadPoints = 2;
inline constexpr std::uint32_t kRoadNameBegins = 3;
inline constexpr std::uint32_t kRoadNameBytes = 4;
inline constexpr std::uint32_t kRoadSuccessorBegins = 5;
inline constexpr std::uint32_t kRoadSuccessors = 6;
inline constexpr std::uint32_t kRoadPredecessorBegins = 7;
inline constexpr std::uint32_t kRoadPredecessors = 8;
inline constexpr std::uint32_t kRoadIds = 9;
inline constexpr std::uint32_t kRoadNodeCount = 10;

// skeletons.bin and base.bin
inline constexpr std::uint32_t kTileIndex = 1;
inline constexpr std::uint32_t kTileData = 2;

// cells.bin
inline constexpr std::uint32_t kCellGrid = 1;
inline constexpr std::uint32_t kCellBegins = 2;
inline constexpr std::uint32_t kCellValues = 3;
inline constexpr std::uint32_t kCellUnknown = 4;  // since version 2

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_PACK_SECTION_IDS_H_
