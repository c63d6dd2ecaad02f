#include "storage/readings/database_options.h"

#include <cstdarg>
#include <cstddef>

#include "rocksdb/env.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/table.h"

namespace citylayers::storage {
namespace {

constexpr std::size_t kMib = 1 << 20;

// RocksDB would write its own log into the directory, and Debian's build of 7.8.3 has assertions
// on: when the disk is full, the log line after the one that failed ends the process. Errors are
// returned as statuses.
class NoLogger final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

rocksdb::ColumnFamilyOptions FamilyOptions(std::size_t write_buffer_bytes,
                                           const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.block_size = 16 * 1024;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.format_version = 5;
  rocksdb::ColumnFamilyOptions family;
  family.write_buffer_size = write_buffer_bytes;
  family.compression = rocksdb::kNoCompression;
  family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return family;
}

}  // namespace

std::vector<rocksdb::ColumnFamilyDescriptor> FamiliesOf(
    const ReadingsStoreOptions& options, const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::ColumnFamilyOptions state = FamilyOptions(8 * kMib, cache);
  state.bottommost_compression = rocksdb::kZSTD;
  rocksdb::ColumnFamilyOptions meta = FamilyOptions(4 * kMib, cache);
  meta.bottommost_compression = rocksdb::kZSTD;
  rocksdb::ColumnFamilyOptions log = FamilyOptions(64 * kMib, cache);
  rocksdb::ColumnFamilyOptions chunk = FamilyOptions(32 * kMib, cache);
  chunk.bottommost_compression = rocksdb::kZSTD;
  // Keys start with the week, so files hold neighbouring weeks and retention drops most of them
  // whole. A partitioner that splits files at weeks costs 2 KB per week, more than the data of a
  // river gauge.
  // FIFO without compaction: FIFO of 7.8 may drop fresh data when it compacts.
  rocksdb::ColumnFamilyOptions dead_letter = FamilyOptions(4 * kMib, cache);
  dead_letter.compaction_style = rocksdb::kCompactionStyleFIFO;
  dead_letter.compaction_options_fifo.max_table_files_size = options.dead_letter_bytes_max;
  dead_letter.compaction_options_fifo.allow_compaction = false;
  return {{rocksdb::kDefaultColumnFamilyName, state},
          {"meta", meta},
          {"log", log},
          {"chunk", chunk},
          {"dlq", dead_letter}};
}

rocksdb::DBOptions DatabaseOptions() {
  rocksdb::DBOptions db;
  db.create_missing_column_families = true;
  db.max_total_wal_size = 256 * kMib;
  // A torn last record of the log was never acknowledged. One in the middle is damage, and the
  // records after it were acknowledged: RocksDB's default would drop them silently.
  db.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  // A log that is not the last one must be whole. (7.8.3 can report a false alarm after
  // DB::SyncWAL: writes sync by WriteOptions, and for copies see CopyDatabase.)
  db.track_and_verify_wals_in_manifest = true;
  db.wal_bytes_per_sync = kMib;
  db.bytes_per_sync = kMib;
  db.info_log = std::make_shared<NoLogger>();
  db.max_open_files = -1;  // required by FIFO, which the dead letters use
  db.max_background_jobs = 2;
  // Errors are resolved by operators: see Write().
  db.max_bgerror_resume_count = 0;
  return db;
}

}  // namespace citylayers::storage
