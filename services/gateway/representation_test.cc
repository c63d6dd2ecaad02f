#include "services/gateway/representation.h"

#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace citylayers::gateway {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(EtagMatches, ComparesWeaklyAndReadsLists) {
  EXPECT_TRUE(EtagMatches("\"a\"", "\"a\""));
  EXPECT_TRUE(EtagMatches("W/\"a\"", "\"a\""));
  EXPECT_TRUE(EtagMatches("\"b\", \"c,d\" ,W/\"a\"", "\"a\""));
  EXPECT_TRUE(EtagMatches("*", "\"a\""));
  EXPECT_FALSE(EtagMatches("\"b\", \"c\"", "\"a\""));
  EXPECT_FALSE(EtagMatches("a", "\"a\""));
  EXPECT_FALSE(EtagMatches("\"a", "\"a\""));
  EXPECT_FALSE(EtagMatches("", "\"a\""));
  EXPECT_FALSE(EtagMatches("\"aa\"", "\"a\""));
}

Representation Text(std::string text) {
  return Representation({.tag = "t1", .content_type = "text/x", .cache_control = "max-age=1"},
                        std::make_shared<const std::string>(std::move(text)));
}

TEST(Representation, EachCodingHasAStrongTagOfItsOwn) {
  const Representation text = Text(std::string(5000, 'a'));
  EXPECT_EQ(text.VariantFor(Coding::kIdentity).etag, "\"t1-id\"");
  EXPECT_EQ(text.VariantFor(Coding::kGzip).etag, "\"t1-gzip\"");
  EXPECT_EQ(text.VariantFor(Coding::kBrotli).etag, "\"t1-br\"");
  EXPECT_EQ(text.VariantFor(Coding::kZstd).etag, "\"t1-zstd\"");
}

TEST(Representation, ShortTextIsTheSameInEveryCoding) {
  const Representation text = Text("short");
  EXPECT_EQ(text.VariantFor(Coding::kGzip).etag, "\"t1-id\"");
  EXPECT_THAT(*text.VariantFor(Coding::kGzip).headers, Not(HasSubstr("Content-Encoding")));
  EXPECT_THAT(*text.VariantFor(Coding::kGzip).headers, HasSubstr("Vary: Accept-Encoding"));
}

TEST(Representation, EmptyIs204AndHeldIs304) {
  EXPECT_EQ(Text("").Answer(Coding::kGzip, "").status, 204);
  EXPECT_EQ(Text("").Answer(Coding::kGzip, "\"t1-id\"").status, 304);
  EXPECT_EQ(Text("x").Answer(Coding::kGzip, "\"t1-gzip\"").status, 200) << "not that coding";
  EXPECT_EQ(Text("x").Answer(Coding::kGzip, "\"t1-id\"").status, 304);
}

TEST(Representation, HeadersMayComeInSeveralLines) {
  runtime::HttpRequest request;
  request.SetRequestLine("GET", "/", 11);
  request.AddHeader("Accept-Encoding", "deflate");
  request.AddHeader("Accept-Encoding", "gzip");
  request.AddHeader("If-None-Match", "\"t0-gzip\"");
  const Representation text = Text(std::string(5000, 'a'));
  EXPECT_THAT(*text.Answer(request).shared_headers, HasSubstr("Content-Encoding: gzip"));
  request.AddHeader("If-None-Match", "\"t1-gzip\"");
  EXPECT_EQ(text.Answer(request).status, 304);
}

TEST(Representation, IsCompressedOnceHoweverManyAsk) {
  const Representation text = Text(std::string(100'000, 'a'));
  std::vector<std::thread> threads;
  std::vector<const std::string*> bodies(8);
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    threads.emplace_back([&, i] { bodies[i] = text.VariantFor(Coding::kZstd).body.get(); });
  }
  for (auto& thread : threads) thread.join();
  for (const std::string* body : bodies) EXPECT_EQ(body, bodies[0]);
}

}  // namespace
}  // namespace citylayers::gateway
