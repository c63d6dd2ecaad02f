// What is in a pack and what is not, for people and for programs.
#ifndef CITYLAYERS_SERVICES_TOOLS_CITYPACK_DESCRIBE_PACK_H_
#define CITYLAYERS_SERVICES_TOOLS_CITYPACK_DESCRIBE_PACK_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "storage/pack/manifest.h"

namespace citylayers::citypack {

/// One part of a pack.
struct PartDescription {
  std::string part;  // roads, terrain, ...
  bool present = false;
  std::string source;  // where it is from; empty when absent
  bool synthetic = false;
  std::string detail;  // numbers when present, the reason when absent
};

struct PackDescription {
  storage::Manifest manifest;
  std::vector<PartDescription> parts;  // in a fixed order
  std::uint64_t total_bytes = 0;
};

/// Opens the pack and checks every byte of it. Errors as CityPack::Open and Verify.
absl::StatusOr<PackDescription> DescribePack(const std::string& directory);

/// For a terminal.
std::string FormatTable(const PackDescription& description);
/// One JSON object, indented.
std::string FormatJson(const PackDescription& description);

}  // namespace citylayers::citypack

#endif  // CITYLAYERS_SERVICES_TOOLS_CITYPACK_DESCRIBE_PACK_H_
