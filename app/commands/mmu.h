#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace fragscope {

/// `fragscope-cli mmu [--walk] FILE.jsonl[.gz]...`: checks translation vectors against the emulated
/// MMU. One line per mismatch and "N vectors, M mismatches" to `out`, everything else to `err`.
/// Returns the exit code: 0, 1 (mismatches), 3 (a malformed line) or 5 (a file cannot be opened).
int runMmuCommand(const std::vector<std::string>& files,
                  bool showsWalks,
                  std::ostream& out,
                  std::ostream& err);

} // namespace fragscope
