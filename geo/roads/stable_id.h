// The persistent id of a road segment.
#ifndef CITYLAYERS_GEO_ROADS_STABLE_ID_H_
#define CITYLAYERS_GEO_ROADS_STABLE_ID_H_

#include <cstdint>

namespace citylayers::geo {

// Bits of a stable id, lowest first:  1 direction
// 12 ordinal within the way
// 40 way id. 53 bits in total, so that a JavaScript number holds it exactly.
inline constexpr int kOrdinalBits = 12;
inline constexpr int kWayIdBits = 40;
inline constexpr std::uint32_t kMaxOrdinal = (1u << kOrdinalBits) - 1;
inline constexpr std::int64_t kMaxWayId = (std::int64_t{1} << kWayIdBits) - 1;

/// The id of the `ordinal`-th stretch of a way, counted from 0 along the way; `backward` means
/// driving against the way's points. It is the same in every pack as long as the source keeps
/// the way's id and the junctions before this stretch. REQUIRES: 0 < way_id <= kMaxWayId,
/// ordinal <= kMaxOrdinal.
constexpr std::uint64_t StableSegmentId(std::int64_t way_id, std::uint32_t ordinal, bool backward) {
  return (static_cast<std::uint64_t>(way_id) << (kOrdinalBits + 1)) |
         (std::uint64_t{ordinal} << 1) | (backward ? 1u : 0u);
}

/// The way that a segment was cut from.
constexpr std::int64_t WayIdOf(std::uint64_t stable_id) {
  return static_cast<std::int64_t>(stable_id >> (kOrdinalBits + 1));
}

}  // namespace citylayers::geo

#endif  // CITYLAYERS_GEO_ROADS_STABLE_ID_H_
