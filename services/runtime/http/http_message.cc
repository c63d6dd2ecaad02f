#include "services/runtime/http/http_message.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

#include "base/strings.h"
#include "services/runtime/http/http_url.h"

namespace citylayers::runtime {
namespace {

std::string JsonEscaped(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 8);
  for (const unsigned char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += static_cast<char>(c);
    } else if (c < 0x20) {
      StrAppend(&out, "\\u00", absl::Hex(c, absl::kZeroPad2));
    } else {
      out += static_cast<char>(c);
    }
  }
  return out;
}

}  // namespace

bool EqualsIgnoreCase(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return absl::ascii_tolower(static_cast<unsigned char>(x)) ==
                  absl::ascii_tolower(static_cast<unsigned char>(y));
         });
}

std::string_view HttpRequest::Header(std::string_view name) const {
  for (const auto& [key, value] : headers_) {
    if (key.size == name.size() && EqualsIgnoreCase(View(key), name)) return View(value);
  }
  return {};
}

std::string HttpRequest::JoinedHeader(std::string_view name) const {
  std::string joined;
  for (const auto& [key, value] : headers_) {
    if (!EqualsIgnoreCase(View(key), name)) continue;
    if (!joined.empty()) joined += ", ";
    joined += View(value);
  }
  return joined;
}

const std::string& HttpRequest::Param(std::string_view name) const {
  static const std::string empty;
  for (const auto& [key, value] : params_) {
    if (key == name) return value;
  }
  return empty;
}

std::optional<std::string> HttpRequest::Query(std::string_view name) const {
  return QueryValue(query(), name);
}

void HttpRequest::Clear() {
  arena_.clear();
  headers_.clear();
  params_.clear();
  // A rare large upload must not keep its buffer in an idle connection.
  constexpr std::size_t kKeptBodyBytes = 64 * 1024;
  if (body_.capacity() > kKeptBodyBytes) std::string().swap(body_);
  body_.clear();
  method_ = target_ = path_ = query_ = Span();
}

void HttpRequest::SetRequestLine(std::string_view method, std::string_view target, int version) {
  method_ = Store(method);
  target_ = Store(target);
  version_ = version;
  std::string_view rest = View(target_);
  // RFC 9112 3.2.2: a server must accept the absolute form as well.
  std::uint32_t skip = 0;
  for (std::string_view scheme : {"http://", "https://"}) {
    if (rest.size() >= scheme.size() && EqualsIgnoreCase(rest.substr(0, scheme.size()), scheme)) {
      const std::size_t slash = rest.find_first_of("/?", scheme.size());
      skip = static_cast<std::uint32_t>(slash == std::string_view::npos ? rest.size() : slash);
    }
  }
  rest.remove_prefix(skip);
  const std::size_t question = rest.find('?');
  const std::size_t path_size = question == std::string_view::npos ? rest.size() : question;
  path_ = {target_.begin + skip, static_cast<std::uint32_t>(path_size)};
  if (path_size < rest.size()) {
    query_ = {static_cast<std::uint32_t>(path_.begin + path_size + 1),
              static_cast<std::uint32_t>(rest.size() - path_size - 1)};
  }
}

void HttpRequest::AddHeader(std::string_view name, std::string_view value) {
  const Span key = Store(name);
  headers_.emplace_back(key, Store(value));
}

HttpRequest::Span HttpRequest::Store(std::string_view text) {
  const Span span{static_cast<std::uint32_t>(arena_.size()),
                  static_cast<std::uint32_t>(text.size())};
  arena_.append(text);
  return span;
}

void AppendHeader(std::string& lines, std::string_view name, std::string_view value) {
  lines.append(name);
  lines.append(": ");
  const std::size_t begin = lines.size();
  lines.append(value);
  for (std::size_t i = begin; i < lines.size(); ++i) {
    if (lines[i] == '\r' || lines[i] == '\n' || lines[i] == '\0') lines[i] = ' ';
  }
  lines.append("\r\n");
}

HttpResponse& HttpResponse::AddHeader(std::string_view name, std::string_view value) {
  AppendHeader(headers, name, value);
  return *this;
}

HttpResponse& HttpResponse::SetBody(std::string_view content_type, std::string text) {
  AddHeader("Content-Type", content_type);
  body = std::make_shared<const std::string>(std::move(text));
  return *this;
}

HttpResponse ProblemResponse(int status, std::string_view detail) {
  return TextResponse(
      status, "application/problem+json",
      StrCat(R"({"type":"about:blank","title":")", ReasonPhrase(status), R"(","status":)", status,
             R"(,"detail":")", JsonEscaped(detail), "\"}\n"));
}

HttpResponse TextResponse(int status, std::string_view content_type, std::string text) {
  HttpResponse response;
  response.status = status;
  response.SetBody(content_type, std::move(text));
  return response;
}

std::string_view ReasonPhrase(int status) {
  switch (status) {
    case 100:
      return "Continue";
    case 200:
      return "OK";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 499:
      return "Client Closed Request";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Unknown";
  }
}

}  // namespace citylayers::runtime
