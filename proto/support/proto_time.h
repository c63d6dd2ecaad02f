// Conversions between absl::Time and google.protobuf.Timestamp.
#ifndef CITYLAYERS_PROTO_SUPPORT_PROTO_TIME_H_
#define CITYLAYERS_PROTO_SUPPORT_PROTO_TIME_H_

#include "absl/time/time.h"
#include <google/protobuf/timestamp.pb.h>

namespace citylayers {

/// REQUIRES: a finite time.
inline google::protobuf::Timestamp ToProtoTime(absl::Time time) {
  google::protobuf::Timestamp proto;
  // Not ToUnixNanos, whose range ends in the year 2262; that of the city clock does not.
  const std::int64_t seconds = absl::ToUnixSeconds(time);  // rounds down
  proto.set_seconds(seconds);
  proto.set_nanos(
      static_cast<std::int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
  return proto;
}

inline absl::Time FromProtoTime(const google::protobuf::Timestamp& proto) {
  return absl::FromUnixSeconds(proto.seconds()) + absl::Nanoseconds(proto.nanos());
}

/// Sets the field returned by `mutable_field()`; leaves it unset for an infinite time, which means
/// "none".
template <typename MutableField>
void SetTime(absl::Time time, MutableField mutable_field) {
  if (time == absl::InfinitePast() || time == absl::InfiniteFuture()) return;
  *mutable_field() = ToProtoTime(time);
}

}  // namespace citylayers

#endif  // CITYLAYERS_PROTO_SUPPORT_PROTO_TIME_H_
