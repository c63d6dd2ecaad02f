// A directory for the files of one test.
#ifndef CITYLAYERS_TESTS_SUPPORT_TEMP_DIR_H_
#define CITYLAYERS_TESTS_SUPPORT_TEMP_DIR_H_

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

#include <stdlib.h>

namespace citylayers::test {

/// A new, empty directory that is removed with this object.
///
///   const test::TempDir dir;
///   std::ofstream(dir / "stations.csv") << "id,lon,lat\n";
class TempDir {
 public:
  TempDir() {
    std::string pattern = (std::filesystem::temp_directory_path() / "citylayers-XXXXXX").string();
    // Without a directory no test can go on.
    if (::mkdtemp(pattern.data()) == nullptr) std::abort();
    path_ = pattern;
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace citylayers::test

#endif  // CITYLAYERS_TESTS_SUPPORT_TEMP_DIR_H_
