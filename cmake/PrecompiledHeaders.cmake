# Headers that most sources of a kind include, parsed once per build instead of once per source: saves a fifth of a
# clean build. Sources still include the headers that they use: clang-tidy and -DCITYLAYERS_PRECOMPILE=OFF build them
# without.
#
#   citylayers_precompile(grpc LIBRARY HEADERS <grpcpp/grpcpp.h>)       makes them
#   target_precompile_headers(... REUSE_FROM citylayers_pch_grpc)       uses them
option(CITYLAYERS_PRECOMPILE "Precompile the headers that most sources share" ON)

# LIBRARY: for sources of libraries; TEST: for sources of tests. The compiler does not accept one in place of the other,
# because programs use another kind of position independence, and tests are optimised less.
function(citylayers_precompile name kind)
  cmake_parse_arguments(ARG "" "" "HEADERS;DEPS" ${ARGN})
  set(source ${CMAKE_BINARY_DIR}/pch/${name}.cc)
  if(NOT EXISTS ${source})
    file(WRITE ${source} "")
  endif()
  add_library(citylayers_pch_${name} OBJECT EXCLUDE_FROM_ALL ${source})
  target_link_libraries(citylayers_pch_${name} PRIVATE ${ARG_DEPS})
  # Also required for correctness: -Wpedantic changes the predefined macros.
  target_compile_options(citylayers_pch_${name} PRIVATE ${CITYLAYERS_WARNINGS})
  if(kind STREQUAL "TEST")
    set_target_properties(citylayers_pch_${name} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
    target_compile_options(citylayers_pch_${name} PRIVATE -fPIE ${CITYLAYERS_LIGHT_OPTIMISATION})
  endif()
  target_precompile_headers(citylayers_pch_${name} PRIVATE ${ARG_HEADERS})
endfunction()

# citylayers_use_precompiled(target name): no effect when precompiled headers are disabled.
function(citylayers_use_precompiled target name)
  if(CITYLAYERS_PRECOMPILE)
    target_precompile_headers(${target} REUSE_FROM citylayers_pch_${name})
    # g++ 12 does not treat precompiled headers as system headers and reports its false alarms in them.
    target_compile_options(${target} PRIVATE -Wno-array-bounds -Wno-restrict -Wno-stringop-overflow)
  endif()
endfunction()
