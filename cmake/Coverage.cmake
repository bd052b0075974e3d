# FRAGSCOPE_COVERAGE: flags for counting executed lines, and the target coverage-report, which runs the
# tests and prints lines and functions per file.
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    add_compile_options(-fprofile-instr-generate -fcoverage-mapping)
    add_link_options(-fprofile-instr-generate)
else()
    add_compile_options(--coverage)
    add_link_options(--coverage)
endif()
add_custom_target(coverage-report
                  COMMAND sh "${CMAKE_SOURCE_DIR}/cmake/coverage-report.sh"
                          "${CMAKE_SOURCE_DIR}" "${CMAKE_BINARY_DIR}" "${CMAKE_CXX_COMPILER_ID}"
                  USES_TERMINAL VERBATIM)
