#include "services/access/delegation.h"

#include <gtest/gtest.h>

namespace citylayers::access {
namespace {

TEST(Delegation, NamesAKeyToProcessesThatHaveTheSameProcessKey) {
  const ApiKey process_key = ApiKey::Generate().value();
  const std::string text = Delegation(process_key).TextOf("abcdefgh2345");
  EXPECT_EQ(Delegation(process_key).KeyIdOf(text), "abcdefgh2345");
  EXPECT_EQ(Delegation(ApiKey::Generate().value()).KeyIdOf(text), std::nullopt);
}

TEST(Delegation, NothingElseNamesAKey) {
  const Delegation delegation(ApiKey::Generate().value());
  const std::string text = delegation.TextOf("abcdefgh2345");
  std::string other_id = text;
  other_id[4] = 'b';
  EXPECT_EQ(delegation.KeyIdOf(other_id), std::nullopt);
  std::string other_signature = text;
  other_signature.back() = other_signature.back() == '0' ? '1' : '0';
  EXPECT_EQ(delegation.KeyIdOf(other_signature), std::nullopt);
  EXPECT_EQ(delegation.KeyIdOf(text.substr(0, text.size() - 1)), std::nullopt);
  EXPECT_EQ(delegation.KeyIdOf("clp_abcdefgh2345_"), std::nullopt);
  EXPECT_EQ(delegation.KeyIdOf("clp_"), std::nullopt);
  EXPECT_EQ(delegation.KeyIdOf(""), std::nullopt);
}

}  // namespace
}  // namespace citylayers::access
