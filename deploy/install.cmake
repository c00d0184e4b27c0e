# Run by `cmake --install`: the unit, and the configuration file that it names. deploy/meson.build does
# the same. systemd looks for units below /usr/local too; a package (prefix /usr) asks where they lie.
set(unit_dir ${CMAKE_INSTALL_PREFIX}/lib/systemd/system)
set(SYSCONFDIR ${CMAKE_INSTALL_SYSCONFDIR})
if(CMAKE_INSTALL_PREFIX STREQUAL "/usr")
  if(TERN_SYSTEMD_UNIT_DIR)
    set(unit_dir ${TERN_SYSTEMD_UNIT_DIR})
  endif()
  if(SYSCONFDIR STREQUAL "etc")
    set(SYSCONFDIR /etc)
  endif()
endif()
cmake_path(ABSOLUTE_PATH SYSCONFDIR BASE_DIRECTORY ${CMAKE_INSTALL_PREFIX})
cmake_path(ABSOLUTE_PATH CMAKE_INSTALL_SBINDIR BASE_DIRECTORY ${CMAKE_INSTALL_PREFIX}
           OUTPUT_VARIABLE SBINDIR)
configure_file(${CMAKE_CURRENT_LIST_DIR}/tern.service.in ${CMAKE_CURRENT_BINARY_DIR}/tern.service @ONLY)
file(INSTALL ${CMAKE_CURRENT_BINARY_DIR}/tern.service DESTINATION ${unit_dir})
execute_process(COMMAND ${CMAKE_CURRENT_LIST_DIR}/install-configuration ${SYSCONFDIR}/tern/tern.yaml
                COMMAND_ERROR_IS_FATAL ANY)
