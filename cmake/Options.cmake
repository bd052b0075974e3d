# Build options, warnings, sanitizers and coverage; everything that applies to all targets alike.
option(FRAGSCOPE_GUI "Build the window (needs Qt 6 and QCustomPlot)" ON)
option(FRAGSCOPE_TESTS "Build the test suite (needs Qt Test)" ON)
option(FRAGSCOPE_BENCH "Build the benchmarks (needs Google Benchmark)" OFF)
option(FRAGSCOPE_CHECK_HEADERS "Compile every header on its own, too" ${FRAGSCOPE_TESTS})
option(FRAGSCOPE_PEDANTIC "Treat warnings as errors" ON)
option(FRAGSCOPE_COVERAGE "Count executed lines (target coverage-report)" OFF)
set(FRAGSCOPE_SANITIZE "" CACHE STRING "Sanitizers for all targets, e.g. address,undefined or thread")

set(CMAKE_AUTOMOC_MOC_OPTIONS "--include" "${CMAKE_CURRENT_LIST_DIR}/moc_prelude.h")

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wnon-virtual-dtor)
if(FRAGSCOPE_PEDANTIC)
    add_compile_options(-Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # g++ 12 reports uninitialised members of coroutine promises that are set (a false alarm).
    add_compile_options(-Wno-maybe-uninitialized)
    # It also takes a counted reference that is dropped while others are left for a deletion (base/cow_ref.h).
    add_compile_options(-Wno-use-after-free)
    # And joining short literals with std::string for a copy onto itself (GCC bug 105651).
    add_compile_options(-Wno-restrict)
endif()
if(FRAGSCOPE_SANITIZE)
    add_compile_options(-fsanitize=${FRAGSCOPE_SANITIZE} -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${FRAGSCOPE_SANITIZE})
    if(FRAGSCOPE_SANITIZE MATCHES "undefined")
        add_compile_options(-fno-sanitize-recover=undefined)
    endif()
endif()
if(FRAGSCOPE_COVERAGE)
    include(Coverage)
endif()
