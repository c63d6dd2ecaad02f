#include <atomic>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include <rocksdb/db.h>
#include <rocksdb/options.h>
#include <rocksdb/write_batch.h>

#include "tests/bench/readings/readings_figures.h"

namespace citylayers::bench {
namespace {

// Big-endian, so that the readings of a series are adjacent and ordered by time.
void PutBigEndian(std::string& key, uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    key.push_back(static_cast<char>(value >> shift));
  }
}

rocksdb::Status WriteRows(rocksdb::DB& db, uint32_t first_series, uint64_t time_ms, int rows,
                          std::mt19937& random) {
  rocksdb::WriteBatch batch;
  for (int row = 0; row < rows; ++row) {
    std::string key;
    PutBigEndian(key, first_series + static_cast<uint32_t>(row), 4);
    PutBigEndian(key, time_ms, 8);
    const double value = static_cast<double>(200 + random() % 300) / 10;
    batch.Put(key, rocksdb::Slice(reinterpret_cast<const char*>(&value), sizeof(value)));
  }
  rocksdb::WriteOptions synced;
  synced.sync = true;
  return db.Write(synced, &batch);
}

}  // namespace

absl::StatusOr<double> MeasureRowsPeer(const ReadingsBenchOptions& options) {
  rocksdb::Options database;
  database.create_if_missing = true;
  database.compression = rocksdb::kZSTD;
  database.IncreaseParallelism(2);
  rocksdb::DB* opened = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(database, options.directory + "/rows", &opened);
  if (!status.ok()) return absl::InternalError(status.ToString());
  const std::unique_ptr<rocksdb::DB> db(opened);
  std::atomic<uint64_t> stored{0};
  std::atomic<bool> failed{false};
  const absl::Time start = absl::Now();
  const absl::Time end = start + options.duration;
  std::vector<std::thread> writers;
  for (int writer = 0; writer < options.writers; ++writer) {
    writers.emplace_back([&, writer] {
      std::mt19937 random(static_cast<unsigned>(writer));
      const auto first = static_cast<uint32_t>(writer * options.batch_rows);
      for (uint64_t second = 1; absl::Now() < end && !failed; ++second) {
        const uint64_t time_ms = 1'666'000'000'000 + second * 1000;
        if (WriteRows(*db, first, time_ms, options.batch_rows, random).ok()) {
          stored += static_cast<uint64_t>(options.batch_rows);
        } else {
          failed = true;
        }
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  if (failed) return absl::InternalError("the peer could not write");
  return static_cast<double>(stored) / absl::ToDoubleSeconds(absl::Now() - start);
}

}  // namespace citylayers::bench
