# cmake --install: the library, its headers and the package that find_package(dtheta) finds.
include(CMakePackageConfigHelpers)
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/dtheta)

install(TARGETS dtheta EXPORT dthetaTargets)
install(DIRECTORY framework/dtheta DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN "*.hpp" REGEX "(-inl|/hdf5[a-z_]*|/onnx_graph)\\.hpp$" EXCLUDE)
install(EXPORT dthetaTargets NAMESPACE dtheta:: DESTINATION ${package_folder})

configure_package_config_file(cmake/dthetaConfig.cmake.in dthetaConfig.cmake
                              INSTALL_DESTINATION ${package_folder})
# Before 1.0 a minor version may change the interface.
write_basic_package_version_file(dthetaConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/dthetaConfig.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/dthetaConfigVersion.cmake
              cmake/DthetaDependencies.cmake
        DESTINATION ${package_folder})
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
