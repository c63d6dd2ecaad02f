#include "services/runtime/rpc/stream_registry.h"

#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace citylayers::runtime {
namespace {

access::Principal Caller(std::string name, std::string key_id) {
  return {.name = std::move(name), .key_id = std::move(key_id), .secret_hash = {}, .scopes = {}};
}

TEST(StreamRegistry, FindsAStreamForItsCallerOnly) {
  StreamRegistry<int> registry;
  const auto stream = std::make_shared<int>(1);
  const std::string id = *registry.Add(stream, Caller("app", "aaaa"));
  EXPECT_EQ(registry.Find(id, Caller("app", "aaaa")), stream);
  EXPECT_EQ(registry.Find(id, Caller("app", "bbbb")), nullptr) << "another key";
  EXPECT_EQ(registry.Find(id, Caller("", "")), nullptr) << "anonymous";
  EXPECT_EQ(registry.Find("", Caller("app", "aaaa")), nullptr);
}

TEST(StreamRegistry, AStreamThatHasEndedIsNotFound) {
  StreamRegistry<int> registry;
  auto stream = std::make_shared<int>(1);
  const std::string id = *registry.Add(stream, Caller("", ""));
  stream.reset();
  EXPECT_EQ(registry.Find(id, Caller("", "")), nullptr);
}

TEST(StreamRegistry, IdsDifferAndHave160RandomBits) {
  StreamRegistry<int> registry;
  const auto stream = std::make_shared<int>(1);
  std::set<std::string> ids;
  for (int i = 0; i < 1000; ++i) ids.insert(*registry.Add(stream, Caller("", "")));
  EXPECT_EQ(ids.size(), 1000u);
  EXPECT_EQ(ids.begin()->size(), 32u) << "5 bits per character";
}

TEST(StreamRegistry, ForgetsStreamsThatHaveEnded) {
  StreamRegistry<int> registry;
  std::vector<std::shared_ptr<int>> open;
  for (int i = 0; i < 10'000; ++i) {
    auto stream = std::make_shared<int>(i);
    (void)*registry.Add(stream, Caller("", ""));
    if (i % 100 == 0) open.push_back(std::move(stream));
  }
  EXPECT_LE(registry.size(), 300u) << "100 are open";
}

}  // namespace
}  // namespace citylayers::runtime
