// Location of real test data, measured or drawn by others. The data are never
// part of this repository.
#ifndef CITYLAYERS_TESTS_SUPPORT_REAL_DATA_H_
#define CITYLAYERS_TESTS_SUPPORT_REAL_DATA_H_

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <system_error>

#include "gtest/gtest.h"

namespace citylayers::test_support {

/// The folder of real data: environment CITYLAYERS_REAL_DATA, else ../shared/data beside the source
/// tree (CITYLAYERS_SOURCE_DIR, which ctest sets). nullopt when there is no such folder.
inline std::optional<std::filesystem::path> RealDataDir() {
  std::filesystem::path dir;
  if (const char* given = std::getenv("CITYLAYERS_REAL_DATA")) {
    dir = given;
  } else if (const char* source = std::getenv("CITYLAYERS_SOURCE_DIR")) {
    dir = std::filesystem::path(source) / ".." / "shared" / "data";
  } else {
    return std::nullopt;
  }
  std::error_code error;
  if (!std::filesystem::is_directory(dir, error)) return std::nullopt;
  return dir;
}

}  // namespace citylayers::test_support

/// Declares `path_variable` as a file or folder of the real data, or skips the test with a message.
#define CITYLAYERS_REAL_DATA_OR_SKIP(path_variable, relative_path)                            \
  if (!::citylayers::test_support::RealDataDir() ||                                           \
      !std::filesystem::exists(*::citylayers::test_support::RealDataDir() / (relative_path))) \
    GTEST_SKIP() << "no real data " << (relative_path)                                        \
                 << "; set CITYLAYERS_REAL_DATA to the folder that holds it";                 \
  const std::filesystem::path path_variable =                                                 \
      *::citylayers::test_support::RealDataDir() / (relative_path)

#endif  // CITYLAYERS_TESTS_SUPPORT_REAL_DATA_H_
