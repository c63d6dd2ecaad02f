# CITYLAYERS_ALLOCATOR: the malloc of citylayersd. jemalloc keeps memory in few arenas and gives back what is not used
# (docs/operate/run.md has the measured figures); `system` takes the C library's. Sanitizers bring their own.
set(CITYLAYERS_ALLOCATOR jemalloc CACHE STRING "malloc of citylayersd: jemalloc or system")
set_property(CACHE CITYLAYERS_ALLOCATOR PROPERTY STRINGS jemalloc system)

function(citylayers_allocator program)
  if(CITYLAYERS_SANITIZE OR NOT CITYLAYERS_ALLOCATOR STREQUAL "jemalloc")
    return()
  endif()
  find_library(JEMALLOC_LIBRARY jemalloc REQUIRED)
  target_sources(${program} PRIVATE allocator.cc)
  # Named although nothing calls it: it replaces malloc.
  target_link_libraries(${program} PRIVATE -Wl,--no-as-needed ${JEMALLOC_LIBRARY} -Wl,--as-needed)
endfunction()
