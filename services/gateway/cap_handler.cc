#include "services/gateway/cap_handler.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include <grpcpp/client_context.h>

#include "base/strings.h"
#include "proto/support/enum_id.h"
#include "services/cap/atom_feed.h"
#include "services/gateway/cors.h"
#include "services/gateway/http_status.h"
#include "services/gateway/representation.h"

namespace citylayers::gateway {
namespace {

using runtime::HttpRequest;
using runtime::HttpResponse;
using runtime::Responder;

constexpr int kFeedEntriesMax = 1000;

// As CAP writes it: "Alert", "Update" or "Cancel".
std::string MessageTypeOf(const alerts::v1::CapMessage& message) {
  std::string word = EnumId(message.message_type());
  if (!word.empty()) word[0] = absl::ascii_toupper(static_cast<unsigned char>(word[0]));
  return word;
}

void SendError(Responder& responder, const grpc::Status& status) {
  HttpResponse response = ProblemOf(status);
  response.headers += kPublicCorsHeaders;
  responder.Send(std::move(response));
}

void SendText(const HttpRequest& request, Responder& responder, std::string type,
              std::string cache_control, std::string headers, std::string text) {
  auto bytes = std::make_shared<const std::string>(std::move(text));
  const Representation content({.tag = TagOf(*bytes),
                                .content_type = std::move(type),
                                .cache_control = std::move(cache_control),
                                .more_headers = std::move(headers)},
                               bytes);
  responder.Send(content.Answer(request));
}

}  // namespace

template <typename Request, typename Response>
struct CapHandler::Call {
  Call(const HttpRequest& http, Responder r) : http_request(&http), responder(std::move(r)) {}
  const HttpRequest* http_request;  // lives until the responder has answered
  Responder responder;
  grpc::ClientContext context;
  Request request;
  Response response;
};

CapHandler::CapHandler(Options options, const Backends& backends, const PublicUrl& public_url,
                       const RequestAccess& access, std::function<absl::Time()> city_time)
    : options_(options),
      public_url_(public_url),
      access_(access),
      city_time_(std::move(city_time)) {
  if (const Backend* backend = backends.Find("alerts")) {
    stub_ = alerts::v1::AlertService::NewStub(backend->channel);
  }
}

bool CapHandler::BeginCall(Responder& responder) {
  if (!stub_) {
    SendError(responder,
              {grpc::StatusCode::NOT_FOUND,
               "this gateway serves no alerts: it has no backend with the module alerts"});
    return false;
  }
  if (calls_.Begin()) return true;
  SendError(responder, {grpc::StatusCode::UNAVAILABLE, "the gateway is stopping"});
  return false;
}

void CapHandler::Feed(const HttpRequest& request, Responder responder) {
  if (!BeginCall(responder)) return;
  using FeedCall = Call<alerts::v1::ListCapMessagesRequest, alerts::v1::ListCapMessagesResponse>;
  auto call = std::make_shared<FeedCall>(request, std::move(responder));
  call->request.set_page_size(kFeedEntriesMax);
  call->context.set_deadline(absl::ToChronoTime(absl::Now() + options_.timeout));
  stub_->async()->ListCapMessages(
      &call->context, &call->request, &call->response, [this, call](const grpc::Status& status) {
        if (status.ok()) {
          std::vector<cap::AtomEntry> entries;
          for (const auto& message : call->response.messages()) {
            entries.push_back({message.cap_id(), message.headline().vi(), message.headline().en(),
                               MessageTypeOf(message),
                               absl::FromUnixSeconds(message.sent_time().seconds()) +
                                   absl::Nanoseconds(message.sent_time().nanos()),
                               message.exercise()});
          }
          SendText(
              *call->http_request, call->responder, "application/atom+xml; charset=utf-8",
              access_.CacheControl("public, max-age=15", ReadingAlerts()),
              access_.Headers(ReadingAlerts()),
              cap::BuildAtomFeed(entries, public_url_.BaseOf(*call->http_request), city_time_()));
        } else {
          SendError(call->responder, status);
        }
        calls_.Done();
      });
}

void CapHandler::Message(const HttpRequest& request, Responder responder) {
  if (!BeginCall(responder)) return;
  using MessageCall = Call<alerts::v1::GetCapRequest, alerts::v1::GetCapResponse>;
  auto call = std::make_shared<MessageCall>(request, std::move(responder));
  call->request.set_cap_id(request.Param("id"));
  call->context.set_deadline(absl::ToChronoTime(absl::Now() + options_.timeout));
  stub_->async()->GetCap(
      &call->context, &call->request, &call->response, [this, call](const grpc::Status& status) {
        if (status.ok()) {
          // An issued message never changes: an update is a separate message.
          SendText(*call->http_request, call->responder, "application/cap+xml; charset=utf-8",
                   access_.CacheControl("public, max-age=86400, immutable", ReadingAlerts()),
                   access_.Headers(ReadingAlerts()), std::move(*call->response.mutable_xml()));
        } else {
          SendError(call->responder, status);
        }
        calls_.Done();
      });
}

}  // namespace citylayers::gateway
