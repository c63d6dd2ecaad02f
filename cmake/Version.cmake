# Reads the version from the file VERSION: CITYLAYERS_VERSION ("0.2.0-dev") is what programs print and archives are
# named after; CITYLAYERS_VERSION_NUMBER ("0.2.0") is for CMake, which does not accept a suffix.
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/../VERSION)
file(STRINGS ${CMAKE_CURRENT_LIST_DIR}/../VERSION CITYLAYERS_VERSION LIMIT_COUNT 1)
if(NOT CITYLAYERS_VERSION MATCHES "^([0-9]+\\.[0-9]+\\.[0-9]+)(-[0-9A-Za-z.]+)?$")
  message(FATAL_ERROR "VERSION contains \"${CITYLAYERS_VERSION}\"; write MAJOR.MINOR.PATCH, with a suffix such as -dev if needed")
endif()
set(CITYLAYERS_VERSION_NUMBER ${CMAKE_MATCH_1})
