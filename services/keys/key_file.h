// The file with the API keys of a city.
#ifndef CITYLAYERS_SERVICES_KEYS_KEY_FILE_H_
#define CITYLAYERS_SERVICES_KEYS_KEY_FILE_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "services/keys/key_codec.h"

namespace citylayers::keys {

/// Names in the data directory: DATA/keys/keys. Format: docs/formats/keys.md.
inline constexpr std::string_view kKeysDirectory = "keys";
inline constexpr std::string_view kKeysFile = "keys";
/// Version of the file that this program reads and writes; it refuses newer ones.
inline constexpr std::uint32_t kKeysFormat = 1;

/// Replaces the file at `path` atomically and synced, with mode 0600: it contains the pepper.
/// Errors as ReplaceFile (base/atomic_file.h); the old file is unchanged then.
absl::Status SaveKeys(const std::string& path, const KeySet& keys);

/// NOT_FOUND: no such file. FAILED_PRECONDITION: it is not readable, or users other than its owner
/// have access to it; or a newer version wrote it. DATA_LOSS: damaged. The messages name the file
/// and the remedy. A caller must not replace a file that it could not load: its keys would be lost.
absl::StatusOr<KeySet> LoadKeys(const std::string& path);

}  // namespace citylayers::keys

#endif  // CITYLAYERS_SERVICES_KEYS_KEY_FILE_H_
