#include "services/runtime/http/http_request_parser.h"

#include <algorithm>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/verb.hpp>

namespace citylayers::runtime {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;

std::string_view View(beast::string_view text) { return {text.data(), text.size()}; }

// Bytes of the header that ends within `bytes`, which begin at one of its lines: Beast consumes
// whole lines.
std::size_t HeaderBytes(std::string_view bytes) {
  if (bytes.starts_with("\r\n")) return 2;
  return std::min(bytes.find("\r\n\r\n") + 4, bytes.size());
}

}  // namespace

// Copies the parts that Beast finds into the request's arena, and records what the checks need.
class HttpRequestParser::BeastParser final : public http::basic_parser<true> {
 public:
  BeastParser(const HttpServerOptions& options, HttpRequest& request)
      : request_(request), body_hold_(options.bodies) {
    eager(true);
    header_limit(static_cast<std::uint32_t>(options.header_bytes_max));
    body_limit(options.body_bytes_max);
  }

  bool request_line_done() const { return request_line_done_; }
  bool bad_transfer_coding() const { return bad_transfer_coding_; }
  int host_count() const { return host_count_; }
  bool expects_continue() const { return expects_continue_; }
  bool expects_other() const { return expects_other_; }
  bool body_refused() const { return body_refused_; }
  void ReleaseBody() {
    constexpr std::size_t kKeptBytes = 64 * 1024;
    if (body_hold_.bytes() <= kKeptBytes && request_.body().capacity() <= kKeptBytes) return;
    std::string().swap(request_.mutable_body());
    (void)body_hold_.Resize(0);
  }

 private:
  void on_request_impl(http::verb, beast::string_view method, beast::string_view target,
                       int version, beast::error_code&) override {
    request_line_done_ = true;
    request_.SetRequestLine(View(method), View(target), version);
  }
  void on_response_impl(int, beast::string_view, int, beast::error_code&) override {}
  void on_field_impl(http::field field, beast::string_view name, beast::string_view value,
                     beast::error_code&) override {
    if (header_over_) return;  // ignores trailers of a chunked body (RFC 9110 6.5.1)
    request_.AddHeader(View(name), View(value));
    if (field == http::field::host) ++host_count_;
    if (field == http::field::transfer_encoding) {
      bad_transfer_coding_ |= !EqualsIgnoreCase(View(value), "chunked");
    }
    if (field == http::field::expect) {
      expects_continue_ = EqualsIgnoreCase(View(value), "100-continue");
      expects_other_ |= !expects_continue_;
    }
  }
  void on_header_impl(beast::error_code&) override { header_over_ = true; }
  void on_body_init_impl(boost::optional<std::uint64_t> const& length,
                         beast::error_code&) override {
    if (length) body_length_ = *length;
  }
  std::size_t on_body_impl(beast::string_view body, beast::error_code& error) override {
    return AppendBody(body, error);
  }
  void on_chunk_header_impl(std::uint64_t, beast::string_view, beast::error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view body,
                                 beast::error_code& error) override {
    return AppendBody(body, error);
  }
  void on_finish_impl(beast::error_code&) override {}

  // The buffer grows by the bytes that have arrived, so a claimed length alone costs nothing.
  // Growing by half, and not beyond the claimed length, wastes at most a third.
  std::size_t AppendBody(beast::string_view bytes, beast::error_code& error) {
    std::string& body = request_.mutable_body();
    const std::size_t needed = body.size() + bytes.size();
    if (needed > body.capacity()) {
      std::size_t capacity = std::max(needed, body.capacity() + body.capacity() / 2);
      if (body_length_ >= needed) {
        capacity = static_cast<std::size_t>(std::min<std::uint64_t>(capacity, body_length_));
      }
      if (!body_hold_.Resize(capacity)) {
        body_refused_ = true;
        error = http::error::buffer_overflow;
        return 0;
      }
      body.reserve(capacity);
    }
    body.append(bytes.data(), bytes.size());
    return bytes.size();
  }

  HttpRequest& request_;
  bool request_line_done_ = false;
  MemoryHold body_hold_;
  std::uint64_t body_length_ = 0;  // claimed by Content-Length; 0: chunked
  bool body_refused_ = false;
  bool header_over_ = false;
  int host_count_ = 0;
  bool bad_transfer_coding_ = false;
  bool expects_continue_ = false;
  bool expects_other_ = false;
};

HttpRequestParser::HttpRequestParser(const HttpServerOptions& options, HttpRequest& request)
    : options_(options), request_(request) {
  Reset();
}

HttpRequestParser::~HttpRequestParser() = default;

void HttpRequestParser::Reset() {
  request_.Clear();
  header_bytes_ = 0;
  parser_ = std::make_unique<BeastParser>(options_, request_);
}

void HttpRequestParser::ReleaseBody() { parser_->ReleaseBody(); }

bool HttpRequestParser::header_done() const { return parser_->is_header_done(); }
bool HttpRequestParser::keep_alive() const { return parser_->keep_alive(); }
bool HttpRequestParser::expects_continue() const { return parser_->expects_continue(); }

HttpRequestParser::State HttpRequestParser::Fail(int status, std::string_view detail) {
  error_status_ = status;
  error_detail_ = detail;
  return State::kError;
}

// Checks that Beast leaves to its user. Called once the header is complete.
HttpRequestParser::State HttpRequestParser::CheckRequest() {
  if (request_.target().size() > options_.target_bytes_max) {
    return Fail(414, "the request target is too long");
  }
  if (request_.version() >= 11 && parser_->host_count() != 1) {
    return Fail(400, "an HTTP/1.1 request has exactly one Host header");
  }
  if (parser_->bad_transfer_coding()) {
    return Fail(501, "the only transfer coding of requests is \"chunked\"");
  }
  if (parser_->expects_other()) return Fail(417, "the only expectation met is 100-continue");
  return State::kComplete;
}

// Target and headers have one common limit. The error names the part that exceeds its own limit,
// whether the bytes came at once, so that Beast has not parsed the first line, or in pieces.
HttpRequestParser::State HttpRequestParser::FailTooLarge(std::string_view unread) {
  std::size_t target_bytes = request_.target().size();
  if (!parser_->request_line_done()) {
    // The line is "METHOD TARGET HTTP/1.1".
    const std::string_view line = unread.substr(0, unread.find('\n'));
    const std::size_t space = std::min(line.find(' '), line.size());
    target_bytes = std::min(line.find(' ', space + 1), line.size()) - space;
  }
  return target_bytes > options_.target_bytes_max ? Fail(414, "the request target is too long")
                                                  : Fail(431, "the request headers are too large");
}

HttpRequestParser::State HttpRequestParser::Feed(std::string_view bytes, std::size_t& consumed) {
  consumed = 0;
  bool had_header = parser_->is_header_done();
  while (!parser_->is_done()) {
    beast::error_code error;
    const std::string_view rest = bytes.substr(consumed);
    const std::size_t before = consumed;
    if (rest.empty()) return State::kNeedMore;
    consumed += parser_->put(boost::asio::const_buffer(rest.data(), rest.size()), error);
    if (!had_header && parser_->is_header_done()) {
      had_header = true;
      if (CheckRequest() == State::kError) return State::kError;
      // Beast checks its own limit only sometimes, depending on how the bytes arrive.
      if (header_bytes_ + HeaderBytes(rest) > options_.header_bytes_max) return FailTooLarge(rest);
    } else if (!had_header) {
      header_bytes_ += consumed - before;
    }
    if (error == http::error::need_more) return State::kNeedMore;
    if (error == http::error::header_limit) return FailTooLarge(rest);
    if (parser_->body_refused()) {
      return Fail(503, "the memory for request bodies is spent; try again in a second");
    }
    if (error == http::error::body_limit) return Fail(413, "the request body is too large");
    if (error == http::error::bad_version) return Fail(505, "this server speaks HTTP/1.1");
    if (error) return Fail(400, "the request is malformed");
  }
  return State::kComplete;
}

}  // namespace citylayers::runtime
