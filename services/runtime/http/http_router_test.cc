#include "services/runtime/http/http_router.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace citylayers::runtime {
namespace {

class HttpRouterTest : public ::testing::Test {
 protected:
  HttpRouterTest() {
    router_.Add({"GET"}, "/", nullptr);
    router_.Add({"GET"}, "/tiles/{layer}.json", nullptr);
    router_.Add({"GET"}, "/tiles/{layer}/{z}/{x}/{y}.{format}", nullptr);
    router_.Add({"GET"}, "/assets/{path...}", nullptr);
    router_.Add({"POST"}, "/{service}/{method}", nullptr);
    router_.Add({"GET"}, "/{service}/{method}", nullptr);
  }
  HttpRouter::Found Match(std::string_view method, std::string_view target) {
    request_.Clear();
    request_.SetRequestLine(method, target, 11);
    return router_.Match(request_);
  }
  std::string Pattern(std::string_view method, std::string_view target) {
    const auto found = Match(method, target);
    return found.route == nullptr ? std::to_string(found.status) : found.route->pattern;
  }
  HttpRouter router_;
  HttpRequest request_;
};

TEST_F(HttpRouterTest, FindsLiteralsParametersAndSuffixes) {
  EXPECT_EQ(Pattern("GET", "/"), "/");
  EXPECT_EQ(Pattern("GET", "/?a=1"), "/");
  EXPECT_EQ(Pattern("GET", "/tiles/traffic.json"), "/tiles/{layer}.json");
  EXPECT_EQ(request_.Param("layer"), "traffic");
  EXPECT_EQ(Pattern("GET", "/tiles/flood/14/13047/7698.png?x=1"),
            "/tiles/{layer}/{z}/{x}/{y}.{format}");
  EXPECT_EQ(request_.Param("y"), "7698");
  EXPECT_EQ(request_.Param("format"), "png");
}

TEST_F(HttpRouterTest, RestTakesTheRemainderAndDecodesIt) {
  EXPECT_EQ(Pattern("GET", "/assets/fonts/Be%20Vietnam.woff2"), "/assets/{path...}");
  EXPECT_EQ(request_.Param("path"), "fonts/Be Vietnam.woff2");
}

TEST_F(HttpRouterTest, DotSegmentsAreResolvedBeforeMatching) {
  EXPECT_EQ(Pattern("GET", "/assets/../tiles/a.json"), "/tiles/{layer}.json");
  EXPECT_EQ(Pattern("GET", "/assets/../../etc/passwd"), "400");
  EXPECT_EQ(Pattern("GET", "/assets/%2e%2e/%2e%2e/etc"), "400");
}

TEST_F(HttpRouterTest, HeadGoesWhereGetGoes) { EXPECT_EQ(Pattern("HEAD", "/"), "/"); }

TEST_F(HttpRouterTest, TellsMissingFromForbidden) {
  EXPECT_EQ(Pattern("GET", "/none/at/all"), "404");
  const auto found = Match("DELETE", "/a.B/C");
  EXPECT_EQ(found.status, 405);
  EXPECT_EQ(found.allow, "GET, HEAD, POST");
}

TEST_F(HttpRouterTest, APathThatOnlyPreflightsKnowIsMissing) {
  router_.Add({"OPTIONS"}, "/tiles/{path...}", nullptr);
  EXPECT_EQ(Pattern("GET", "/tiles/a/b/c/d/e/f"), "404");
  EXPECT_EQ(Pattern("OPTIONS", "/tiles/a/b/c/d/e/f"), "/tiles/{path...}");
}

TEST(HttpRequest, LetsALargeBodysBufferGo) {
  HttpRequest request;
  request.mutable_body().assign(1 << 20, 'x');
  request.Clear();
  EXPECT_LE(request.body().capacity(), std::size_t{64} * 1024);
  EXPECT_EQ(request.body(), "");
}

TEST(HttpRequest, AcceptsTheAbsoluteForm) {
  HttpRequest request;
  request.SetRequestLine("GET", "http://example.org/a/b?c=d", 11);
  EXPECT_EQ(request.path(), "/a/b");
  EXPECT_EQ(request.query(), "c=d");
}

TEST(HttpResponse, NoHeaderValueStartsAHeader) {
  HttpResponse response;
  response.AddHeader("X", "a\r\nSet-Cookie: b");
  EXPECT_EQ(response.headers, "X: a  Set-Cookie: b\r\n");
}

}  // namespace
}  // namespace citylayers::runtime
