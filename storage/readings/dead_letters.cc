#include "storage/readings/dead_letters.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>

#include "base/status_macros.h"
#include "storage/bytes/bytes.h"
#include "storage/readings/database.h"
#include "storage/readings/dead_letter_codec.h"

namespace citylayers::storage {
namespace {

// A key has the time in microseconds and a counter.
constexpr std::size_t kKeyBytes = 8 + 4;

// The row of a page's last letter, and how many of its letters come after that one in the list. A
// row is written once, so its letters can be counted.
struct Position {
  std::string_view key;
  std::uint32_t letters_left = 0;
};

absl::StatusOr<Position> ParsePosition(std::string_view text) {
  if (text.size() != kKeyBytes + 4) {
    return absl::InvalidArgumentError("not a position in the rejected readings");
  }
  Position position{.key = text.substr(0, kKeyBytes)};
  ByteReader reader(text.substr(kKeyBytes));
  ASSIGN_OR_RETURN(position.letters_left, reader.ReadFixed32());
  return position;
}

}  // namespace

absl::StatusOr<DeadLetterPage> DeadLetters::Read(std::string_view position,
                                                 std::size_t count_max) const {
  const std::unique_ptr<rocksdb::Iterator> rows(
      database_.db().NewIterator(rocksdb::ReadOptions(), database_.dead_letter()));
  std::size_t letters_left = SIZE_MAX;  // of the first row
  if (position.empty()) {
    rows->SeekToLast();
  } else {
    ASSIGN_OR_RETURN(const Position after, ParsePosition(position));
    rows->SeekForPrev(AsSlice(after.key));
    // Otherwise the row was dropped, and with it all older ones.
    if (rows->Valid() && AsView(rows->key()) == after.key) letters_left = after.letters_left;
  }
  DeadLetterPage page;
  for (; rows->Valid(); rows->Prev()) {
    if (letters_left == 0) {
      letters_left = SIZE_MAX;
      continue;
    }
    if (page.letters.size() == count_max || page.damaged_rows == count_max) break;
    absl::StatusOr<std::vector<DeadLetter>> row = DecodeDeadLetters(AsView(rows->value()));
    if (!row.ok()) {  // it must not hide the older ones
      ++page.damaged_rows;
      row.emplace();
    }
    letters_left = std::min(letters_left, row->size());
    for (; letters_left > 0 && page.letters.size() < count_max; --letters_left) {
      page.letters.push_back(std::move((*row)[letters_left - 1]));
    }
    page.next = rows->key().ToString();
    PutFixed32(page.next, static_cast<std::uint32_t>(letters_left));
    if (letters_left > 0) break;
    letters_left = SIZE_MAX;
  }
  if (!rows->Valid()) page.next.clear();
  RETURN_IF_ERROR(database_.ToStatus(rows->status(), "read"));
  return page;
}

}  // namespace citylayers::storage
