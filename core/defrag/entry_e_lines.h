#pragma once

#include <cstdint>

namespace fragscope {

/// The lines of the listing of entry E; the high and the low end differ in their texts only.
enum class EntryELine : std::uint16_t {
    Allocate = 1,
    TransferBlock,
    InstallHandler,
    AddE,
    NextBlock,
    Cover,
    TakeEntries,
    Shootdown,
    AwaitAcks,
    Copy,
    Reopen,
    WriteEntries,
    Delete,
    GiveBack,
    ResetHandler,
};

} // namespace fragscope
