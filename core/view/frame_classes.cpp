#include "fragscope/view/frame_classes.h"

#include "fragscope/view/page_map_reader.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace fragscope {

namespace {

constexpr std::array<FrameClassInfo, frameClassCount> registry{{
#define FRAGSCOPE_FRAME_CLASS_INFO(Name, letter, name, sentence)                                   \
    {FrameClass::Name, letter, name, sentence},
    FRAGSCOPE_FRAME_CLASSES(FRAGSCOPE_FRAME_CLASS_INFO)
#undef FRAGSCOPE_FRAME_CLASS_INFO
}};

constexpr std::uint64_t framesPerTablePage = pageBytes / frameEntryBytes;

constexpr std::uint8_t byteOf(FrameClass frameClass) {
    return static_cast<std::uint8_t>(frameClass);
}

/// Data that may be told more closely by the focused process.
bool isData(FrameClass frameClass) {
    switch (frameClass) {
    case FrameClass::Reserved:
    case FrameClass::OtherProcess:
    case FrameClass::OwnPage:
    case FrameClass::FilePage:
    case FrameClass::CopyOnWrite:
    case FrameClass::Shared:
    case FrameClass::BlockO:
    case FrameClass::BlockA:
        return true;
    default:
        return false;
    }
}

/// Gives the frames of [paddr, paddr + length) a class; pinned ones and what is no data keep
/// theirs.
void paint(std::vector<std::uint8_t>& classes,
           std::uint64_t paddr,
           std::uint64_t length,
           FrameClass frameClass) {
    const std::uint64_t count = classes.size();
    const std::uint64_t first = std::min(paddr >> pageShift, count);
    const std::uint64_t pages = std::min(pagesFor(ByteCount(length)).value, count - first);
    for (std::uint64_t i = first; i < first + pages; ++i) {
        const auto old = static_cast<FrameClass>(classes[i]);
        classes[i] = isData(old) ? byteOf(frameClass) : classes[i];
    }
}

/// What the page tables of the focus make of a frame that the books class as `known`.
FrameClass classOf(PageState state, FrameClass known) {
    switch (state) {
    case PageState::FileBacked:
        return FrameClass::FilePage;
    case PageState::CopyOnWrite:
        return FrameClass::CopyOnWrite;
    case PageState::Shared:
        return FrameClass::Shared;
    default:
        return known == FrameClass::Shared ? known : FrameClass::OwnPage;
    }
}

/// Whether a block, or entry E, covers all pages of a table.
bool covered(const StateTable& table, const std::vector<Extent>& extents) {
    const std::uint64_t start = startOf(table.first).value;
    const std::uint64_t length = StateTable::pages * pageBytes;
    return std::any_of(extents.begin(), extents.end(), [&](const Extent& extent) {
        return extent.kind != EntryKind::Demand && extent.start <= start &&
               start - extent.start + length <= extent.length;
    });
}

} // namespace

const FrameClassInfo& infoOf(FrameClass frameClass) {
    return registry.at(static_cast<std::size_t>(frameClass));
}

std::span<const FrameClassInfo> allFrameClasses() {
    return registry;
}

FrameClass FrameClassifier::classOf(FrameNumber frame, const FrameInfo& info) const {
    switch (info.use) {
    case FrameUse::Free:
        return FrameClass::Free;
    case FrameUse::Kernel:
        return FrameClass::Kernel;
    case FrameUse::PageTable:
        return FrameClass::PageTable;
    case FrameUse::Hole:
        return FrameClass::Hole;
    case FrameUse::Data:
        break;
    }
    if (info.pins != 0) {
        return FrameClass::Pinned;
    }
    const std::int64_t listed = owner_.empty() ? -1 : owner_[frame.value];
    const std::int64_t owner = listed >= 0 ? listed : info.owner;
    if (owner == 0 && info.references != 0) {
        return FrameClass::ZeroPage;
    }
    if (info.references > 1) {
        return FrameClass::Shared;
    }
    // That entries lead to a frame of the focus is for its page tables and its map to say.
    return focus_ != 0 && (owner == focus_ || owner == 0) ? FrameClass::Reserved
                                                          : FrameClass::OtherProcess;
}

/// Of all processes; returns those of the focus.
PageStates FrameClassifier::refreshPages(const PageMap& memory,
                                         const KernelRoot& root,
                                         const std::vector<ProcessInfo>& processes) {
    PageStates ofFocus = none_;
    std::map<std::uint32_t, PageStateReader> readers;
    allPages_.clear();
    for (const ProcessInfo& process : processes) {
        if (process.cr3 != 0) {
            PageStateReader& reader = readers[process.number];
            reader = std::move(pageReaders_[process.number]);
            allPages_.push_back({process.number, reader.update(memory, process.cr3, root)});
            ofFocus = process.number == focus_ ? allPages_.back().pages : ofFocus;
        }
    }
    pageReaders_ = std::move(readers); // of those that have gone nothing is kept
    return ofFocus;
}

/// With the books in a list the frame table does not say who owns a frame. The kernel as an owner
/// (of the zero page) wins over others.
void FrameClassifier::refreshListedOwners(const PageMap& memory,
                                          const std::optional<KernelRoot>& root) {
    std::vector<ListedOwner> listed =
        root ? decodeOwnerList(PageMapReader(memory), *root) : std::vector<ListedOwner>();
    if (listed == listed_) {
        return;
    }
    listed_ = std::move(listed);
    stale_ = true;
    owner_.assign(listed_.empty() ? 0 : memory.frameCount().value, -1);
    for (const ListedOwner& each : listed_) {
        if (each.frame.value < owner_.size() && owner_[each.frame.value] != 0) {
            owner_[each.frame.value] = static_cast<std::int32_t>(each.owner.process);
        }
    }
}

void FrameClassifier::classifyPage(std::uint64_t firstFrame, const PageRef& page) {
    const std::uint64_t end =
        std::min<std::uint64_t>(firstFrame + framesPerTablePage, base_.size());
    const std::byte* bytes = page.bytes();
    for (std::uint64_t frame = firstFrame; frame < end; ++frame) {
        std::uint64_t word = 0;
        if (bytes != nullptr) {
            std::memcpy(&word, bytes + (frame - firstFrame) * frameEntryBytes, wordBytes);
        }
        const FrameInfo info = decodeFrame(word);
        base_[frame] = byteOf(classOf(FrameNumber(frame), info));
        references_[frame] = static_cast<std::uint8_t>(std::min<unsigned>(info.references, 255));
    }
}

/// Reads those pages of the frame table that are other objects than before; true if there were any.
/// Frames that the table does not cover, and all frames before it exists, are Free.
bool FrameClassifier::refreshBase(const PageMap& memory, const std::optional<KernelRoot>& root) {
    const std::uint64_t frames = memory.frameCount().value;
    const std::uint64_t covered = root ? std::min(root->frameCount, frames) : 0;
    const std::uint64_t pages = (covered + framesPerTablePage - 1) / framesPerTablePage;
    const FrameNumber table = root ? frameOf(root->frameTable) : FrameNumber(0);
    bool changed = false;
    if (base_.size() != frames || tablePages_.size() != pages || table != table_) {
        base_.assign(frames, byteOf(FrameClass::Free));
        references_.assign(frames, 0);
        tablePages_.assign(pages, PageRef());
        table_ = table;
        stale_ = true;
    }
    for (std::uint64_t i = 0; i < pages; ++i) {
        const PageRef& page = memory.page(table + PageCount(i));
        if (stale_ || !page.same(tablePages_[i])) {
            tablePages_[i] = page;
            classifyPage(i * framesPerTablePage, page);
            changed = true;
        }
    }
    changed = changed || stale_;
    stale_ = false;
    return changed;
}

void FrameClassifier::overlayPages(std::vector<std::uint8_t>& classes) const {
    for (const auto& table : *pages_) {
        if (covered(*table, extents_)) {
            continue;
        }
        for (std::size_t i = 0; i < StateTable::pages; ++i) {
            const std::uint64_t frame = table->numbers[i];
            if (!table->present(i) || frame >= classes.size()) {
                continue;
            }
            const auto known = static_cast<FrameClass>(classes[frame]);
            classes[frame] = isData(known) ? byteOf(fragscope::classOf(table->stateOf(i), known))
                                           : classes[frame];
        }
    }
}

void FrameClassifier::overlay(std::vector<std::uint8_t>& classes) const {
    for (const Extent& extent : extents_) {
        if (extent.kind == EntryKind::Block) {
            const bool isO = extent.label == 'O';
            paint(classes, extent.paddr, extent.length,
                  isO ? FrameClass::BlockO : FrameClass::BlockA);
        }
    }
    if (move_.blockLengthBytes != 0 && move_.process == focus_) {
        paint(classes, move_.blockSourcePaddr, move_.blockLengthBytes, FrameClass::InEntryE);
        paint(classes, move_.blockDestinationPaddr, move_.blockLengthBytes,
              FrameClass::Destination);
    }
}

FrameClasses FrameClassifier::update(const ViewState& state, std::uint32_t focus) {
    const PageMapReader reader(state.memory);
    const auto root = decodeRoot(reader);
    stale_ = stale_ || focus != focus_;
    focus_ = focus;
    refreshListedOwners(state.memory, root);
    const bool tableChanged = refreshBase(state.memory, root);
    if (tableChanged) {
        const bool several = std::any_of(references_.begin(), references_.end(),
                                         [](std::uint8_t count) { return count > 1; });
        ownerCounts_ =
            several ? std::make_shared<const std::vector<std::uint8_t>>(references_) : nullptr;
    }
    const std::vector<ProcessInfo> processes =
        root ? decodeProcesses(reader, *root) : std::vector<ProcessInfo>();
    std::vector<Extent> extents;
    for (const ProcessInfo& process : processes) {
        if (focus != 0 && process.number == focus) {
            extents = extentsOf(decodeMap(reader, process), decodeRepresentation(reader));
        }
    }
    PageStates pages = refreshPages(state.memory, root.value_or(KernelRoot{}), processes);
    if (result_ != nullptr && !tableChanged && extents == extents_ && pages == pages_ &&
        state.move == move_) {
        return result_;
    }
    extents_ = std::move(extents);
    pages_ = std::move(pages);
    move_ = state.move;
    auto classes = std::make_shared<std::vector<std::uint8_t>>(base_);
    overlayPages(*classes);
    overlay(*classes);
    result_ = std::move(classes);
    return result_;
}

} // namespace fragscope
