# CITYLAYERS_SANITIZE=address,undefined or thread. Thread is for geo, storage and pure logic only: Debian's gRPC is not
# instrumented and floods it with false reports.
set(CITYLAYERS_SANITIZE "" CACHE STRING "Sanitizers to build with, as -fsanitize takes them")
if(CITYLAYERS_SANITIZE)
  add_compile_options(-fsanitize=${CITYLAYERS_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${CITYLAYERS_SANITIZE})
endif()
