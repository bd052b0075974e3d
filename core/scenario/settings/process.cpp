#include "fragscope/base/text.h"
#include "fragscope/scenario/setting_builder.h"
#include "fragscope/scenario/settings/heap_words.h"
#include "fragscope/scenario/settings/segment_words.h"
#include "fragscope/workload/segment_script.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

/// Settings of one process.
namespace fragscope {

namespace {

constexpr std::string_view blockForm =
    "SIZE or SIZE @ frame N, of whole 4 KiB pages (`1 MiB @ frame 256`)";
constexpr std::string_view cpuForm = "a CPU number";
constexpr std::string_view accessForm =
    "read OFFSET or write OFFSET, OFFSET a multiple of 8, rsp-N, rsp+N or paged+N; touch OFFSET "
    "SIZE or "
    "scan OFFSET SIZE "
    "(the "
    "first word of each page, written or read); wait CYCLES; reserve SIZE; convert OFFSET SIZE; "
    "unmap OFFSET SIZE; fork NAME; exit; call SIZE, alloca SIZE, return SIZE (RSP moves); reclaim; "
    "with a heap also malloc NAME SIZE, free NAME, fill NAME, "
    "check NAME, cache NAME SIZE, cycle N SIZE, scavenge, collect; "
    "with segments instead segment NAME SIZE, buffer NAME SIZE, release NAME, stamp NAME, "
    "verify NAME, poke NAME OFFSET, peek NAME OFFSET, send NAME PROCESS [SIZE], receive NAME, "
    "lock NAME, unlock NAME, transfer NAME SIZE, await-transfer, wait CYCLES, exit";

std::optional<InitialBlock> parseBlock(std::string_view text) {
    const auto at = text.find('@');
    const auto size = parseSize(trimBlanks(text.substr(0, at)));
    if (!size || size->value == 0 || size->value % pageBytes != 0) {
        return std::nullopt;
    }
    if (at == std::string_view::npos) {
        return InitialBlock{*size, InitialBlock::anywhere};
    }
    auto place = trimBlanks(text.substr(at + 1));
    if (!place.starts_with("frame ")) {
        return std::nullopt;
    }
    place.remove_prefix(std::string_view("frame ").size());
    const auto frame = parseUnsigned(trimBlanks(place));
    if (!frame || *frame == InitialBlock::anywhere) {
        return std::nullopt;
    }
    return InitialBlock{*size, *frame};
}

std::string printBlock(const InitialBlock& block) {
    if (block.frame == InitialBlock::anywhere) {
        return text(block.size);
    }
    return fmt::format("{} @ frame {}", text(block.size), block.frame);
}

std::optional<std::uint32_t> parseCpu(std::string_view text) {
    const auto number = parseUnsigned(trimBlanks(text));
    if (!number || *number > std::numeric_limits<std::uint32_t>::max()) {
        return std::nullopt;
    }
    return static_cast<std::uint32_t>(*number);
}

std::string printCpu(const std::uint32_t& cpu) {
    return fmt::format("{}", cpu);
}

/// An element of a script: its word and what follows.
struct VerbInfo {
    std::string_view word;
    Verb verb;
    bool write;
    bool hasOffset;
    bool hasSize;
};

constexpr std::array<VerbInfo, 14> verbs{{
    {"read", Verb::Access, false, true, false},
    {"write", Verb::Access, true, true, false},
    {"scan", Verb::Touch, false, true, true},
    {"touch", Verb::Touch, true, true, true},
    {"wait", Verb::Wait, false, true, false},
    {"reserve", Verb::Reserve, false, false, true},
    {"convert", Verb::Convert, false, true, true},
    {"unmap", Verb::Unmap, false, true, true},
    {"fork", Verb::Fork, false, false, false},
    {"exit", Verb::Exit, false, false, false},
    {"call", Verb::Call, false, false, true},
    {"alloca", Verb::Alloca, false, false, true},
    {"return", Verb::Return, false, false, true},
    {"reclaim", Verb::Reclaim, false, false, false},
}};

bool movesRsp(Verb verb) {
    return verb == Verb::Call || verb == Verb::Alloca || verb == Verb::Return;
}

/// Takes the next word off a text.
std::string_view takeWord(std::string_view& text) {
    text = trimBlanks(text);
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(word.size());
    text = trimBlanks(text);
    return word;
}

std::optional<std::uint64_t> parseOffset(std::string_view text) {
    if (const auto plain = parseUnsigned(text)) {
        return plain;
    }
    const auto size = parseSize(text);
    return size ? std::optional(size->value) : std::nullopt;
}

constexpr std::string_view rspWord = "rsp";
constexpr std::string_view pagedWord = "paged";

/// An offset, or one from RSP, `rsp-8`, or from the first single page, `paged+8`.
bool parsePlace(std::string_view text, ScriptedAccess& parsed) {
    const bool access = parsed.verb == Verb::Access;
    bool below = false;
    for (const auto& [word, base] :
         {std::pair{rspWord, OffsetBase::Rsp}, std::pair{pagedWord, OffsetBase::Paged}}) {
        if (access && parsed.base == OffsetBase::Area && text.starts_with(word)) {
            parsed.base = base;
            text.remove_prefix(word.size());
        }
    }
    if (parsed.base != OffsetBase::Area) {
        below = parsed.base == OffsetBase::Rsp && text.starts_with('-');
        if (!below && !text.starts_with('+')) {
            return false;
        }
        text.remove_prefix(1);
    }
    const auto offset = parseOffset(text);
    if (!offset || (parsed.verb != Verb::Wait && *offset % wordBytes != 0)) {
        return false;
    }
    parsed.offset = below ? 0 - *offset : *offset;
    return true;
}

std::string printPlace(const ScriptedAccess& access) {
    if (access.base == OffsetBase::Area) {
        return access.verb == Verb::Wait ? fmt::format("{}", access.offset)
                                         : fmt::format("{:#x}", access.offset);
    }
    const bool below = access.offset > ~access.offset;
    return fmt::format("{}{}{:#x}", access.base == OffsetBase::Rsp ? rspWord : pagedWord,
                       below ? '-' : '+', below ? 0 - access.offset : access.offset);
}

std::optional<ScriptedAccess> parseOperands(const VerbInfo& info, std::string_view text) {
    ScriptedAccess parsed{.write = info.write, .verb = info.verb, .size = {}, .other = {}};
    if (info.hasOffset && !parsePlace(takeWord(text), parsed)) {
        return std::nullopt;
    }
    if (info.hasSize) {
        const auto size = parseSize(text);
        const std::uint64_t unit = movesRsp(info.verb) ? wordBytes : pageBytes;
        if (!size || size->value == 0 || (size->value | parsed.offset) % unit != 0) {
            return std::nullopt;
        }
        parsed.size = *size;
        text = {};
    }
    if (info.verb == Verb::Fork) {
        parsed.other = takeWord(text);
    }
    const bool nameless = info.verb == Verb::Fork && parsed.other.empty();
    return text.empty() && !nameless ? std::optional(parsed) : std::nullopt;
}

std::optional<ScriptedAccess> parseAccess(std::string_view text) {
    const std::string_view word = takeWord(text);
    for (const VerbInfo& info : verbs) {
        if (info.word == word) {
            return parseOperands(info, text);
        }
    }
    const auto parsed = parseHeapWord(word, text);
    return parsed ? parsed : parseSegmentWord(word, text);
}

std::string printAccess(const ScriptedAccess& access) {
    if (usesHeap(access.verb)) {
        return printHeapWord(access);
    }
    if (usesSegments(access.verb)) {
        return printSegmentWord(access);
    }
    const auto info = std::find_if(verbs.begin(), verbs.end(), [&](const VerbInfo& one) {
        return one.verb == access.verb && one.write == access.write;
    });
    std::string out(info->word);
    if (info->hasOffset) {
        out += " " + printPlace(access);
    }
    if (info->hasSize) {
        out += " " + text(access.size);
    }
    return access.verb == Verb::Fork ? out + " " + access.other : out;
}

std::vector<Setting> placeSettings() {
    using S = ProcessSettings;
    return {
        Row(SettingType::Text, "process.name", &S::name)
            .says("Its name: letters, digits, - and _."),
        Row(SettingType::Address, "process.start", &S::start)
            .between(pageBytes, (1ULL << 47) - pageBytes)
            .multipleOf(pageBytes)
            .says("Virtual address at which its area starts."),
        Row("process.blocks", &S::blocks, blockForm, parseBlock, printBlock)
            .says("Memory that it has at the start, neighbours in its address space in this "
                  "order; without a frame the lowest run of free frames is taken."),
        size("process.reserve", &S::reserve)
            .between(0, 1ULL << 40)
            .multipleOf(pageBytes)
            .says("Area behind its blocks whose pages get a frame at the first touch.",
                  "seed 002: allocate on demand"),
        size("process.file", &S::file)
            .between(0, 1ULL << 40)
            .multipleOf(pageBytes)
            .says("Area behind that with a read-only file, read page by page at the first touch."),
        size("process.stack", &S::stack)
            .between(0, 1ULL << 40)
            .multipleOf(pageBytes)
            .says("Most that the stack of each of its threads may grow to, by faults, behind these "
                  "areas; 0: the threads have none.",
                  "seed 002: grows its stack down STACK_TOP-4mb"),
        count("process.stack_guard", &S::stackGuard)
            .between(0, 1ULL << 20)
            .says("Pages below each stack that nobody may touch."),
        choice("process.on_signal", &S::onSignal)
            .says("What its handler does about an invalid access (paging.invalid_access = "
                  "`signal`)."),
        Row("process.cpus", &S::cpus, cpuForm, parseCpu, printCpu)
            .says("CPUs of its threads, one thread for each; none: it only owns memory."),
    };
}

std::vector<Setting> accessSettings() {
    using S = ProcessSettings;
    return {
        choice("process.pattern", &S::pattern).says("Where its accesses go."),
        count("process.accesses", &S::accesses)
            .word("until-mover-done", 0)
            .says("Accesses of each thread; `until-mover-done`: until the mover has nothing left "
                  "to do."),
        count("process.write_percent", &S::writePercent)
            .between(0, 100)
            .says("Share of the accesses that write."),
        size("process.hot_size", &S::hotSize)
            .between(wordBytes, gib(16).value)
            .multipleOf(wordBytes)
            .says("Pattern hot-set: size of the hot part."),
        count("process.hot_percent", &S::hotPercent)
            .between(0, 100)
            .says("Pattern hot-set: share of the accesses that go to the hot part."),
        Row("process.script", &S::script, accessForm, parseAccess, printAccess)
            .says("Pattern script: the accesses and system calls, in order; offsets from the start "
                  "of "
                  "the area. `convert` gives pages back that stay in use, `unmap` for good; `fork` "
                  "makes the address space of another process of the scenario. `call` moves RSP "
                  "down and "
                  "writes to each page of the frame, `alloca` only to its lowest word; `reclaim` "
                  "gives the pages below RSP back. `fill` writes words of a block, `check` reads "
                  "them again; `cycle` allocates, fills and frees N times; "
                  "`cache` fills the block or, if memory was not short meanwhile, checks it; "
                  "`collect` has a collector of the kernel parse the heap: a mistake. `stamp` "
                  "writes the first and the last word of each page of a segment, `verify` reads "
                  "them again; `poke` writes one word, `peek` reads it; `send` takes the size of a "
                  "header, at most 128 bytes; `buffer` asks for a lockable segment; `transfer` has "
                  "a device write to it, `await-transfer` waits for that."),
        cycles("process.think", &S::thinkCycles)
            .word("cost.think", ~0ULL)
            .says("Work between two accesses."),
        cycles("process.deadline", &S::deadlineCycles)
            .word("none", 0)
            .says("An access that takes longer counts as a missed deadline."),
        choice("process.atomicity", &S::atomicity)
            .says("Whether the map can change between translation and access.",
                  "DEFRAG 1.3: access in flight; DEFRAG 4.2"),
        flag("process.large_pages", &S::largePages)
            .says("Use 2 MiB mappings where place and address allow.",
                  "DEFRAG 1.3: transfer block not page-sized"),
    };
}

std::vector<Setting> lifeSettings() {
    using S = ProcessSettings;
    return {
        Row(SettingType::Text, "process.trace", &S::trace)
            .says("File with the allocation trace of a real program to replay instead of a "
                  "pattern; relative to the scenario file."),
        count("process.trace_operations", &S::traceOperations)
            .word("all", 0)
            .says("Replay only this many operations of the trace."),
        size("process.grow_by", &S::growBy)
            .between(pageBytes, gib(1).value)
            .multipleOf(pageBytes)
            .says("Trace: how much memory its heap asks for at a time."),
        cycles("process.exit_at", &S::exitAtCycles)
            .word("never", 0)
            .says("Time at which it ends and gives its memory back."),
    };
}

} // namespace

std::vector<Setting> processSettings() {
    std::vector<Setting> all = placeSettings();
    for (auto* part : {&accessSettings, &lifeSettings}) {
        for (Setting& setting : part()) {
            all.push_back(std::move(setting));
        }
    }
    return all;
}

} // namespace fragscope
