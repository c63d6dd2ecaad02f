#include "storage/readings/readings_loader.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "storage/bytes/bytes.h"
#include "storage/readings/batch_check.h"
#include "storage/readings/dedupe_codec.h"
#include "storage/readings/log_codec.h"
#include "storage/readings/lost_chunk_codec.h"
#include "storage/readings/row_keys.h"
#include "storage/readings/sealed_state.h"
#include "storage/readings/sealer.h"

namespace citylayers::storage {
namespace {

// Number of empty batches that share one write when the offsets of lost ones are filled.
constexpr std::uint64_t kRowsPerWrite = 10'000;

// Visits the rows of a family with a given prefix.
template <typename Visit>
absl::Status VisitPrefix(Database& database, rocksdb::ColumnFamilyHandle* family, char prefix,
                         Visit visit) {
  const std::unique_ptr<rocksdb::Iterator> rows(
      database.db().NewIterator(rocksdb::ReadOptions(), family));
  const rocksdb::Slice start(&prefix, 1);
  for (rows->Seek(start); rows->Valid() && rows->key().starts_with(start); rows->Next()) {
    RETURN_IF_ERROR(visit(AsView(rows->key()).substr(1), AsView(rows->value())));
  }
  return database.ToStatus(rows->status(), "read");
}

}  // namespace

absl::StatusOr<ReadingsLoader::Result> ReadingsLoader::Load() {
  Result result;
  RETURN_IF_ERROR(LoadRegistry());
  ASSIGN_OR_RETURN(result.sealed_offset, LoadState());
  RETURN_IF_ERROR(LoadLog(result.sealed_offset));
  RETURN_IF_ERROR(NoteLoss(result));
  return result;
}

absl::Status ReadingsLoader::LoadRegistry() {
  RETURN_IF_ERROR(VisitPrefix(database_, database_.meta(), kMeasurePrefix,
                              [this](std::string_view key, std::string_view value) -> absl::Status {
                                ByteReader reader(key);
                                ASSIGN_OR_RETURN(const std::uint32_t series, reader.ReadFixed32());
                                ASSIGN_OR_RETURN(MeasureDef measure, DecodeMeasure(value));
                                if (series != registry_.series_count()) {
                                  return absl::DataLossError(absl::StrCat(
                                      "the definition of series ", registry_.series_count(),
                                      " is missing in ", directory_, ": restore a backup"));
                                }
                                registry_.AddMeasure(std::move(measure));
                                return absl::OkStatus();
                              }));
  return VisitPrefix(database_, database_.meta(), kStationPrefix,
                     [this](std::string_view, std::string_view value) -> absl::Status {
                       ASSIGN_OR_RETURN(StationDef station, DecodeStation(value));
                       registry_.AddStation(std::move(station));
                       return absl::OkStatus();
                     });
}

absl::StatusOr<std::uint64_t> ReadingsLoader::LoadState() {
  RETURN_IF_ERROR(VisitPrefix(database_, database_.state(), kSealedStatePrefix,
                              [this](std::string_view key, std::string_view value) -> absl::Status {
                                ByteReader reader(key);
                                ASSIGN_OR_RETURN(const std::uint32_t series, reader.ReadFixed32());
                                ASSIGN_OR_RETURN(const SealedState sealed,
                                                 DecodeSealedState(value));
                                head_.SetSealed(series, sealed);
                                return absl::OkStatus();
                              }));
  RETURN_IF_ERROR(VisitPrefix(database_, database_.state(), kDedupePrefix,
                              [this](std::string_view key, std::string_view value) -> absl::Status {
                                ASSIGN_OR_RETURN(const DedupeKeyParts parts,
                                                 ParseDedupeKey(kDedupePrefix + std::string(key)));
                                ASSIGN_OR_RETURN(const AppendResult result,
                                                 DecodeAppendResult(value));
                                windows_.Load(parts.source, parts.epoch, parts.sequence, result);
                                return absl::OkStatus();
                              }));
  windows_.FinishLoading();
  RETURN_IF_ERROR(VisitPrefix(
      database_, database_.state(), kLostChunkPrefix,
      [this](std::string_view key, std::string_view value) -> absl::Status {
        ByteReader reader(key);
        ASSIGN_OR_RETURN(const std::uint32_t series, reader.ReadFixed32());
        ASSIGN_OR_RETURN(const std::uint64_t start_ms, reader.ReadFixed64());
        ASSIGN_OR_RETURN(const std::int64_t end_ms, DecodeLostChunkEnd(value));
        chunks_.lost_ranges().Add({series, static_cast<std::int64_t>(start_ms), end_ms});
        return absl::OkStatus();
      }));
  return ReadNumber(kWatermarkKey, 0);
}

absl::Status ReadingsLoader::LoadLog(std::uint64_t sealed_offset) {
  ASSIGN_OR_RETURN(const std::uint64_t oldest, ReadNumber(kOldestKey, 1));
  tail_.Reset(oldest);
  const std::unique_ptr<rocksdb::Iterator> rows(
      database_.db().NewIterator(rocksdb::ReadOptions(), database_.log()));
  std::uint64_t expected = oldest;
  for (rows->Seek(LogKey(oldest)); rows->Valid(); rows->Next(), ++expected) {
    ASSIGN_OR_RETURN(const std::uint64_t offset, ParseLogKey(AsView(rows->key())));
    if (offset != expected) {
      return absl::DataLossError(absl::StrCat("batch ", expected, " is missing in the log of ",
                                              directory_, ": restore a backup"));
    }
    if (offset <= sealed_offset) {
      tail_.Add(rows->value().size(), nullptr);
    } else {
      RETURN_IF_ERROR(Replay(offset, AsView(rows->value())));
    }
  }
  RETURN_IF_ERROR(database_.ToStatus(rows->status(), "read the log of"));
  if (expected <= sealed_offset) {
    return absl::DataLossError(absl::StrCat("the log of ", directory_, " ends at batch ",
                                            expected - 1, ", before ", sealed_offset,
                                            ", which is in chunks: restore a backup"));
  }
  return absl::OkStatus();
}

absl::Status ReadingsLoader::Replay(std::uint64_t offset, std::string_view row) {
  absl::StatusOr<ReadingBatch> batch = DecodeLogRow(row);
  absl::Status status = batch.status();
  if (status.ok()) status = CheckBatch(*batch, registry_.series_count());
  if (!status.ok()) {
    return database_.Damaged(absl::StrCat("batch ", offset, " in the log"), status);
  }
  head_.Apply(offset, *batch);
  auto logged = std::make_shared<LoggedBatch>();
  logged->offset = offset;
  logged->batch = *std::move(batch);
  tail_.Add(row.size(), std::move(logged));
  return absl::OkStatus();
}

absl::Status ReadingsLoader::NoteLoss(Result& result) {
  ASSIGN_OR_RETURN(result.lost_batches, ReadNumber(kLostBatchesKey, 0));
  if (!database_.loss().has_value()) return absl::OkStatus();
  const Database::Loss& loss = *database_.loss();
  const std::uint64_t last = tail_.last_offset();
  const std::uint64_t count = loss.last_offset > last ? loss.last_offset - last : 0;
  result.loss = absl::StrCat(directory_, ": the write-ahead log was cut off or damaged: ");
  if (count > 0) {
    absl::StrAppend(&result.loss, count, " acknowledged batches (offsets ", last + 1, " to ",
                    loss.last_offset, ") are lost");
  } else {
    absl::StrAppend(&result.loss, loss.writes,
                    " acknowledged changes of the registry, the clock or chunks are lost");
  }
  absl::StrAppend(&result.loss, "; restore the directory from a backup or go on without them",
                  loss.logs.empty() ? "" : "; what is left of the log is in ", loss.logs);
  // A reader that has folded the lost batches in must not take later ones for them.
  const std::string row = EncodeLogRow({});
  for (std::uint64_t next = last + 1; next <= loss.last_offset;) {
    rocksdb::WriteBatch write;
    const std::uint64_t end = std::min(loss.last_offset + 1, next + kRowsPerWrite);
    for (std::uint64_t offset = next; offset < end; ++offset) {
      write.Put(database_.log(), LogKey(offset), row);
    }
    RETURN_IF_ERROR(database_.Write(write, end - 1));
    for (; next < end; ++next) RETURN_IF_ERROR(Replay(next, row));
  }
  result.lost_batches += count;
  rocksdb::WriteBatch write;
  std::string total;
  PutFixed64(total, result.lost_batches);
  write.Put(database_.state(), AsSlice(kLostBatchesKey), total);
  return database_.Write(write, std::max(last, loss.last_offset));
}

absl::StatusOr<std::uint64_t> ReadingsLoader::ReadNumber(std::string_view key,
                                                         std::uint64_t missing) const {
  std::string value;
  const rocksdb::Status status =
      database_.db().Get(rocksdb::ReadOptions(), database_.state(), AsSlice(key), &value);
  if (status.IsNotFound()) return missing;
  RETURN_IF_ERROR(database_.ToStatus(status, "read"));
  ByteReader reader(value);
  return reader.ReadFixed64();
}

}  // namespace citylayers::storage
