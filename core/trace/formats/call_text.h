#pragma once

#include "fragscope/trace/formats/keyed_blocks.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Calls of the malloc family as ltrace and valgrind print them: NAME(ARGUMENT, ...) = RESULT.
namespace fragscope {

enum class CallKind : std::uint8_t {
    Allocate,        ///< malloc(size), operator new(size, ...)
    AllocateArray,   ///< calloc(count, size)
    Align,           ///< memalign(alignment, size), aligned_alloc(alignment, size)
    AlignInto,       ///< posix_memalign(&pointer, alignment, size): the address is not printed
    Reallocate,      ///< realloc(pointer, size)
    ReallocateArray, ///< reallocarray(pointer, count, size)
    Free,            ///< free(pointer), operator delete(pointer, ...)
};

/// A call that was found in a line.
struct CallText {
    CallKind kind = CallKind::Allocate;
    std::string_view before;    ///< what precedes the name of the function
    std::string_view arguments; ///< what follows the opening bracket
};

/// What a call asks for.
struct CallRequest {
    CallKind kind = CallKind::Allocate;
    std::uint64_t pointer = 0; ///< Free, Reallocate, ReallocateArray; 0 is NULL
    std::uint64_t size = 0;    ///< all but Free; product of count and size, at most 2^64 - 1
};

/// The call that the line shows, if it is one of the malloc family. Its first bracket decides.
std::optional<CallText> findCall(std::string_view line);

/// Reads the arguments of a call; `rest` becomes what follows the closing bracket. Tools print more
/// arguments than a function has where they do not know it: those are left out. Gives the reason if
/// an argument is missing or wrong, or an empty text.
std::string readRequest(const CallText& call, CallRequest& request, std::string_view& rest);

/// Reads "= 0x1234" (`nil`, `(nil)` and `NULL` are 0).
std::string readResult(std::string_view rest, std::uint64_t& result);

/// Enters a call that was answered with the address `result` (0: it got no memory) into the books.
class CallBook {
public:
    CallBook(AllocationTrace& trace, Completeness completeness);

    /// Gives the reason why the call cannot be, or an empty text.
    std::string enter(const CallRequest& request, std::uint64_t result, std::uint32_t line);

private:
    AllocationTrace& trace_;
    KeyedBlocks blocks_;
};

} // namespace fragscope
