// An HTTP request as read by a handler, and a response as returned by one.
#ifndef CITYLAYERS_SERVICES_RUNTIME_HTTP_HTTP_MESSAGE_H_
#define CITYLAYERS_SERVICES_RUNTIME_HTTP_HTTP_MESSAGE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace citylayers::runtime {

/// A complete request, body included. Its text lies in one arena that the connection reuses, so
/// reading a header costs no allocation. Views are valid as long as the request, which lives until
/// its Responder has answered. Not thread-safe to change; safe to read from any thread.
class HttpRequest {
 public:
  std::string_view method() const { return View(method_); }
  /// The target as sent, query included.
  std::string_view target() const { return View(target_); }
  /// The target's path as sent (percent-encoded), dot segments not resolved.
  std::string_view path() const { return View(path_); }
  /// The target's query as sent, without "?".
  std::string_view query() const { return View(query_); }
  const std::string& body() const { return body_; }
  /// Address of the client, e.g. "127.0.0.1:53210".
  const std::string& peer() const { return peer_; }
  /// Whether it came over TLS.
  bool is_secure() const { return is_secure_; }
  /// The names of the client's verified certificate (services/runtime/tls/certificate.h); empty: it
  /// sent none.
  const std::vector<std::string>& certificate_names() const { return certificate_names_; }
  /// 10 for HTTP/1.0, 11 for HTTP/1.1.
  int version() const { return version_; }

  /// The value of the first header with that name (case-insensitive); empty when absent.
  std::string_view Header(std::string_view name) const;
  /// The values of all headers with that name joined by ", "; empty when absent.
  std::string JoinedHeader(std::string_view name) const;
  std::size_t header_count() const { return headers_.size(); }
  std::pair<std::string_view, std::string_view> header(std::size_t index) const {
    return {View(headers_[index].first), View(headers_[index].second)};
  }

  /// The decoded value of `{name}` in the route's pattern. REQUIRES: the pattern has it.
  const std::string& Param(std::string_view name) const;
  /// The decoded first value of a query parameter; nullopt when it is absent. O(length of query).
  std::optional<std::string> Query(std::string_view name) const;

  // Mutators: for the parser, and for tests of handlers.
  void Clear();
  void SetRequestLine(std::string_view method, std::string_view target, int version);
  void AddHeader(std::string_view name, std::string_view value);
  void SetPeer(std::string peer) { peer_ = std::move(peer); }
  void SetSecure(std::vector<std::string> certificate_names) {
    is_secure_ = true;
    certificate_names_ = std::move(certificate_names);
  }
  std::string& mutable_body() { return body_; }
  /// Decoded parameters, set by the router. Names point into the route's pattern.
  std::vector<std::pair<std::string_view, std::string>>& mutable_params() { return params_; }

 private:
  struct Span {
    std::uint32_t begin = 0;
    std::uint32_t size = 0;
  };
  std::string_view View(Span span) const { return {arena_.data() + span.begin, span.size}; }
  Span Store(std::string_view text);

  std::string arena_;
  Span method_, target_, path_, query_;
  std::vector<std::pair<Span, Span>> headers_;
  std::vector<std::pair<std::string_view, std::string>> params_;
  std::string body_;
  // Of the connection, kept by Clear:
  std::string peer_;
  bool is_secure_ = false;
  std::vector<std::string> certificate_names_;
  int version_ = 11;
};

/// A response. The server adds Date, Content-Length and Connection, and omits the body of answers
/// to HEAD and of 204 and 304.
struct HttpResponse {
  int status = 200;
  /// Header lines, each ended by CRLF. Use AddHeader.
  std::string headers;
  /// More header lines, which many responses may share (those of a cached tile).
  std::shared_ptr<const std::string> shared_headers;
  /// The body. Never copied; many responses may share it.
  std::shared_ptr<const std::string> body;

  /// Appends a header. A CR, LF or NUL in the value becomes a space, so that a value cannot inject
  /// another header.
  HttpResponse& AddHeader(std::string_view name, std::string_view value);
  HttpResponse& SetBody(std::string_view content_type, std::string text);
};

/// Appends "name: value\r\n" to `lines`, with the replacements of HttpResponse::AddHeader.
void AppendHeader(std::string& lines, std::string_view name, std::string_view value);

/// An error as application/problem+json (RFC 9457): type, title, status, detail.
HttpResponse ProblemResponse(int status, std::string_view detail);

/// A response with a status, a content type and a text.
HttpResponse TextResponse(int status, std::string_view content_type, std::string text);

/// "Not Found" for 404; "Unknown" for a status without a registered phrase.
std::string_view ReasonPhrase(int status);

/// ASCII case-insensitive comparison.
bool EqualsIgnoreCase(std::string_view a, std::string_view b);

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_HTTP_HTTP_MESSAGE_H_
