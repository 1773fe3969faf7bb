# What dtheta is built on: Debian 12 packages, found by their own CMake or pkg-config files. One
# list, for the build and, installed beside dthetaConfig.cmake, for whoever uses the library.
include(CMakeFindDependencyMacro)
if(NOT CMAKE_FIND_PACKAGE_NAME)  # the build, which cannot do without any
  set(CMAKE_FIND_PACKAGE_NAME dtheta)
  set(dtheta_FIND_REQUIRED ON)
endif()

find_dependency(nlohmann_json 3.11)  # in our headers; all others are in our sources only
if(dtheta_PUBLIC_DEPENDENCIES_ONLY)
  return()
endif()
find_dependency(PkgConfig)
find_dependency(Threads)
find_dependency(TBB 2021)
find_dependency(fmt 9)
find_dependency(ZLIB)
find_dependency(JPEG)
find_dependency(PNG)
find_dependency(Protobuf)
find_dependency(ONNX 1.12)  # after Protobuf, whose target it names
find_dependency(OpenSSL 3 COMPONENTS Crypto)
# The prefix keeps out of the way of a program's own find_package(HDF5) and the like.
pkg_check_modules(DTHETA_OPENBLAS REQUIRED IMPORTED_TARGET openblas)
pkg_check_modules(DTHETA_HDF5 REQUIRED IMPORTED_TARGET hdf5)
pkg_check_modules(DTHETA_HIGHWAY REQUIRED IMPORTED_TARGET libhwy)
pkg_check_modules(DTHETA_SECCOMP REQUIRED IMPORTED_TARGET libseccomp)
