#pragma once

#include "fragscope/event/rule.h"

#include <cstdint>
#include <list>

namespace fragscope {

class Kernel;
struct Process;

/// Who is told that physical memory runs short (seed 002). The kernel knows nothing of heaps and
/// caches: it asks the processes that have said they want to be asked, and what they give back they
/// give back by system calls.
///
/// A notice is sent when a page fault leaves fewer free frames than the watermark, and not again
/// before there were as many as the watermark once more. When no frame is left everybody is asked,
/// and who needs the frame waits for the answers. Simplified: to look at the number of free frames
/// costs nothing.
class LowMemory {
public:
    /// A process that listens, and what it was asked. Belongs to this; lives as long.
    struct Listener {
        const Process* process = nullptr;
        bool onNotice = false;  ///< wants to know of the watermark; else only that no frame is left
        bool gone = false;      ///< does not listen any more
        std::uint32_t task = 0; ///< that answers
        bool urgent = false;    ///< somebody waits for the answer
        std::uint64_t asked = 0;
        std::uint64_t answered = 0;

        [[nodiscard]] bool wanted() const { return asked != answered; }
    };

    LowMemory(Kernel& kernel, std::uint64_t watermark) : kernel_(kernel), watermark_(watermark) {}

    Listener& listen(const Process& process, bool onNotice);

    /// After a frame was taken: sends the notice if it is due.
    void look();

    /// True if somebody could give frames back: a listener, or pages are marked. False for a task
    /// that answers itself: nobody would answer it.
    [[nodiscard]] bool canAsk(std::uint32_t task) const;

    /// No frame is left: asks all who listen.
    void askAll();

    /// Condition: nobody owes an urgent answer.
    [[nodiscard]] bool allAnswered(std::uint64_t) const;

    /// Frames that pages of processes could get.
    [[nodiscard]] std::uint64_t freeFrames() const;

private:
    void notify(Listener& listener, std::uint64_t free, Rule why);

    Kernel& kernel_;
    std::uint64_t watermark_;
    bool armed_ = true;
    std::list<Listener> listeners_; ///< in order of registration
};

} // namespace fragscope
