#include "storage/readings/readings_store.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "base/status_macros.h"
#include "storage/readings/chunk_store.h"
#include "storage/readings/chunk_writer.h"
#include "storage/readings/database.h"
#include "storage/readings/dedupe_windows.h"
#include "storage/readings/head.h"
#include "storage/readings/log_tail.h"
#include "storage/readings/readings_loader.h"
#include "storage/readings/sealer.h"
#include "storage/readings/writer.h"

namespace citylayers::storage {

struct ReadingsStore::Parts {
  Parts(ReadingsStoreOptions store_options, std::unique_ptr<Database> opened)
      : options(std::move(store_options)),
        database(std::move(opened)),
        windows({.window = options.dedupe_window,
                 .sources_max = options.dedupe_sources_max,
                 .jump_max = options.dedupe_jump_max,
                 .first_max = options.dedupe_first_max}),
        head(options.chunk_readings),
        tail(options.tail_cache_readings),
        chunks(*database),
        chunk_writer(*database, chunks, options.chunk_readings),
        registrar(options.series_max, *database, registry, writer),
        log(*database, registry, tail, writer),
        series(head, chunks),
        dead_letters(*database),
        state(*database, writer),
        upkeep(options.retention, *database, tail, chunks, sealer, writer),
        sealer(options, registry, *database, writer, head, tail, chunk_writer),
        writer(options, *database, head, tail, windows, [this](std::vector<std::uint32_t> full) {
          if (options.seal_in_background) sealer.Enqueue(std::move(full));
        }) {}

  // The sealer writes through the writer, and the writer reports full series to the sealer until
  // its queue is empty: the sealer's thread ends first, then the writer, then the sealer.
  ~Parts() { sealer.Stop(); }

  absl::Status Load();

  const ReadingsStoreOptions options;
  const std::unique_ptr<Database> database;
  Registry registry;
  DedupeWindows windows;
  Head head;
  LogTail tail;
  ChunkStore chunks;
  ChunkWriter chunk_writer;
  ReadingsLoader::Result loaded;  // written by Load() only
  // The parts that are handed out keep references to the sealer and the writer, and outlive both:
  // an answer that the writer gives while it closes may ask them for their status.
  Registrar registrar;
  ReadingsLog log;
  const SeriesReader series;
  const DeadLetters dead_letters;
  StateCells state;
  ReadingsUpkeep upkeep;
  Sealer sealer;
  Writer writer;
};

absl::Status ReadingsStore::Parts::Load() {
  ReadingsLoader loader(options.directory, *database, registry, windows, head, tail, chunks);
  ASSIGN_OR_RETURN(loaded, loader.Load());
  sealer.SetSealedOffset(loaded.sealed_offset);
  writer.Start();
  if (options.seal_in_background) sealer.Start();
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<ReadingsStore>> ReadingsStore::Open(ReadingsStoreOptions options) {
  ASSIGN_OR_RETURN(std::unique_ptr<Database> database, Database::Open(options));
  auto parts = std::make_unique<Parts>(std::move(options), std::move(database));
  RETURN_IF_ERROR(parts->Load());
  return std::unique_ptr<ReadingsStore>(new ReadingsStore(std::move(parts)));
}

ReadingsStore::ReadingsStore(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
ReadingsStore::~ReadingsStore() = default;

const Registry& ReadingsStore::registry() const { return parts_->registry; }
Registrar& ReadingsStore::registrar() { return parts_->registrar; }
ReadingsLog& ReadingsStore::log() { return parts_->log; }
const ReadingsLog& ReadingsStore::log() const { return parts_->log; }
const SeriesReader& ReadingsStore::series() const { return parts_->series; }
const DeadLetters& ReadingsStore::dead_letters() const { return parts_->dead_letters; }
StateCells& ReadingsStore::state() { return parts_->state; }
const StateCells& ReadingsStore::state() const { return parts_->state; }
ReadingsUpkeep& ReadingsStore::upkeep() { return parts_->upkeep; }
const ReadingsUpkeep& ReadingsStore::upkeep() const { return parts_->upkeep; }
const std::string& ReadingsStore::Loss() const { return parts_->loaded.loss; }

ReadingsStoreStats ReadingsStore::Stats() const {
  const Parts& parts = *parts_;
  const Writer::Figures writer = parts.writer.figures();
  ReadingsStoreStats stats;
  stats.series_count = parts.registry.series_count();
  stats.last_offset = parts.tail.last_offset();
  stats.oldest_offset = parts.tail.oldest_offset();
  stats.sealed_offset = parts.sealer.sealed_offset();
  stats.log_bytes = parts.tail.held_bytes();
  stats.head_readings = parts.head.reading_count();
  stats.queued_batches = writer.queued;
  stats.queued_bytes = writer.queued_bytes;
  stats.database_bytes = parts.database->memory_bytes();
  stats.batches_committed = writer.batches;
  stats.syncs = writer.syncs;
  stats.sync_seconds = writer.sync_seconds;
  stats.lost_batches = parts.loaded.lost_batches;
  stats.lost_chunks = parts.chunks.lost_ranges().count();
  stats.dedupe_sources = writer.dedupe_sources;
  stats.disk_bytes = parts.database->disk_bytes();
  return stats;
}

}  // namespace citylayers::storage
