#include "storage/bytes/file_digest.h"

#include <gtest/gtest.h>

namespace citylayers::storage {
namespace {

// The examples of FIPS 180-4.
TEST(FileDigest, HasTheDigestsOfTheStandard) {
  FileDigest none;
  EXPECT_EQ(none.Hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  FileDigest abc;
  abc.Add("abc");
  EXPECT_EQ(abc.Hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(FileDigest, PartsDoNotMatter) {
  FileDigest parts;
  parts.Add("a");
  parts.Add("");
  parts.Add("bc");
  EXPECT_EQ(parts.Hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace citylayers::storage
