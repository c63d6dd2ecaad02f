// Flips a bit in every kind of stored file: reading it afterwards must return the true data, or an
// error that names the damaged part, or a reported loss. Nothing else.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include <unistd.h>

#include "tests/damage/facts.h"

namespace citylayers::damage {
namespace {

namespace fs = std::filesystem;

/// A kind of directory: functions that create and read it, and the number of flips per file.
struct Subject {
  std::string name;
  void (*make)(const std::string& directory);
  Facts (*read)(const std::string& directory);
  std::size_t flips_of_file;
  std::size_t flips_of_log;  // of *.log files, where a database has the least redundancy
};

struct Tally {
  std::size_t same = 0, told = 0, wrong = 0;
};

std::string ReadFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::vector<std::string> Files(const fs::path& directory) {
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file() && entry.file_size() > 0) {
      files.push_back(fs::relative(entry.path(), directory).string());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

// "db/000012.sst" is of the kind "db/.sst", "db/MANIFEST-000005" of "db/MANIFEST".
std::string KindOf(const std::string& file) {
  std::string kind;
  for (const char c : file) {
    if (c < '0' || c > '9') kind += c;
  }
  return kind;
}

class BitFlipTest : public testing::TestWithParam<Subject> {
 protected:
  BitFlipTest() {
    // In memory where possible: each flip opens a database, which syncs.
    const fs::path base = fs::exists("/dev/shm") ? "/dev/shm" : fs::temp_directory_path();
    folder_ = base / absl::StrCat("citylayers-flips-", getpid(), "-", GetParam().name);
    fs::remove_all(folder_);
    fs::create_directories(folder_ / "made");
    GetParam().make((folder_ / "made").string());
    truth_ = Look();
  }
  ~BitFlipTest() override { fs::remove_all(folder_); }

  // The facts of a copy after `damage` was applied to it.
  template <typename Damage>
  Facts Look(Damage damage) {
    const fs::path copy = folder_ / "copy";
    fs::remove_all(copy);
    fs::copy(folder_ / "made", copy, fs::copy_options::recursive);
    damage(copy);
    return GetParam().read(copy.string());
  }
  Facts Look() {
    return Look([](const fs::path&) {});
  }

  // The reason why the facts are silently wrong; empty: they are true, or report the damage.
  std::string Lie(const Facts& facts) const {
    if (!facts.loss.empty() || absl::StartsWith(facts.by_name.at("open"), kError)) return "";
    for (const auto& [name, text] : truth_.by_name) {
      const auto found = facts.by_name.find(name);
      if (found == facts.by_name.end()) return absl::StrCat(name, " is missing");
      if (found->second != text && !absl::StartsWith(found->second, kError)) {
        return absl::StrCat(name, " is ", found->second.substr(0, 200), " instead of ",
                            text.substr(0, 200));
      }
    }
    if (facts.by_name.size() > truth_.by_name.size()) return "there is more than there was";
    return "";
  }

  void Count(const std::string& what, const Facts& facts, Tally& tally) {
    const std::string lie = Lie(facts);
    if (!lie.empty()) {
      ++tally.wrong;
      ADD_FAILURE() << GetParam().name << ", " << what << ": " << lie;
    } else if (facts.by_name == truth_.by_name && facts.loss.empty()) {
      ++tally.same;
    } else {
      ++tally.told;
    }
  }

  fs::path folder_;
  Facts truth_;
};

TEST_P(BitFlipTest, NoFlippedBitIsServed) {
  ASSERT_EQ(truth_.by_name.at("open"), "ok");
  ASSERT_TRUE(truth_.loss.empty());
  std::mt19937 random(20'221'014);
  std::map<std::string, Tally> tallies;
  for (const std::string& file : Files(folder_ / "made")) {
    const std::string bytes = ReadFile(folder_ / "made" / file);
    const std::size_t flips =
        absl::EndsWith(file, ".log") ? GetParam().flips_of_log : GetParam().flips_of_file;
    for (std::size_t i = 0; i < std::min(flips, bytes.size() * 8); ++i) {
      const std::size_t at = random() % bytes.size();
      const int bit = static_cast<int>(random() % 8);
      const Facts facts = Look([&](const fs::path& copy) {
        std::string flipped = bytes;
        flipped[at] = static_cast<char>(flipped[at] ^ (1 << bit));
        std::ofstream(copy / file, std::ios::binary | std::ios::trunc) << flipped;
      });
      Count(absl::StrCat("bit ", bit, " of byte ", at, " of ", file), facts, tallies[KindOf(file)]);
    }
  }
  for (const auto& [kind, tally] : tallies) {
    std::cout << GetParam().name << " " << kind << ": " << tally.same << " harmless, " << tally.told
              << " reported, " << tally.wrong << " silently wrong\n";
  }
}

TEST_P(BitFlipTest, NoFileThatIsCutOffIsServed) {
  std::mt19937 random(7);
  Tally tally;
  for (const std::string& file : Files(folder_ / "made")) {
    const std::size_t size = fs::file_size(folder_ / "made" / file);
    for (int i = 0; i < (absl::EndsWith(file, ".log") ? 20 : 3); ++i) {
      const std::size_t left = i == 0 ? size - 1 : random() % size;
      const Facts facts = Look([&](const fs::path& copy) { fs::resize_file(copy / file, left); });
      Count(absl::StrCat(file, " cut off at ", left), facts, tally);
    }
  }
  std::cout << GetParam().name << " cut off: " << tally.same << " harmless, " << tally.told
            << " reported, " << tally.wrong << " silently wrong\n";
}

TEST_P(BitFlipTest, NoFileThatIsMissingIsMadeUpFor) {
  Tally tally;
  for (const std::string& file : Files(folder_ / "made")) {
    if (absl::EndsWith(file, "SYNCED")) continue;  // of an earlier version: see docs/formats
    Count(file + " missing", Look([&](const fs::path& copy) { fs::remove(copy / file); }), tally);
  }
}

INSTANTIATE_TEST_SUITE_P(Lasting, BitFlipTest,
                         testing::Values(Subject{"pack", MakePack, ReadPack, 60, 0},
                                         Subject{"readings", MakeReadings, ReadReadings, 12, 120},
                                         Subject{"alerts", MakeAlerts, ReadAlerts, 8, 100},
                                         Subject{"checkpoint", MakeCheckpoint, ReadCheckpoint, 100,
                                                 0}),
                         [](const auto& subject) { return subject.param.name; });

}  // namespace
}  // namespace citylayers::damage
