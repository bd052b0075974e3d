#include "fragscope/trace/system_state.h"

#include "fragscope/trace/formats/words.h"
#include "fragscope/trace/input/trace_lines.h"

#include <fmt/format.h>

namespace fragscope {

namespace {

constexpr std::size_t mostOrders = 32;

std::string_view withoutComma(std::string_view word) {
    if (word.ends_with(',')) {
        word.remove_suffix(1);
    }
    return word;
}

/// Both files: "Node 0, zone DMA32[, type Movable] COUNT...". Gives the reason if the line is
/// wrong.
std::string readZone(std::string_view line, ZoneFreeBlocks& zone) {
    cutSpacedWord(line); // Node
    if (std::string reason =
            readNumber(withoutComma(cutSpacedWord(line)), Base::Decimal, zone.node);
        !reason.empty()) {
        return reason;
    }
    if (cutSpacedWord(line) != "zone") {
        return "expected `Node N, zone NAME`";
    }
    const std::string_view name = cutSpacedWord(line);
    zone.zone = withoutComma(name);
    if (name.ends_with(',')) {
        if (cutSpacedWord(line) != "type") {
            return "expected `type` after the zone";
        }
        zone.migrateType = cutSpacedWord(line);
    }
    for (auto word = cutSpacedWord(line); !word.empty(); word = cutSpacedWord(line)) {
        if (word.starts_with('>')) {
            zone.atLeast = true;
            word.remove_prefix(1);
        }
        std::uint64_t count = 0;
        if (std::string reason = readNumber(word, Base::Decimal, count); !reason.empty()) {
            return reason;
        }
        zone.blocks.push_back(count);
    }
    const bool good = !zone.blocks.empty() && zone.blocks.size() <= mostOrders;
    return good ? std::string()
                : fmt::format("{} counts of free blocks, expected 1 to {}", zone.blocks.size(),
                              mostOrders);
}

/// Reads one line; false when the rest of the file is of no interest.
Expected<bool> readLine(std::string_view line, SystemState& state) {
    constexpr std::string_view blockOrder = "Page block order: ";
    if (line.starts_with("Number of ")) { // of page blocks, by type: the free lists are over
        return false;
    }
    std::string reason;
    if (line.starts_with(blockOrder)) {
        reason = readNumber(line.substr(blockOrder.size()), Base::Decimal, state.pageBlockOrder);
    } else if (line.starts_with("Node ")) {
        ZoneFreeBlocks zone;
        reason = readZone(line, zone);
        state.zones.push_back(std::move(zone));
    }
    if (!reason.empty()) {
        return badInput(std::move(reason));
    }
    return true;
}

} // namespace

Expected<SystemState> readSystemState(const std::string& path) {
    const auto at = [&path](Error error, std::uint64_t line) {
        error.file = path;
        error.line = line;
        return error;
    };
    const auto source = openBytes(path);
    if (!source) {
        return at(source.error(), 0);
    }
    TraceLines lines(**source);
    SystemState state;
    while (true) {
        const auto line = lines.next();
        if (!line) {
            return at(line.error(), lines.lineNumber());
        }
        if (!*line) {
            break;
        }
        const Expected<bool> more = readLine(**line, state);
        if (!more) {
            return at(more.error(), lines.lineNumber());
        }
        if (!*more) {
            break;
        }
    }
    if (state.zones.empty()) {
        return at(badInput("neither /proc/buddyinfo nor /proc/pagetypeinfo: it has no line `Node "
                           "N, zone NAME`"),
                  0);
    }
    return state;
}

} // namespace fragscope
