// Queries and event ids of live streams: parsing and formatting.
#ifndef CITYLAYERS_SERVICES_GATEWAY_LIVE_QUERY_H_
#define CITYLAYERS_SERVICES_GATEWAY_LIVE_QUERY_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "citylayers/layers/v1/layer_service.pb.h"
#include "services/runtime/http/http_message.h"

namespace citylayers::gateway {

/// A position in the log of a board (live_board.h).
struct BoardCursor {
  std::uint64_t epoch = 0;  // 0: nothing read yet
  std::uint64_t number = 0;
};

/// The parameters of GET /live.
struct LiveQuery {
  static constexpr std::size_t kLayersMax = 16;
  static constexpr int kJamsMax = 100;

  std::vector<layers::v1::WatchLayerRequest> layers;  // `name` is "layers/{id}"; ids are distinct
  bool alerts = false;
  bool clock = false;
  bool stages = false;
  int jams = 0;  // maximum number of jams; 0: none
  bool notices = false;
  bool movable = false;       // the stream begins with its id for SetViewport
  BoardCursor alerts_cursor;  // the client's position in the alerts
};

/// The request of /live/{layer} from its query. INVALID_ARGUMENT: bbox, zoom, tick_ms or resume is
/// wrong; the message shows the format. A Last-Event-ID in another format is ignored; its view, if
/// it has one, takes the place of the query's.
absl::StatusOr<layers::v1::WatchLayerRequest> ReadWatchRequest(const runtime::HttpRequest& request);

/// LiveQuery::movable of /live/{layer}.
absl::StatusOr<bool> ReadMovable(const runtime::HttpRequest& request);

/// The query of /live. INVALID_ARGUMENT as above, and when it names no feed.
absl::StatusOr<LiveQuery> ReadLiveQuery(const runtime::HttpRequest& request);

/// "<pack>:<epoch>:<counter>" and back; nullopt for other text. A position whose view has moved
/// ends with it: "@<west>,<south>,<east>,<north>,<zoom>", or "@<zoom>" when it shows everything.
std::string EventId(const layers::v1::ResumeToken& token);
std::optional<layers::v1::ResumeToken> ReadEventId(std::string_view id);

/// Positions by feed, from the id of an event of /live,
/// "traffic=<pack>:<epoch>:<counter>;alerts=<epoch>:<number>". nullopt: not of this form. Accepts
/// feeds of any name.
std::optional<std::map<std::string, std::string>> ReadLiveId(std::string_view id);
/// "<epoch>:<number>" and back.
std::string CursorText(const BoardCursor& cursor);
std::optional<BoardCursor> ReadCursor(std::string_view text);

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_LIVE_QUERY_H_
