#pragma once

#include "fragscope/base/error.h"
#include "fragscope/mmu_vectors/vector_checker.h"

#include <functional>
#include <ostream>
#include <string>
#include <vector>

namespace fragscope::vectors {

/// Called for each well-formed vector of a file: its place and itself.
using VectorVisitor = std::function<void(std::uint64_t line, const Vector& vector)>;

/// Reads a file (plain or gzip), hands each vector to `visit` and each malformed line to
/// `malformed`. Blank lines are skipped. Returns an Error if the file cannot be opened or read to
/// its end.
Expected<Done> readVectors(const std::string& path,
                           const VectorVisitor& visit,
                           const std::function<void(const Error&)>& malformed);

/// Checks all vectors of the files. One line per mismatch and the line "N vectors, M mismatches"
/// (vectors, not fields) go to `out`, with a `trace` also the place of each vector before what
/// the trace prints;
/// warnings and malformed lines to `err`. All files are read whatever is found. Returns Good,
/// ExpectationFailed, BadInput (a malformed line) or SystemRefused (a file cannot be opened).
ExitCode checkFiles(const std::vector<std::string>& files,
                    WalkTrace* trace,
                    std::ostream& out,
                    std::ostream& err);

} // namespace fragscope::vectors
