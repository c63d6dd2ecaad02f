// The server's side of a stream that keeps a client's copy of a list current.
#ifndef CITYLAYERS_SERVICES_LAYERS_LIST_SOURCE_H_
#define CITYLAYERS_SERVICES_LAYERS_LIST_SOURCE_H_

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/time/time.h"

#include "proto/support/proto_time.h"
#include "services/layers/change_source.h"

namespace citylayers::layers {

/// The rows of a list by their key.
template <typename Row>
struct KeyedList {
  std::map<std::string, Row> rows;
  absl::Time data_time = absl::InfinitePast();
};

/// Sends a complete list in the first messages (`snapshot`), then rows that are new or differ, and
/// the keys of rows that have gone (`removed`); messages of one state have at most kRowsPerMessage
/// rows, and all but the last one `more`. Memory: the serialized rows. `Response` has the fields
/// snapshot, removed, data_time and more.
template <typename Response, typename Row>
class ListSource : public ChangeSource<Response> {
 public:
  static constexpr int kRowsPerMessage = 1000;

  using ChangeSource<Response>::ChangeSource;

 protected:
  /// The present list; nullopt when it is the one of the last call.
  virtual std::optional<KeyedList<Row>> Read() = 0;
  virtual void Add(Row row, Response* response) const = 0;

 private:
  void Collect(std::deque<Response>& messages) final {
    std::optional<KeyedList<Row>> list = Read();
    if (!list.has_value()) return;
    int rows = 0;
    Response message;
    message.set_snapshot(is_first_);
    const auto count_row = [&] {
      if (++rows % kRowsPerMessage != 0) return;
      message.set_more(true);
      messages.push_back(std::move(message));
      message = Response();
    };
    std::map<std::string, std::string> bytes_by_key;
    for (auto& [key, row] : list->rows) {
      std::string bytes = row.SerializeAsString();
      const auto sent = bytes_by_key_.find(key);
      if (sent == bytes_by_key_.end() || sent->second != bytes) {
        Add(std::move(row), &message);
        count_row();
      }
      bytes_by_key.emplace(key, std::move(bytes));
    }
    for (const auto& [key, bytes] : bytes_by_key_) {
      if (bytes_by_key.contains(key)) continue;
      message.add_removed(key);
      count_row();
    }
    bytes_by_key_ = std::move(bytes_by_key);
    if (rows == 0 && !is_first_ && list->data_time == data_time_) return;
    is_first_ = false;
    data_time_ = list->data_time;
    SetTime(data_time_, [&] { return message.mutable_data_time(); });
    messages.push_back(std::move(message));
  }

  bool is_first_ = true;
  std::map<std::string, std::string> bytes_by_key_;  // as last sent
  absl::Time data_time_ = absl::InfinitePast();      // as last sent
};

}  // namespace citylayers::layers

#endif  // CITYLAYERS_SERVICES_LAYERS_LIST_SOURCE_H_
