# CITYLAYERS_SANITIZE=address,undefined or thread. Thread is only for geo, storage and pure logic: Debian's gRPC is not
# instrumented, which causes very many false reports. Therefore that build has only the tests without gRPC and the
# libraries that they link; tests/support/thread_sanitizer.cc declares Abseil's mutexes to the sanitizer.
set(CITYLAYERS_SANITIZE "" CACHE STRING "Sanitizers to build with, as -fsanitize takes them")
if(CITYLAYERS_SANITIZE)
  add_compile_options(-fsanitize=${CITYLAYERS_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${CITYLAYERS_SANITIZE})
endif()
set(CITYLAYERS_SANITIZE_THREAD OFF)
if(CITYLAYERS_SANITIZE STREQUAL "thread")
  set(CITYLAYERS_SANITIZE_THREAD ON)
endif()

# The sanitizers of every `./run test`: compiles in two fifths of the time (tests, at -O0, in less). The omitted checks
# are those that cost most and find least: a null pointer faults anyway, x86 and ARM read unaligned integers, and vptr is
# a check of casts, of which there are few. The asan preset has them.
option(CITYLAYERS_SANITIZE_QUICK "With address,undefined: -O1, without the checks null, alignment and vptr" OFF)
if(CITYLAYERS_SANITIZE_QUICK)
  # g++ 12 reports false alarms in the code that the sanitizers add to std::string.
  add_compile_options(-fno-sanitize=null,alignment,vptr -Wno-stringop-overread)
  set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O1 -g1")
  set(CITYLAYERS_LIGHT_OPTIMISATION -O0)
endif()
