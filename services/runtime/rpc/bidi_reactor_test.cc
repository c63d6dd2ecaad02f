// Streams of requests behind a call adapter: order, errors, and callers that leave.
#include "services/runtime/rpc/bidi_reactor.h"

#include <thread>

#include <gtest/gtest.h>

#include "tests/support/call_adapter_fixture.h"

namespace citylayers::runtime {
namespace {

class BidiReactorTest : public TestCallAdapter {};

TEST_F(BidiReactorTest, AnswersComeInTheOrderOfTheirRequests) {
  grpc::ClientContext context;
  auto stream = stream_stub_->StreamReadings(&context);
  // In-process channels hold no messages: a write ends when the server reads.
  std::thread writer([&] {
    for (int i = 0; i < 4; ++i) EXPECT_TRUE(stream->Write({}));
    EXPECT_TRUE(stream->WritesDone());
  });
  streams_.WaitFor(2);
  EXPECT_EQ(streams_.count(), 2u) << "no more are read while two wait";
  StreamReadingsResponse response;
  for (const std::size_t first : {0, 2}) {
    streams_.WaitFor(first + 2);
    streams_.Answer(first + 1);
    streams_.Answer(first);
    for (const std::size_t i : {first, first + 1}) {
      EXPECT_TRUE(stream->Read(&response));
      EXPECT_EQ(response.sequence(), i);
    }
  }
  writer.join();
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(BidiReactorTest, AnErrorEndsAStreamAfterTheAnswersBeforeIt) {
  grpc::ClientContext context;
  auto stream = stream_stub_->StreamReadings(&context);
  std::thread writer([&] {
    while (stream->Write({})) {
    }
  });
  streams_.WaitFor(2);
  // A request that is read meanwhile, which depends on the threads, is handled, but its answer is
  // dropped.
  streams_.AnswerFurther();
  streams_.Answer(1, absl::UnavailableError("the disk is full"));
  streams_.Answer(0);
  StreamReadingsResponse response;
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.sequence(), 0u);
  while (stream->Read(&response)) ADD_FAILURE() << response.sequence();
  writer.join();
  EXPECT_EQ(stream->Finish().error_message(), "the disk is full");
}

TEST_F(BidiReactorTest, AnswersThatComeAfterTheCallerHasGoneAreDropped) {
  grpc::ClientContext context;
  auto stream = stream_stub_->StreamReadings(&context);
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(stream->Write({}));
  streams_.WaitFor(2);
  context.TryCancel();
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::CANCELLED);
  streams_.Answer(1);
  streams_.Answer(0);
}

}  // namespace
}  // namespace citylayers::runtime
