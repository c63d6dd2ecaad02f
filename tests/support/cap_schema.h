// Test fixture that validates CAP 1.2 messages by their XML schema.
#ifndef CITYLAYERS_TESTS_SUPPORT_CAP_SCHEMA_H_
#define CITYLAYERS_TESTS_SUPPORT_CAP_SCHEMA_H_

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <stdlib.h>

#include "tests/support/real_data.h"

namespace citylayers::cap {

/// Skips where the schema or xmllint is missing.
class CapSchemaTest : public ::testing::Test {
 protected:
  void SetUp() override {
    CITYLAYERS_REAL_DATA_OR_SKIP(samples, "conformance/cap");
    samples_ = samples;
    if (std::system("xmllint --version >/dev/null 2>&1") != 0) {
      GTEST_SKIP() << "xmllint is not installed (Debian package libxml2-utils)";
    }
    std::string pattern = (std::filesystem::temp_directory_path() / "cap.XXXXXX").string();
    dir_ = mkdtemp(pattern.data());
  }
  void TearDown() override {
    if (!dir_.empty()) std::filesystem::remove_all(dir_);
  }
  /// Runs `xmllint --schema` on a file.
  bool FileIsValid(const std::filesystem::path& file) const {
    const std::string command = "xmllint --noout --nonet --schema '" +
                                (samples_ / "cap12.xsd").string() + "' '" + file.string() +
                                "' >/dev/null 2>&1";
    return std::system(command.c_str()) == 0;
  }
  bool IsValid(const std::string& xml) const {
    std::ofstream(dir_ / "message.xml") << xml;
    return FileIsValid(dir_ / "message.xml");
  }
  /// Published messages of others, valid and invalid.
  const std::filesystem::path& samples() const { return samples_; }

 private:
  std::filesystem::path samples_;
  std::filesystem::path dir_;
};

}  // namespace citylayers::cap

#endif  // CITYLAYERS_TESTS_SUPPORT_CAP_SCHEMA_H_
