// One piece of content in all its HTTP forms, with the conditional requests on it.
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

/// Content that does not change: its bytes, its tag, and each coding of it, made when first asked
/// for and then kept. Each coding is a representation of its own and has a strong ETag of its own:
/// "<tag>-<coding>". Thread-safe.
///
///   Representation tile({.tag = "9f3c", .content_type = "...", .cache_control = "max-age=1"},
///                       bytes);
///   responder.Send(tile.Answer(request));
class Representation {
 public:
  struct Meta {
    std::string tag;            // tells the content apart; only characters that an ETag may have
    std::string content_type;   // e.g. "application/vnd.mapbox-vector-tile"
    std::string cache_control;  // e.g. "public, max-age=1"
    std::string more_headers;   // whole lines, each ended by CRLF
    bool compressible = true;   // false for PNG and the like
    bool weak = false;          // the bytes may differ where the tag does not: W/"…"
  };
  Representation(Meta meta, std::shared_ptr<const std::string> bytes);

  const std::string& tag() const { return meta_.tag; }
  const std::string& bytes() const { return *bytes_; }

  /// One form of the content.
  struct Variant {
    std::string etag;  // quoted
    std::shared_ptr<const std::string>
        headers;  // ETag, Vary, Cache-Control, Content-*: whole lines
    std::shared_ptr<const std::string> body;
  };
  /// The form for a coding; identity when the coding does not pay. The first call per coding
  /// compresses (about 1 ms per 100 KB for zstd, 3 for brotli, 9 for gzip).
  const Variant& VariantFor(Coding coding) const;

  /// The answer to a GET or HEAD of it: 200, 204 when it is empty, or 304; all with the same
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

/// A tag for content that has none: a hash of its bytes.
std::string TagOf(std::string_view bytes);

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_REPRESENTATION_H_
