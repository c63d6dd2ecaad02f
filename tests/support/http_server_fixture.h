// An HTTP server on a free port with the routes that its tests share.
#ifndef CITYLAYERS_TESTS_SUPPORT_HTTP_SERVER_FIXTURE_H_
#define CITYLAYERS_TESTS_SUPPORT_HTTP_SERVER_FIXTURE_H_

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "gtest/gtest.h"

#include "services/runtime/http/http_server.h"
#include "tests/support/http_test_client.h"

namespace citylayers::runtime {

class TestHttpServer : public ::testing::Test {
 protected:
  /// Routes: an echo, an answer that the test gives (TakeWaiting), a stream (TakeStream).
  void Start(const HttpServerOptions& options = {}) {
    server_ = std::make_unique<HttpServer>(options);
    server_->Handle({"GET"}, "/hello", [](const HttpRequest&, Responder responder) {
      responder.Send(TextResponse(200, "text/plain", "hello"));
    });
    server_->Handle({"POST"}, "/echo", [](const HttpRequest& request, Responder responder) {
      responder.Send(TextResponse(200, "text/plain", request.body()));
    });
    server_->Handle({"GET"}, "/later", [this](const HttpRequest&, Responder responder) {
      absl::MutexLock lock(&mutex_);
      waiting_.push_back(std::move(responder));
    });
    server_->Handle({"GET"}, "/stream", [this](const HttpRequest&, Responder responder) {
      HttpResponse head;
      head.AddHeader("Content-Type", "text/event-stream");
      absl::MutexLock lock(&mutex_);
      streams_.push_back(responder.Stream(std::move(head)));
    });
    server_->Handle({"GET"}, "/forgotten", [](const HttpRequest&, Responder) {});
    server_->Handle({"GET"}, "/empty", [](const HttpRequest&, Responder responder) {
      HttpResponse response;
      response.status = 204;
      responder.Send(std::move(response));
    });
    ASSERT_TRUE(server_->Listen("127.0.0.1", 0).ok());
  }
  /// Waits for the next request for /later.
  Responder TakeWaiting() {
    absl::MutexLock lock(&mutex_);
    const auto some = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return !waiting_.empty(); };
    mutex_.Await(absl::Condition(&some));
    Responder responder = std::move(waiting_.front());
    waiting_.erase(waiting_.begin());
    return responder;
  }
  /// Waits for the next request for /stream.
  std::shared_ptr<StreamWriter> TakeStream() {
    absl::MutexLock lock(&mutex_);
    const auto some = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return !streams_.empty(); };
    mutex_.Await(absl::Condition(&some));
    auto stream = std::move(streams_.front());
    streams_.erase(streams_.begin());
    return stream;
  }
  std::uint16_t port() const { return server_->port(); }

  absl::Mutex mutex_;
  std::vector<Responder> waiting_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::shared_ptr<StreamWriter>> streams_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<HttpServer> server_;
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_TESTS_SUPPORT_HTTP_SERVER_FIXTURE_H_
