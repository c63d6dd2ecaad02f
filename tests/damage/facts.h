// What can be read from the files that last: as text, so that two readings can be compared.
#ifndef CITYLAYERS_TESTS_DAMAGE_FACTS_H_
#define CITYLAYERS_TESTS_DAMAGE_FACTS_H_

#include <map>
#include <string>

namespace citylayers::damage {

/// Everything that a directory or file gives to its users.
struct Facts {
  /// By name: the text, or kError and why it cannot be had.
  std::map<std::string, std::string> by_name;
  /// What the store says was lost; empty: nothing.
  std::string loss;
};

inline constexpr char kError[] = "error: ";

/// Each makes its files in `directory`, with enough in them that no file is trivial.
void MakePack(const std::string& directory);
void MakeReadings(const std::string& directory);
void MakeAlerts(const std::string& directory);
void MakeCheckpoint(const std::string& directory);

/// Each opens what its Make made, reads all of it and closes it. The fact "open" is always there.
Facts ReadPack(const std::string& directory);
Facts ReadReadings(const std::string& directory);
Facts ReadAlerts(const std::string& directory);
Facts ReadCheckpoint(const std::string& directory);

}  // namespace citylayers::damage

#endif  // CITYLAYERS_TESTS_DAMAGE_FACTS_H_
