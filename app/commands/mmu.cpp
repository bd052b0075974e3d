#include "commands/mmu.h"

#include "fragscope/mmu_vectors/vector_report.h"

namespace fragscope {

int runMmuCommand(const std::vector<std::string>& files, std::ostream& out, std::ostream& err) {
    return static_cast<int>(vectors::checkFiles(files, out, err));
}

} // namespace fragscope
