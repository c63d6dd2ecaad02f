// Rejected readings as they enter and leave the store. Plain values.
#ifndef CITYLAYERS_STORAGE_READINGS_REJECTED_ROWS_H_
#define CITYLAYERS_STORAGE_READINGS_REJECTED_ROWS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "storage/readings/reading.h"

namespace citylayers::storage {

/// One rejected row of a batch.
struct RejectedRow {
  static constexpr std::uint32_t kNoMeasure = UINT32_MAX;

  std::uint32_t row = 0;
  std::uint32_t measure = kNoMeasure;  ///< index into RejectedRows::measures
  std::uint32_t message = 0;           ///< index into RejectedRows::messages
  std::uint8_t reason = 0;             ///< the number of citylayers.readings.v1.RejectReason
  StoredReading reading;
};

/// The rejected rows of one batch. Names and texts are stored once per batch, so a long name in
/// many rows costs its length once. The store keeps at most kRejectTextMax bytes of each.
struct RejectedRows {
  std::vector<std::string> measures;
  std::vector<std::string> messages;
  std::vector<RejectedRow> rows;  ///< ascending by row

  std::size_t size() const { return rows.size(); }
  bool empty() const { return rows.empty(); }
};

/// Bytes kept of a rejected reading's measure name and of its message.
inline constexpr std::size_t kRejectTextMax = 256;

/// A rejected reading as stored: see DeadLetters.
struct DeadLetter {
  std::int64_t received_us = 0;  ///< wall clock; set by the store
  std::string source;
  std::uint64_t epoch = 0;
  std::uint64_t sequence = 0;
  std::uint32_t row = 0;
  std::uint8_t reason = 0;  ///< the number of citylayers.readings.v1.RejectReason
  std::string message;
  std::string measure;
  StoredReading reading;
  friend bool operator==(const DeadLetter&, const DeadLetter&) = default;
};

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_READINGS_REJECTED_ROWS_H_
