// The rejected readings as messages, in pages.
#ifndef CITYLAYERS_SERVICES_READINGS_REJECTED_READINGS_H_
#define CITYLAYERS_SERVICES_READINGS_REJECTED_READINGS_H_

#include "absl/status/statusor.h"

#include "citylayers/readings/v1/reading_service.pb.h"
#include "storage/readings/dead_letters.h"

namespace citylayers::readings {

/// Implements ListRejectedReadings, without gRPC. Thread-safe; `letters` must outlive it.
class RejectedReadings {
 public:
  explicit RejectedReadings(const storage::DeadLetters& letters) : letters_(letters) {}

  /// Errors as in reading_service.proto. A page takes at most about 1 MB.
  absl::StatusOr<v1::ListRejectedReadingsResponse> List(
      const v1::ListRejectedReadingsRequest& request) const;

 private:
  const storage::DeadLetters& letters_;
};

}  // namespace citylayers::readings

#endif  // CITYLAYERS_SERVICES_READINGS_REJECTED_READINGS_H_
