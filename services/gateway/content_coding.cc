#include "services/gateway/content_coding.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include <brotli/encode.h>
#include <zlib.h>
#include <zstd.h>

#include "base/strings.h"
#include "services/runtime/http/http_message.h"

namespace citylayers::gateway {
namespace {

constexpr std::size_t kCompressBytesMin = 256;
constexpr int kGzipLevel = 6;
// The lowest levels at which a tile exceeds its size in gzip by at most a hundredth: the coding
// that a client prefers must not cost it more.
constexpr int kBrotliQuality = 5;
constexpr int kZstdLevel = 9;

std::string Gzip(std::string_view text) {
  z_stream stream{};
  constexpr int kGzipWindow = 15 + 16;  // + 16 selects the gzip wrapper
  if (deflateInit2(&stream, kGzipLevel, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    return std::string();
  }
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const bool done = deflate(&stream, Z_FINISH) == Z_STREAM_END;
  out.resize(done ? stream.total_out : 0);
  deflateEnd(&stream);
  return out;
}

std::string Brotli(std::string_view text) {
  std::size_t size = BrotliEncoderMaxCompressedSize(text.size());
  std::string out(size, '\0');
  const bool done =
      BrotliEncoderCompress(kBrotliQuality, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_GENERIC, text.size(),
                            reinterpret_cast<const std::uint8_t*>(text.data()), &size,
                            reinterpret_cast<std::uint8_t*>(out.data()));
  out.resize(done ? size : 0);
  return out;
}

std::string Zstd(std::string_view text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  const std::size_t size =
      ZSTD_compress(out.data(), out.size(), text.data(), text.size(), kZstdLevel);
  out.resize(ZSTD_isError(size) ? 0 : size);
  return out;
}

std::string_view Trimmed(std::string_view text) {
  return ToStd(absl::StripAsciiWhitespace(ToAbsl(text)));
}

// Removes the text before `separator`, and the separator, from `rest`, and returns the text.
std::string_view TakeUntil(char separator, std::string_view& rest) {
  const std::string_view item = rest.substr(0, rest.find(separator));
  rest.remove_prefix(std::min(item.size() + 1, rest.size()));
  return Trimmed(item);
}

// The weight among parameters such as "q=0.5;x=y": 1 when there is none, 0 when it is malformed.
double Weight(std::string_view parameters) {
  while (!parameters.empty()) {
    const std::string_view parameter = TakeUntil(';', parameters);
    const std::size_t equals = parameter.find('=');
    if (equals == std::string_view::npos) continue;
    if (!runtime::EqualsIgnoreCase(Trimmed(parameter.substr(0, equals)), "q")) continue;
    double weight = 0;
    if (!absl::SimpleAtod(ToAbsl(Trimmed(parameter.substr(equals + 1))), &weight)) return 0;
    return weight > 0 ? std::min(weight, 1.0) : 0;  // NaN is malformed as well
  }
  return 1;
}

struct AcceptName {
  std::string_view name;
  Coding coding;
};
constexpr AcceptName kAcceptNames[] = {{"identity", Coding::kIdentity},
                                       {"gzip", Coding::kGzip},
                                       {"x-gzip", Coding::kGzip},
                                       {"br", Coding::kBrotli},
                                       {"zstd", Coding::kZstd}};

}  // namespace

std::string_view CodingName(Coding coding) {
  switch (coding) {
    case Coding::kGzip:
      return "gzip";
    case Coding::kBrotli:
      return "br";
    case Coding::kZstd:
      return "zstd";
    case Coding::kIdentity:
      break;
  }
  return "id";
}

Coding NegotiateCoding(std::string_view accept_encoding, unsigned available) {
  std::array<double, kCodingCount> weights;
  weights.fill(-1);  // not named
  double others = -1;
  while (!accept_encoding.empty()) {
    std::string_view item = TakeUntil(',', accept_encoding);
    const std::string_view name = TakeUntil(';', item);
    const double weight = Weight(item);
    if (name == "*") others = weight;
    for (const AcceptName& known : kAcceptNames) {
      if (runtime::EqualsIgnoreCase(name, known.name)) {
        weights[static_cast<std::size_t>(known.coding)] = weight;
      }
    }
  }
  std::size_t best = 0;
  double best_weight = weights[0];
  for (std::size_t i = 1; i < kCodingCount; ++i) {
    const double weight = weights[i] >= 0 ? weights[i] : others;
    if ((available >> i & 1) != 0 && weight > 0 && weight >= best_weight) {
      best = i;
      best_weight = weight;
    }
  }
  return static_cast<Coding>(best);
}

std::optional<std::string> Compress(Coding coding, std::string_view text) {
  if (text.size() < kCompressBytesMin) return std::nullopt;
  std::string out;
  if (coding == Coding::kGzip) out = Gzip(text);
  if (coding == Coding::kBrotli) out = Brotli(text);
  if (coding == Coding::kZstd) out = Zstd(text);
  if (out.empty() || out.size() > text.size() / 10 * 9) return std::nullopt;
  return out;
}

}  // namespace citylayers::gateway
