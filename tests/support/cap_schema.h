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
#include "tests/support/temp_dir.h"

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
  }
  /// Runs `xmllint --schema` on a file.
  bool FileIsValid(const std::filesystem::path& file) const {
    const std::string command = "xmllint --noout --nonet --schema '" +
                                (samples_ / "cap12.xsd").string() + "' '" + file.string() +
                                "' >/dev/null 2>&1";
    return std::system(command.c_str()) == 0;
  }
  bool IsValid(const std::string& xml) const {
    const std::string path = dir_ / "message.xml";
    std::ofstream(path) << xml;
    return FileIsValid(path);
  }
  /// Published messages of others, valid and invalid.
  const std::filesystem::path& samples() const { return samples_; }

 private:
  std::filesystem::path samples_;
  test::TempDir dir_;
};

}  // namespace citylayers::cap

#endif  // CITYLAYERS_TESTS_SUPPORT_CAP_SCHEMA_H_
