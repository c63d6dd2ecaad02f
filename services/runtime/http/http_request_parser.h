// A parser of HTTP/1.x requests. Private to the server; the only user of Beast's parser.
#ifndef CITYLAYERS_SERVICES_RUNTIME_HTTP_HTTP_REQUEST_PARSER_H_
#define CITYLAYERS_SERVICES_RUNTIME_HTTP_HTTP_REQUEST_PARSER_H_

#include <cstddef>
#include <memory>
#include <string_view>

#include "services/runtime/http/http_message.h"
#include "services/runtime/http/http_options.h"

namespace citylayers::runtime {

/// Fills an HttpRequest from bytes as they arrive, strictly (RFC 9112): input that two servers
/// could interpret differently, such as two Content-Lengths, is an error.
class HttpRequestParser {
 public:
  HttpRequestParser(const HttpServerOptions& options, HttpRequest& request);
  ~HttpRequestParser();

  enum class State { kNeedMore, kComplete, kError };
  /// Starts a new request.
  void Reset();
  /// Parses `bytes` and sets `consumed` to the number taken. Bytes after a complete request are not
  /// consumed. After kNeedMore the unconsumed bytes must be passed again, followed by more.
  State Feed(std::string_view bytes, std::size_t& consumed);

  /// Releases the memory of a large body. REQUIRES: the request has been handled.
  void ReleaseBody();

  /// True when the header is complete.
  bool header_done() const;
  /// True when the connection may carry another request. REQUIRES: header_done().
  bool keep_alive() const;
  /// True when the client waits for "100 Continue". REQUIRES: header_done().
  bool expects_continue() const;

  /// After kError: the HTTP status to answer, and the reason.
  int error_status() const { return error_status_; }
  std::string_view error_detail() const { return error_detail_; }

 private:
  class BeastParser;
  State Fail(int status, std::string_view detail);
  State CheckRequest();
  State FailTooLarge(std::string_view unread);

  const HttpServerOptions& options_;
  HttpRequest& request_;
  std::unique_ptr<BeastParser> parser_;
  std::size_t header_bytes_ = 0;  // bytes consumed of an incomplete header
  int error_status_ = 0;
  std::string_view error_detail_;
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_HTTP_HTTP_REQUEST_PARSER_H_
