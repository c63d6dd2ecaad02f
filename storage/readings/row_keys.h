// Keys of the rows in the meta and state families of the readings database.
#ifndef CITYLAYERS_STORAGE_READINGS_ROW_KEYS_H_
#define CITYLAYERS_STORAGE_READINGS_ROW_KEYS_H_

#include <string_view>

namespace citylayers::storage {

/// Prefixes of the rows in the meta family.
inline constexpr char kMeasurePrefix = 'D';
inline constexpr char kStationPrefix = 'S';

/// Prefixes of the rows in the state family.
inline constexpr char kSealedStatePrefix = 'L';
inline constexpr char kDedupePrefix = 'Q';
inline constexpr char kUserStatePrefix = 'U';
inline constexpr char kLostChunkPrefix = 'X';

/// Single rows of the state family, each a number: the oldest offset of the log, the watermark up
/// to which every batch is in chunks, and the number of batches lost in all openings.
inline constexpr std::string_view kOldestKey = "T";
inline constexpr std::string_view kWatermarkKey = "W";
inline constexpr std::string_view kLostBatchesKey = "Z";

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_READINGS_ROW_KEYS_H_
