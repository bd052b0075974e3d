# Test executables. Each is one Qt Test program and one ctest test.
#
# fragscope_test(NAME <name> [SOURCES <file>...] LAYERS <layer>... [LIBRARIES <target>...]
#                [LABELS <label>...] [TIMEOUT <seconds>] [GUI])
#   NAME       <layer>_<subject>; the program is tst_<name>, its source by default tst_<name>.cpp
#   LAYERS     layers of core/ and ui/ that it may include
#   LIBRARIES  other targets
#   LABELS     besides the automatic ones: slow, golden, ... (slow tests run only with ./test --all)
#   TIMEOUT    60 by default; multiplied under a sanitizer
#   GUI        needs widgets; runs on the offscreen platform
# Labels given by itself: "core" and "unit" without GUI, "gui" with it.
# Include <QTest>, not <QtTest>: the latter brings all of Qt Core and takes twice as long to compile.
# A test finds the files of the repository by FRAGSCOPE_SOURCE_DIR (a string literal), and the programs, if
# they are built, by the environment variables FRAGSCOPE_CLI and FRAGSCOPE_WINDOW.
#
# fragscope_tests(LAYERS ... [LIBRARIES ...] [LABELS ...] [TIMEOUT ...] [GUI])
#   one fragscope_test for every tst_*.cpp of the current folder.
#
# fragscope_bench(NAME <name> [SOURCES <file>...] LAYERS <layer>... [LIBRARIES <target>...])
#   a Google Benchmark program bench_<name>, built by the target benchmarks; not a test.
find_package(Qt6 6.4 REQUIRED COMPONENTS Core Test)
find_package(rapidcheck REQUIRED)

set(FRAGSCOPE_TIMEOUT_FACTOR 1)
if(FRAGSCOPE_SANITIZE)
    set(FRAGSCOPE_TIMEOUT_FACTOR 10)
endif()

set(FRAGSCOPE_RUNTIME_DIR "${CMAKE_BINARY_DIR}/runtime")
set(FRAGSCOPE_REPORT_DIR "${CMAKE_BINARY_DIR}/reports")
file(MAKE_DIRECTORY "${FRAGSCOPE_RUNTIME_DIR}" "${FRAGSCOPE_REPORT_DIR}")
file(CHMOD "${FRAGSCOPE_RUNTIME_DIR}" PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)

# What every test finds in its environment, whoever starts it.
set(FRAGSCOPE_TEST_ENVIRONMENT
    "QT_QPA_PLATFORM=offscreen"
    "XDG_RUNTIME_DIR=${FRAGSCOPE_RUNTIME_DIR}"
    "LC_ALL=C.UTF-8"
    "UBSAN_OPTIONS=print_stacktrace=1"
    "TSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/tsan.supp:halt_on_error=1")
foreach(program_and_variable "fragscope-cli=FRAGSCOPE_CLI" "fragscope=FRAGSCOPE_WINDOW")
    string(REPLACE "=" ";" pair "${program_and_variable}")
    list(GET pair 0 program)
    list(GET pair 1 variable)
    if(TARGET ${program})
        list(APPEND FRAGSCOPE_TEST_ENVIRONMENT "${variable}=$<TARGET_FILE:${program}>")
    endif()
endforeach()

# core-tests: all that "ctest -L core" needs. gui-tests likewise. benchmarks: all benchmark programs.
add_custom_target(core-tests)
add_custom_target(gui-tests)
add_custom_target(benchmarks)
if(TARGET fragscope-cli)
    add_dependencies(core-tests fragscope-cli)
    add_dependencies(gui-tests fragscope-cli)
endif()
if(TARGET fragscope)
    add_dependencies(gui-tests fragscope)
endif()

function(fragscope_test)
    cmake_parse_arguments(TEST "GUI" "NAME;TIMEOUT" "SOURCES;LAYERS;LIBRARIES;LABELS" ${ARGN})
    if(TEST_UNPARSED_ARGUMENTS OR NOT TEST_NAME)
        message(FATAL_ERROR "fragscope_test: NAME is missing or these are unknown: ${TEST_UNPARSED_ARGUMENTS}")
    endif()
    string(REGEX REPLACE "^tst_" "" name "${TEST_NAME}")
    if(NOT TEST_SOURCES)
        set(TEST_SOURCES "tst_${name}.cpp")
    endif()
    foreach(source IN LISTS TEST_SOURCES) # for the test style_registered
        cmake_path(ABSOLUTE_PATH source NORMALIZE)
        set_property(GLOBAL APPEND PROPERTY FRAGSCOPE_TEST_SOURCES "${source}")
    endforeach()
    if(NOT FRAGSCOPE_TESTS OR (TEST_GUI AND NOT FRAGSCOPE_GUI))
        return()
    endif()

    add_executable(tst_${name} ${TEST_SOURCES})
    set_target_properties(tst_${name} PROPERTIES AUTOMOC ON)
    # QT_NO_EMIT: tests call EventBus::emit, which Qt's empty macro would remove; for signals, Q_EMIT is left.
    target_compile_definitions(tst_${name} PRIVATE "FRAGSCOPE_SOURCE_DIR=\"${CMAKE_SOURCE_DIR}\"" QT_NO_EMIT)
    target_include_directories(tst_${name} PRIVATE "${CMAKE_SOURCE_DIR}/tests")
    list(TRANSFORM TEST_LAYERS PREPEND "fragscope::")
    target_link_libraries(tst_${name} PRIVATE ${TEST_LAYERS} ${TEST_LIBRARIES} Qt6::Test)
    if(TEST_GUI)
        target_link_libraries(tst_${name} PRIVATE Qt6::Widgets)
        list(APPEND TEST_LABELS gui)
        add_dependencies(gui-tests tst_${name})
    else()
        list(APPEND TEST_LABELS unit core)
        add_dependencies(core-tests tst_${name})
    endif()

    add_test(NAME ${name}
             COMMAND tst_${name} -o "${FRAGSCOPE_REPORT_DIR}/${name}.xml,junitxml" -o -,txt)
    fragscope_test_properties(${name} "${TEST_LABELS}" "${TEST_TIMEOUT}")
endfunction()

# Labels, time limit (seconds, 60 if empty) and environment of a ctest test of any sort.
function(fragscope_test_properties name labels timeout)
    if(NOT timeout)
        set(timeout 60)
    endif()
    math(EXPR timeout "${timeout} * ${FRAGSCOPE_TIMEOUT_FACTOR}")
    set_tests_properties(${name} PROPERTIES
                         LABELS "${labels}" TIMEOUT ${timeout} ENVIRONMENT "${FRAGSCOPE_TEST_ENVIRONMENT}")
endfunction()

function(fragscope_tests)
    file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/tst_*.cpp")
    foreach(source IN LISTS sources)
        cmake_path(GET source STEM name)
        fragscope_test(NAME ${name} SOURCES "${source}" ${ARGN})
    endforeach()
endfunction()

function(fragscope_bench)
    cmake_parse_arguments(BENCH "" "NAME" "SOURCES;LAYERS;LIBRARIES" ${ARGN})
    if(NOT FRAGSCOPE_BENCH)
        return()
    endif()
    find_package(benchmark REQUIRED)
    if(NOT BENCH_SOURCES)
        set(BENCH_SOURCES "bench_${BENCH_NAME}.cpp")
    endif()
    add_executable(bench_${BENCH_NAME} ${BENCH_SOURCES})
    list(TRANSFORM BENCH_LAYERS PREPEND "fragscope::")
    target_link_libraries(bench_${BENCH_NAME} PRIVATE ${BENCH_LAYERS} ${BENCH_LIBRARIES}
                                                      benchmark::benchmark benchmark::benchmark_main)
    add_dependencies(benchmarks bench_${BENCH_NAME})
endfunction()
