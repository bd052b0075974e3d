# fragscope_layer(<name> [REEXPORTS <layer>...] [USES <layer>...] [LIBRARIES <target>...])
#
# Makes the static library fragscope_<name> of all sources in the current folder. Its only public include
# directory is a folder of the build tree that holds one link, fragscope/<name>, to the sources: a file can
# include another layer only as "fragscope/<layer>/file.h", and only when that layer is named here.
#   REEXPORTS  layers whose types appear in this layer's headers; passed on to who links this one
#   USES       layers needed by the sources only; not passed on
#   LIBRARIES  external targets, never passed on
# A layer can name only layers that were made before it, so the order of the calls is the order of the
# house. The property FRAGSCOPE_LAYERS of the project lists them, lowest first.
function(fragscope_layer name)
    cmake_parse_arguments(LAYER "" "" "REEXPORTS;USES;LIBRARIES" ${ARGN})
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS
         "${CMAKE_CURRENT_SOURCE_DIR}/*.cpp" "${CMAKE_CURRENT_SOURCE_DIR}/*.h")

    set(view "${CMAKE_BINARY_DIR}/layers/${name}")
    file(MAKE_DIRECTORY "${view}/fragscope")
    file(CREATE_LINK "${CMAKE_CURRENT_SOURCE_DIR}" "${view}/fragscope/${name}" SYMBOLIC)

    if(NOT sources) # a layer whose building has not begun
        file(CONFIGURE OUTPUT "${view}/empty.cpp" CONTENT "")
        set(sources "${view}/empty.cpp")
    endif()
    add_library(fragscope_${name} STATIC ${sources})
    add_library(fragscope::${name} ALIAS fragscope_${name})
    set_target_properties(fragscope_${name} PROPERTIES LINKER_LANGUAGE CXX)
    target_include_directories(fragscope_${name} PUBLIC "${view}")
    fragscope_require_lower_layers(${name} ${LAYER_REEXPORTS} ${LAYER_USES})
    foreach(layer IN LISTS LAYER_REEXPORTS)
        target_link_libraries(fragscope_${name} PUBLIC fragscope::${layer})
    endforeach()
    foreach(layer IN LISTS LAYER_USES)
        target_link_libraries(fragscope_${name} PRIVATE fragscope::${layer})
    endforeach()
    target_link_libraries(fragscope_${name} PRIVATE ${LAYER_LIBRARIES})
    set_property(GLOBAL APPEND PROPERTY FRAGSCOPE_LAYERS ${name})
    if(FRAGSCOPE_CHECK_HEADERS)
        fragscope_header_check(${name} "${sources}" "${LAYER_LIBRARIES}")
    endif()
endfunction()

function(fragscope_require_lower_layers name)
    foreach(layer IN LISTS ARGN)
        if(NOT TARGET fragscope::${layer})
            message(FATAL_ERROR "Layer ${name} names ${layer}, which is not below it (core/README.md)")
        endif()
    endforeach()
endfunction()

# Compiles every header of a layer on its own, seeing what a user of the layer sees: a header that needs
# another include before it, or a layer that is not passed on, does not build. The test style_headers
# checks that none was left out.
function(fragscope_header_check name sources libraries)
    set(units)
    foreach(header IN LISTS sources)
        if(NOT header MATCHES "\\.h$")
            continue()
        endif()
        file(RELATIVE_PATH path "${CMAKE_CURRENT_SOURCE_DIR}" "${header}")
        set(unit "${CMAKE_BINARY_DIR}/headers/${name}/${path}.cpp")
        file(CONFIGURE OUTPUT "${unit}" CONTENT
             "#include \"fragscope/${name}/${path}\"\n#include \"fragscope/${name}/${path}\"\n")
        list(APPEND units "${unit}")
    endforeach()
    if(units)
        add_library(fragscope_${name}_headers OBJECT ${units})
        target_link_libraries(fragscope_${name}_headers PRIVATE fragscope::${name} ${libraries})
        target_compile_options(fragscope_${name}_headers PRIVATE -O0 -g0)
        set_target_properties(fragscope_${name}_headers PROPERTIES AUTOMOC OFF)
    endif()
endfunction()
