// Fuzz target of HTTP/1.x requests and the headers that the gateway parses. The result must not
// depend on how the network splits a request.
#include <cstdlib>
#include <string>
#include <utility>

#include "absl/strings/str_format.h"

#include "services/gateway/representation.h"
#include "services/runtime/http/http_request_parser.h"
#include "services/runtime/http/http_url.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

using citylayers::runtime::HttpRequest;
using citylayers::runtime::HttpRequestParser;
using citylayers::runtime::HttpServerOptions;
using State = HttpRequestParser::State;

// Feeds the bytes in pieces of `piece`, like a connection.
State Parse(std::string_view bytes, std::size_t piece, HttpRequest& request) {
  const HttpServerOptions options;
  HttpRequestParser parser(options, request);
  parser.Reset();
  std::size_t begin = 0;
  for (std::size_t end = 0; end < bytes.size();) {
    end = std::min(end + piece, bytes.size());
    std::size_t consumed = 0;
    const State state = parser.Feed(bytes.substr(begin, end - begin), consumed);
    if (consumed > end - begin) std::abort();
    begin += consumed;
    if (state != State::kNeedMore) return state;
  }
  return State::kNeedMore;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace citylayers;  // NOLINT: the rest of the file is one function
  const std::string_view bytes = fuzz::TextOf(data, size);
  HttpRequest whole;
  HttpRequest pieces;
  const State state = Parse(bytes, bytes.size(), whole);
  // An error may be found earlier or later, but a request must be accepted either way or refused
  // either way.
  const State state_of_pieces = Parse(bytes, 7, pieces);
  if ((state == State::kComplete) != (state_of_pieces == State::kComplete)) std::abort();
  if (state == State::kComplete) {
    if (whole.target() != pieces.target() || whole.body() != pieces.body() ||
        whole.header_count() != pieces.header_count()) {
      std::abort();
    }
    (void)runtime::SplitPath(whole.path());
    (void)whole.Query("bbox");
    (void)gateway::NegotiateCoding(whole.JoinedHeader("accept-encoding"));
    (void)gateway::EtagMatches(whole.JoinedHeader("if-none-match"), "\"a-id\"");
  }
  (void)gateway::NegotiateCoding(bytes);
  (void)gateway::EtagMatches(bytes, "\"a-id\"");
  (void)runtime::SplitPath(bytes);
  (void)runtime::PercentDecode(bytes, true);
  std::string encoded;
  for (const unsigned char byte : bytes) absl::StrAppendFormat(&encoded, "%%%02X", byte);
  if (runtime::PercentDecode(encoded, false) != bytes) std::abort();
  return 0;
}
