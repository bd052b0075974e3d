#pragma once

#include "fragscope/kernel/kernel.h"

namespace fragscope {

/// Named shared memory (seed 004: "a set of pages inside a page array associated to a named entity"
/// ). An object keeps its frames as long as it has a name or somebody has attached it.

/// Makes an object of whole pages; what could not be had is missing (RequestRefused).
Steps createShared(Kernel& kernel, std::string_view name, ByteCount size);

/// Maps the object behind what the process has in its paged area (page_actions.h). If the owners'
/// pool has no node left, what was mapped so far is taken back.
Steps attachShared(Kernel& kernel, Process& process, SharedObject& object);

/// Takes the last attachment of the process out again. Frames go back with the last one if the
/// name is gone.
Steps detachShared(Kernel& kernel, Process& process, SharedObject& object);

/// Takes the name away; the frames go back now, or with the last attachment.
Steps destroyShared(Kernel& kernel, SharedObject& object);

/// A mistake of the kernel: frees the object's frames without a look at who maps them. The table
/// refuses each with the reason.
Steps freeSharedFrames(Kernel& kernel, SharedObject& object);

/// A fork: the child has attached what the parent has, at the same pages. They stay shared, whoever
/// writes. False if there is no room to note an owner. Simplified: one step; single pages of the
/// parent (page_actions.h) are not inherited.
bool inheritShared(Kernel& kernel, const Process& parent, Process& child);

const Listing& attachSharedListing();
const Listing& detachSharedListing();
const Listing& sharedObjectListing();

} // namespace fragscope
