// Small input files for the tests of this folder.
#ifndef CITYLAYERS_TESTS_SUPPORT_SMALL_CITY_H_
#define CITYLAYERS_TESTS_SUPPORT_SMALL_CITY_H_

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "base/lon_lat.h"
#include "tests/support/temp_dir.h"

namespace citylayers::citypack {

using test::TempDir;

inline std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

inline void SaveFile(const std::string& path, std::string_view bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

inline std::vector<std::string> FilesIn(const std::string& dir) {
  std::vector<std::string> names;
  for (const auto& e : std::filesystem::directory_iterator(dir)) {
    names.push_back(e.path().filename().string());
  }
  return names;
}

/// Bến Thành, and a place that the embedded city does not cover.
inline constexpr LonLat kBenThanh = {106.698, 10.772};
inline constexpr LonLat kDaNang = {108.22, 16.07};

/// An extract with a street "Lê Lợi" (two-way, 5 nodes) crossed by "Pasteur" (one-way) around a
/// place, 200 m per step.
void WriteTinyOsm(const std::string& path, LonLat centre);

}  // namespace citylayers::citypack

#endif  // CITYLAYERS_TESTS_SUPPORT_SMALL_CITY_H_
