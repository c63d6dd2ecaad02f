# CITYLAYERS_ALLOCATOR: the malloc of citylayersd. jemalloc keeps memory in few arenas and returns unused memory to the
# system (measured figures: docs/operate/run.md); `system` uses the C library's. Sanitizers have their own malloc.
set(CITYLAYERS_ALLOCATOR jemalloc CACHE STRING "malloc of citylayersd: jemalloc or system")
set_property(CACHE CITYLAYERS_ALLOCATOR PROPERTY STRINGS jemalloc system)

function(citylayers_allocator program)
  if(CITYLAYERS_SANITIZE OR NOT CITYLAYERS_ALLOCATOR STREQUAL "jemalloc")
    return()
  endif()
  find_library(JEMALLOC_LIBRARY jemalloc REQUIRED)
  target_sources(${program} PRIVATE allocator.cc)
  # Listed although no code calls it: it replaces malloc.
  target_link_libraries(${program} PRIVATE -Wl,--no-as-needed ${JEMALLOC_LIBRARY} -Wl,--as-needed)
endfunction()
