#include "services/gateway/live_query.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"

#include "base/status_macros.h"
#include "base/strings.h"

namespace citylayers::gateway {
namespace {

using layers::v1::WatchLayerRequest;
using runtime::HttpRequest;

absl::Status ReadBox(const std::string& text, WatchLayerRequest& request) {
  const std::vector<std::string> parts = absl::StrSplit(text, ',');
  double edges[4];
  bool good = parts.size() == 4;
  for (std::size_t i = 0; good && i < 4; ++i) good = absl::SimpleAtod(parts[i], &edges[i]);
  if (!good || !(edges[0] <= edges[2]) || !(edges[1] <= edges[3])) {
    return absl::InvalidArgumentError(StrCat("bbox \"", text,
                                             "\" is not west,south,east,north in degrees, such as "
                                             "106.6,10.7,106.8,10.9"));
  }
  // The view of a map that shows the world more than once exceeds its edges.
  request.mutable_viewport()->set_west_deg(std::clamp(edges[0], -180.0, 180.0));
  request.mutable_viewport()->set_south_deg(std::clamp(edges[1], -90.0, 90.0));
  request.mutable_viewport()->set_east_deg(std::clamp(edges[2], -180.0, 180.0));
  request.mutable_viewport()->set_north_deg(std::clamp(edges[3], -90.0, 90.0));
  return absl::OkStatus();
}

// "<west>,<south>,<east>,<north>,<zoom>" or "<zoom>"; nullopt for other text.
std::optional<layers::v1::View> ReadViewText(std::string_view text) {
  layers::v1::View view;
  const std::vector<std::string> parts = absl::StrSplit(ToAbsl(text), ',');
  std::uint32_t zoom = 0;
  if ((parts.size() != 1 && parts.size() != 5) || !absl::SimpleAtoi(parts.back(), &zoom)) {
    return std::nullopt;
  }
  view.set_zoom(zoom);
  if (parts.size() == 1) return view;
  double edges[4];
  for (std::size_t i = 0; i < 4; ++i) {
    if (!absl::SimpleAtod(parts[i], &edges[i])) return std::nullopt;
  }
  view.mutable_viewport()->set_west_deg(edges[0]);
  view.mutable_viewport()->set_south_deg(edges[1]);
  view.mutable_viewport()->set_east_deg(edges[2]);
  view.mutable_viewport()->set_north_deg(edges[3]);
  return view;
}

// The browser that connects again requests the view of the page's address, and has the one to which
// the stream had moved since.
void ResumeView(WatchLayerRequest& watch) {
  if (!watch.resume().has_view()) return;
  const layers::v1::View& view = watch.resume().view();
  watch.clear_viewport();
  if (view.has_viewport()) *watch.mutable_viewport() = view.viewport();
  watch.set_zoom(view.zoom());
}

// Reads the parameters of one layer; `find` returns the value of a parameter.
template <typename Find>
absl::Status ReadView(const Find& find, WatchLayerRequest& watch) {
  if (const auto box = find("bbox"); box && !box->empty()) {
    RETURN_IF_ERROR(ReadBox(*box, watch));
  }
  if (const auto zoom = find("zoom")) {
    double value = 0;  // maps have fractional zooms
    if (!absl::SimpleAtod(*zoom, &value) || !(value >= 0 && value <= 24)) {
      return absl::InvalidArgumentError(StrCat("zoom \"", *zoom, "\" is not a number of 0 to 24"));
    }
    watch.set_zoom(static_cast<std::uint32_t>(value));
  }
  if (const auto tick = find("tick_ms")) {
    std::uint32_t value = 0;
    if (!absl::SimpleAtoi(*tick, &value)) {
      return absl::InvalidArgumentError(
          StrCat("tick_ms \"", *tick, "\" is not a number of milliseconds"));
    }
    watch.set_tick_ms(value);
  }
  if (const auto columns = find("columns")) {
    for (absl::string_view column : absl::StrSplit(*columns, ',', absl::SkipEmpty())) {
      watch.add_columns(std::string(column));
    }
  }
  watch.set_tiles_only(find("tiles_only") == "1");
  return absl::OkStatus();
}

absl::StatusOr<bool> ReadFlag(const HttpRequest& request, std::string_view name) {
  const std::string value = request.Query(name).value_or("0");
  if (value != "0" && value != "1") {
    return absl::InvalidArgumentError(StrCat(name, " \"", value, "\" is not 1 (send) or 0"));
  }
  return value == "1";
}

absl::Status ReadLayers(const HttpRequest& request, LiveQuery& query) {
  const std::string ids = request.Query("layers").value_or("");
  for (absl::string_view piece : absl::StrSplit(ids, ',', absl::SkipEmpty())) {
    const std::string id(piece);
    // The id becomes part of event ids and of JSON.
    const bool good = std::all_of(id.begin(), id.end(), [](unsigned char c) {
      return absl::ascii_isalnum(c) || c == '_' || c == '-';
    });
    if (!good) {
      return absl::InvalidArgumentError(
          StrCat("layers: \"", absl::CHexEscape(id), "\" is not the id of a layer"));
    }
    WatchLayerRequest watch;
    watch.set_name(StrCat("layers/", id));
    const bool twice = std::any_of(query.layers.begin(), query.layers.end(),
                                   [&](const auto& other) { return other.name() == watch.name(); });
    if (twice) return absl::InvalidArgumentError(StrCat("layers names \"", id, "\" twice"));
    if (query.layers.size() >= LiveQuery::kLayersMax) {
      return absl::InvalidArgumentError(
          StrCat("layers names more than ", LiveQuery::kLayersMax, " layers"));
    }
    const auto find = [&](std::string_view name) {
      auto own = request.Query(StrCat(id, ".", name));
      return own ? own : request.Query(name);
    };
    RETURN_IF_ERROR(ReadView(find, watch));
    query.layers.push_back(std::move(watch));
  }
  return absl::OkStatus();
}

void Resume(const std::map<std::string, std::string>& items, LiveQuery& query) {
  for (WatchLayerRequest& watch : query.layers) {
    const auto item = items.find(watch.name().substr(std::string_view("layers/").size()));
    if (item == items.end()) continue;
    if (auto token = ReadEventId(item->second)) *watch.mutable_resume() = *std::move(token);
  }
  if (const auto item = items.find("alerts"); item != items.end()) {
    if (const auto cursor = ReadCursor(item->second)) query.alerts_cursor = *cursor;
  }
}

}  // namespace

std::string EventId(const layers::v1::ResumeToken& token) {
  std::string id =
      StrCat(token.pack_id(), ":", token.version().epoch(), ":", token.version().counter());
  if (!token.has_view()) return id;
  id += '@';
  if (token.view().has_viewport()) {
    const common::v1::BoundingBox& box = token.view().viewport();
    // 17 digits give the same number back: the view is compared with the one that is requested.
    absl::StrAppendFormat(&id, "%.17g,%.17g,%.17g,%.17g,", box.west_deg(), box.south_deg(),
                          box.east_deg(), box.north_deg());
  }
  StrAppend(&id, token.view().zoom());
  return id;
}

std::optional<layers::v1::ResumeToken> ReadEventId(std::string_view id) {
  std::optional<layers::v1::View> view;
  if (const std::size_t at = id.rfind('@'); at != std::string_view::npos) {
    view = ReadViewText(id.substr(at + 1));
    if (view.has_value()) id = id.substr(0, at);
  }
  const std::size_t last = id.rfind(':');
  if (last == std::string_view::npos || last == 0) return std::nullopt;
  const std::size_t middle = id.rfind(':', last - 1);
  if (middle == std::string_view::npos) return std::nullopt;
  std::uint64_t epoch = 0;
  std::uint64_t counter = 0;
  if (!absl::SimpleAtoi(ToAbsl(id.substr(middle + 1, last - middle - 1)), &epoch) ||
      !absl::SimpleAtoi(ToAbsl(id.substr(last + 1)), &counter)) {
    return std::nullopt;
  }
  layers::v1::ResumeToken token;
  token.set_pack_id(std::string(id.substr(0, middle)));
  token.mutable_version()->set_epoch(epoch);
  token.mutable_version()->set_counter(counter);
  if (view.has_value()) *token.mutable_view() = *std::move(view);
  return token;
}

absl::StatusOr<bool> ReadMovable(const HttpRequest& request) {
  return ReadFlag(request, "movable");
}

absl::StatusOr<WatchLayerRequest> ReadWatchRequest(const HttpRequest& request) {
  WatchLayerRequest watch;
  watch.set_name(StrCat("layers/", request.Param("layer")));
  RETURN_IF_ERROR(ReadView([&](std::string_view name) { return request.Query(name); }, watch));
  if (const auto resume = request.Query("resume"); resume && !resume->empty()) {
    auto token = ReadEventId(*resume);
    if (!token) {
      return absl::InvalidArgumentError(
          StrCat("resume \"", *resume, "\" is not PACK:EPOCH:COUNTER, the id of an event"));
    }
    *watch.mutable_resume() = *std::move(token);
  }
  // The browser's Last-Event-ID is newer than the position in the page's address.
  if (auto token = ReadEventId(request.Header("last-event-id"))) {
    *watch.mutable_resume() = *std::move(token);
    ResumeView(watch);
  }
  return watch;
}

std::optional<std::map<std::string, std::string>> ReadLiveId(std::string_view id) {
  std::map<std::string, std::string> items;
  for (absl::string_view item : absl::StrSplit(ToAbsl(id), ';', absl::SkipEmpty())) {
    const std::size_t equals = item.find('=');
    if (equals == absl::string_view::npos || equals == 0) return std::nullopt;
    items[std::string(item.substr(0, equals))] = std::string(item.substr(equals + 1));
  }
  return items;
}

std::string CursorText(const BoardCursor& cursor) {
  return StrCat(cursor.epoch, ":", cursor.number);
}

std::optional<BoardCursor> ReadCursor(std::string_view text) {
  const std::size_t colon = text.find(':');
  BoardCursor cursor;
  if (colon == std::string_view::npos ||
      !absl::SimpleAtoi(ToAbsl(text.substr(0, colon)), &cursor.epoch) ||
      !absl::SimpleAtoi(ToAbsl(text.substr(colon + 1)), &cursor.number)) {
    return std::nullopt;
  }
  return cursor;
}

absl::StatusOr<LiveQuery> ReadLiveQuery(const HttpRequest& request) {
  LiveQuery query;
  RETURN_IF_ERROR(ReadLayers(request, query));
  ASSIGN_OR_RETURN(query.alerts, ReadFlag(request, "alerts"));
  ASSIGN_OR_RETURN(query.clock, ReadFlag(request, "clock"));
  ASSIGN_OR_RETURN(query.stages, ReadFlag(request, "stages"));
  ASSIGN_OR_RETURN(query.notices, ReadFlag(request, "notices"));
  ASSIGN_OR_RETURN(query.movable, ReadFlag(request, "movable"));
  if (const auto jams = request.Query("jams")) {
    if (!absl::SimpleAtoi(*jams, &query.jams) || query.jams < 0 ||
        query.jams > LiveQuery::kJamsMax) {
      return absl::InvalidArgumentError(
          StrCat("jams \"", *jams, "\" is not a number of jams, 0 to ", LiveQuery::kJamsMax));
    }
  }
  const bool any = !query.layers.empty() || query.alerts || query.clock || query.stages ||
                   query.jams > 0 || query.notices;
  if (!any) {
    return absl::InvalidArgumentError(
        "the query names no feed: name some, such as "
        "/live?layers=traffic,flood&alerts=1&clock=1&stages=1&jams=30&notices=1");
  }
  if (const auto resume = request.Query("resume"); resume && !resume->empty()) {
    const auto items = ReadLiveId(*resume);
    if (!items) {
      return absl::InvalidArgumentError(
          StrCat("resume \"", *resume,
                 "\" is not FEED=POSITION;FEED=POSITION, the id of an event of /live"));
    }
    Resume(*items, query);
  }
  if (const auto items = ReadLiveId(request.Header("last-event-id"))) {
    Resume(*items, query);
    for (WatchLayerRequest& watch : query.layers) ResumeView(watch);
  }
  return query;
}

}  // namespace citylayers::gateway
