#include "tests/crash/ledger.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace citylayers::crash {
namespace {

using readings::v1::ReadingColumns;
using readings::v1::WriteReadingsRequest;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Two readings of one gauge, a second apart.
WriteReadingsRequest Batch(uint64_t sequence, int64_t first_ms, double value) {
  WriteReadingsRequest request;
  request.set_source("a");
  request.set_sequence(sequence);
  ReadingColumns& rows = *request.mutable_readings();
  rows.add_measures("stations/phu-an/measures/water_level");
  for (const int64_t delta_ms : {first_ms, int64_t{1000}}) {
    rows.add_measure_indexes(0);
    rows.add_time_deltas_ms(delta_ms);
    rows.add_values(value);
  }
  return request;
}

TEST(Ledger, WhatWasSentAndIsThereOnceIsRight) {
  Ledger ledger;
  ledger.Acknowledge(ledger.Send(Batch(1, 1000, 1.5)));
  EXPECT_THAT(ledger.TakeLog(Batch(1, 1000, 1.5).readings()), IsEmpty());
  EXPECT_THAT(ledger.CheckBatches(), IsEmpty());
  EXPECT_THAT(ledger.CheckQuery({Batch(1, 1000, 1.5).readings()}, 0), IsEmpty());
}

TEST(Ledger, LossOfAnAcknowledgedBatchIsSeenInTheLogAndInTheStore) {
  Ledger ledger;
  ledger.Acknowledge(ledger.Send(Batch(1, 1000, 1.5)));
  EXPECT_THAT(ledger.CheckBatches(), ElementsAre(HasSubstr("0 of 2")));
  EXPECT_THAT(ledger.TakeLog(Batch(1, 1000, 1.5).readings()), IsEmpty());
  EXPECT_THAT(ledger.CheckQuery({}, 0), ElementsAre(HasSubstr("lost"), HasSubstr("lost")));
  EXPECT_THAT(ledger.CheckQuery({}, 2000), ElementsAre(HasSubstr("lost")));
}

TEST(Ledger, AnUnacknowledgedBatchMayBeMissingButNotInPart) {
  Ledger ledger;
  ledger.Send(Batch(1, 1000, 1.5));
  EXPECT_THAT(ledger.CheckBatches(), IsEmpty());
  ReadingColumns half = Batch(1, 1000, 1.5).readings();
  half.mutable_measure_indexes()->RemoveLast();
  half.mutable_time_deltas_ms()->RemoveLast();
  half.mutable_values()->RemoveLast();
  EXPECT_THAT(ledger.TakeLog(half), IsEmpty());
  EXPECT_THAT(ledger.CheckBatches(), ElementsAre(HasSubstr("unacknowledged batch a 1: 1 of 2")));
}

TEST(Ledger, DoubledForeignAndChangedReadingsAreSeen) {
  Ledger ledger;
  ledger.Send(Batch(1, 1000, 1.5));
  EXPECT_THAT(ledger.TakeLog(Batch(1, 1000, 1.5).readings()), IsEmpty());
  EXPECT_THAT(ledger.TakeLog(Batch(1, 1000, 1.5).readings()),
              ElementsAre(HasSubstr("2 times"), HasSubstr("2 times")));
  EXPECT_THAT(ledger.TakeLog(Batch(2, 9000, 1.5).readings()),
              ElementsAre(HasSubstr("never sent"), HasSubstr("never sent")));
  EXPECT_THAT(ledger.CheckQuery({Batch(1, 1000, 1.6).readings()}, 0),
              ElementsAre(HasSubstr("sent 1.5, stored 1.6"), HasSubstr("sent 1.5, stored 1.6")));
  EXPECT_THAT(
      ledger.CheckQuery({Batch(1, 1000, 1.5).readings(), Batch(1, 1000, 1.5).readings()}, 0),
      ElementsAre(HasSubstr("given twice"), HasSubstr("given twice")));
}

}  // namespace
}  // namespace citylayers::crash
