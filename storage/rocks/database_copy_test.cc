#include "storage/rocks/database_copy.h"

#include <algorithm>
#include <filesystem>
#include <memory>

#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"

namespace citylayers::storage {
namespace {

namespace fs = std::filesystem;

class DatabaseCopy : public testing::Test {
 protected:
  DatabaseCopy() {
    rocksdb::Options options;
    options.create_if_missing = true;
    options.track_and_verify_wals_in_manifest = true;  // as the stores have it
    rocksdb::DB* db = nullptr;
    EXPECT_TRUE(rocksdb::DB::Open(options, dir_ / "db", &db).ok());
    db_.reset(db);
  }
  void Put(const std::string& key, const std::string& value) {
    rocksdb::WriteOptions synced;
    synced.sync = true;
    ASSERT_TRUE(db_->Put(synced, key, value).ok());
  }
  rocksdb::Status Copy(const std::string& name) {
    return CopyDatabase(*db_, {db_->DefaultColumnFamily()}, dir_ / name);
  }
  // What the copy has for the key; "-": nothing.
  std::string Read(const std::string& name, const std::string& key) {
    rocksdb::Options options;
    options.track_and_verify_wals_in_manifest = true;
    rocksdb::DB* opened = nullptr;
    const rocksdb::Status status = rocksdb::DB::OpenForReadOnly(options, dir_ / name, &opened);
    EXPECT_TRUE(status.ok()) << status.ToString();
    if (!status.ok()) return "";
    const std::unique_ptr<rocksdb::DB> copy(opened);
    std::string value;
    return copy->Get(rocksdb::ReadOptions(), key, &value).ok() ? value : "-";
  }

  const test::TempDir dir_;
  std::unique_ptr<rocksdb::DB> db_;
};

TEST_F(DatabaseCopy, HasEveryWriteBeforeItAndNoneAfterIt) {
  Put("a", "1");
  ASSERT_TRUE(Copy("first").ok());
  Put("a", "2");
  Put("b", "1");
  ASSERT_TRUE(Copy("second").ok());
  EXPECT_EQ(Read("first", "a"), "1");
  EXPECT_EQ(Read("first", "b"), "-");
  EXPECT_EQ(Read("second", "a"), "2");
  EXPECT_EQ(Read("second", "b"), "1");
}

TEST_F(DatabaseCopy, HasNoWriteAheadLogToReplay) {
  Put("a", std::string(100'000, 'x'));
  ASSERT_TRUE(Copy("copy").ok());
  for (const auto& entry : fs::directory_iterator(dir_ / "copy")) {
    if (entry.path().extension() != ".log") continue;
    EXPECT_EQ(entry.file_size(), 0u) << entry.path();
  }
}

TEST_F(DatabaseCopy, SharesTheTablesWithTheDatabase) {
  Put("a", "1");
  ASSERT_TRUE(Copy("copy").ok());
  int tables = 0;
  for (const auto& entry : fs::directory_iterator(dir_ / "copy")) {
    if (entry.path().extension() != ".sst") continue;
    ++tables;
    EXPECT_EQ(fs::hard_link_count(entry.path()), 2u);
  }
  EXPECT_EQ(tables, 1);
}

TEST_F(DatabaseCopy, TheDatabaseOpensAfterManyOfThem) {
  for (int i = 0; i < 20; ++i) {
    Put("a", std::to_string(i));
    ASSERT_TRUE(Copy("copy" + std::to_string(i)).ok());
  }
  db_.reset();
  EXPECT_EQ(Read("db", "a"), "19");
}

TEST_F(DatabaseCopy, AnExistingDirectoryIsRefused) {
  fs::create_directory(dir_ / "copy");
  EXPECT_FALSE(Copy("copy").ok());
  EXPECT_TRUE(fs::is_empty(dir_ / "copy"));
}

TEST_F(DatabaseCopy, TheIdentityIsAWord) {
  const std::string identity = IdentityOf(*db_);
  EXPECT_NE(identity, "-");
  EXPECT_EQ(identity.find_first_of(" \n"), std::string::npos);
}

}  // namespace
}  // namespace citylayers::storage
