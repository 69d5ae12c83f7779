# SPDX-License-Identifier: MIT
# For firmware builders: -DUSER_C_MODULES=<this file>
set(TINYML_NATIVE ${CMAKE_CURRENT_LIST_DIR}/../native)
file(GLOB TINYML_SOURCES ${TINYML_NATIVE}/core/*.c ${TINYML_NATIVE}/kernels/ref/*.c)
add_library(usermod_tinyml INTERFACE)
target_sources(usermod_tinyml INTERFACE ${CMAKE_CURRENT_LIST_DIR}/tml_module.c ${TINYML_SOURCES})
target_include_directories(usermod_tinyml INTERFACE
    ${TINYML_NATIVE}/include ${TINYML_NATIVE}/core ${TINYML_NATIVE}/kernels)
target_link_libraries(usermod INTERFACE usermod_tinyml)
