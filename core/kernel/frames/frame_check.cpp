#include "fragscope/kernel/frames/frame_check.h"

#include "fragscope/base/text.h"
#include "fragscope/hardware/paging/pte.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>

namespace fragscope {

namespace {

using Issue = std::optional<FrameIssue>;

Issue issue(
    unsigned number, Rule rule, FrameNumber frame, std::string text, std::uint32_t process = 0) {
    return FrameIssue{number, rule, process, frame, std::move(text)};
}

/// All mappings of a process as its tables say, and the frames of the tables themselves.
struct TableScan {
    std::map<std::uint64_t, std::uint64_t> frames; ///< by page
    std::vector<FrameNumber> tables;
};

class Checker {
public:
    Checker(const MemoryReader& memory, const KernelRoot& root, const FrameCheckContext& context)
        : memory_(memory), root_(root), context_(context), home_(root.frameCount) {
        for (FrameNumber frame{0}; frame.value < root.frameCount; ++frame) {
            infos_.push_back(decodeFrame(memory.read(frameEntryPlace(root, frame))));
        }
    }

    Issue run() {
        Issue found = lists();
        found = found ? found : sum();
        found = found ? found : references();
        found = found ? found : processes();
        return found ? found : tables();
    }

private:
    enum class Home : std::uint8_t { None, Free, Used };

    Issue list(FrameList which, Home home) {
        FrameNumber previous{0};
        FrameNumber frame(decodeVariable(memory_, headVariable(which)));
        while (frame.value != 0) {
            if (frame.value >= root_.frameCount) {
                return issue(9, Rule::OneList, previous, "a list leads beyond the last frame");
            }
            const FrameLinks links = decodeFrameLinks(memory_, root_, frame);
            const bool free = infos_[frame.value].use == FrameUse::Free;
            if (home_[frame.value] != Home::None || links.previous != previous ||
                free != (home == Home::Free)) {
                return issue(9, Rule::OneList, frame,
                             "in two lists, in the wrong one, or with a wrong link");
            }
            home_[frame.value] = home;
            previous = frame;
            frame = links.next;
        }
        return std::nullopt;
    }

    [[nodiscard]] bool inNoList(FrameNumber frame) const {
        const FrameUse use = infos_[frame.value].use;
        return frame.value < root_.reservedFrames || use == FrameUse::Hole ||
               (root_.kernelPagesCounted && use != FrameUse::Free && use != FrameUse::Data);
    }

    Issue lists() {
        for (const auto& [which, home] : {std::pair{FrameList::FreeKernel, Home::Free},
                                          {FrameList::FreeData, Home::Free},
                                          {FrameList::Used, Home::Used}}) {
            if (Issue found = list(which, home)) {
                return found;
            }
        }
        for (FrameNumber frame{0}; frame.value < root_.frameCount; ++frame) {
            if (inNoList(frame) != (home_[frame.value] == Home::None)) {
                return issue(9, Rule::OneList, frame, "in no list");
            }
        }
        return std::nullopt;
    }

    Issue sum() {
        std::uint64_t free = 0;
        std::uint64_t counted = 0;
        for (FrameNumber frame{0}; frame.value < root_.frameCount; ++frame) {
            free += home_[frame.value] == Home::Free ? 1U : 0U;
            const bool reserved =
                frame.value < root_.reservedFrames || infos_[frame.value].use == FrameUse::Hole;
            counted += inNoList(frame) && !reserved ? 1U : 0U;
        }
        if (decodeVariable(memory_, kernel_variable::available) != free ||
            decodeVariable(memory_, kernel_variable::kernelPages) != counted) {
            return issue(12, Rule::FramesSum, FrameNumber(0), "the counters differ from the lists");
        }
        return std::nullopt;
    }

    /// Owner records of all frames, sorted by process, and their number.
    Issue references() {
        std::uint64_t nodes = 0;
        for (FrameNumber frame{0}; frame.value < root_.frameCount; ++frame) {
            const unsigned known = infos_[frame.value].references;
            if (known == 0) {
                continue;
            }
            const auto owners = decodeOwners(memory_, root_, frame);
            if (owners.size() != known) {
                return issue(10, Rule::ReferencesCount, frame,
                             fmt::format("{} references, {} owners", known, owners.size()));
            }
            nodes += root_.booksInList ? known : known - 1;
            for (const FrameOwner& owner : owners) {
                records_[owner.process].emplace(owner.page.value, frame.value);
            }
        }
        if (decodeVariable(memory_, kernel_variable::usedNodes) != nodes) {
            return issue(10, Rule::ReferencesCount, FrameNumber(0), "nodes in use are miscounted");
        }
        return std::nullopt;
    }

    void scan(FrameNumber table, unsigned level, std::uint64_t page, TableScan& found) const {
        found.tables.push_back(table);
        const std::uint64_t entries = level == table_level::pml4 ? wordsPerPage / 2 : wordsPerPage;
        const unsigned shift = (level - 1) * tableIndexBits;
        for (std::uint64_t i = 0; i < entries; ++i) {
            const Pte entry{memory_.read(startOf(table) + ByteCount(i * wordBytes))};
            const std::uint64_t first = page + (i << shift);
            if (!entry.present()) {
                continue;
            }
            if (level == table_level::pt) {
                found.frames[first] = entry.frame().value;
            } else if (entry.large()) {
                for (std::uint64_t n = 0; n < wordsPerPage; ++n) {
                    found.frames[first + n] = entry.frame().value + n;
                }
            } else {
                scan(entry.frame(), level - 1, first, found);
            }
        }
    }

    /// I11 and I14 for each process, with a scan of its tables.
    Issue processes() {
        for (const ProcessInfo& process : decodeProcesses(memory_, root_)) {
            const bool alive = process.entryCount != 0;
            TableScan found;
            if (alive) {
                scan(frameOf(PhysAddr(process.cr3 & pte::frameMask)), table_level::pml4, 0, found);
                tables_.insert(tables_.end(), found.tables.begin(), found.tables.end());
            } else if (Issue leak = leaked(process.number)) {
                return leak;
            }
            if (alive && context_.usesTables && !context_.changing.contains(process.number)) {
                if (Issue differs = compare(process, found)) {
                    return differs;
                }
            }
        }
        return std::nullopt;
    }

    Issue leaked(std::uint32_t process) const {
        for (FrameNumber frame{0}; frame.value < root_.frameCount; ++frame) {
            const FrameInfo& info = infos_[frame.value];
            if (info.use != FrameUse::Free && info.owner == process) {
                return issue(14, Rule::NothingLeaked, frame, "its owner has ended", process);
            }
        }
        return std::nullopt;
    }

    /// True if the process's memory map leads to the page: its entry may be installed later.
    [[nodiscard]] bool isCovered(const ProcessInfo& process, std::uint64_t page) const {
        const std::uint64_t address = startOf(PageNumber(page)).value;
        const auto extents = extentsOf(decodeMap(memory_, process), decodeRepresentation(memory_));
        return std::any_of(extents.begin(), extents.end(), [&](const Extent& extent) {
            return address >= extent.start && address - extent.start < extent.length;
        });
    }

    Issue compare(const ProcessInfo& process, const TableScan& found) {
        const std::set<std::pair<std::uint64_t, std::uint64_t>>& records = records_[process.number];
        for (const auto& [page, frame] : found.frames) {
            if (frame >= root_.frameCount) {
                continue; // the segment heap has it
            }
            if (!records.contains({page, frame})) {
                return issue(11, Rule::OwnersMap, FrameNumber(frame),
                             "mapped, but the owner is not noted", process.number);
            }
        }
        for (const auto& [page, frame] : records) {
            if (!found.frames.contains(page) && !isCovered(process, page)) {
                return issue(11, Rule::OwnersMap, FrameNumber(frame),
                             "an owner is noted, but no entry leads there", process.number);
            }
        }
        return std::nullopt;
    }

    Issue tables() const {
        if (root_.kernelPagesCounted) {
            return std::nullopt; // the books do not tell tables from the rest
        }
        std::uint64_t booked = 0;
        for (const FrameInfo& info : infos_) {
            booked += info.use == FrameUse::PageTable ? 1U : 0U;
        }
        for (const FrameNumber table : tables_) {
            if (table.value >= root_.frameCount || infos_[table.value].use != FrameUse::PageTable) {
                return issue(13, Rule::TablesAccounted, table, "a page table is not booked as one");
            }
        }
        return booked == tables_.size()
                   ? std::nullopt
                   : issue(13, Rule::TablesAccounted, FrameNumber(0),
                           fmt::format("{} frames booked as page tables, {} in use", booked,
                                       tables_.size()));
    }

    const MemoryReader& memory_;
    const KernelRoot& root_;
    const FrameCheckContext& context_;
    std::vector<FrameInfo> infos_;
    std::vector<Home> home_;
    std::map<std::uint32_t, std::set<std::pair<std::uint64_t, std::uint64_t>>> records_;
    std::vector<FrameNumber> tables_;
};

} // namespace

std::optional<FrameIssue> checkFrames(const MemoryReader& memory,
                                      const FrameCheckContext& context) {
    const auto root = decodeRoot(memory);
    if (!root) {
        return std::nullopt;
    }
    return Checker(memory, *root, context).run();
}

} // namespace fragscope
