#include "fragscope/view/explain/operand_text.h"

#include "fragscope/base/text.h"
#include "fragscope/hardware/cpu/register_name.h"
#include "fragscope/hardware/paging/access.h"
#include "fragscope/hardware/paging/walk_check.h"
#include "fragscope/kernel/paging/page_state.h"
#include "fragscope/task/listing.h"

#include <array>
#include <fmt/format.h>
#include <optional>

namespace fragscope {

namespace {

template <std::size_t N>
std::string nameFrom(const std::array<std::string_view, N>& names, std::uint64_t number) {
    return number < N ? std::string(names[number]) : fmt::format("no. {}", number);
}

constexpr std::array<std::string_view, 5> uses{"free memory", "kernel", "page tables", "data",
                                               "hole"};
constexpr std::array<std::string_view, 4> entryKinds{"block", "no-access entry", "limit entry",
                                                     "demand area"};
constexpr std::array<std::string_view, 4> roles{"application", "mover", "kernel task", "script"};
constexpr std::array<std::string_view, 3> statuses{"ready", "waiting", "finished"};
constexpr std::array<std::string_view, 2> origins{"swap device", "file"};
constexpr std::array<std::string_view, 2> ends{"low", "high"};
constexpr std::array<std::string_view, 2> growthPlaces{"as a new block", "behind its block"};
constexpr auto listingCount = static_cast<std::size_t>(ListingId::Count);
constexpr std::array<std::string_view, listingCount> listings{
    "no listing",
    "the application",
    "the trace replay",
    "the neighbour",
    "the fault handler (as written)",
    "the fault handler (re-walk)",
    "the stop-the-world mover",
    "the entry-E mover (high end)",
    "the entry-E mover (low end)",
    "the mover's loop",
    "growth",
    "the script",
    "the system call",
    "memory given back",
    "the recovery",
    "a stopped thread",
    "the allocation of a frame",
    "the release of a frame",
    "the building of the free list",
    "the allocation of pages",
    "the release of pages",
    "the overrun",
    "the shared object",
    "an attachment",
    "a detachment",
    "the checking fault handler",
    "the quick-and-dumb fault handler",
    "a reservation",
    "giving pages back",
    "a fork",
    "the reclaim of a stack",
    "an allocation of the first-fit heap",
    "a release of the first-fit heap",
    "a walk of the first-fit heap",
    "an allocation of the segregated heap",
    "a release of the segregated heap",
    "a walk of the segregated heap",
    "a reservation of a range",
    "the marking of pages",
    "the sweeper of marked pages",
    "an operation on the heap",
    "the scavenger",
    "the memory thread",
    "the kernel collector",
    "quick-fit",
    "the top of the heap",
    "a segment freed",
    "the call for a segment",
    "the call that frees a segment",
    "the program with segments",
    "the compaction",
    "the carrying of a segment",
    "the background compaction",
    "the relaxing of a segment",
    "the task that aligns segments again",
    "an allocation by buddies",
    "a release by buddies",
    "a split allocation",
    "the call for memory without paging",
    "the call that frees memory without paging",
    "the call for pages",
    "the call that frees pages",
    "the promotion of pages",
    "the checkerboard program",
    "the sending of a segment",
    "the receiving of a segment",
    "the locking of a segment",
    "the unlocking of a segment",
    "the start of a transfer",
    "the device",
    "the policy for locked segments",
    "the script of a program with segments",
    "sequential fit",
    "quick fit",
    "the buddy heap",
    "the page allocator",
    "the slab allocator",
    "segregated storage",
    "half-fit",
    "TLSF",
    "dlmalloc",
    "Compact-fit",
    "the non-moving Compact-fit",
    "the bump allocator",
    "the region allocator",
    "the sliding heap",
    "the replay of a trace on the heap",
};
static_assert(!listings.back().empty(), "each listing has a name");

std::string counted(std::uint64_t number, std::string_view noun) {
    return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

std::string errorText(std::uint64_t code) {
    const auto has = [code](std::uint32_t bit) { return (code & bit) != 0; };
    const std::string_view access = has(fault_bits::instruction) ? "fetch"
                                    : has(fault_bits::write)     ? "write"
                                                                 : "read";
    return fmt::format("{:#x} ({}, {}, {}{}{})", code, access,
                       has(fault_bits::present) ? "not allowed" : "not present",
                       has(fault_bits::user) ? "user" : "supervisor",
                       has(fault_bits::reserved) ? ", reserved bit" : "",
                       has(fault_bits::protectionKey) ? ", protection key" : "");
}

std::string checkText(std::uint64_t number) {
    const std::string_view name =
        number < walkCheckCount ? nameOf(static_cast<WalkCheck>(number)) : std::string_view();
    return number == 0 ? "" : fmt::format(", {}", name.empty() ? "failed" : name);
}

std::string stateText(std::uint64_t number) {
    return number < pageStateCount ? std::string(infoOf(static_cast<PageState>(number)).name)
                                   : fmt::format("state {}", number);
}

std::string registerText(std::uint64_t number) {
    const std::string_view name =
        number < registerCount ? nameOf(static_cast<RegisterName>(number)) : std::string_view();
    return name.empty() ? fmt::format("register {}", number) : std::string(name);
}

std::string virtualText(std::uint64_t address) {
    return fmt::format("V{}", groupedHex(address));
}

std::string physicalText(std::uint64_t address) {
    return fmt::format("P{}", groupedHex(address));
}

using Style = std::string (*)(std::uint64_t);

struct NamedStyle {
    std::string_view name;
    Style text;
};

constexpr std::array<NamedStyle, 25> styles{{
    {"hex", [](std::uint64_t v) { return groupedHex(v); }},
    {"bytes", [](std::uint64_t v) { return text(ByteCount(v)); }},
    {"cycles", [](std::uint64_t v) { return counted(v, "cycle"); }},
    {"frames", [](std::uint64_t v) { return counted(v, "frame"); }},
    {"pages", [](std::uint64_t v) { return counted(v, "page"); }},
    {"blocks", [](std::uint64_t v) { return counted(v, "block"); }},
    {"stores", [](std::uint64_t v) { return counted(v, "store"); }},
    {"cpus", [](std::uint64_t v) { return counted(v, "CPU"); }},
    {"pins", [](std::uint64_t v) { return counted(v, "pin"); }},
    {"words", [](std::uint64_t v) { return counted(v, "word"); }},
    {"virtual", virtualText},
    {"physical", physicalText},
    {"frame", [](std::uint64_t v) { return text(frameOf(PhysAddr(v))); }},
    {"use", [](std::uint64_t v) { return nameFrom(uses, v); }},
    {"entry", [](std::uint64_t v) { return nameFrom(entryKinds, v); }},
    {"role", [](std::uint64_t v) { return nameFrom(roles, v); }},
    {"status", [](std::uint64_t v) { return nameFrom(statuses, v); }},
    {"end", [](std::uint64_t v) { return nameFrom(ends, v); }},
    {"merged",
     [](std::uint64_t v) {
         return v == 0 ? std::string() : ", part of " + text(ByteCount(v)) + " free now";
     }},
    {"place", [](std::uint64_t v) { return nameFrom(growthPlaces, v); }},
    {"listing", [](std::uint64_t v) { return nameFrom(listings, v); }},
    {"error", errorText},
    {"check", checkText},
    {"state", stateText},
    {"origin", [](std::uint64_t v) { return nameFrom(origins, v); }},
}};

struct NamedField {
    std::string_view name;
    std::uint64_t (*read)(const Event& event);
    Style style; ///< without another one
};

std::string decimal(std::uint64_t value) {
    return std::to_string(value);
}

constexpr std::array<NamedField, 10> fields{{
    {"object", [](const Event& e) { return std::uint64_t{e.object}; }, decimal},
    {"value", [](const Event& e) { return e.value; }, decimal},
    {"a", [](const Event& e) { return e.a; }, decimal},
    {"b", [](const Event& e) { return e.b; }, decimal},
    {"vaddr", [](const Event& e) { return e.vaddr; }, virtualText},
    {"paddr", [](const Event& e) { return e.paddr; }, physicalText},
    {"cpu", [](const Event& e) { return std::uint64_t{e.cpu}; }, decimal},
    {"task", [](const Event& e) { return std::uint64_t{e.task}; }, decimal},
    {"size", [](const Event& e) { return std::uint64_t{e.size}; }, decimal},
    {"line", [](const Event& e) { return std::uint64_t{e.line}; }, decimal},
}};

std::optional<std::string>
styled(const NamedField& field, std::string_view style, const Event& event, const Names& names) {
    const std::uint64_t value = field.read(event);
    if (style.empty()) {
        return field.style(value);
    }
    if (style == "process") {
        return names.process(static_cast<std::uint32_t>(value));
    }
    if (style == "register") {
        return registerText(value);
    }
    for (const NamedStyle& known : styles) {
        if (known.name == style) {
            return known.text(value);
        }
    }
    return std::nullopt;
}

std::optional<std::string> operand(std::string_view place, const Event& event, const Names& names) {
    const std::size_t colon = place.find(':');
    const std::string_view name = place.substr(0, colon);
    const std::string_view style =
        colon == std::string_view::npos ? std::string_view() : place.substr(colon + 1);
    for (const NamedField& field : fields) {
        if (field.name == name) {
            return styled(field, style, event, names);
        }
    }
    return std::nullopt;
}

} // namespace

std::string groupedHex(std::uint64_t value) {
    std::string digits = fmt::format("{:x}", value);
    for (std::size_t at = digits.size(); at > 4;) {
        at -= 4;
        digits.insert(at, 1, '\'');
    }
    return fmt::format("0x{}", digits);
}

std::string fillIn(std::string_view text, const Event& event, const Names& names) {
    std::string filled;
    while (!text.empty()) {
        const std::size_t open = text.find('{');
        const std::size_t close = text.find('}', open);
        filled += text.substr(0, open);
        if (open == std::string_view::npos || close == std::string_view::npos) {
            filled += open == std::string_view::npos ? std::string_view() : text.substr(open);
            break;
        }
        const std::string_view place = text.substr(open + 1, close - open - 1);
        const auto found = operand(place, event, names);
        filled += found ? *found : std::string(text.substr(open, close - open + 1));
        text.remove_prefix(close + 1);
    }
    return filled;
}

} // namespace fragscope
