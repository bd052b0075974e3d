# fragscope_layer(<name> [REEXPORTS <layer>...] [USES <layer>...] [LIBRARIES <target>...])
#
# Makes the static library fragscope_<name> of all sources in the current folder. Its only public include
# directory is a folder of the build tree that holds one link, fragscope/<name>, to the sources: a file can
# include another layer only as "fragscope/<layer>/file.h", and only when that layer is named here.
#   REEXPORTS  layers whose types appear in this layer's headers; passed on to who links this one
#   USES       layers needed by the sources only; not passed on
#   LIBRARIES  external targets, never passed on
function(fragscope_layer name)
    cmake_parse_arguments(LAYER "" "" "REEXPORTS;USES;LIBRARIES" ${ARGN})
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS
         "${CMAKE_CURRENT_SOURCE_DIR}/*.cpp" "${CMAKE_CURRENT_SOURCE_DIR}/*.h")

    set(view "${CMAKE_BINARY_DIR}/layers/${name}")
    file(MAKE_DIRECTORY "${view}/fragscope")
    file(CREATE_LINK "${CMAKE_CURRENT_SOURCE_DIR}" "${view}/fragscope/${name}" SYMBOLIC)

    add_library(fragscope_${name} STATIC ${sources})
    add_library(fragscope::${name} ALIAS fragscope_${name})
    set_target_properties(fragscope_${name} PROPERTIES LINKER_LANGUAGE CXX)
    target_include_directories(fragscope_${name} PUBLIC "${view}")
    foreach(layer IN LISTS LAYER_REEXPORTS)
        target_link_libraries(fragscope_${name} PUBLIC fragscope::${layer})
    endforeach()
    foreach(layer IN LISTS LAYER_USES)
        target_link_libraries(fragscope_${name} PRIVATE fragscope::${layer})
    endforeach()
    target_link_libraries(fragscope_${name} PRIVATE ${LAYER_LIBRARIES})
endfunction()
