# The four kinds of target in this tree. A folder is a library; its tests stand beside its code.
#
#   citylayers_library(geo_tile SRCS tile_id.cc DEPS absl::status)      -> citylayers_geo_tile, citylayers::geo_tile
#     with the option GRPC when most of its sources include gRPC
#   citylayers_test(geo_tile SRCS tile_id_test.cc DEPS ...)             -> citylayers_geo_tile_test, run by ctest
#   citylayers_program(citylayersd SRCS main.cc DEPS ...)               -> build/<preset>/bin/citylayersd
#   citylayers_fuzz(csv SRCS csv_fuzz.cc DEPS ...)                      -> build/<preset>/bin/csv_fuzz, see tests/fuzz

set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

function(citylayers_library name)
  cmake_parse_arguments(ARG "GRPC" "" "SRCS;DEPS;PRIVATE_DEPS" ${ARGN})
  if(ARG_SRCS)
    add_library(citylayers_${name} STATIC ${ARG_SRCS})
    target_include_directories(citylayers_${name} PUBLIC ${CMAKE_SOURCE_DIR})
    target_compile_options(citylayers_${name} PRIVATE ${CITYLAYERS_WARNINGS})
    target_link_libraries(citylayers_${name} PUBLIC ${ARG_DEPS} PRIVATE ${ARG_PRIVATE_DEPS})
    if(ARG_GRPC)
      citylayers_use_precompiled(citylayers_${name} grpc)
    endif()
  else()
    add_library(citylayers_${name} INTERFACE)
    target_include_directories(citylayers_${name} INTERFACE ${CMAKE_SOURCE_DIR})
    target_link_libraries(citylayers_${name} INTERFACE ${ARG_DEPS})
  endif()
  add_library(citylayers::${name} ALIAS citylayers_${name})
endfunction()

function(citylayers_test name)
  if(NOT CITYLAYERS_BUILD_TESTS)
    return()
  endif()
  cmake_parse_arguments(ARG "" "TIMEOUT" "SRCS;DEPS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  add_executable(citylayers_${name}_test ${ARG_SRCS})
  target_include_directories(citylayers_${name}_test PRIVATE ${CMAKE_SOURCE_DIR})
  target_compile_options(citylayers_${name}_test PRIVATE ${CITYLAYERS_WARNINGS})
  target_link_libraries(citylayers_${name}_test PRIVATE ${ARG_DEPS} GTest::gmock GTest::gtest_main)
  citylayers_use_precompiled(citylayers_${name}_test test)
  add_test(NAME ${name} COMMAND citylayers_${name}_test)
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT}
    ENVIRONMENT "CITYLAYERS_SOURCE_DIR=${CMAKE_SOURCE_DIR};CITYLAYERS_BIN_DIR=${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
endfunction()

function(citylayers_program name)
  cmake_parse_arguments(ARG "" "" "SRCS;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SRCS})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_compile_options(${name} PRIVATE ${CITYLAYERS_WARNINGS})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS})
endfunction()

option(CITYLAYERS_LIBFUZZER "Link fuzz targets with libFuzzer; needs clang" OFF)

function(citylayers_fuzz name)
  if(NOT CITYLAYERS_BUILD_TESTS)
    return()
  endif()
  cmake_parse_arguments(ARG "" "" "SRCS;DEPS" ${ARGN})
  add_executable(${name}_fuzz ${ARG_SRCS})
  target_include_directories(${name}_fuzz PRIVATE ${CMAKE_SOURCE_DIR})
  target_compile_options(${name}_fuzz PRIVATE ${CITYLAYERS_WARNINGS})
  target_link_libraries(${name}_fuzz PRIVATE ${ARG_DEPS})
  if(CITYLAYERS_LIBFUZZER)
    target_compile_options(${name}_fuzz PRIVATE -fsanitize=fuzzer)
    target_link_options(${name}_fuzz PRIVATE -fsanitize=fuzzer)
  else()
    target_sources(${name}_fuzz PRIVATE ${CMAKE_SOURCE_DIR}/tests/fuzz/smoke_main.cc)
    target_compile_definitions(${name}_fuzz PRIVATE CITYLAYERS_FUZZ_NAME="${name}_fuzz"
      CITYLAYERS_FUZZ_CORPUS="${CMAKE_SOURCE_DIR}/tests/fuzz/corpus/${name}")
  endif()
endfunction()
