# Compiler, launcher and linker settings shared by all targets.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()
# Line tables only: full debug information doubles the link time, and release builds are not debugged step by step.
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1")
# What is shipped is optimised like what is tested and measured. CMake's default, -O3, also makes g++ 12 report
# uninitialised values in destructors of std::string, falsely.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG -fstack-protector-strong")
# The tables by which the program calls libraries are filled at its start and read-only afterwards.
add_link_options($<$<CONFIG:Release>:LINKER:-z,relro,-z,now>)

# Set for all targets, because some packages require it: precompiled headers must fit all sources.
add_compile_options(-pthread)

find_program(CITYLAYERS_CCACHE ccache)
if(CITYLAYERS_CCACHE)
  # ccache caches precompiled headers only when it ignores times and unused macros in them.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CITYLAYERS_CCACHE})
  add_compile_options(-fpch-preprocess)
endif()
find_program(CITYLAYERS_MOLD mold)
if(CITYLAYERS_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

# Warnings are errors for the project's code; generated code is compiled without them (see Targets.cmake).
set(CITYLAYERS_WARNINGS -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual
    -Wno-missing-field-initializers -Werror)

# For sources whose compile time matters more than their run time: tests, main functions, the command line. Their run
# time is spent in the libraries that they call, which are fully optimised.
set(CITYLAYERS_LIGHT_OPTIMISATION "")
if(CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
  set(CITYLAYERS_LIGHT_OPTIMISATION -O1)
endif()
