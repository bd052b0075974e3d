# Coverage is counted by clang where it is installed: gcov attributes nothing to the lines inside a
# coroutine, so it would call the algorithms untested. Otherwise the default compiler and gcov are used.
find_program(FRAGSCOPE_CLANG clang++)
find_program(FRAGSCOPE_LLVM_COV llvm-cov)
find_program(FRAGSCOPE_LLVM_PROFDATA llvm-profdata)
if(FRAGSCOPE_CLANG AND FRAGSCOPE_LLVM_COV AND FRAGSCOPE_LLVM_PROFDATA)
    set(CMAKE_CXX_COMPILER "${FRAGSCOPE_CLANG}")
endif()
