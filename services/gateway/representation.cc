#include "services/gateway/representation.h"

#include <utility>

#include <xxhash.h>

#include "base/strings.h"

namespace citylayers::gateway {

bool EtagMatches(std::string_view if_none_match, std::string_view etag) {
  while (!if_none_match.empty()) {
    const char c = if_none_match.front();
    if (c == ' ' || c == '\t' || c == ',') {
      if_none_match.remove_prefix(1);
      continue;
    }
    if (c == '*') return true;
    if (if_none_match.starts_with("W/")) if_none_match.remove_prefix(2);
    if (if_none_match.empty() || if_none_match.front() != '"') return false;  // not a list of tags
    const std::size_t end = if_none_match.find('"', 1);
    if (end == std::string_view::npos) return false;
    if (if_none_match.substr(0, end + 1) == etag) return true;
    if_none_match.remove_prefix(end + 1);
  }
  return false;
}

Representation::Representation(Meta meta, std::shared_ptr<const std::string> bytes)
    : meta_(std::move(meta)), bytes_(std::move(bytes)) {}

Representation::Variant Representation::MakeVariant(Coding coding,
                                                    std::shared_ptr<const std::string> body) const {
  Variant variant;
  variant.etag = StrCat("\"", meta_.tag, "-", CodingName(coding), "\"");
  variant.body = std::move(body);
  std::string headers = StrCat("ETag: ", meta_.weak ? "W/" : "", variant.etag, "\r\n");
  if (meta_.compressible) headers += "Vary: Accept-Encoding\r\n";
  StrAppend(&headers, "Cache-Control: ", meta_.cache_control, "\r\n", meta_.more_headers);
  if (!variant.body->empty()) {
    StrAppend(&headers, "Content-Type: ", meta_.content_type, "\r\n");
    if (coding != Coding::kIdentity) {
      StrAppend(&headers, "Content-Encoding: ", CodingName(coding), "\r\n");
    }
  }
  variant.headers = std::make_shared<const std::string>(std::move(headers));
  return variant;
}

const Representation::Variant& Representation::VariantFor(Coding coding) const {
  if (!meta_.compressible) coding = Coding::kIdentity;
  const auto index = static_cast<std::size_t>(coding);
  std::call_once(once_[index], [&] {
    if (coding == Coding::kIdentity) {
      variants_[index] = MakeVariant(coding, bytes_);
    } else if (auto packed = Compress(coding, *bytes_)) {
      variants_[index] =
          MakeVariant(coding, std::make_shared<const std::string>(*std::move(packed)));
    } else {
      variants_[index] = VariantFor(Coding::kIdentity);
    }
  });
  return variants_[index];
}

runtime::HttpResponse Representation::Answer(const runtime::HttpRequest& request) const {
  return Answer(NegotiateCoding(request.JoinedHeader("accept-encoding")),
                request.JoinedHeader("if-none-match"));
}

runtime::HttpResponse Representation::Answer(Coding coding, std::string_view if_none_match) const {
  const Variant& variant = VariantFor(coding);
  runtime::HttpResponse response;
  response.shared_headers = variant.headers;
  if (!if_none_match.empty() && EtagMatches(if_none_match, variant.etag)) {
    response.status = 304;
  } else if (variant.body->empty()) {
    response.status = 204;
  } else {
    response.body = variant.body;
  }
  return response;
}

std::string TagOf(std::string_view bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return absl::StrCat(absl::Hex(hash.high64, absl::kZeroPad16),
                      absl::Hex(hash.low64, absl::kZeroPad16));
}

}  // namespace citylayers::gateway
