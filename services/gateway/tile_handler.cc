#include "services/gateway/tile_handler.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include <grpcpp/client_context.h>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>

#include "base/strings.h"
#include "proto/support/enum_id.h"
#include "proto/support/proto_layer_version.h"
#include "services/gateway/blank_png.h"
#include "services/gateway/cors.h"
#include "services/gateway/http_status.h"
#include "services/gateway/tile_json.h"

namespace citylayers::gateway {
namespace {

using layers::v1::TileFormat;
using runtime::HttpRequest;
using runtime::HttpResponse;
using runtime::ProblemResponse;
using runtime::Responder;

constexpr std::uint32_t kMaxZoom = 22;

// Reads z, x and y; returns "", or the error.
std::string ReadCoordinate(const HttpRequest& request, TileKey& key) {
  std::uint32_t z = 0;
  if (!absl::SimpleAtoi(request.Param("z"), &z) || z > kMaxZoom) {
    return StrCat("zoom \"", request.Param("z"), "\" is not a number of 0 to ", kMaxZoom);
  }
  const std::uint32_t count = 1u << z;
  if (!absl::SimpleAtoi(request.Param("x"), &key.x) || key.x >= count ||
      !absl::SimpleAtoi(request.Param("y"), &key.y) || key.y >= count) {
    return StrCat("tile ", z, "/", request.Param("x"), "/", request.Param("y"),
                  " does not exist: at zoom ", z, " x and y are 0 to ", count - 1);
  }
  key.z = static_cast<std::uint8_t>(z);
  return "";
}

// The content tag of a single If-None-Match that names a representation of this gateway in
// `coding`.
std::string TagHeldByClient(std::string_view if_none_match, Coding coding) {
  const std::string end = StrCat("-", CodingName(coding), "\"");
  if (if_none_match.size() < end.size() + 2 || if_none_match.front() != '"' ||
      !if_none_match.ends_with(end)) {
    return "";
  }
  const std::string_view tag = if_none_match.substr(1, if_none_match.size() - 1 - end.size());
  return tag.find('"') == std::string_view::npos ? std::string(tag) : "";
}

bool IsTag(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return c > 0x20 && c < 0x7f && c != '"';
  });
}

HttpResponse UnknownLayer(std::string_view id, const LayerSet& layers, bool knows_all) {
  if (!knows_all) {
    HttpResponse response = ProblemResponse(
        503, StrCat("the layer \"", id, "\" is not known yet: not every backend has answered"));
    response.AddHeader("Retry-After", "1");
    response.AddHeader("Cache-Control", "no-store");
    response.headers += kPublicCorsHeaders;
    return response;
  }
  HttpResponse response =
      ProblemResponse(404, StrCat("there is no layer \"", id, "\"; there are: ",
                                  layers.all().empty() ? std::string("none yet") : layers.Names()));
  response.headers += kPublicCorsHeaders;
  return response;
}

HttpResponse BadTile(std::string_view detail) {
  HttpResponse response = ProblemResponse(400, detail);
  response.headers += kPublicCorsHeaders;
  return response;
}

// Whether a cached tile is current, so that no backend call is needed.
bool IsCurrent(const TileCache::Entry& entry, const KnownLayer& layer) {
  return layer.reachable && entry.version.Covers(layer.version);
}

}  // namespace

struct TileHandler::Fill {
  FillKey key;
  std::shared_ptr<const KnownLayer> layer;
  std::unique_ptr<layers::v1::LayerService::Stub> stub;
  grpc::ClientContext context;
  layers::v1::GetTileRequest request;
  layers::v1::GetTileResponse response;
  // Guarded by the handler's mutex until the fill is removed from fills_:
  std::vector<Waiter> waiters;
  std::shared_ptr<const Representation> held;  // the cached tile that is being confirmed, if any
};

struct TileHandler::Counters {
  explicit Counters(runtime::Metrics& metrics)
      : hit(Of(metrics, "hit")),
        confirmed(Of(metrics, "confirmed")),
        filled(Of(metrics, "filled")),
        stale(Of(metrics, "stale")),
        failed(Of(metrics, "failed")),
        cache_bytes(metrics.Gauge("citylayers_gateway_tile_cache_bytes",
                                  "Memory charged for cached tiles.")),
        cache_tiles(metrics.Gauge("citylayers_gateway_tile_cache_tiles", "Cached tiles.")) {}
  static prometheus::Counter& Of(runtime::Metrics& metrics, const std::string& result) {
    return metrics.Counter("citylayers_gateway_tiles_total", "Tile requests by result.",
                           {{"result", result}});
  }
  prometheus::Counter& hit;
  prometheus::Counter& confirmed;
  prometheus::Counter& filled;
  prometheus::Counter& stale;
  prometheus::Counter& failed;
  prometheus::Gauge& cache_bytes;
  prometheus::Gauge& cache_tiles;
};

TileHandler::TileHandler(Options options, const LayerDirectory& directory,
                         const PublicUrl& public_url, const RequestAccess& access,
                         runtime::Metrics& metrics, std::function<absl::Time()> city_time)
    : options_(std::move(options)),
      directory_(directory),
      public_url_(public_url),
      access_(access),
      city_time_(std::move(city_time)),
      cache_(options_.cache_bytes_max),
      counters_(std::make_unique<Counters>(metrics)) {}

TileHandler::~TileHandler() {
  std::vector<std::shared_ptr<Fill>> fills;
  {
    absl::MutexLock lock(&mutex_);
    for (const auto& [key, fill] : fills_) fills.push_back(fill);
  }
  for (const auto& fill : fills) fill->context.TryCancel();
  fills.clear();
  calls_.End();
}

std::string TileHandler::CacheControl(const KnownLayer& layer, const TileKey& key) const {
  const std::string& text = key.is_pinned  ? options_.pinned_cache_control
                            : layer.live() ? options_.live_cache_control
                                           : options_.static_cache_control;
  return access_.CacheControl(text, ReadingLayer(layer.id));
}

void TileHandler::TileJson(const HttpRequest& request, Responder responder) {
  const bool knows_all = directory_.KnowsAll();  // first: the layers are at least as new
  const std::shared_ptr<const LayerSet> layers = directory_.Layers();
  const KnownLayer* layer = layers->Find(request.Param("layer"));
  if (layer == nullptr) {
    return responder.Send(UnknownLayer(request.Param("layer"), *layers, knows_all));
  }
  const std::string base = public_url_.BaseOf(request);
  auto text = std::make_shared<const std::string>(TileJsonOf(layer->layer, base, city_time_()));
  // A returning client needs no new answer when only the city time has changed.
  const Representation json(
      {.tag = TagOf(TileJsonOf(layer->layer, base, absl::UnixEpoch())),
       .content_type = "application/json",
       .cache_control = access_.CacheControl("public, max-age=1", ReadingLayer(layer->id)),
       .more_headers = access_.Headers(ReadingLayer(layer->id)),
       .weak = true},
      text);
  responder.Send(json.Answer(request));
}

void TileHandler::Tile(const HttpRequest& request, Responder responder) {
  const bool knows_all = directory_.KnowsAll();
  const std::shared_ptr<const LayerSet> layers = directory_.Layers();
  std::shared_ptr<const KnownLayer> layer = layers->Share(request.Param("layer"));
  if (!layer) return responder.Send(UnknownLayer(request.Param("layer"), *layers, knows_all));
  TileKey key;
  if (const std::string wrong = ReadCoordinate(request, key); !wrong.empty()) {
    return responder.Send(BadTile(wrong));
  }
  const std::optional<TileFormat> format = ParseEnumId<TileFormat>(request.Param("format"));
  if (!format.has_value() || !layer->has_format(*format)) {
    return responder.Send(BadTile(
        StrCat("layer ", layer->id, " has no format \"", request.Param("format"),
               "\"; it has: ", absl::StrJoin(EnumIds<TileFormat>(layer->layer.formats()), ", "))));
  }
  key.layer = layer->number;
  key.format = *format == layers::v1::TILE_FORMAT_PNG ? 1 : 0;
  key.is_pinned = !layer->live() && request.Query("pack") == layer->layer.pack_id();
  // PNG is already compressed: its only representation is the bytes themselves.
  const Coding coding = key.format == 1 ? Coding::kIdentity
                                        : NegotiateCoding(request.JoinedHeader("accept-encoding"));
  Waiter waiter{std::move(responder), coding, request.JoinedHeader("if-none-match")};
  const std::optional<TileCache::Entry> entry = cache_.Find(key);
  if (entry && IsCurrent(*entry, *layer)) {
    counters_->hit.Increment();
    return AnswerFrom(*entry->tile, layer->version_header, false, waiter);
  }
  if (entry && !layer->reachable) {
    counters_->stale.Increment();
    return AnswerFrom(*entry->tile, layer->version_header, true, waiter);
  }
  if (entry)
    return StartFill(key, std::move(layer), entry->tile->tag(), entry->tile, *format,
                     std::move(waiter));
  std::string tag = TagHeldByClient(waiter.if_none_match, coding);
  StartFill(key, std::move(layer), std::move(tag), nullptr, *format, std::move(waiter));
}

TileHandler::Admission TileHandler::Admit(const FillKey& key, const KnownLayer& layer,
                                          std::shared_ptr<const Representation>& held,
                                          Waiter& waiter) {
  absl::MutexLock lock(&mutex_);
  if (const auto under_way = fills_.find(key); under_way != fills_.end()) {
    Fill& other = *under_way->second;
    other.waiters.push_back(std::move(waiter));
    // The first request may have come from a client that has the tile when the cache had not.
    if (!other.held) other.held = std::move(held);
    return {.joined = true};
  }
  // Another fill may have ended after this request missed: its tile is cached before it leaves
  // fills_.
  std::optional<TileCache::Entry> entry = cache_.Find(key.first);
  if (entry && IsCurrent(*entry, layer)) return {.entry = std::move(entry)};
  if (fills_.size() >= static_cast<std::size_t>(options_.fills_max) || !calls_.Begin()) return {};
  auto fill = std::make_shared<Fill>();
  fills_[key] = fill;
  fill->waiters.push_back(std::move(waiter));
  fill->held = std::move(held);
  return {.fill = std::move(fill)};
}

void TileHandler::StartFill(const TileKey& key, std::shared_ptr<const KnownLayer> layer,
                            std::string tag, std::shared_ptr<const Representation> held,
                            TileFormat format, Waiter waiter) {
  const auto [joined, entry, fill] = Admit({key, tag}, *layer, held, waiter);
  if (joined) return;
  if (entry) {
    counters_->hit.Increment();
    return AnswerFrom(*entry->tile, layer->version_header, false, waiter);
  }
  if (!fill && held) {
    counters_->stale.Increment();
    return AnswerFrom(*held, layer->version_header, true, waiter);
  }
  if (!fill) {
    counters_->failed.Increment();
    HttpResponse response = ProblemResponse(503, "too many tiles are being made; try again");
    response.AddHeader("Retry-After", "1");
    response.headers += kPublicCorsHeaders;
    return waiter.responder.Send(std::move(response));
  }
  fill->key = {key, tag};
  fill->layer = std::move(layer);
  fill->request.set_name(fill->layer->layer.name());
  fill->request.mutable_tile()->set_z(key.z);
  fill->request.mutable_tile()->set_x(key.x);
  fill->request.mutable_tile()->set_y(key.y);
  fill->request.set_format(format);
  fill->request.set_if_none_match(tag);
  fill->context.set_deadline(absl::ToChronoTime(absl::Now() + options_.fill_timeout));
  fill->stub = layers::v1::LayerService::NewStub(fill->layer->backend->channel);
  fill->stub->async()->GetTile(
      &fill->context, &fill->request, &fill->response,
      [this, fill = fill](const grpc::Status& status) { OnFilled(fill, status); });
}

// Caches the received tile; returns nullptr when the response is "not modified".
std::shared_ptr<const Representation> TileHandler::Store(Fill& fill) {
  layers::v1::Tile& tile = *fill.response.mutable_tile();
  const LayerVersion version = FromProto(tile.version());
  const TileKey& key = fill.key.first;
  if (tile.not_modified()) {
    cache_.Confirm(key, fill.key.second, version);
    return nullptr;
  }
  auto bytes = std::make_shared<const std::string>(std::move(*tile.mutable_data()));
  if (bytes->empty() && key.format == 1) bytes = BlankPng();
  std::string tag = IsTag(ToStd(tile.content_tag())) ? tile.content_tag() : TagOf(*bytes);
  std::string type = tile.content_type();
  if (type.empty()) type = key.format == 1 ? "image/png" : "application/vnd.mapbox-vector-tile";
  auto made = std::make_shared<const Representation>(
      Representation::Meta{.tag = std::move(tag),
                           .content_type = std::move(type),
                           .cache_control = CacheControl(*fill.layer, key),
                           .more_headers = access_.Headers(ReadingLayer(fill.layer->id)),
                           .compressible = key.format == 0},
      std::move(bytes));
  cache_.Put(key, made, version);
  counters_->cache_bytes.Set(static_cast<double>(cache_.bytes()));
  counters_->cache_tiles.Set(static_cast<double>(cache_.entries()));
  return made;
}

void TileHandler::OnFilled(const std::shared_ptr<Fill>& fill, const grpc::Status& status) {
  std::shared_ptr<const Representation> tile = status.ok() ? Store(*fill) : nullptr;
  std::vector<Waiter> waiters;
  {
    absl::MutexLock lock(&mutex_);
    waiters = std::move(fill->waiters);
    fills_.erase(fill->key);
  }
  // No waiter can join from here on, so that `held` is final; nullptr: the clients have the tile.
  if (status.ok() && !tile) tile = fill->held;
  const auto& version = fill->response.tile().version();
  const std::string version_header = StrCat("X-Citylayers-Version: ", fill->layer->layer.pack_id(),
                                            ":", version.epoch(), ":", version.counter(), "\r\n");
  for (Waiter& waiter : waiters) {
    if (status.ok() && tile) {
      (fill->response.tile().not_modified() ? counters_->confirmed : counters_->filled).Increment();
      AnswerFrom(*tile, version_header, false, waiter);
    } else if (status.ok()) {
      counters_->confirmed.Increment();
      AnswerNotModified(*fill, version_header, waiter);
    } else if (fill->held && HttpStatusOf(status.error_code()) >= 499) {
      counters_->stale.Increment();
      AnswerFrom(*fill->held, fill->layer->version_header, true, waiter);
    } else {
      counters_->failed.Increment();
      HttpResponse response = ProblemOf(status);
      response.headers += kPublicCorsHeaders;
      waiter.responder.Send(std::move(response));
    }
  }
  calls_.Done();
}

void TileHandler::AnswerFrom(const Representation& tile, std::string_view version_header,
                             bool stale, Waiter& waiter) const {
  HttpResponse response = tile.Answer(waiter.coding, waiter.if_none_match);
  response.headers = version_header;
  if (stale) {
    response.headers +=
        "Warning: 110 - \"Response is Stale\"\r\n"
        "X-Citylayers-Stale: 1\r\n";
  }
  waiter.responder.Send(std::move(response));
}

// The client already has the backend's tile, which was not sent again.
void TileHandler::AnswerNotModified(const Fill& fill, std::string_view version_header,
                                    Waiter& waiter) const {
  HttpResponse response;
  response.headers = version_header;
  response.status = 304;
  response.AddHeader("ETag", StrCat("\"", fill.key.second, "-", CodingName(waiter.coding), "\""));
  if (fill.key.first.format == 0) response.AddHeader("Vary", "Accept-Encoding");
  response.AddHeader("Cache-Control", CacheControl(*fill.layer, fill.key.first));
  response.headers += access_.Headers(ReadingLayer(fill.layer->id));
  waiter.responder.Send(std::move(response));
}

}  // namespace citylayers::gateway
