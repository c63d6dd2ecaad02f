// Describes a pack: its parts and the missing parts, as text or JSON.
#ifndef CITYLAYERS_SERVICES_TOOLS_CITYPACK_DESCRIBE_PACK_H_
#define CITYLAYERS_SERVICES_TOOLS_CITYPACK_DESCRIBE_PACK_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "storage/pack/manifest.h"

namespace citylayers::citypack {

/// A part of a pack, present or absent.
struct PartDescription {
  std::string part;  // roads, terrain, ...
  bool present = false;
  std::string source;  // origin; empty when absent
  bool synthetic = false;
  std::string detail;  // numbers when present, the reason when absent
};

struct PackDescription {
  storage::Manifest manifest;
  std::vector<PartDescription> parts;  // in a fixed order
  std::uint64_t total_bytes = 0;
};

/// Opens the pack and verifies all its bytes. Errors as CityPack::Open and Verify.
absl::StatusOr<PackDescription> DescribePack(const std::string& directory);

/// A table for a terminal.
std::string FormatTable(const PackDescription& description);
/// One JSON object, indented.
std::string FormatJson(const PackDescription& description);

}  // namespace citylayers::citypack

#endif  // CITYLAYERS_SERVICES_TOOLS_CITYPACK_DESCRIBE_PACK_H_
