#include "services/gateway/static_files.h"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include "base/strings.h"
#include "services/gateway/cors.h"
#include "services/gateway/representation.h"

namespace citylayers::gateway {
namespace {

namespace fs = std::filesystem;
using runtime::HttpResponse;

struct MediaType {
  std::string_view extension;
  std::string_view type;
};
constexpr MediaType kMediaTypes[] = {
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".map", "application/json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".ico", "image/x-icon"},
    {".webp", "image/webp"},
    {".jpg", "image/jpeg"},
    {".woff2", "font/woff2"},
    {".pbf", "application/x-protobuf"},
    {".txt", "text/plain; charset=utf-8"},
    {".wasm", "application/wasm"},
};

// Allows only scripts, workers, styles, images and data of the gateway's own origin: nothing
// inline, no data: and no blob:. The page's build ensures that
// (services/web/build/no_data_urls.ts).
constexpr std::string_view kContentSecurityPolicy =
    "default-src 'self'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self'; "
    "font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'";

// Browser features that the page may use: none of these; the city need not know a viewer's
// location.
constexpr std::string_view kPermissionsPolicy =
    "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
    "magnetometer=(), microphone=(), midi=(), payment=(), usb=()";

// Glyphs, like tiles, are for map clients of every origin.
bool IsPublic(std::string_view path) { return path.starts_with("fonts/"); }

std::string_view CacheControlOf(std::string_view path) {
  if (path.starts_with("assets/")) return "public, max-age=31536000, immutable";
  return IsPublic(path) ? "public, max-age=86400" : "no-cache";
}

std::string ReadFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return std::move(out).str();
}

Coding SplitCoding(std::string& path) {
  for (const auto& [suffix, coding] : {std::pair<std::string_view, Coding>{".br", Coding::kBrotli},
                                       {".gz", Coding::kGzip},
                                       {".zst", Coding::kZstd}}) {
    if (std::string_view(path).ends_with(suffix)) {
      path.resize(path.size() - suffix.size());
      return coding;
    }
  }
  return Coding::kIdentity;
}

}  // namespace

std::string_view MediaTypeOf(std::string_view path) {
  const std::size_t dot = path.rfind('.');
  if (dot != std::string_view::npos) {
    for (const MediaType& row : kMediaTypes) {
      if (path.substr(dot) == row.extension) return row.type;
    }
  }
  return "application/octet-stream";
}

absl::StatusOr<std::unique_ptr<StaticFiles>> StaticFiles::Load(const std::string& folder) {
  auto files = std::make_unique<StaticFiles>();
  std::error_code error;
  std::size_t bytes = 0;
  fs::recursive_directory_iterator it(folder, error);
  for (; !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
    std::error_code ignored;
    if (!it->is_regular_file(ignored)) continue;
    std::string path = fs::relative(it->path(), folder, ignored).generic_string();
    const Coding coding = SplitCoding(path);
    auto body = std::make_shared<const std::string>(ReadFile(it->path()));
    bytes += body->size();
    if (bytes > kBytesMax) {
      return absl::ResourceExhaustedError(
          StrCat("the web folder ", folder, " holds more than ", kBytesMax >> 20,
                 " MiB; choose the folder of the built page (services/web/dist) by --web DIR"));
    }
    files->files_[path].variants[static_cast<std::size_t>(coding)].body = std::move(body);
  }
  if (error || files->files_.count("index.html") == 0) {
    return absl::NotFoundError(
        StrCat("the web folder ", folder, " has no index.html",
               error ? StrCat(" (", error.message(), ")") : std::string(),
               ": build the page (npm run build in services/web) or choose --web DIR"));
  }
  for (auto& [path, file] : files->files_) files->Prepare(path, file);
  return files;
}

void StaticFiles::Prepare(const std::string& path, File& file) {
  bool varies = false;
  for (std::size_t i = 1; i < kCodingCount; ++i) varies |= file.variants[i].body != nullptr;
  for (std::size_t i = 0; i < kCodingCount; ++i) {
    Variant& variant = file.variants[i];
    if (!variant.body) continue;
    const auto coding = static_cast<Coding>(i);
    variant.etag = StrCat("\"", TagOf(*variant.body), "-", CodingName(coding), "\"");
    std::string headers;
    runtime::AppendHeader(headers, "ETag", variant.etag);
    runtime::AppendHeader(headers, "Content-Type", MediaTypeOf(path));
    runtime::AppendHeader(headers, "Cache-Control", CacheControlOf(path));
    if (IsPublic(path)) {
      headers += kPublicCorsHeaders;
    } else {
      runtime::AppendHeader(headers, "Cross-Origin-Resource-Policy", "same-origin");
    }
    if (varies) runtime::AppendHeader(headers, "Vary", "Accept-Encoding");
    if (i > 0) runtime::AppendHeader(headers, "Content-Encoding", CodingName(coding));
    const bool html = MediaTypeOf(path).starts_with("text/html");
    // A worker's policy comes with the answer that delivers its script.
    if (html || MediaTypeOf(path).starts_with("text/javascript")) {
      runtime::AppendHeader(headers, "Content-Security-Policy", kContentSecurityPolicy);
    }
    if (html) {
      runtime::AppendHeader(headers, "Cross-Origin-Opener-Policy", "same-origin");
      runtime::AppendHeader(headers, "Permissions-Policy", kPermissionsPolicy);
      runtime::AppendHeader(headers, "Referrer-Policy", "same-origin");
    }
    variant.headers = std::make_shared<const std::string>(std::move(headers));
  }
}

std::shared_ptr<const std::string> StaticFiles::Find(std::string_view path) const {
  const auto found = files_.find(path);
  return found == files_.end() ? nullptr : found->second.variants[0].body;
}

void StaticFiles::Serve(std::string_view path, const runtime::HttpRequest& request,
                        runtime::Responder responder) const {
  const auto found = files_.find(path.empty() ? std::string_view("index.html") : path);
  if (found == files_.end() || !found->second.variants[0].body) {
    HttpResponse missing = runtime::ProblemResponse(404, StrCat("there is no file /", path));
    missing.headers += kPublicCorsHeaders;  // pages of other origins can read the reason
    return responder.Send(std::move(missing));
  }
  const File& file = found->second;
  unsigned available = 0;
  for (unsigned i = 0; i < kCodingCount; ++i) {
    if (file.variants[i].body) available |= 1u << i;
  }
  const Coding coding = NegotiateCoding(request.JoinedHeader("accept-encoding"), available);
  const Variant* variant = &file.variants[static_cast<std::size_t>(coding)];
  HttpResponse response;
  response.shared_headers = variant->headers;
  if (EtagMatches(request.JoinedHeader("if-none-match"), variant->etag)) {
    response.status = 304;
  } else {
    response.body = variant->body;
  }
  responder.Send(std::move(response));
}

}  // namespace citylayers::gateway
