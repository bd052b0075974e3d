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

FrameClass classOf(const FrameInfo& frame, std::uint32_t focus) {
    switch (frame.use) {
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
    if (frame.pins != 0) {
        return FrameClass::Pinned;
    }
    const bool own = focus != 0 && frame.owner == focus;
    return own ? FrameClass::Reserved : FrameClass::OtherProcess;
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
        const bool data = old == FrameClass::Reserved || old == FrameClass::OtherProcess ||
                          old == FrameClass::BlockO || old == FrameClass::BlockA;
        classes[i] = data ? byteOf(frameClass) : classes[i];
    }
}

std::vector<Extent> extentsOfProcess(const PageMap& memory,
                                     const std::optional<KernelRoot>& root,
                                     std::uint32_t number) {
    if (!root || number == 0 || number > root->processSlots) {
        return {};
    }
    const PageMapReader reader(memory);
    for (const ProcessInfo& process : decodeProcesses(reader, *root)) {
        if (process.number == number) {
            return extentsOf(decodeMap(reader, process), decodeRepresentation(reader));
        }
    }
    return {};
}

} // namespace

const FrameClassInfo& infoOf(FrameClass frameClass) {
    return registry.at(static_cast<std::size_t>(frameClass));
}

std::span<const FrameClassInfo> allFrameClasses() {
    return registry;
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
        base_[frame] = byteOf(classOf(decodeFrame(word), focus_));
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
    const auto root = decodeRoot(PageMapReader(state.memory));
    stale_ = stale_ || focus != focus_;
    focus_ = focus;
    const bool tableChanged = refreshBase(state.memory, root);
    std::vector<Extent> extents = extentsOfProcess(state.memory, root, focus);
    if (result_ != nullptr && !tableChanged && extents == extents_ && state.move == move_) {
        return result_;
    }
    extents_ = std::move(extents);
    move_ = state.move;
    auto classes = std::make_shared<std::vector<std::uint8_t>>(base_);
    overlay(*classes);
    result_ = std::move(classes);
    return result_;
}

} // namespace fragscope
