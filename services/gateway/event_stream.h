// Server-sent event streams: their response head, their events, and gzip that flushes each event.
#ifndef CITYLAYERS_SERVICES_GATEWAY_EVENT_STREAM_H_
#define CITYLAYERS_SERVICES_GATEWAY_EVENT_STREAM_H_

#include <memory>
#include <string>
#include <string_view>

#include "services/gateway/content_coding.h"
#include "services/runtime/http/http_responder.h"

namespace citylayers::gateway {

/// Deflates a text piece by piece into one gzip member. A client can decode each piece as soon as
/// it has arrived. Memory is fixed: about kGzipStreamBytes per instance, whatever the length of the
/// text. Not thread-safe.
class GzipStream {
 public:
  static constexpr std::size_t kGzipStreamBytes = 34 * 1024;

  GzipStream();
  ~GzipStream();
  GzipStream(const GzipStream&) = delete;
  GzipStream& operator=(const GzipStream&) = delete;

  /// The compressed bytes up to the end of `text`.
  std::string Add(std::string_view text);
  /// The end of the member; nothing may be added after it.
  std::string Finish();

 private:
  struct State;
  std::string Run(std::string_view text, int flush);
  const std::unique_ptr<State> state_;
};

/// The coding for a stream of events: gzip where Accept-Encoding allows it, else identity.
Coding EventStreamCoding(const runtime::HttpRequest& request);

/// Begins a text/event-stream answer, readable by pages of every origin. With gzip every Write is
/// flushed; pending_bytes counts compressed bytes.
std::shared_ptr<runtime::StreamWriter> OpenEventStream(runtime::Responder responder, Coding coding);

/// "id: …\nevent: …\ndata: …\n\n"; without the first line when `id` is empty. REQUIRES: no line
/// breaks in the arguments.
std::string EventText(std::string_view id, std::string_view name, std::string_view data);

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_EVENT_STREAM_H_
