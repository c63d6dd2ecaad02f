#include "services/gateway/content_coding.h"

#include <string>

#include "gtest/gtest.h"
#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>

namespace citylayers::gateway {
namespace {

TEST(NegotiateCoding, TakesTheHighestWeightThenOurOrder) {
  EXPECT_EQ(NegotiateCoding(""), Coding::kIdentity);
  EXPECT_EQ(NegotiateCoding("gzip"), Coding::kGzip);
  EXPECT_EQ(NegotiateCoding("gzip, deflate, br"), Coding::kBrotli);
  EXPECT_EQ(NegotiateCoding("gzip, deflate, br, zstd"), Coding::kZstd);
  EXPECT_EQ(NegotiateCoding("zstd;q=0.5, gzip;q=0.9"), Coding::kGzip);
  EXPECT_EQ(NegotiateCoding("*"), Coding::kZstd);
  EXPECT_EQ(NegotiateCoding("*;q=0.1, gzip"), Coding::kGzip);
}

TEST(NegotiateCoding, NeverTakesWhatIsRefused) {
  EXPECT_EQ(NegotiateCoding("gzip;q=0"), Coding::kIdentity);
  EXPECT_EQ(NegotiateCoding("zstd;q=0, *"), Coding::kBrotli);
  EXPECT_EQ(NegotiateCoding("identity;q=0"), Coding::kIdentity) << "the gateway never answers 406";
  EXPECT_EQ(NegotiateCoding("gzip;q=nonsense"), Coding::kIdentity);
  EXPECT_EQ(NegotiateCoding(",;=,"), Coding::kIdentity);
}

TEST(NegotiateCoding, IdentityHasAWeightWhenItIsNamed) {
  EXPECT_EQ(NegotiateCoding("gzip;q=0.5, identity"), Coding::kIdentity);
  EXPECT_EQ(NegotiateCoding("gzip;q=0.5, identity;q=0.4"), Coding::kGzip);
  EXPECT_EQ(NegotiateCoding("identity, gzip"), Coding::kGzip)
      << "equal weights: the order of Coding";
  EXPECT_EQ(NegotiateCoding("identity, *;q=0.5"), Coding::kIdentity);
}

TEST(NegotiateCoding, NamesComeInAnyCaseAndParametersInAnyNumber) {
  EXPECT_EQ(NegotiateCoding("GZip"), Coding::kGzip);
  EXPECT_EQ(NegotiateCoding("BR;Q=0.5, X-GZIP;Q=0.6"), Coding::kGzip);
  EXPECT_EQ(NegotiateCoding("gzip;q=0.5;x=y"), Coding::kGzip);
  EXPECT_EQ(NegotiateCoding("gzip;x=y;q=0"), Coding::kIdentity);
  EXPECT_EQ(NegotiateCoding("gzip ; q = 0.5"), Coding::kGzip);
  EXPECT_EQ(NegotiateCoding("gzip;q=nan, br;q=0.1"), Coding::kBrotli);
}

TEST(NegotiateCoding, TakesOnlyWhatThereIs) {
  const unsigned gzip_only = 1u << static_cast<int>(Coding::kGzip) | 1u;
  EXPECT_EQ(NegotiateCoding("gzip, br, zstd", gzip_only), Coding::kGzip);
  EXPECT_EQ(NegotiateCoding("br", gzip_only), Coding::kIdentity);
}

TEST(Compress, DecodersOfOthersGetTheTextBack) {
  std::string text;
  for (int i = 0; i < 2000; ++i) text += "tile " + std::to_string(i % 37) + ";";
  std::string out(text.size(), '\0');

  const std::string zstd = *Compress(Coding::kZstd, text);
  EXPECT_EQ(ZSTD_decompress(out.data(), out.size(), zstd.data(), zstd.size()), text.size());
  EXPECT_EQ(out, text);

  const std::string brotli = *Compress(Coding::kBrotli, text);
  std::size_t size = out.size();
  EXPECT_EQ(
      BrotliDecoderDecompress(brotli.size(), reinterpret_cast<const std::uint8_t*>(brotli.data()),
                              &size, reinterpret_cast<std::uint8_t*>(out.data())),
      BROTLI_DECODER_RESULT_SUCCESS);
  EXPECT_EQ(out, text);

  const std::string gzip = *Compress(Coding::kGzip, text);
  z_stream stream{};
  ASSERT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(gzip.data()));
  stream.avail_in = static_cast<uInt>(gzip.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  inflateEnd(&stream);
  EXPECT_EQ(out, text);
}

TEST(Compress, LeavesAloneWhatDoesNotShrink) {
  EXPECT_FALSE(Compress(Coding::kGzip, std::string(100, 'a'))) << "too short to compress";
  std::string noise;
  std::uint32_t state = 1;
  for (int i = 0; i < 5000; ++i)
    noise += static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  for (const Coding coding : {Coding::kGzip, Coding::kBrotli, Coding::kZstd}) {
    EXPECT_FALSE(Compress(coding, noise));
  }
}

}  // namespace
}  // namespace citylayers::gateway
