// One content in all its HTTP codings, with conditional requests.
#ifndef CITYLAYERS_SERVICES_GATEWAY_REPRESENTATION_H_
#define CITYLAYERS_SERVICES_GATEWAY_REPRESENTATION_H_

#include <array>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "services/gateway/content_coding.h"
#include "services/runtime/http/http_message.h"

namespace citylayers::gateway {

/// True when an If-None-Match header names `etag` (quoted), by the weak comparison of RFC 9110
/// 13.1.2, or is "*".
bool EtagMatches(std::string_view if_none_match, std::string_view etag);

/// Immutable content: its bytes, its tag, and each coding of it, which is created when first
/// requested and then kept. Each coding is a separate representation with its own strong ETag:
/// "<tag>-<coding>". Thread-safe.
///
///   Representation tile({.tag = "9f3c", .content_type = "...", .cache_control = "max-age=1"},
///                       bytes);
///   responder.Send(tile.Answer(request));
class Representation {
 public:
  struct Meta {
    std::string tag;            // identifies the content; only characters valid in an ETag
    std::string content_type;   // e.g. "application/vnd.mapbox-vector-tile"
    std::string cache_control;  // e.g. "public, max-age=1"
    std::string more_headers;   // whole lines, each terminated by CRLF
    bool compressible = true;   // false for PNG and the like
    bool weak = false;          // the bytes may differ for the same tag: W/"…"
  };
  Representation(Meta meta, std::shared_ptr<const std::string> bytes);

  const std::string& tag() const { return meta_.tag; }
  const std::string& bytes() const { return *bytes_; }

  /// The content in one coding.
  struct Variant {
    std::string etag;  // quoted
    std::shared_ptr<const std::string>
        headers;  // ETag, Vary, Cache-Control, Content-*: whole lines
    std::shared_ptr<const std::string> body;
  };
  /// The variant for a coding; identity when compression does not save enough. The first call per
  /// coding compresses (about 1 ms per 100 KB for zstd, 3 for brotli, 9 for gzip).
  const Variant& VariantFor(Coding coding) const;

  /// The answer to a GET or HEAD request: 200, 204 when it is empty, or 304; all with the same
  /// headers.
  runtime::HttpResponse Answer(const runtime::HttpRequest& request) const;
  runtime::HttpResponse Answer(Coding coding, std::string_view if_none_match) const;

 private:
  Variant MakeVariant(Coding coding, std::shared_ptr<const std::string> body) const;

  const Meta meta_;
  const std::shared_ptr<const std::string> bytes_;
  mutable std::array<std::once_flag, kCodingCount> once_;
  mutable std::array<Variant, kCodingCount> variants_;
};

/// A tag for content without one: a hash of its bytes.
std::string TagOf(std::string_view bytes);

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_REPRESENTATION_H_
