#include "fragscope/kernel/paging/page_state.h"

namespace fragscope {

namespace {

constexpr unsigned frameShift = 12;
constexpr unsigned stateShift = 9; ///< of a present entry
constexpr unsigned fileShift = 3;
constexpr unsigned codeShift = 3; ///< of the absent states that are neither swap nor file
constexpr unsigned objectShift = 5;
constexpr std::uint64_t present = 1;
constexpr std::uint64_t swapMark = 1U << 1;
constexpr std::uint64_t fileMark = 1U << 2;

constexpr std::array<PageState, 4> presentStates{PageState::Allocated, PageState::FileBacked,
                                                 PageState::CopyOnWrite, PageState::Shared};
constexpr std::array<PageState, 4> absentStates{PageState::NotUsed, PageState::OnDemand,
                                                PageState::Guard, PageState::Shared};

constexpr std::uint64_t lowBits(unsigned count) {
    return count >= 64 ? ~0ULL : (1ULL << count) - 1;
}

constexpr std::uint64_t field(std::uint64_t value, unsigned low, unsigned bits) {
    return (value >> low) & lowBits(bits);
}

std::optional<std::uint64_t> codeIn(const std::array<PageState, 4>& states, PageState state) {
    for (std::size_t code = 0; code < states.size(); ++code) {
        if (states[code] == state) {
            return code;
        }
    }
    return std::nullopt;
}

/// The number from bit `shift` up, or nothing if it has too many bits.
std::optional<std::uint64_t> placed(std::uint64_t number, unsigned shift, unsigned bits) {
    return number <= lowBits(bits) ? std::optional(number << shift) : std::nullopt;
}

PageEntry decodeAbsent(std::uint64_t value, const EntryFormat& format) {
    const auto number = [&](unsigned shift) { return field(value, shift, format.width - shift); };
    if (!format.statesWhenAbsent() || (value & swapMark) != 0) {
        return {PageState::SwappedOut, false, number(format.slotShift)};
    }
    if ((value & fileMark) != 0) {
        return {PageState::FileBacked, false, number(fileShift)};
    }
    const PageState state = absentStates[field(value, codeShift, 2)];
    return {state, false, state == PageState::Shared ? number(objectShift) : 0};
}

std::optional<std::uint64_t> encodeAbsent(const PageEntry& entry, const EntryFormat& format) {
    const auto number = [&](unsigned shift, std::uint64_t marks) -> std::optional<std::uint64_t> {
        const auto bits = placed(entry.number, shift, format.width - shift);
        return bits ? std::optional(*bits | marks) : std::nullopt;
    };
    if (!format.statesWhenAbsent()) {
        return entry.state == PageState::SwappedOut ? number(format.slotShift, 0) : std::nullopt;
    }
    if (entry.state == PageState::SwappedOut) {
        return number(format.slotShift, swapMark);
    }
    if (entry.state == PageState::FileBacked) {
        return number(fileShift, fileMark);
    }
    const auto code = codeIn(absentStates, entry.state);
    if (!code || (entry.number != 0 && entry.state != PageState::Shared)) {
        return std::nullopt;
    }
    return number(objectShift, *code << codeShift);
}

constexpr std::uint8_t bit(PageState state) {
    return static_cast<std::uint8_t>(1U << static_cast<unsigned>(state));
}

using enum PageState;

/// By the state before: the states that may follow.
constexpr std::array<std::uint8_t, pageStateCount> followers{
    /* NotUsed */ bit(OnDemand) | bit(FileBacked) | bit(CopyOnWrite) | bit(SwappedOut) |
        bit(Shared) | bit(Guard),
    /* OnDemand */ bit(NotUsed) | bit(Allocated) | bit(CopyOnWrite) | bit(Guard),
    /* Allocated */ bit(NotUsed) | bit(OnDemand) | bit(SwappedOut) | bit(CopyOnWrite),
    /* SwappedOut */ bit(NotUsed) | bit(OnDemand) | bit(Allocated),
    /* FileBacked */ bit(NotUsed) | bit(FileBacked),
    /* CopyOnWrite */ bit(NotUsed) | bit(OnDemand) | bit(Allocated) | bit(CopyOnWrite) |
        bit(SwappedOut),
    /* Shared */ bit(NotUsed) | bit(Shared),
    /* Guard */ bit(NotUsed) | bit(OnDemand),
};

constexpr std::array<PageStateInfo, pageStateCount> infos{{
    {NotUsed, '.', "not used", "No area holds the page: an access is an error."},
    {OnDemand, 'd', "allocate on demand", "In use, without a frame until the first touch."},
    {Allocated, 'A', "allocated", "Has a frame of its own."},
    {SwappedOut, 's', "swapped out", "Its contents lie in a slot of the swap device."},
    {FileBacked, 'f', "file-backed", "A read-only page of a file, read at the first touch."},
    {CopyOnWrite, 'c', "copy-on-write", "Others have the frame too: the first write copies it."},
    {Shared, 'h', "shared", "A page of a shared object."},
    {Guard, 'g', "guard", "Never gets a frame: an access is an error."},
}};

std::vector<EntryField> presentRuler(const EntryFormat& format) {
    std::vector<EntryField> fields{
        {"P", 0, 1, 0},          {"RW", 1, 1, 0},      {"US", 2, 1, 0},
        {"PWT", 3, 1, 0},        {"PCD", 4, 1, 0},     {"A", 5, 1, 0},
        {"D", 6, 1, 0},          {"PAT", 7, 1, 0},     {"G", 8, 1, 0},
        {"page state", 9, 2, 0}, {"may go", 11, 1, 0}, {"frame", 12, format.frameBits, 0},
    };
    if (format.width == 64) {
        fields.insert(
            fields.end(),
            {{"leaked", 52, 1, 0}, {"free", 53, 6, 0}, {"PK", 59, 4, 0}, {"NX", 63, 1, 0}});
    }
    return fields;
}

std::vector<EntryField> absentRuler(PageState state, const EntryFormat& format) {
    const auto rest = [&](std::string_view name, unsigned low) {
        return EntryField{name, low, format.width - low, 0};
    };
    const EntryField p{"P", 0, 1, 0};
    if (!format.statesWhenAbsent()) {
        return {p, rest("slot", format.slotShift)};
    }
    const EntryField swap{"swap", 1, 1, 0};
    const EntryField file{"file", 2, 1, 0};
    if (state == SwappedOut) {
        return {p, swap, rest("slot", format.slotShift)};
    }
    if (state == FileBacked) {
        return {p, swap, file, rest("page of file", fileShift)};
    }
    return {p,
            swap,
            file,
            {"page state", codeShift, 2, 0},
            rest(state == Shared ? "page of object" : "free", objectShift)};
}

} // namespace

const PageStateInfo& infoOf(PageState state) {
    return infos.at(static_cast<std::size_t>(state));
}

PageEntry decodeEntry(std::uint64_t value, const EntryFormat& format) {
    if ((value & present) == 0) {
        return decodeAbsent(value, format);
    }
    return {presentStates[field(value, stateShift, 2)], true,
            field(value, frameShift, format.frameBits)};
}

std::optional<std::uint64_t> encodeEntry(const PageEntry& entry, const EntryFormat& format) {
    if (!entry.present) {
        return encodeAbsent(entry, format);
    }
    const auto code = codeIn(presentStates, entry.state);
    const auto frame = placed(entry.number, frameShift, format.frameBits);
    if (!code || !frame) {
        return std::nullopt;
    }
    return *frame | *code << stateShift | present;
}

bool mayBecome(PageState from, PageState to) {
    return (followers[static_cast<std::size_t>(from)] & bit(to)) != 0;
}

std::vector<EntryField> bitRuler(std::uint64_t value, const EntryFormat& format) {
    std::vector<EntryField> fields = (value & present) != 0
                                         ? presentRuler(format)
                                         : absentRuler(decodeEntry(value, format).state, format);
    for (EntryField& part : fields) {
        part.value = field(value, part.low, part.bits);
    }
    return fields;
}

} // namespace fragscope
