// Runs a fuzz target without libFuzzer: its corpus, then mutations of it from a seed.
//
//   NAME_fuzz --smoke [--seconds S] [--seed N]
//   NAME_fuzz FILE...                             each file once
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "tests/fuzz/fuzz_target.h"

namespace {

constexpr std::size_t kInputBytesMax = 1 << 16;

// Set at the start, since a signal handler must not build strings.
std::string crash_file;  // "crash-csv_fuzz"
std::string crash_note;
// The present input, for the signal handler.
const char* input_data = nullptr;
std::size_t input_size = 0;

// Uses only functions that a signal handler may call.
void KeepInput(int signal_number) {
  const int file = open(crash_file.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0644);
  if (file >= 0) {
    [[maybe_unused]] const ssize_t written = write(file, input_data, input_size);
    close(file);
  }
  [[maybe_unused]] const ssize_t noted = write(STDERR_FILENO, crash_note.data(), crash_note.size());
  signal(signal_number, SIG_DFL);
  raise(signal_number);
}

void RunOne(const std::string& input) {
  // A copy without spare capacity, so that a sanitizer detects each byte read past the end.
  const std::vector<std::uint8_t> bytes(input.begin(), input.end());
  input_data = input.data();
  input_size = input.size();
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// The folder of the target `program`: of csv_fuzz, corpus/csv.
std::filesystem::path CorpusOf(const std::string& program) {
  const std::size_t suffix = program.rfind("_fuzz");
  return std::filesystem::path(CITYLAYERS_FUZZ_CORPORA) / program.substr(0, suffix);
}

std::vector<std::string> ReadCorpus(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());  // the same order on every machine
  std::vector<std::string> corpus;
  for (const auto& path : paths) corpus.push_back(ReadFile(path));
  return corpus;
}

class Mutator {
 public:
  Mutator(const std::vector<std::string>& corpus, std::uint64_t seed)
      : corpus_(corpus), random_(seed) {}

  std::string Next() {
    std::string input = Any();
    for (std::size_t i = 1 + Below(8); i > 0; --i) Mutate(input);
    input.resize(std::min(input.size(), kInputBytesMax));
    return input;
  }

 private:
  std::size_t Below(std::size_t end) { return static_cast<std::size_t>(random_() % end); }
  const std::string& Any() { return corpus_[Below(corpus_.size())]; }
  std::string Piece(const std::string& of) {
    const std::size_t begin = Below(of.size() + 1);
    return of.substr(begin, Below(64));
  }

  void Mutate(std::string& input) {
    static constexpr char kBytes[] = {'\0', '\x01', '\x7f', '\x80', '\xff', '\n', '"', ',', '%'};
    const std::size_t at = Below(input.size() + 1);
    switch (Below(7)) {
      case 0:
        if (at < input.size()) input[at] = static_cast<char>(input[at] ^ (1 << Below(8)));
        break;
      case 1:
        if (at < input.size()) input[at] = kBytes[Below(sizeof kBytes)];
        break;
      case 2:
        if (at < input.size()) input[at] = static_cast<char>(random_());
        break;
      case 3:
        input.insert(at, 1, kBytes[Below(sizeof kBytes)]);
        break;
      case 4:
        input.erase(at, Below(16));
        break;
      case 5:
        input.insert(at, Piece(input));
        break;
      default:
        input.insert(at, Piece(Any()));
        break;
    }
  }

  const std::vector<std::string>& corpus_;
  std::mt19937_64 random_;
};

int Smoke(const std::string& program, double seconds, std::uint64_t seed) {
  const std::filesystem::path folder = CorpusOf(program);
  const std::vector<std::string> corpus = ReadCorpus(folder);
  if (corpus.empty()) {
    std::fprintf(stderr, "%s is empty\n", folder.c_str());
    return 1;
  }
  for (const std::string& input : corpus) RunOne(input);
  Mutator mutator(corpus, seed);
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  std::uint64_t runs = 0;
  for (; std::chrono::steady_clock::now() < end; ++runs) RunOne(mutator.Next());
  std::printf("%s: %zu kept inputs and %llu mutations of them, seed %llu\n", program.c_str(),
              corpus.size(), static_cast<unsigned long long>(runs),
              static_cast<unsigned long long>(seed));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string program = std::filesystem::path(argv[0]).filename();
  crash_file = "crash-" + program;
  crash_note = "the input is in the file " + crash_file + "\n";
  for (const int number : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL}) signal(number, KeepInput);
  bool smoke = false;
  double seconds = 3;
  std::uint64_t seed = 1;
  std::vector<std::string> files;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--smoke") {
      smoke = true;
    } else if (word == "--seconds" && i + 1 < argc) {
      seconds = std::strtod(argv[++i], nullptr);
    } else if (word == "--seed" && i + 1 < argc) {
      seed = std::strtoull(argv[++i], nullptr, 10);
    } else {
      files.push_back(word);
    }
  }
  if (smoke) return Smoke(program, seconds, seed);
  if (files.empty()) {
    std::fprintf(stderr, "usage: %s --smoke [--seconds S] [--seed N], or FILE...\n", argv[0]);
    return 2;
  }
  for (const std::string& file : files) RunOne(ReadFile(file));
  return 0;
}
