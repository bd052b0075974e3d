#pragma once

#include "fragscope/trace/trace.h"

#include <string>
#include <string_view>
#include <vector>

namespace fragscope {

/// How complete a file is, which decides what is an error in it.
enum class Completeness : std::uint8_t {
    /// Written to be replayed: every free must be of a live block.
    Script,
    /// Of a real program, from some moment on without gaps: a free of an address never seen is of
    /// an older block; it is counted and left out.
    Whole,
    /// Of a real program, with gaps: besides, a free of a block that has ended is left out, and an
    /// address that is given out again has been freed unseen.
    Partial,
};

/// What names a block in a file, and when it may be used again after its block has ended.
struct KeyRules {
    std::string_view noun; ///< "id", "address", for messages
    bool hexadecimal = true;
    bool reusable = true;
    Completeness completeness = Completeness::Script;
};

/// One call of the program that was recorded.
struct KeyedCall {
    std::uint64_t key = 0;
    std::uint64_t size = 0; ///< bytes; not for a free
    std::uint32_t line = 0;
    std::uint8_t migrateType = 0;
};

/// Turns addresses, or other keys of blocks, into dense ids from 1 and appends the operations to a
/// trace. Each function gives the reason why it refused, and then has changed nothing, or an empty
/// text. Memory: 32 to 64 bytes for each key ever seen.
class KeyedBlocks {
public:
    KeyedBlocks(AllocationTrace& trace, KeyRules rules);

    std::string allocate(const KeyedCall& call);
    std::string free(std::uint64_t key, std::uint32_t line);

    [[nodiscard]] bool isLive(std::uint64_t key) { return find(key).use == Use::Live; }

    /// `oldKey` may be the key of the call.
    std::string reallocate(std::uint64_t oldKey, const KeyedCall& call);

private:
    enum class Use : std::uint8_t { Never, Live, Ended };

    struct Slot {
        std::uint64_t key = 0;
        std::uint32_t id = 0;
        Use use = Use::Never;
    };

    /// The slot of a key, or the free slot where it belongs. Valid until the next insertion.
    [[nodiscard]] Slot& find(std::uint64_t key);
    void grow();

    [[nodiscard]] std::string refuseBlock(const KeyedCall& call) const;
    [[nodiscard]] std::string refuseNew(const KeyedCall& call);
    [[nodiscard]] std::string refuseEnd(std::uint64_t key);
    void insert(TraceOperation operation, const KeyedCall& call);
    [[nodiscard]] std::string named(std::uint64_t key) const;

    AllocationTrace& trace_;
    KeyRules rules_;
    std::vector<Slot> slots_; ///< a power of two, at most half full; linear probing
    std::size_t taken_ = 0;
};

} // namespace fragscope
