#pragma once

#include "fragscope/mmu_vectors/vector_report.h"

#include <map>
#include <set>

namespace fragscope::test {

inline std::string vectorFile(const std::string& name) {
    return std::string(FRAGSCOPE_SOURCE_DIR) + "/tests/vectors/" + name;
}

/// What running a vector file through one TLB configuration showed.
struct VectorRun {
    std::size_t vectors = 0;
    std::size_t mismatched = 0;
    std::size_t warnings = 0;
    std::size_t malformed = 0;
    std::string firstMismatch;
    std::set<std::string>
        templatesWithStaleOutcome; ///< an outcome other than the fresh walk's occurred
    std::map<std::string, std::size_t> templates;
};

inline VectorRun runVectors(const std::string& file, const TlbConfig& tlb = {}) {
    VectorRun run;
    const auto visit = [&](std::uint64_t line, const vectors::Vector& vector) {
        ++run.vectors;
        const vectors::CheckResult result = vectors::check(vector, tlb);
        run.warnings += result.warnings.size();
        if (!result.mismatches.empty()) {
            ++run.mismatched;
            if (run.firstMismatch.empty()) {
                const vectors::Mismatch& m = result.mismatches.front();
                run.firstMismatch = "line " + std::to_string(line) + ": " + m.field + " expected " +
                                    m.expected + ", got " + m.got;
            }
        }
        if (const auto* sequence = std::get_if<vectors::SequenceVector>(&vector)) {
            ++run.templates[sequence->templateName];
            for (const int index : result.outcomeIndices) {
                if (index > 0) {
                    run.templatesWithStaleOutcome.insert(sequence->templateName);
                }
            }
        }
    };
    const auto read =
        vectors::readVectors(vectorFile(file), visit, [&](const Error&) { ++run.malformed; });
    run.malformed += read.ok() ? 0U : 1U;
    return run;
}

/// Templates in which a TLB that is really there must show a stale outcome (docs/HARDWARE.md).
inline const std::set<std::string>& staleTemplates() {
    static const std::set<std::string> names{"stale-remap", "upper-unmap", "downgrade-rw",
                                             "two-va-one-pt"};
    return names;
}

} // namespace fragscope::test
