# CPack's configuration of the package, which is made from a staged root. It needs no build tree, so the package can be
# made and tested in seconds. deploy/debian/build.sh calls cpack with these variables in the environment, because cpack
# applies its -D only after this file.
foreach(variable CITYLAYERS_STAGE CITYLAYERS_CONTROL CITYLAYERS_VERSION CITYLAYERS_ARCHITECTURE)
  if(NOT DEFINED ENV{${variable}})
    message(FATAL_ERROR "${variable} is not in the environment: call deploy/debian/build.sh")
  endif()
  set(${variable} $ENV{${variable}})
endforeach()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME citylayers)
set(CPACK_PACKAGE_VERSION ${CITYLAYERS_VERSION})
set(CPACK_PACKAGE_FILE_NAME citylayers)  # of its work folder; the package is named by DEB-DEFAULT
set(CPACK_PACKAGE_CONTACT "citylayers maintainers <maintainers@citylayers.example>")
set(CPACK_PACKAGE_DESCRIPTION "live map layers of a city")  # for cpack itself; Debian's is below
set(CPACK_TOPLEVEL_TAG deb)
set(CPACK_INSTALLED_DIRECTORIES "${CITYLAYERS_STAGE};/")
set(CPACK_PACKAGING_INSTALL_PREFIX /)
set(CPACK_STRIP_FILES OFF)  # cmake --install has stripped them

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_ARCHITECTURE ${CITYLAYERS_ARCHITECTURE})
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
# cpack adds the leading spaces, and the dots of empty lines.
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"live map layers of a city: traffic jams and flooding
A server that turns the readings of a city's sensors into live map layers.
Exhibition booths show them, mobile map apps follow them over gRPC, and the
city's operators act on them through alerts.

The package has the server citylayersd with a hardened systemd service, the
command line citylayers, the page for browsers, and a small embedded city.")
# The libraries come from dpkg-shlibdeps. The scripts of the package call the rest; the time zones are data.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "passwd, systemd, tzdata")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    ${CITYLAYERS_CONTROL}/preinst ${CITYLAYERS_CONTROL}/postinst ${CITYLAYERS_CONTROL}/prerm ${CITYLAYERS_CONTROL}/postrm
    ${CITYLAYERS_CONTROL}/conffiles)
