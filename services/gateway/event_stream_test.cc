#include "services/gateway/event_stream.h"

#include "gtest/gtest.h"
#include <zlib.h>

#include "base/strings.h"

namespace citylayers::gateway {
namespace {

// Decodes a gzip member as it arrives.
class Reader {
 public:
  Reader() { inflateInit2(&zlib_, 15 + 16); }
  ~Reader() { inflateEnd(&zlib_); }
  std::string Read(std::string bytes) {
    std::string out(1 << 20, '\0');
    zlib_.next_in = reinterpret_cast<Bytef*>(bytes.data());
    zlib_.avail_in = static_cast<uInt>(bytes.size());
    zlib_.next_out = reinterpret_cast<Bytef*>(out.data());
    zlib_.avail_out = static_cast<uInt>(out.size());
    last_ = inflate(&zlib_, Z_SYNC_FLUSH);
    out.resize(out.size() - zlib_.avail_out);
    return out;
  }
  bool ended() const { return last_ == Z_STREAM_END; }

 private:
  z_stream zlib_{};
  int last_ = Z_OK;
};

Coding CodingFor(std::string_view accept) {
  runtime::HttpRequest request;
  request.SetRequestLine("GET", "/live", 11);
  request.AddHeader("Accept-Encoding", accept);
  return EventStreamCoding(request);
}

TEST(GzipStream, EachPieceCanBeReadWhenItArrives) {
  GzipStream gzip;
  Reader reader;
  for (const std::string_view text : {"a", "event: x\ndata: {}\n\n", "", "end"}) {
    EXPECT_EQ(reader.Read(gzip.Add(text)), text);
  }
  reader.Read(gzip.Finish());
  EXPECT_TRUE(reader.ended());
}

TEST(GzipStream, PiecesLargerThanItsWindowComeWhole) {
  GzipStream gzip;
  Reader reader;
  std::string text;
  for (int i = 0; i < 20'000; ++i) StrAppend(&text, i * 7919 % 10'007, ",");
  EXPECT_EQ(reader.Read(gzip.Add(text)), text);
  EXPECT_EQ(reader.Read(gzip.Add("next")), "next");
}

TEST(GzipStream, EventsThatResembleEachOtherShrinkToAFifth) {
  GzipStream gzip;
  std::size_t plain = 0;
  std::size_t packed = 0;
  for (int i = 0; i < 60; ++i) {
    const std::string event = EventText(
        StrCat("0123456789abcdef0123456789abcdef:7:", 1000 + i), "delta",
        StrCat(R"({"packId":"0123456789abcdef0123456789abcdef","from":{"epoch":"7","counter":")",
               999 + i, R"("},"to":{"epoch":"7","counter":")", 1000 + i,
               R"("},"dataTime":"2026-10-25T10:00:00Z","rows":[{"subLayer":"traffic","idGaps":[)",
               i * 37 % 4000, R"(,12,4],"columns":[{"values":[1,2,3]},{"values":[0,0,)", i % 3,
               R"(]}]}]})"));
    plain += event.size();
    packed += gzip.Add(event).size();
  }
  EXPECT_LT(packed * 5, plain) << plain << " bytes per minute became " << packed;
}

TEST(EventStreamCoding, IsGzipOrNothing) {
  EXPECT_EQ(CodingFor("gzip, deflate, br, zstd"), Coding::kGzip);
  EXPECT_EQ(CodingFor("br, zstd"), Coding::kIdentity);
  EXPECT_EQ(CodingFor("gzip;q=0"), Coding::kIdentity);
  EXPECT_EQ(CodingFor("*"), Coding::kGzip);
  EXPECT_EQ(CodingFor("identity"), Coding::kIdentity);
}

TEST(EventText, HasAnIdOnlyWhenThereIsOne) {
  EXPECT_EQ(EventText("", "heartbeat", "{}"), "event: heartbeat\ndata: {}\n\n");
  EXPECT_EQ(EventText("a", "x", "1"), "id: a\nevent: x\ndata: 1\n\n");
}

}  // namespace
}  // namespace citylayers::gateway
