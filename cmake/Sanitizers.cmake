# CITYLAYERS_SANITIZE=address,undefined or thread. Thread is for geo, storage and pure logic only: Debian's gRPC is not
# instrumented and floods it with false reports. So it builds and runs the tests without gRPC and what they link, no
# more; tests/support/thread_sanitizer.cc tells it of Abseil's mutexes.
set(CITYLAYERS_SANITIZE "" CACHE STRING "Sanitizers to build with, as -fsanitize takes them")
if(CITYLAYERS_SANITIZE)
  add_compile_options(-fsanitize=${CITYLAYERS_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${CITYLAYERS_SANITIZE})
endif()
set(CITYLAYERS_SANITIZE_THREAD OFF)
if(CITYLAYERS_SANITIZE STREQUAL "thread")
  set(CITYLAYERS_SANITIZE_THREAD ON)
endif()
