// The entry point of each fuzz target: one function, called with one input after the other.
#ifndef CITYLAYERS_TESTS_FUZZ_FUZZ_TARGET_H_
#define CITYLAYERS_TESTS_FUZZ_FUZZ_TARGET_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

/// libFuzzer's entry: reads the input, returns 0, and aborts when an invariant is violated.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace citylayers::fuzz {

inline std::string_view TextOf(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace citylayers::fuzz

#endif  // CITYLAYERS_TESTS_FUZZ_FUZZ_TARGET_H_
