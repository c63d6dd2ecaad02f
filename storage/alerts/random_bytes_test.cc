#include "storage/alerts/random_bytes.h"

#include <gtest/gtest.h>

namespace citylayers::storage {
namespace {

TEST(RandomBytesTest, AreAsManyAsAskedAndDiffer) {
  EXPECT_EQ(RandomBytes(32).size(), 32u);
  EXPECT_NE(RandomBytes(32), RandomBytes(32));
}

}  // namespace
}  // namespace citylayers::storage
