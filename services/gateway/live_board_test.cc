#include "services/gateway/live_board.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "base/strings.h"

namespace citylayers::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A board whose events the test creates.
class TestBoard final : public LiveBoard {
 public:
  explicit TestBoard(std::size_t log_max, absl::Duration linger = absl::Seconds(30))
      : LiveBoard({.log_max = log_max, .linger = linger}, "things") {}
  void End() override {}
  void Fresh() { Renew(); }
  void Change(std::string text) {
    state_ += text;
    Append(std::move(text));
  }
  void Lose(std::string reason) { SetLost(std::move(reason)); }
  bool Going() { return KeepGoing(); }
  std::vector<std::string> Read(BoardCursor& cursor) {
    std::vector<std::string> texts;
    for (const auto& text : After(cursor)) texts.push_back(*text);
    return texts;
  }
  int starts = 0;

 private:
  void StartSource() override { ++starts; }
  std::string MakeSnapshot() const override { return StrCat("all:", state_); }
  std::string state_;
};

TEST(LiveBoard, ANewViewerGetsTheSnapshotThenEachChangeOnce) {
  const auto board = std::make_unique<TestBoard>(8);
  BoardCursor cursor;
  EXPECT_THAT(board->Read(cursor), IsEmpty()) << "there is no state yet";
  board->Fresh();
  EXPECT_THAT(board->Read(cursor), ElementsAre("all:"));
  board->Change("a");
  board->Change("b");
  EXPECT_THAT(board->Read(cursor), ElementsAre("a", "b"));
  EXPECT_THAT(board->Read(cursor), IsEmpty());
  BoardCursor late;
  EXPECT_THAT(board->Read(late), ElementsAre("all:ab"));
}

TEST(LiveBoard, AViewerThatComesBackGetsWhatItMissed) {
  const auto board = std::make_unique<TestBoard>(2);
  board->Fresh();
  board->Change("a");
  BoardCursor cursor;
  board->Read(cursor);
  board->Change("b");
  BoardCursor back = *ReadCursor(CursorText(cursor));
  EXPECT_THAT(board->Read(back), ElementsAre("b"));
  board->Change("c");
  board->Change("d");
  EXPECT_THAT(board->Read(cursor), ElementsAre("all:abcd"))
      << "the log of two events has dropped b";
}

TEST(LiveBoard, ACursorThatIsNotOfThisLogGetsTheSnapshot) {
  const auto board = std::make_unique<TestBoard>(8);
  board->Fresh();
  BoardCursor cursor;
  board->Read(cursor);
  BoardCursor foreign{cursor.epoch + 1, cursor.number};
  EXPECT_THAT(board->Read(foreign), ElementsAre("all:"));
  BoardCursor ahead{cursor.epoch, 99};
  EXPECT_THAT(board->Read(ahead), ElementsAre("all:")) << "a number beyond the log";
  board->Fresh();
  EXPECT_THAT(board->Read(cursor), ElementsAre("all:")) << "another epoch";
}

TEST(LiveBoard, TheSourceWorksFromTheFirstViewerUntilAWhileAfterTheLast) {
  const auto board = std::make_unique<TestBoard>(8, absl::ZeroDuration());
  int told = 0;
  const auto first = board->Subscribe([&] { ++told; });
  const auto second = board->Subscribe([] {});
  EXPECT_EQ(board->starts, 1);
  board->Fresh();
  EXPECT_EQ(told, 1);
  board->Unsubscribe(first);
  EXPECT_TRUE(board->Going());
  board->Unsubscribe(second);
  EXPECT_FALSE(board->Going());
  BoardCursor cursor;
  EXPECT_THAT(board->Read(cursor), IsEmpty()) << "the old state was dropped";
  board->Subscribe([] {});
  EXPECT_EQ(board->starts, 2);
}

TEST(LiveBoard, WithinTheLingerTheSourceGoesOn) {
  const auto board = std::make_unique<TestBoard>(8, absl::Hours(1));
  board->Unsubscribe(board->Subscribe([] {}));
  EXPECT_TRUE(board->Going());
  board->Subscribe([] {});
  EXPECT_EQ(board->starts, 1);
}

TEST(LiveBoard, ALostSourceIsToldUntilItBringsSomething) {
  const auto board = std::make_unique<TestBoard>(8);
  int told = 0;
  board->Subscribe([&] { ++told; });
  board->Lose("gone");
  board->Lose("gone");
  EXPECT_EQ(told, 1) << "once";
  EXPECT_EQ(board->lost(), "gone");
  board->Fresh();
  EXPECT_EQ(board->lost(), "");
}

}  // namespace
}  // namespace citylayers::gateway
