# SPDX-License-Identifier: MIT
# For firmware builders: -DUSER_C_MODULES=<this file> -DTINYML_ARCH=armv6m, or another name of native/sets.mk: it chooses
# the kernels. Without it, that of a Raspberry Pi Pico's chip; elsewhere portable C.
set(TINYML_NATIVE ${CMAKE_CURRENT_LIST_DIR}/../native)
set(TINYML_ARCH_rp2040 armv6m)
set(TINYML_ARCH_rp2350-arm-s armv7emsp)
set(TINYML_ARCH_rp2350-riscv rv32imc)
if(NOT TINYML_ARCH AND PICO_PLATFORM)
    set(TINYML_ARCH ${TINYML_ARCH_${PICO_PLATFORM}})
endif()

# A file stands in for those of the same name in the sets behind its own.
set(TINYML_SETS blocked ref)
file(STRINGS ${TINYML_NATIVE}/sets.mk TINYML_LINE REGEX "^TINYML_SETS_${TINYML_ARCH} = ")
if(TINYML_LINE)
    string(REGEX REPLACE "^.* = " "" TINYML_SETS ${TINYML_LINE})
    string(REPLACE " " ";" TINYML_SETS ${TINYML_SETS})
endif()
file(GLOB TINYML_SOURCES ${TINYML_NATIVE}/core/*.c)
foreach(set ${TINYML_SETS})
    file(GLOB files ${TINYML_NATIVE}/kernels/${set}/*.[cS])
    foreach(file ${files})
        get_filename_component(stem ${file} NAME_WE)
        if(NOT TINYML_HAS_${stem})
            list(APPEND TINYML_NEW ${stem})
            list(APPEND TINYML_SOURCES ${file})
        endif()
    endforeach()
    foreach(stem ${TINYML_NEW})
        set(TINYML_HAS_${stem} TRUE)
    endforeach()
endforeach()

add_library(usermod_tinyml INTERFACE)
target_sources(usermod_tinyml INTERFACE ${CMAKE_CURRENT_LIST_DIR}/tml_module.c ${TINYML_SOURCES})
list(TRANSFORM TINYML_SETS PREPEND ${TINYML_NATIVE}/kernels/)
target_include_directories(usermod_tinyml INTERFACE
    ${TINYML_NATIVE}/include ${TINYML_NATIVE}/core ${TINYML_NATIVE}/kernels ${TINYML_SETS})
target_link_libraries(usermod INTERFACE usermod_tinyml)
