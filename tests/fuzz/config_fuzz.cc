// Fuzz target of configuration files. A valid file prints as a file that reads to the same.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <unistd.h>

#include "services/runtime/config/config.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

using citylayers::runtime::Config;
using citylayers::runtime::OptionType;

absl::StatusOr<Config> Load(std::string_view text) {
  static const std::string path =
      std::filesystem::temp_directory_path() / ("config_fuzz." + std::to_string(getpid()));
  std::ofstream(path, std::ios::binary) << text;
  const auto config =
      Config::Load({{"server.http", OptionType::kString, "127.0.0.1:8080", "Address."},
                    {"server.threads", OptionType::kInt, "8", "Threads.", 1, 1024},
                    {"server.share", OptionType::kDouble, "0.5", "A share."},
                    {"server.on", OptionType::kBool, "true", "A switch."},
                    {"layers.tick", OptionType::kDuration, "250ms", "Time.", 0.05, 60}},
                   {.file = path});
  std::filesystem::remove(path);
  return config;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto config = Load(citylayers::fuzz::TextOf(data, size));
  if (!config.ok()) return 0;
  const auto again = Load(config->ToToml());
  if (!again.ok() || again->ToToml() != config->ToToml()) std::abort();
  return 0;
}
