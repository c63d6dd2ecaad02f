// HTTP/1.x requests from bytes. Private to the server: the one place that knows Beast's parser.
#ifndef CITYLAYERS_SERVICES_RUNTIME_HTTP_HTTP_REQUEST_PARSER_H_
#define CITYLAYERS_SERVICES_RUNTIME_HTTP_HTTP_REQUEST_PARSER_H_

#include <cstddef>
#include <memory>
#include <string_view>

#include "services/runtime/http/http_message.h"
#include "services/runtime/http/http_options.h"

namespace citylayers::runtime {

/// Fills an HttpRequest from bytes as they come, strictly (RFC 9112): anything that two servers
/// could read in two ways, such as two Content-Lengths, is an error.
class HttpRequestParser {
 public:
  HttpRequestParser(const HttpServerOptions& options, HttpRequest& request);
  ~HttpRequestParser();

  enum class State { kNeedMore, kComplete, kError };
  /// Starts a new request.
  void Reset();
  /// Takes bytes; `consumed` says how many. Bytes behind a complete request are not touched. After
  /// kNeedMore the unconsumed bytes must be given again, with more behind them.
  State Feed(std::string_view bytes, std::size_t& consumed);

  /// Gives back the memory of a large body. REQUIRES: the request has been handled.
  void ReleaseBody();

  /// Whether the header is complete.
  bool header_done() const;
  /// Whether the connection may carry another request. REQUIRES: header_done().
  bool keep_alive() const;
  /// Whether the client waits for "100 Continue". REQUIRES: header_done().
  bool expects_continue() const;

  /// After kError: the status to answer and why.
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
  std::size_t header_bytes_ = 0;  // taken of a header that is not whole yet
  int error_status_ = 0;
  std::string_view error_detail_;
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_HTTP_HTTP_REQUEST_PARSER_H_
