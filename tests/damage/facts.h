// The content of stored files as text, so that two reads can be compared.
#ifndef CITYLAYERS_TESTS_DAMAGE_FACTS_H_
#define CITYLAYERS_TESTS_DAMAGE_FACTS_H_

#include <map>
#include <string>

namespace citylayers::damage {

/// All content that a directory or file returns.
struct Facts {
  /// By name: the text, or kError and the reason why it cannot be read.
  std::map<std::string, std::string> by_name;
  /// The loss that the store reports; empty: none.
  std::string loss;
};

inline constexpr char kError[] = "error: ";

/// Each creates its files in `directory`, with enough content that no file is trivial.
void MakePack(const std::string& directory);
void MakeReadings(const std::string& directory);
void MakeAlerts(const std::string& directory);
void MakeCheckpoint(const std::string& directory);

/// Each opens the files of its Make function, reads all of them and closes them. The fact "open" is
/// always present.
Facts ReadPack(const std::string& directory);
Facts ReadReadings(const std::string& directory);
Facts ReadAlerts(const std::string& directory);
Facts ReadCheckpoint(const std::string& directory);

}  // namespace citylayers::damage

#endif  // CITYLAYERS_TESTS_DAMAGE_FACTS_H_
