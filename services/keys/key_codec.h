// Conversions between API keys and their messages.
#ifndef CITYLAYERS_SERVICES_KEYS_KEY_CODEC_H_
#define CITYLAYERS_SERVICES_KEYS_KEY_CODEC_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "citylayers/access/v1/key_service.pb.h"
#include "services/access/key_record.h"

namespace citylayers::keys {

namespace v1 = access::v1;

/// All keys of a city, oldest first, and the key of their hashes.
struct KeySet {
  std::string pepper;  // 32 random bytes
  std::vector<access::KeyRecord> records;
};

/// "keys/{id}".
std::string KeyNameOf(std::string_view id);
/// The id in a resource name, a part of `name`; nullopt: it has another form.
std::optional<std::string_view> ParseKeyName(std::string_view name);

/// nullopt: outside the years 1 to 9999, or not normalized.
std::optional<absl::Time> ReadTime(const google::protobuf::Timestamp& time);

access::KeyLimits FromProto(const v1::KeyLimits& limits);

/// A key as clients see it. overlap_end_time is set when a secret other than the newest is still
/// accepted at `now`.
v1::Key ToProto(const access::KeyRecord& record, absl::Time now);
/// A key with the hashes of its secrets.
v1::StoredKey ToStored(const access::KeyRecord& record);
v1::KeyRing ToProto(const KeySet& keys);

/// The reverse of ToStored. DATA_LOSS: a field is missing or invalid. FAILED_PRECONDITION: a scope
/// is not known to this program; the message names the key and the scope.
absl::StatusOr<access::KeyRecord> FromStored(const v1::StoredKey& stored);
/// The reverse of ToProto. Errors as FromStored; DATA_LOSS: no pepper, or an id occurs twice.
absl::StatusOr<KeySet> FromProto(const v1::KeyRing& ring);

/// The keys of a ring that this program can read, and the errors of the others.
struct ReadableKeys {
  KeySet keys;
  /// By resource name: as FromStored; DATA_LOSS: the id occurs twice, and none of its keys is read.
  std::vector<std::pair<std::string, absl::Status>> unreadable;
};

/// As FromProto, without the keys that cannot be read, whose callers are refused. For a process
/// that only checks keys. DATA_LOSS: no pepper.
absl::StatusOr<ReadableKeys> FromProtoReadable(const v1::KeyRing& ring);

}  // namespace citylayers::keys

#endif  // CITYLAYERS_SERVICES_KEYS_KEY_CODEC_H_
