#pragma once

#include "fragscope/kernel/kernel.h"

namespace fragscope {

/// Bytes below RSP that a function may use without moving it. Source: System V ABI for AMD64, 3.2.2
/// (The Stack Frame).
inline constexpr ByteCount redZone{128};

/// Gives the next thread of the process a stack of `pages`, which gets frames by faults, and
/// `guard` pages below it that nobody may touch. Stacks lie behind the other areas, that of thread
/// 0 lowest. False if the pages may not be promised (ReserveRefused) or no room for tables is left.
bool makeStack(Kernel& kernel, Process& process, PageCount pages, PageCount guard);

/// RSP of a thread moves; the thread runs on the current CPU. Above its top it stays at the top.
void moveStackPointer(Kernel& kernel, Process& process, std::uint32_t thread, VirtAddr to);

inline constexpr std::uint32_t allThreads = ~0U;

/// The pages of the stack of a thread, or of all threads, that lie wholly below RSP and its red
/// zone become allocate on demand again; frames and slots are free when it returns. As a system
/// call of the thread, or by the kernel in the background.
/// Simplified: the kernel knows at once where RSP of a thread points that runs on another CPU.
Steps reclaimStacks(Kernel& kernel, Process& process, std::uint32_t thread);

const Listing& reclaimStackListing();

} // namespace fragscope
