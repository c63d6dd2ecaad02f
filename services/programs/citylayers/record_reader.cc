#include "services/programs/citylayers/record_reader.h"

#include <utility>

#include "base/csv.h"

namespace citylayers::cli {

const std::string* RecordReader::Peek(std::size_t ahead) {
  while (ahead_.size() <= ahead) {
    std::string line;
    if (!std::getline(input_, line)) return nullptr;
    ahead_.push_back(std::move(line));
  }
  return &ahead_[ahead];
}

std::optional<InputRecord> RecordReader::Next(bool quotes) {
  if (Peek(0) == nullptr) return std::nullopt;
  InputRecord record{ahead_[0], line_};
  std::size_t lines = 1;
  CsvQuotes state;
  if (quotes && state.GoesOnAfter(record.text)) {
    std::string joined = record.text;
    bool open = true;
    std::size_t count = 1;
    while (open && joined.size() <= record_bytes_max_) {
      const std::string* next = Peek(count);
      if (next == nullptr) break;
      joined += '\n';
      joined += *next;
      ++count;
      open = state.GoesOnAfter(*next);
    }
    if (!open && joined.size() <= record_bytes_max_) {
      record.text = std::move(joined);
      lines = count;
    }
  }
  ahead_.erase(ahead_.begin(), ahead_.begin() + static_cast<std::ptrdiff_t>(lines));
  line_ += lines;
  return record;
}

}  // namespace citylayers::cli
