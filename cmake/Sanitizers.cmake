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
