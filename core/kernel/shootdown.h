#pragma once

#include "fragscope/kernel/board.h"
#include "fragscope/kernel/process.h"

namespace fragscope {

/// Makes all CPUs drop their translations of a range of a process: the own TLB at once, the others
/// by interrupts that they acknowledge at an instruction boundary. Source: SDM vol. 3A, 4.10.5
/// (propagation of paging-structure changes to multiple processors).
class Shootdowns {
public:
    explicit Shootdowns(const Board& board) : board_(board) {}

    /// Drops the range on the running CPU and asks the CPUs that run the process. Returns the
    /// round's number.
    std::uint64_t send(const Process& process, VirtAddr first, PageCount pages, Rule why);

    /// True once every asked CPU has acknowledged round `id`; a condition for `until`.
    [[nodiscard]] bool complete(std::uint64_t id) const;

    /// To be called once the sender goes on: announces the end of the round.
    void finished(std::uint64_t id, Rule why);

    /// The CPU takes the interrupt of round `id`: drops the range and acknowledges.
    void acknowledge(std::uint32_t cpu, std::uint64_t id);

private:
    struct Round {
        std::uint32_t process = 0;
        VirtAddr first;
        PageCount pages;
        std::uint64_t sentAt = 0;
        std::uint32_t outstanding = 0;
    };

    std::uint64_t dropRange(std::uint32_t cpu, VirtAddr first, PageCount pages);

    Board board_;
    std::vector<Round> rounds_; ///< by id - 1
};

} // namespace fragscope
