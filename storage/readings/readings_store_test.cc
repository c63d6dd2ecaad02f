#include "storage/readings/readings_store.h"

#include <cmath>
#include <map>
#include <random>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/support/readings_store_fixture.h"

namespace citylayers::storage {
namespace {

using testing::HasSubstr;
using testing::Optional;

class ReadingsStoreTest : public TestStore {};

TEST_F(ReadingsStoreTest, WhatWasAcknowledgedIsThereAfterReopening) {
  Open();
  RegisterSpeeds(2);
  const auto result =
      store_->log().Append(Batch("g", 1, {{0, kStartMs, 31.5}, {1, kStartMs, 12.0}}), {});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->offset, 1u);
  for (int round = 0; round < 4; ++round) {
    Open();
    EXPECT_EQ(Rows(0), (Readings{{kStartMs, 31.5}})) << "round " << round;
    EXPECT_THAT(store_->series().Latest({1})[0], Optional(StoredReading{kStartMs, 12.0}));
    EXPECT_EQ(store_->log().LastOffset(), 1u);
    if (round == 1) {
      ASSERT_TRUE(store_->upkeep().Seal().ok());
      EXPECT_EQ(store_->Stats().head_readings, 0u);
    }
  }
}

// Compares with a std::map under random operations: readings in and out of order,
// revisions, seals, reopening.
TEST_F(ReadingsStoreTest, EqualsAMapWhateverHappens) {
  std::mt19937_64 random(20221007);
  options_.chunk_readings = 16;  // Many chunks from few readings.
  options_.log_retention_batches = 3;
  options_.tail_cache_readings = 40;
  Open();
  constexpr std::uint32_t kSeries = 5;
  RegisterSpeeds(kSeries);
  std::map<std::int64_t, StoredReading> model[kSeries];
  for (int step = 0; step < 1500; ++step) {
    const std::uint64_t dice = random() % 100;
    if (dice < 80) {
      ReadingBatch batch;
      const std::size_t rows = 1 + random() % 20;
      for (std::size_t i = 0; i < rows; ++i) {
        const std::uint32_t series = random() % kSeries;
        const std::int64_t slot = dice < 60 ? step : static_cast<std::int64_t>(random() % 1500);
        const std::int64_t time_ms =
            kStartMs + slot * 3'600'000 + static_cast<std::int64_t>(i) * 1000;
        const StoredReading reading{time_ms, static_cast<double>(random() % 1000) / 10,
                                    static_cast<std::uint8_t>(random() % 5)};
        batch.series.push_back(series);
        batch.times_ms.push_back(reading.time_ms);
        batch.values.push_back(reading.value);
        batch.qualities.push_back(reading.quality);
        model[series][time_ms] = reading;
      }
      ASSERT_TRUE(store_->log().Append(std::move(batch), {}).ok());
    } else if (dice < 84) {
      ASSERT_TRUE(store_->upkeep().Seal().ok());
    } else if (dice < 86) {
      Open();
    } else {
      const std::uint32_t series = random() % kSeries;
      const std::int64_t start_ms =
          kStartMs + static_cast<std::int64_t>(random() % 1500) * 3'600'000;
      const std::int64_t end_ms = start_ms + static_cast<std::int64_t>(random() % 500) * 3'600'000;
      const auto rows = store_->series().Query(series, start_ms, end_ms);
      ASSERT_TRUE(rows.ok()) << rows.status();
      Readings expected;
      for (auto it = model[series].lower_bound(start_ms);
           it != model[series].end() && it->first < end_ms; ++it) {
        expected.push_back(it->second);
      }
      ASSERT_EQ(*rows, expected) << "step " << step;
    }
  }
  for (std::uint32_t series = 0; series < kSeries; ++series) {
    ASSERT_THAT(store_->series().Latest({series})[0], Optional(model[series].rbegin()->second));
  }
}

TEST_F(ReadingsStoreTest, ARepeatIsAcknowledgedAndNotStoredAgain) {
  Open();
  RegisterSpeeds(1);
  const auto first = store_->log().Append(Batch("gate", 7, {{0, kStartMs, 10}}), {});
  const auto later = store_->log().Append(Batch("gate", 8, {{0, kStartMs, 20}}), {});
  ASSERT_TRUE(first.ok() && later.ok());
  for (int round = 0; round < 2; ++round) {
    const auto repeat = store_->log().Append(Batch("gate", 7, {{0, kStartMs, 10}}), {});
    ASSERT_TRUE(repeat.ok()) << repeat.status();
    EXPECT_TRUE(repeat->duplicate);
    EXPECT_EQ(repeat->offset, first->offset);
    EXPECT_EQ(repeat->accepted_count, 1u);
    EXPECT_EQ(Rows(0), (Readings{{kStartMs, 20}})) << "the later batch stays";
    EXPECT_EQ(store_->log().LastOffset(), later->offset);
    Open();
  }
}

TEST_F(ReadingsStoreTest, ASequenceOlderThanTheWindowIsRefused) {
  options_.dedupe_window = 4;
  Open();
  RegisterSpeeds(1);
  ASSERT_TRUE(store_->log().Append(Batch("gate", 10, {{0, kStartMs, 1}}), {}).ok());
  EXPECT_TRUE(store_->log().Append(Batch("gate", 7, {{0, kStartMs, 2}}), {}).ok());
  const auto old = store_->log().Append(Batch("gate", 6, {{0, kStartMs, 3}}), {});
  EXPECT_EQ(old.status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_THAT(old.status().ToString(), HasSubstr("new epoch"));
}

TEST_F(ReadingsStoreTest, ManyThreadsShareSyncs) {
  Open();
  RegisterSpeeds(8);
  std::vector<std::thread> threads;
  for (std::uint32_t t = 0; t < 8; ++t) {
    threads.emplace_back([this, t] {
      for (int i = 0; i < 50; ++i) {
        const auto result = store_->log().Append(
            Batch("s" + std::to_string(t), i + 1, {{t, kStartMs + i, 1.0 * i}}), {});
        EXPECT_TRUE(result.ok()) << result.status();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(store_->log().LastOffset(), 400u);
  EXPECT_EQ(store_->Stats().batches_committed, 400u);
  EXPECT_LT(store_->Stats().syncs, 400u);
  for (std::uint32_t t = 0; t < 8; ++t) EXPECT_EQ(Rows(t).size(), 50u);
}

TEST_F(ReadingsStoreTest, AggregatesEqualThoseOfTheRawReadings) {
  std::mt19937_64 random(3);
  options_.chunk_readings = 16;
  Open();
  RegisterSpeeds(1);
  for (int i = 0; i < 400; ++i) {
    const std::int64_t slot = i % 10 == 9 ? static_cast<std::int64_t>(random() % 400) : i;
    ASSERT_TRUE(store_->log()
                    .Append(Batch("", 0,
                                  {{0, kStartMs + slot * 60'000,
                                    static_cast<double>(random() % 900) / 10}}),
                            {})
                    .ok());
    if (i % 90 == 89) {
      ASSERT_TRUE(store_->upkeep().Seal().ok());
    }
  }
  for (const std::int64_t window_ms : {std::int64_t{1}, std::int64_t{300'000},
                                       std::int64_t{3'600'000}, std::int64_t{86'400'000}}) {
    const std::int64_t start_ms = kStartMs + 7 * 60'000 + 1;
    const std::int64_t end_ms = kStartMs + 371 * 60'000;
    std::map<std::int64_t, Readings> windows;
    const auto raw = store_->series().Query(0, start_ms, end_ms);
    ASSERT_TRUE(raw.ok());
    for (const StoredReading& reading : *raw) {
      windows[reading.time_ms / window_ms * window_ms].push_back(reading);
    }
    const auto aggregates = store_->series().Aggregate(0, start_ms, end_ms, window_ms);
    ASSERT_TRUE(aggregates.ok());
    ASSERT_EQ(aggregates->size(), windows.size());
    auto expected = windows.begin();
    for (const WindowAggregate& window : *aggregates) {
      const Readings& readings = expected->second;
      double sum = 0, least = 1e9, most = -1e9;
      for (const StoredReading& reading : readings) {
        sum += reading.value;
        least = std::min(least, reading.value);
        most = std::max(most, reading.value);
      }
      EXPECT_EQ(window.start_ms, expected->first);
      EXPECT_EQ(window.count, readings.size());
      EXPECT_NEAR(window.sum, sum, 1e-6);
      EXPECT_EQ(window.min, least);
      EXPECT_EQ(window.max, most);
      EXPECT_EQ(window.first, readings.front().value);
      EXPECT_EQ(window.last, readings.back().value);
      ++expected;
    }
  }
}

TEST_F(ReadingsStoreTest, WatchersReadTheLogFromMemoryAndFromDisk) {
  options_.tail_cache_readings = 3;
  options_.log_retention_batches = 6;
  Open();
  RegisterSpeeds(1);
  for (int i = 1; i <= 10; ++i) {
    ASSERT_TRUE(store_->log().Append(Batch("g", i, {{0, kStartMs + i, 1.0 * i}}), {}).ok());
  }
  for (int round = 0; round < 2; ++round) {
    const auto all = store_->log().Read(0, 1000);
    ASSERT_TRUE(all.ok()) << all.status();
    ASSERT_EQ(all->size(), 10u);
    for (std::size_t i = 0; i < 10; ++i) {
      EXPECT_EQ((*all)[i]->offset, i + 1);
      EXPECT_EQ(
          (*all)[i]->batch,
          Batch("g", i + 1,
                {{0, kStartMs + 1 + static_cast<std::int64_t>(i), 1.0 + static_cast<double>(i)}}));
    }
    EXPECT_EQ(store_->log().Read(8, 1000)->size(), 2u);
    EXPECT_EQ(store_->log().Read(0, 4)->size(), 4u);
    EXPECT_EQ(store_->log().Read(10, 1000)->size(), 0u);
    Open();
  }
  ASSERT_TRUE(store_->upkeep().Seal().ok());
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(store_->log().OldestResumeOffset(), 4u);
    EXPECT_EQ(store_->log().Read(4, 1000)->size(), 6u);
    const auto old = store_->log().Read(3, 1000);
    EXPECT_EQ(old.status().code(), absl::StatusCode::kOutOfRange);
    EXPECT_THAT(old.status().ToString(), HasSubstr("starts after offset 4"));
    Open();
  }
}

TEST_F(ReadingsStoreTest, TheLogIsNotTrimmedBeforeItIsSealed) {
  options_.log_retention_batches = 0;
  Open();
  RegisterSpeeds(1);
  for (int i = 1; i <= 5; ++i) {
    ASSERT_TRUE(store_->log().Append(Batch("g", i, {{0, kStartMs + i, 1.0}}), {}).ok());
  }
  EXPECT_EQ(store_->log().Read(0, 100)->size(), 5u);
  ASSERT_TRUE(store_->upkeep().Seal().ok());
  EXPECT_EQ(store_->log().OldestResumeOffset(), 5u);
  Open();
  EXPECT_EQ(store_->log().LastOffset(), 5u) << "an empty log keeps counting";
  EXPECT_EQ(store_->log().Append(Batch("g", 6, {{0, kStartMs, 1.0}}), {})->offset, 6u);
}

TEST_F(ReadingsStoreTest, ListenersHearOfEveryCommitUntilTheyLeave) {
  Open();
  RegisterSpeeds(1);
  std::uint64_t heard = 0;
  const std::uint64_t id =
      store_->log().AddListener([&heard](std::uint64_t last) { heard = last; });
  EXPECT_EQ(store_->log().LastOffset(), 0u);
  ASSERT_TRUE(store_->log().Append(Batch("", 0, {{0, kStartMs, 1}}), {}).ok());
  EXPECT_EQ(store_->log().LastOffset(), 1u);
  EXPECT_EQ(heard, 1u);
  store_->log().RemoveListener(id);
  ASSERT_TRUE(store_->log().Append(Batch("", 0, {{0, kStartMs, 1}}), {}).ok());
  EXPECT_EQ(heard, 1u);
}

TEST_F(ReadingsStoreTest, RefusedRowsAreKeptAside) {
  Open();
  RegisterSpeeds(1);
  RejectedRows letter;
  letter.measures = {"stations/none/measures/depth"};
  letter.messages = {"no such measure"};
  letter.rows = {{3, 0, 0, 2, {kStartMs, 4.5, 1}}};
  RejectedRows two = letter;
  two.rows.push_back({4, 0, 0, 2, {kStartMs, 5.5, 1}});
  const auto nothing_good = store_->log().Append(Batch("g", 1, {}), two);
  ASSERT_TRUE(nothing_good.ok());
  EXPECT_EQ(nothing_good->offset, 0u);
  EXPECT_EQ(nothing_good->rejected_count, 2u);
  EXPECT_TRUE(store_->log().Append(Batch("g", 1, {}), letter)->duplicate);
  Open();
  const auto page = store_->dead_letters().Read("", 10);
  ASSERT_TRUE(page.ok());
  const std::vector<DeadLetter>& letters = page->letters;
  ASSERT_EQ(letters.size(), 2u);
  EXPECT_EQ(letters[0].row, 4u) << "newest first";
  EXPECT_EQ(letters[1].row, 3u);
  EXPECT_EQ(letters[0].message, "no such measure");
  EXPECT_EQ(letters[0].source, "g");
  EXPECT_EQ(letters[1].reading, letter.rows[0].reading);
  EXPECT_GT(letters[0].received_us, 0);
}

TEST_F(ReadingsStoreTest, TheRegistryWinsOverALaterSeed) {
  Open();
  MeasureDef level{"stations/phu_an/measures/water_level", "m", 3, 600'000, "hondau", -5, 5,
                   {{"báo động I", "alert level I", 1.4}}};
  StationDef station{"phu_an", "Phú An", "Phu An", {106.7077, 10.7786}};
  ASSERT_TRUE(store_->registrar().SeedStations({station}, {level}).ok());
  level.max_value = 9;
  station.name_en = "other";
  ASSERT_TRUE(store_->registrar().SeedStations({station}, {level}).ok());
  for (int round = 0; round < 2; ++round) {
    const auto series = store_->registry().Find(level.name);
    ASSERT_TRUE(series.has_value());
    EXPECT_EQ(store_->registry().Measure(*series)->max_value, 5);
    EXPECT_EQ(store_->registry().Measure(*series)->thresholds[0].name_vi, "báo động I");
    EXPECT_EQ(store_->registry().FindStation("phu_an")->name_en, "Phu An");
    EXPECT_EQ(store_->registry().SeriesOfStation("phu_an").size(), 1u);
    EXPECT_EQ(store_->registry().StationsAfter("", 10).size(), 1u);
    EXPECT_EQ(store_->registry().StationsAfter("phu_an", 10).size(), 0u);
    Open();
  }
}

TEST_F(ReadingsStoreTest, PatternsMatchAKindOfACollection) {
  Open();
  RegisterSpeeds(3);
  MeasureDef rain{"stations/a/measures/rainfall", "mm", 1, 0, "", 0, 500, {}};
  ASSERT_TRUE(store_->registrar().RegisterMeasures({rain}).ok());
  EXPECT_EQ(*store_->registry().Match("segments/-/measures/speed"),
            (std::vector<std::uint32_t>{0, 1, 2}));
  EXPECT_EQ(*store_->registry().Match("stations/-/measures/rainfall"),
            (std::vector<std::uint32_t>{3}));
  EXPECT_EQ(*store_->registry().Match("segments/1/measures/speed"),
            (std::vector<std::uint32_t>{1}));
  EXPECT_TRUE(store_->registry().Match("stations/-/measures/depth")->empty());
  EXPECT_EQ(store_->registry().Match("segments/9/measures/speed").status().code(),
            absl::StatusCode::kNotFound);
  for (const char* bad :
       {"", "x", "segments/1", "segments//measures/speed", "roads/1/measures/speed",
        "segments/1/measures/Speed", "segments/1 2/measures/speed"}) {
    EXPECT_EQ(store_->registry().Match(bad).status().code(), absl::StatusCode::kInvalidArgument)
        << bad;
  }
}

TEST_F(ReadingsStoreTest, ABatchThatDoesNotFitIsRefusedWhole) {
  Open();
  RegisterSpeeds(1);
  std::vector<ReadingBatch> bad(6, Batch("g", 1, {{0, kStartMs, 1}, {0, kStartMs + 1, 2}}));
  bad[0].series[1] = 1;
  bad[1].values[1] = std::nan("");
  bad[2].times_ms[1] = -1;
  bad[3].times_ms.pop_back();
  bad[4].qualities = {1};
  bad[5].source.assign(kSourceMax + 1, 'x');
  for (const ReadingBatch& batch : bad) {
    EXPECT_EQ(store_->log().Append(batch, {}).status().code(), absl::StatusCode::kInvalidArgument);
  }
  EXPECT_TRUE(Rows(0).empty());
  EXPECT_EQ(store_->log().LastOffset(), 0u);
}

TEST_F(ReadingsStoreTest, MinusZeroIsZero) {
  Open();
  RegisterSpeeds(1);
  ASSERT_TRUE(store_->log().Append(Batch("", 0, {{0, kStartMs, -0.0}}), {}).ok());
  EXPECT_FALSE(std::signbit(Rows(0)[0].value));
}

TEST_F(ReadingsStoreTest, StateIsDurable) {
  Open();
  EXPECT_EQ(*store_->state().Get("clock"), "");
  ASSERT_TRUE(store_->state().Put("clock", std::string("\0x", 2)).ok());
  Open();
  EXPECT_EQ(*store_->state().Get("clock"), std::string("\0x", 2));
}

TEST_F(ReadingsStoreTest, WeeksPastRetentionAreDropped) {
  options_.retention = absl::Hours(24 * 14);
  Open();
  RegisterSpeeds(1);
  const std::int64_t week_ms = 7 * 24 * 3'600'000ll;
  for (int week = 0; week < 6; ++week) {
    ASSERT_TRUE(
        store_->log().Append(Batch("", 0, {{0, kStartMs + week * week_ms, 1.0 * week}}), {}).ok());
  }
  ASSERT_TRUE(store_->upkeep().Seal().ok());
  ASSERT_TRUE(store_->upkeep().DropExpired(absl::FromUnixMillis(kStartMs + 5 * week_ms)).ok());
  for (int round = 0; round < 2; ++round) {
    const Readings rows = Rows(0);
    ASSERT_EQ(rows.size(), 3u);
    EXPECT_EQ(rows[0].value, 3);
    Open();
  }
}

TEST_F(ReadingsStoreTest, SealingInTheBackgroundHidesNothing) {
  options_.seal_in_background = true;
  options_.chunk_readings = 32;
  Open();
  RegisterSpeeds(4);
  for (int i = 0; i < 600; ++i) {
    ReadingBatch batch;
    for (std::uint32_t series = 0; series < 4; ++series) {
      batch.series.push_back(series);
      batch.times_ms.push_back(kStartMs + i * 1000);
      batch.values.push_back(i);
    }
    ASSERT_TRUE(store_->log().Append(std::move(batch), {}).ok());
    if (i % 37 == 0) {
      ASSERT_EQ(Rows(static_cast<std::uint32_t>(i) % 4).size(), static_cast<std::size_t>(i) + 1);
    }
  }
  ASSERT_TRUE(store_->upkeep().Seal().ok());
  EXPECT_EQ(store_->Stats().sealed_offset, 600u);
  for (std::uint32_t series = 0; series < 4; ++series) EXPECT_EQ(Rows(series).size(), 600u);
}

}  // namespace
}  // namespace citylayers::storage
