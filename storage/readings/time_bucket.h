// Time buckets of chunks: whole weeks since 1970.
#ifndef CITYLAYERS_STORAGE_READINGS_TIME_BUCKET_H_
#define CITYLAYERS_STORAGE_READINGS_TIME_BUCKET_H_

#include <cstdint>

namespace citylayers::storage {

/// Width of a time bucket: chunks do not cross its ends, and retention drops whole buckets.
inline constexpr std::int64_t kBucketMs = std::int64_t{7} * 24 * 3600 * 1000;
/// The latest time that has a bucket (the year 3226).
inline constexpr std::int64_t kLatestTimeMs = kBucketMs * 65536 - 1;

inline std::uint16_t BucketOf(std::int64_t time_ms) {
  return static_cast<std::uint16_t>(time_ms / kBucketMs);
}
inline std::int64_t BucketEndMs(std::uint16_t bucket) {
  return (std::int64_t{bucket} + 1) * kBucketMs;
}

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_READINGS_TIME_BUCKET_H_
