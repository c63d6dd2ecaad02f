// Conformance of the tiles to RFC 9110 (HTTP semantics) and RFC 9111 (caching), by section. Each
// row of a table is one request and its expected response.
#include <atomic>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>

#include "base/strings.h"
#include "tests/support/fake_city.h"
#include "tests/support/http_test_client.h"

namespace citylayers::gateway {
namespace {

using runtime::TestClient;
using runtime::TestResponse;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

constexpr std::string_view kTile = "/tiles/traffic/14/13047/7698.mvt";
constexpr std::string_view kEmptyTile = "/tiles/traffic/14/0/0.mvt";
constexpr std::string_view kSmallTile = "/tiles/traffic/14/1/1.mvt";
constexpr std::string_view kStaticTile = "/tiles/base/14/1/1.mvt";
constexpr std::string_view kPngTile = "/tiles/flood/14/1/1.png";

std::string RoadBytes() {
  std::string bytes;
  for (int i = 0; i < 3000; ++i) StrAppend(&bytes, "road ", i % 50, " ");
  return bytes;
}

std::string Decoded(const TestResponse& response) {
  const std::string coding = response.Header("content-encoding");
  const std::string& body = response.body;
  std::string out(std::size_t{1} << 20, '\0');
  if (coding.empty()) return body;
  if (coding == "zstd") {
    out.resize(ZSTD_decompress(out.data(), out.size(), body.data(), body.size()));
  } else if (coding == "br") {
    std::size_t size = out.size();
    BrotliDecoderDecompress(body.size(), reinterpret_cast<const std::uint8_t*>(body.data()), &size,
                            reinterpret_cast<std::uint8_t*>(out.data()));
    out.resize(size);
  } else {
    z_stream stream{};
    inflateInit2(&stream, 15 + 16);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
    stream.avail_in = static_cast<uInt>(body.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    inflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    inflateEnd(&stream);
  }
  return out;
}

class HttpConformance : public ::testing::Test {
 protected:
  HttpConformance() {
    city_.layers().SetTile("traffic/14/13047/7698.mvt", RoadBytes());
    city_.layers().SetTile("traffic/14/1/1.mvt", "few bytes");
    city_.layers().SetTile("base/14/1/1.mvt", RoadBytes());
    city_.layers().SetTile("flood/14/1/1.png", RoadBytes());
    for (const char* layer : {"traffic", "base", "flood"}) city_.WaitUntilSeen(layer);
  }
  TestResponse Get(std::string_view path, std::string_view headers = "") {
    return TestClient(city_.http_port()).Get(path, headers);
  }
  TestResponse Head(std::string_view path, std::string_view headers = "") {
    return TestClient(city_.http_port()).Request("HEAD", path, headers);
  }
  FakeCity city_;
};

// RFC 9110 8.8.3.3, 12.5.3, 12.5.5: each coding is a separate representation with its own strong
// tag; Vary names the headers that determine the choice, even when there was none.
TEST_F(HttpConformance, EveryCodingIsARepresentationOfItsOwn) {
  struct Row {
    const char* accept;
    const char* coding;
  };
  const Row rows[] = {
      {"", ""},
      {"Accept-Encoding: identity\r\n", ""},
      {"Accept-Encoding: gzip\r\n", "gzip"},
      {"Accept-Encoding: br\r\n", "br"},
      {"Accept-Encoding: zstd\r\n", "zstd"},
      {"Accept-Encoding: gzip, deflate, br, zstd\r\n", "zstd"},
      {"Accept-Encoding: gzip;q=1.0, br;q=0.5\r\n", "gzip"},
      {"Accept-Encoding: gzip;q=0, br;q=0, zstd;q=0\r\n", ""},
      {"Accept-Encoding: compress, lzma\r\n", ""},
  };
  std::map<std::string, std::string> etag_by_coding;
  for (const Row& row : rows) {
    const TestResponse response = Get(kTile, row.accept);
    EXPECT_EQ(response.status, 200) << row.accept;
    EXPECT_EQ(response.Header("content-encoding"), row.coding) << row.accept;
    EXPECT_EQ(response.Header("vary"), "Accept-Encoding") << row.accept;
    EXPECT_EQ(response.Header("content-type"), "application/vnd.mapbox-vector-tile");
    EXPECT_EQ(response.Header("content-length"), StrCat(response.body.size()));
    EXPECT_EQ(Decoded(response), RoadBytes()) << row.accept;
    const std::string etag = response.Header("etag");
    EXPECT_THAT(etag, MatchesRegex("\"[^\" ]+\"")) << "strong, quoted";
    const auto [slot, is_new] = etag_by_coding.emplace(row.coding, etag);
    EXPECT_EQ(slot->second, etag) << row.accept;
  }
  std::set<std::string> etags;
  for (const auto& [coding, etag] : etag_by_coding) etags.insert(etag);
  EXPECT_EQ(etags.size(), 4u) << "identity, gzip, br, zstd";
}

// RFC 9110 13.1.2, 15.4.5: If-None-Match on GET and HEAD; 304 has the validators and cache headers
// of the 200, and no body.
TEST_F(HttpConformance, ConditionalRequests) {
  for (const char* accept :
       {"", "Accept-Encoding: gzip\r\n", "Accept-Encoding: br\r\n", "Accept-Encoding: zstd\r\n"}) {
    const TestResponse full = Get(kTile, accept);
    const std::string etag = full.Header("etag");
    struct Row {
      std::string if_none_match;
      int status;
    };
    const Row rows[] = {
        {etag, 304},
        {StrCat("W/", etag), 304},
        {StrCat("\"other\", ", etag), 304},
        {StrCat("\"with, comma\",", etag), 304},
        {"*", 304},
        {"\"other\"", 200},
        {etag.substr(1, etag.size() - 2), 200},  // not quoted: not a tag
        {"", 200},
    };
    for (const Row& row : rows) {
      const std::string headers = StrCat(accept, "If-None-Match: ", row.if_none_match, "\r\n");
      for (const bool head : {false, true}) {
        const TestResponse response = head ? Head(kTile, headers) : Get(kTile, headers);
        EXPECT_EQ(response.status, row.status) << accept << row.if_none_match;
        for (const char* name : {"etag", "vary", "cache-control"}) {
          EXPECT_EQ(response.Header(name), full.Header(name)) << name;
        }
        EXPECT_NE(response.Header("date"), "");
        if (response.status == 304) {
          EXPECT_EQ(response.body, "");
          EXPECT_EQ(response.Header("content-length"), "");
        }
      }
    }
  }
}

TEST_F(HttpConformance, TheTagOfAnotherCodingIsAnotherRepresentation) {
  const std::string gzip_etag = Get(kTile, "Accept-Encoding: gzip\r\n").Header("etag");
  EXPECT_EQ(Get(kTile, StrCat("Accept-Encoding: br\r\nIf-None-Match: ", gzip_etag, "\r\n")).status,
            200);
  EXPECT_EQ(Get(kTile, StrCat("If-None-Match: ", gzip_etag, "\r\n")).status, 200);
}

// RFC 9110 9.3.2: the headers of HEAD are those of GET.
TEST_F(HttpConformance, HeadIsGetWithoutTheBody) {
  for (const std::string_view path :
       {kTile, kEmptyTile, kSmallTile, kStaticTile, kPngTile,
        std::string_view("/tiles/traffic.json"), std::string_view("/cap/alerts.atom"),
        std::string_view("/tiles/none.json"), std::string_view("/healthz")}) {
    const TestResponse get = Get(path, "Accept-Encoding: gzip\r\n");
    const TestResponse head = Head(path, "Accept-Encoding: gzip\r\n");
    EXPECT_EQ(head.status, get.status) << path;
    for (const auto& [name, value] : get.headers) {
      if (name == "date") continue;
      EXPECT_EQ(head.Header(name), value) << path << " " << name;
    }
  }
}

// RFC 9110 15.3.5: an empty tile is 204, with the same validators.
TEST_F(HttpConformance, AnEmptyTileIs204WithItsValidators) {
  const TestResponse empty = Get(kEmptyTile, "Accept-Encoding: gzip\r\n");
  EXPECT_EQ(empty.status, 204);
  EXPECT_EQ(empty.Header("vary"), "Accept-Encoding");
  EXPECT_THAT(empty.Header("cache-control"), HasSubstr("max-age"));
  EXPECT_EQ(empty.Header("content-length"), "");
  EXPECT_EQ(empty.Header("content-encoding"), "");
  ASSERT_NE(empty.Header("etag"), "");
  EXPECT_EQ(Get(kEmptyTile,
                StrCat("Accept-Encoding: gzip\r\nIf-None-Match: ", empty.Header("etag"), "\r\n"))
                .status,
            304);
}

TEST_F(HttpConformance, ShortTilesAreNotCompressed) {
  const TestResponse response = Get(kSmallTile, "Accept-Encoding: gzip, br\r\n");
  EXPECT_EQ(response.body, "few bytes");
  EXPECT_EQ(response.Header("content-encoding"), "");
  EXPECT_EQ(response.Header("vary"), "Accept-Encoding");
}

TEST_F(HttpConformance, PngIsSentAsItIs) {
  const TestResponse response = Get(kPngTile, "Accept-Encoding: gzip\r\n");
  EXPECT_EQ(response.Header("content-type"), "image/png");
  EXPECT_EQ(response.Header("content-encoding"), "");
  EXPECT_EQ(response.Header("vary"), "") << "there is only one representation";
  EXPECT_EQ(Get(kPngTile, StrCat("If-None-Match: ", response.Header("etag"), "\r\n")).status, 304);
}

// RFC 9111 5.2.2: live tiles are fresh for a second, static ones for an hour.
TEST_F(HttpConformance, CacheControl) {
  EXPECT_EQ(Get(kTile).Header("cache-control"), "public, max-age=1, stale-while-revalidate=5");
  EXPECT_EQ(Get(kStaticTile).Header("cache-control"), "public, max-age=3600");
}

TEST_F(HttpConformance, TheTagChangesWhenAndOnlyWhenTheContentDoes) {
  const std::string before = Get(kTile).Header("etag");
  city_.layers().Bump("traffic");
  city_.WaitUntilSeen("traffic");
  EXPECT_EQ(Get(kTile).Header("etag"), before) << "a new version, the same tile";
  city_.layers().SetTile("traffic/14/13047/7698.mvt", "other roads");
  city_.WaitUntilSeen("traffic");
  const TestResponse changed = Get(kTile, StrCat("If-None-Match: ", before, "\r\n"));
  EXPECT_EQ(changed.status, 200);
  EXPECT_NE(changed.Header("etag"), before);
  EXPECT_EQ(changed.body, "other roads");
  city_.layers().SetTile("traffic/14/13047/7698.mvt", RoadBytes());
  city_.WaitUntilSeen("traffic");
  EXPECT_EQ(Get(kTile).Header("etag"), before) << "as it was";
}

TEST_F(HttpConformance, TheVersionHeaderSaysWhatTheTileIsRightFor) {
  Get(kTile);
  city_.layers().Bump("traffic");
  city_.WaitUntilSeen("traffic");
  EXPECT_EQ(Get(kTile).Header("x-citylayers-version"),
            StrCat("pack1:7:", city_.layers().Counter("traffic")));
}

TEST_F(HttpConformance, ANewVersionCostsAQuestionNotATile) {
  Get(kTile);
  const auto before = city_.layers().counts();
  city_.layers().Bump("traffic");
  city_.WaitUntilSeen("traffic");
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Get(kTile).status, 200);
  const auto after = city_.layers().counts();
  EXPECT_EQ(after.tiles_made, before.tiles_made);
  EXPECT_EQ(after.not_modified, before.not_modified + 1);
}

TEST_F(HttpConformance, AClientThatHoldsATileOfAnotherGatewayCostsNoTile) {
  const TestResponse held = Get(kTile, "Accept-Encoding: gzip\r\n");
  FakeCity other;  // as after a restart: the cache is empty
  other.layers().SetTile("traffic/14/13047/7698.mvt", RoadBytes());
  other.WaitUntilSeen("traffic");
  const TestResponse response =
      TestClient(other.http_port())
          .Get(kTile,
               StrCat("Accept-Encoding: gzip\r\nIf-None-Match: ", held.Header("etag"), "\r\n"));
  EXPECT_EQ(response.status, 304);
  for (const char* name : {"etag", "vary", "cache-control"}) {
    EXPECT_EQ(response.Header(name), held.Header(name)) << name;
  }
  EXPECT_EQ(response.Header("x-citylayers-version"), "pack1:7:2");
  EXPECT_EQ(other.layers().counts().tiles_made, 0);
}

TEST_F(HttpConformance, ManyWhoAskAtOnceCostFewQuestions) {
  Get(kTile);
  const auto before = city_.layers().counts();
  city_.layers().SetTile("traffic/14/13047/7698.mvt", "new roads");
  city_.WaitUntilSeen("traffic");
  std::vector<std::thread> clients;
  std::atomic<int> right{0};
  for (int i = 0; i < 16; ++i) {
    clients.emplace_back([&] {
      for (int k = 0; k < 10; ++k) right += Get(kTile).body == "new roads";
    });
  }
  for (auto& client : clients) client.join();
  EXPECT_EQ(right, 160) << "no client gets the old tile";
  EXPECT_EQ(city_.layers().counts().tiles_made, before.tiles_made + 1);
}

TEST_F(HttpConformance, WrongRequestsAreToldWhatIsWrong) {
  struct Row {
    const char* method;
    const char* path;
    int status;
    const char* detail;
  };
  const Row rows[] = {
      {"GET", "/tiles/traffic/23/0/0.mvt", 400, "zoom \\\"23\\\" is not a number of 0 to 22"},
      {"GET", "/tiles/traffic/-1/0/0.mvt", 400, "zoom"},
      {"GET", "/tiles/traffic/1/2/0.mvt", 400, "at zoom 1 x and y are 0 to 1"},
      {"GET", "/tiles/traffic/1/0/2.mvt", 400, "at zoom 1 x and y are 0 to 1"},
      {"GET", "/tiles/traffic/1/0/-1.mvt", 400, "does not exist"},
      {"GET", "/tiles/traffic/1/x/0.mvt", 400, "does not exist"},
      {"GET", "/tiles/traffic/99999999999/0/0.mvt", 400, "zoom"},
      {"GET", "/tiles/traffic/1/0/0.png", 400, "it has: mvt"},
      {"GET", "/tiles/traffic/1/0/0.jpg", 400, "no format"},
      {"GET", "/tiles/traffic/22/0/0.mvt", 400, "the layer ends at zoom 14"},
      {"GET", "/tiles/air/1/0/0.mvt", 404, "there are: base, flood, traffic"},
      {"GET", "/tiles/air.json", 404, "there are: base, flood, traffic"},
      {"GET", "/tiles/traffic/1/0", 404, "no resource at"},
      {"POST", "/tiles/traffic/1/0/0.mvt", 405, "GET, HEAD"},
      {"DELETE", "/tiles/traffic.json", 405, "GET, HEAD"},
  };
  for (const Row& row : rows) {
    const TestResponse response = TestClient(city_.http_port()).Request(row.method, row.path);
    EXPECT_EQ(response.status, row.status) << row.path;
    EXPECT_EQ(response.Header("content-type"), "application/problem+json") << row.path;
    EXPECT_THAT(response.body, HasSubstr(row.detail)) << row.path;
    if (row.status == 405) {
      EXPECT_THAT(response.Header("allow"), HasSubstr("GET, HEAD"));
    }
  }
}

}  // namespace
}  // namespace citylayers::gateway
