// Serves the booth page from the files of one folder, held in memory.
#ifndef CITYLAYERS_SERVICES_GATEWAY_STATIC_FILES_H_
#define CITYLAYERS_SERVICES_GATEWAY_STATIC_FILES_H_

#include <array>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "services/gateway/content_coding.h"
#include "services/runtime/http/http_responder.h"

namespace citylayers::gateway {

/// Serves the files that were in the folder when it was loaded: nothing outside it can be reached,
/// since paths are looked up in a map and requests never touch the disk. `x.js.br` and `x.js.gz`
/// are served as `x.js` to clients that accept them. Files below assets/ have their hash in the
/// name and are immutable; all others are revalidated each time. Immutable, thread-safe.
class StaticFiles {
 public:
  static constexpr std::size_t kBytesMax = std::size_t{256} << 20;

  /// NOT_FOUND: there is no such folder, or no index.html in it. RESOURCE_EXHAUSTED: more than
  /// kBytesMax.
  static absl::StatusOr<std::unique_ptr<StaticFiles>> Load(const std::string& folder);

  /// Answers with the file ("assets/index-1a2b.js"; "" is index.html); 404 when there is none.
  void Serve(std::string_view path, const runtime::HttpRequest& request,
             runtime::Responder responder) const;

  /// A file's bytes; nullptr when there is none.
  std::shared_ptr<const std::string> Find(std::string_view path) const;

 private:
  struct Variant {
    std::shared_ptr<const std::string> body;
    std::shared_ptr<const std::string> headers;
    std::string etag;
  };
  struct File {
    std::array<Variant, kCodingCount> variants;  // an unavailable coding has no body
  };
  void Prepare(const std::string& path, File& file);

  std::map<std::string, File, std::less<>> files_;
};

/// "text/javascript; charset=utf-8" for "a/b.js"; application/octet-stream for unknown extensions.
std::string_view MediaTypeOf(std::string_view path);

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_STATIC_FILES_H_
