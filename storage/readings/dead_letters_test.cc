// Tests of reading the rejected readings in pages.
#include "storage/readings/dead_letters.h"

#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include <rocksdb/db.h>

#include "storage/readings/database.h"
#include "storage/readings/dead_letter_codec.h"
#include "tests/support/readings_store_fixture.h"

namespace citylayers::storage {
namespace {

class DeadLettersTest : public TestStore {
 protected:
  DeadLettersTest() { Open(); }

  // Appends a batch of which `count` rows are rejected, with the next numbers as their rows.
  void Reject(std::uint32_t count) {
    RejectedRows rejects;
    rejects.messages = {"no such measure"};
    for (std::uint32_t i = 0; i < count; ++i) {
      rejects.rows.push_back({next_row_++, RejectedRow::kNoMeasure, 0, 2, {kStartMs, 1.5, 0}});
    }
    ASSERT_TRUE(store_->log().Append({}, rejects).ok());
  }
  DeadLetterPage Read(const std::string& position, std::size_t count_max) const {
    auto page = store_->dead_letters().Read(position, count_max);
    EXPECT_TRUE(page.ok()) << page.status();
    return page.ok() ? *std::move(page) : DeadLetterPage{};
  }
  // The rows of a page.
  static std::vector<std::uint32_t> RowsOf(const DeadLetterPage& page) {
    std::vector<std::uint32_t> rows;
    for (const DeadLetter& letter : page.letters) rows.push_back(letter.row);
    return rows;
  }

  std::uint32_t next_row_ = 0;
};

TEST_F(DeadLettersTest, NothingRejectedIsAnEmptyPage) {
  const DeadLetterPage page = Read("", 10);
  EXPECT_TRUE(page.letters.empty());
  EXPECT_EQ(page.next, "");
}

//   batches:  0 1 | 2 3 4 | 5     in pages of every size, newest first
TEST_F(DeadLettersTest, PagesOfAnySizeHaveEachReadingOnce) {
  for (const std::uint32_t count : {2u, 3u, 1u}) Reject(count);
  for (std::size_t size = 1; size <= 7; ++size) {
    std::vector<std::uint32_t> rows;
    std::string position;
    int pages = 0;
    do {
      const DeadLetterPage page = Read(position, size);
      for (const std::uint32_t row : RowsOf(page)) rows.push_back(row);
      position = page.next;
      ++pages;
    } while (!position.empty());
    EXPECT_EQ(rows, (std::vector<std::uint32_t>{5, 4, 3, 2, 1, 0})) << "pages of " << size;
    EXPECT_EQ(pages, (6 + static_cast<int>(size) - 1) / static_cast<int>(size)) << "none is empty";
  }
}

TEST_F(DeadLettersTest, ABatchOfSeveralRowsIsReadFromItsEnd) {
  Reject(kDeadLettersPerRow + 2);
  const DeadLetterPage first = Read("", 3);
  const auto last = static_cast<std::uint32_t>(kDeadLettersPerRow) + 1;
  EXPECT_EQ(RowsOf(first), (std::vector<std::uint32_t>{last, last - 1, last - 2}));
  const DeadLetterPage second = Read(first.next, 1000);
  EXPECT_EQ(second.letters.size(), kDeadLettersPerRow - 1);
  EXPECT_EQ(second.letters.back().row, 0u);
  EXPECT_EQ(second.next, "");
}

TEST_F(DeadLettersTest, APositionIsNotMovedByNewerReadingsOrARestart) {
  Reject(3);
  const DeadLetterPage first = Read("", 2);
  Reject(2);
  Open();
  EXPECT_EQ(RowsOf(Read(first.next, 10)), (std::vector<std::uint32_t>{0}));
}

//   batches:  0 1 | 2 3 4 | 5     the second one is damaged
TEST_F(DeadLettersTest, ADamagedRowIsCountedAndHidesNoOther) {
  for (const std::uint32_t count : {2u, 3u, 1u}) Reject(count);
  store_.reset();
  {
    auto database = Database::Open(options_);
    ASSERT_TRUE(database.ok()) << database.status();
    const std::unique_ptr<rocksdb::Iterator> row(
        (*database)->db().NewIterator(rocksdb::ReadOptions(), (*database)->dead_letter()));
    row->SeekToFirst();
    row->Next();
    ASSERT_TRUE(row->Valid());
    ASSERT_TRUE((*database)
                    ->db()
                    .Put(rocksdb::WriteOptions(), (*database)->dead_letter(), row->key(), "?")
                    .ok());
  }
  Open();
  for (std::size_t size = 1; size <= 4; ++size) {
    std::vector<std::uint32_t> rows;
    std::size_t damaged = 0;
    std::string position;
    do {
      const DeadLetterPage page = Read(position, size);
      for (const std::uint32_t row : RowsOf(page)) rows.push_back(row);
      damaged += page.damaged_rows;
      position = page.next;
    } while (!position.empty());
    EXPECT_EQ(rows, (std::vector<std::uint32_t>{5, 1, 0})) << "pages of " << size;
    EXPECT_EQ(damaged, 1u) << "pages of " << size;
  }
}

TEST_F(DeadLettersTest, WhatIsNoPositionIsRefused) {
  Reject(1);
  for (const std::string& position :
       {std::string("x"), std::string(15, 'x'), std::string(17, 'x')}) {
    EXPECT_EQ(store_->dead_letters().Read(position, 1).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
  EXPECT_TRUE(Read(std::string(16, '\0'), 1).letters.empty()) << "before all of them";
}

}  // namespace
}  // namespace citylayers::storage
