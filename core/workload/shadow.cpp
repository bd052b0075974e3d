#include "fragscope/workload/shadow.h"

#include "fragscope/hardware/paging/pte.h"
#include "fragscope/kernel/paging/demand_paging.h"

namespace fragscope {

namespace {

constexpr std::array watched{
    EventKind::Store,
    EventKind::Load,
    EventKind::PteStore,
    EventKind::MapStore,
    EventKind::MapEntryAdded,
    EventKind::MapEntryRemoved,
    EventKind::PageCopied,
    EventKind::MoveRolledBack,
    EventKind::MoveDone,
    EventKind::StoreBuffered,
    EventKind::StoreDrained,
    EventKind::StackOverrun,
    EventKind::FramesFreed,
    EventKind::StoreBuffered,
    EventKind::StoreDrained,
    EventKind::HeapAllocated,
    EventKind::HeapFreed,
    EventKind::HeapBlockMoved,
    EventKind::SegmentAllocated,
    EventKind::SegmentFreed,
    EventKind::SegmentMoved,
    EventKind::MoveBegun,
    EventKind::MessageSent,
    EventKind::MessageCopied,
    EventKind::DeviceWrote,
};

/// Reasons after which a page that becomes reachable again starts afresh.
bool meansGivenBack(Rule why) {
    return why == Rule::ScenarioSaysSo || why == Rule::ConvertedBack || why == Rule::Unmapped ||
           why == Rule::SegmentUnmapped || why == Rule::MessageUnmapped;
}

/// Reasons for which a page that becomes reachable must be all zero.
bool startsZeroed(Rule why) {
    return why == Rule::FirstTouch || why == Rule::ZeroPageMapped || why == Rule::AnyFaultMaps;
}

/// Reasons for which a page gets a frame without its former other owners.
bool comesBackAlone(Rule why) {
    return why == Rule::SwapIn || startsZeroed(why);
}

} // namespace

Shadow::Shadow(Kernel& kernel) : kernel_(kernel) {}

KindSet Shadow::kinds() {
    KindSet set;
    for (const EventKind kind : watched) {
        set.set(static_cast<std::size_t>(kind));
    }
    return set;
}

void Shadow::onEvent(const Event& event) {
    switch (event.kind) {
    case EventKind::Store:
        checkOwner(event);
        return onVisible(event);
    case EventKind::StoreBuffered:
        checkOwner(event);
        return onBuffered(event);
    case EventKind::StoreDrained:
        forgetBuffered(event);
        return onVisible(event);
    case EventKind::Load:
        return onLoad(event);
    case EventKind::PteStore:
        return onTableEntry(event);
    case EventKind::PageCopied:
        return onCopied(event);
    case EventKind::StackOverrun:
        return onOverrun(event);
    case EventKind::FramesFreed:
        return onFreed(event);
    case EventKind::HeapAllocated:
    case EventKind::HeapFreed:
    case EventKind::HeapBlockMoved:
        return onHeap(event);
    case EventKind::MoveRolledBack:
    case EventKind::MoveDone:
        return forgetCopies(event.object);
    case EventKind::SegmentAllocated:
    case EventKind::SegmentFreed:
    case EventKind::SegmentMoved:
    case EventKind::MoveBegun:
    case EventKind::MessageSent:
        return onSegment(event);
    case EventKind::MessageCopied:
        return onBodyCopied(event);
    case EventKind::DeviceWrote:
        checkOwner(event);
        return onDevice(event);
    default:
        return onMapChange(event.object);
    }
}

Shadow::View* Shadow::find(std::uint32_t process, std::uint64_t page) {
    const auto found = views_.find(key(process, page));
    return found == views_.end() ? nullptr : &found->second;
}

std::uint64_t Shadow::bytesAt(std::uint64_t frame, std::size_t word) const {
    return kernel_.board().memory.load(startOf(FrameNumber(frame)) + ByteCount(word * wordBytes));
}

std::uint32_t Shadow::ownerOf(std::uint64_t frame) const {
    if (!inSegmentHeap(frame)) {
        const FrameInfo info = kernel_.frames().info(FrameNumber(frame));
        const bool data = info.use == FrameUse::Data;
        return data && info.references > 1 ? everybody : (data ? info.owner : 0U);
    }
    const auto above = segments_.upper_bound(frame);
    if (above == segments_.begin()) {
        return 0;
    }
    const auto& [first, run] = *std::prev(above);
    return frame - first < run.frames ? run.process : 0;
}

void Shadow::checkOwner(const Event& event) {
    const std::uint32_t owner = ownerOf(event.paddr >> pageShift);
    if (owner == event.object || owner == everybody) {
        return;
    }
    kernel_.board().events.emit({.kind = EventKind::ForeignAccess,
                                 .rule = Rule::OwnerDiffers,
                                 .object = event.object,
                                 .vaddr = event.vaddr,
                                 .paddr = event.paddr,
                                 .value = event.value,
                                 .a = owner});
}

void Shadow::reportLost(
    const Event& event, Contents& contents, std::size_t word, std::uint64_t truth, Rule why) {
    kernel_.board().events.emit({.kind = EventKind::LostWrite,
                                 .rule = why,
                                 .object = event.object,
                                 .vaddr = (event.vaddr & ~pageOffsetMask) + word * wordBytes,
                                 .paddr = event.paddr,
                                 .value = contents.words[word],
                                 .a = truth,
                                 .b = contents.writtenAt[word]});
    contents.words[word] = truth; // reported once; from now on this is what the program will see
}

void Shadow::onBuffered(const Event& event) {
    if (const View* view = find(event.object, event.vaddr >> pageShift)) {
        buffered_.push_back({.part = Part(event),
                             .cpu = event.cpu,
                             .contents = view->contents,
                             .word = wordOf(event.vaddr),
                             .value = event.value});
    }
}

void Shadow::forgetBuffered(const Event& event) {
    const auto oldest =
        std::find_if(buffered_.begin(), buffered_.end(), [&](const Buffered& store) {
            return store.cpu == event.cpu && store.value == event.value;
        });
    if (oldest != buffered_.end()) {
        buffered_.erase(oldest);
    }
}

std::uint64_t Shadow::expectedBy(const Event& load, const View& view) {
    const std::size_t word = wordOf(load.vaddr);
    std::uint64_t expected = contents_[view.contents]->words[word];
    const Part part(load);
    for (const Buffered& store : buffered_) {
        if (store.contents != view.contents || store.word != word) {
            continue;
        }
        if (store.cpu == load.cpu) {
            expected = store.part.in(expected, store.value);
        } else if (part.of(store.part.in(0, ~0ULL)) != 0) {
            kernel_.board().events.emit({.kind = EventKind::StoreNotVisible,
                                         .rule = Rule::WaitsInStoreBuffer,
                                         .object = load.object,
                                         .vaddr = load.vaddr,
                                         .paddr = load.paddr,
                                         .value = load.value,
                                         .a = store.value});
        }
    }
    return part.of(expected);
}

void Shadow::onVisible(const Event& event) {
    View* view = find(event.object, event.vaddr >> pageShift);
    if (view == nullptr) {
        return;
    }
    Contents& contents = *contents_[view->contents];
    const std::size_t word = wordOf(event.vaddr);
    overwritten_ = {contents.words[word], contents.writtenAt[word]};
    contents.words[word] = Part(event).in(contents.words[word], event.value);
    contents.writtenAt[word] = kernel_.board().scheduler.steps();
    view->written = true;
    const std::uint64_t frame = event.paddr >> pageShift;
    if (view->frame != nowhere && frame != view->frame) {
        reportLost(event, contents, word, bytesAt(view->frame, word), Rule::WriteThroughStale);
    } else if (view->frame == nowhere && view->copyFrame != nowhere && frame != view->copyFrame) {
        reportLost(event, contents, word, bytesAt(view->copyFrame, word), Rule::WriteUnreachable);
    }
}

void Shadow::onLoad(const Event& event) {
    checkOwner(event);
    const View* view = find(event.object, event.vaddr >> pageShift);
    if (view == nullptr) {
        return;
    }
    const Contents& contents = *contents_[view->contents];
    const std::size_t word = wordOf(event.vaddr);
    const std::uint64_t expected =
        buffered_.empty() ? Part(event).of(contents.words[word]) : expectedBy(event, *view);
    if (expected != event.value) {
        kernel_.board().events.emit({.kind = EventKind::StaleRead,
                                     .rule = Rule::ReadDiffers,
                                     .object = event.object,
                                     .vaddr = event.vaddr,
                                     .paddr = event.paddr,
                                     .value = event.value,
                                     .a = expected,
                                     .b = contents.writtenAt[word]});
    }
}

void Shadow::onTableEntry(const Event& event) {
    const Pte entry{event.value};
    const Pte mapping{entry.present() ? event.value : event.a}; // the one that comes or goes
    const bool large = event.b == table_level::pd && mapping.present() && mapping.large();
    if (event.b != table_level::pt && !large) {
        return;
    }
    const std::uint64_t page = event.vaddr >> pageShift;
    const std::uint64_t pages = large ? wordsPerPage : 1;
    View* known = event.rule == Rule::MarkedMayGo ? find(event.object, page) : nullptr;
    if (known != nullptr) {
        known->written = holdsLiveBlock(event.object, page);
    }
    for (std::uint64_t i = 0; i < pages; ++i) {
        if (entry.present()) {
            if (event.rule == Rule::WriteCopies ||
                (comesBackAlone(event.rule) && isShown(event.object, page + i))) {
                ownCopy(event.object, page + i);
            } else if (event.rule == Rule::StackWentDeeper) {
                unreachable(event.object, page + i, true); // whatever the thread finds there
            }
            if (event.rule != Rule::MessageMapped ||
                !receivePage(event.object, page + i, entry.frame().value + i)) {
                reachable(event.object, page + i, entry.frame().value + i, event.rule);
            }
        } else {
            if (event.rule == Rule::MessageUnmapped) {
                sendPage(event.object, page + i, mapping.frame().value + i);
            }
            unreachable(event.object, page + i, givesBack(event, page + i));
            onSwappedOut(event, page + i);
            if (isReclaim(event.rule)) {
                reclaimed_ = {Pte{event.a}.frame().value, page + i};
                forgetDead(event.object, page + i);
            }
        }
    }
}

/// Several entries may name a slot after a fork: each must find there what the first one left.
void Shadow::onSwappedOut(const Event& event, std::uint64_t page) {
    const Process& process = *kernel_.processes()[event.object - 1];
    const PageEntry entry = DemandPaging::entryOf(process, PageNumber(page));
    if (entry.state != PageState::SwappedOut || entry.present) {
        return;
    }
    if (const View* view = find(event.object, page); view != nullptr && !view->givenBack) {
        slotContents_[entry.number] = view->contents;
    } else if (const auto known = slotContents_.find(entry.number);
               known != slotContents_.end() && event.rule == Rule::ForkShares) {
        View& inherited = viewOf(event.object, page);
        inherited.givenBack = false;
        show(inherited, known->second);
    }
}

void Shadow::onMapChange(std::uint32_t process) {
    if (kernel_.settings().translation != TranslationMode::Ranges ||
        process > kernel_.processes().size()) {
        return;
    }
    if (pages_.size() >= process) {
        const std::vector<std::uint64_t> known = pages_[process - 1];
        for (const std::uint64_t page : known) {
            const auto extent =
                kernel_.processes()[process - 1]->map.lookUp(startOf(PageNumber(page)));
            if (!extent || extent->kind != EntryKind::Block) {
                unreachable(process, page, !extent);
            }
        }
    }
    for (const Extent& extent : kernel_.processes()[process - 1]->map.extents()) {
        for (std::uint64_t i = 0; extent.kind == EntryKind::Block && i < extent.length / pageBytes;
             ++i) {
            reachable(process, (extent.start >> pageShift) + i, (extent.paddr >> pageShift) + i);
        }
    }
}

/// Whether nobody needs what the page held. A page with a part of a block in use was not the
/// process's to give, nor the kernel's to take. A marked page may be a new block's by now: that has
/// nothing to lose as long as it was not written.
bool Shadow::givesBack(const Event& entry, std::uint64_t page) {
    const View* view = find(entry.object, page);
    if (entry.rule == Rule::MarkTaken) {
        return view != nullptr && !view->written;
    }
    return meansGivenBack(entry.rule) && !holdsLiveBlock(entry.object, page);
}

void Shadow::onCopied(const Event& event) {
    moveMessage(event.a >> pageShift, event.paddr >> pageShift);
    if (View* view = find(event.object, event.vaddr >> pageShift)) {
        view->copyFrame = event.paddr >> pageShift;
    }
}

void Shadow::forgetCopies(std::uint32_t process) {
    if (pages_.size() < process) {
        return;
    }
    for (const std::uint64_t page : pages_[process - 1]) {
        views_.at(key(process, page)).copyFrame = nowhere;
    }
}

/// From now on the page is written without the other owners of its old frame.
void Shadow::ownCopy(std::uint32_t process, std::uint64_t page) {
    View* view = find(process, page);
    if (view != nullptr) {
        contents_.push_back(std::make_unique<Contents>(*contents_[view->contents]));
        contents_.back()->views = 0;
        show(*view, contents_.size() - 1);
    }
}

/// Another page shows the same contents, too.
bool Shadow::isShown(std::uint32_t process, std::uint64_t page) {
    const View* view = find(process, page);
    return view != nullptr && contents_[view->contents]->views > 1;
}

void Shadow::show(View& view, std::size_t contents) {
    if (view.contents != nowhere) {
        --contents_[view.contents]->views;
    }
    view.contents = contents;
    ++contents_[contents]->views;
}

Shadow::View& Shadow::viewOf(std::uint32_t process, std::uint64_t page) {
    const auto [place, isNew] = views_.try_emplace(key(process, page));
    if (isNew) {
        pages_.resize(std::max<std::size_t>(pages_.size(), process));
        pages_[process - 1].push_back(page);
    }
    return place->second;
}

void Shadow::startAfresh(View& view, std::uint32_t process, std::uint64_t frame, Rule why) {
    const bool segment = inSegmentHeap(frame);
    const FrameInfo info = segment ? FrameInfo{} : kernel_.frames().info(FrameNumber(frame));
    const bool shared = segment ? isWithoutPaging() : info.owner != process || info.references > 1;
    const auto known = frameContents_.find(frame);
    view.givenBack = false;
    view.home = nowhere;
    if (shared && known != frameContents_.end() && !startsZeroed(why)) {
        show(view, known->second);
        return;
    }
    contents_.push_back(std::make_unique<Contents>());
    show(view, contents_.size() - 1);
    if (startsZeroed(why)) {
        return; // and the frame is compared with that
    }
    for (std::size_t word = 0; word < wordsPerPage; ++word) {
        contents_.back()->words[word] = bytesAt(frame, word);
    }
}

void Shadow::reachable(std::uint32_t process, std::uint64_t page, std::uint64_t frame, Rule why) {
    View& view = viewOf(process, page);
    if (view.contents == nowhere || view.givenBack) {
        startAfresh(view, process, frame, why);
    }
    if (view.frame == frame) {
        return;
    }
    // A torn list leads nowhere in particular for a moment: only places that hold the page are
    // compared.
    const bool torn = view.home != nowhere && frame != view.home && frame != view.copyFrame &&
                      kernel_.settings().translation == TranslationMode::Ranges;
    view.frame = frame;
    if (!torn) {
        compare(process, page, view);
    }
}

void Shadow::compare(std::uint32_t process, std::uint64_t page, View& view, Rule why) {
    view.home = view.frame;
    view.copyFrame = nowhere;
    frameContents_[view.frame] = view.contents;
    Contents& contents = *contents_[view.contents];
    for (std::size_t word = 0; word < wordsPerPage; ++word) {
        const std::uint64_t found = bytesAt(view.frame, word);
        if (found != contents.words[word]) {
            const Event event{.object = process,
                              .vaddr = page << pageShift,
                              .paddr = startOf(FrameNumber(view.frame)).value + word * wordBytes};
            reportLost(event, contents, word, found, why);
        }
    }
}

void Shadow::unreachable(std::uint32_t process, std::uint64_t page, bool givenBack) {
    if (View* view = find(process, page)) {
        view->frame = nowhere;
        view->givenBack = view->givenBack || givenBack;
    }
}

Shadow::Difference Shadow::differenceOf(std::uint32_t process) const {
    Difference result;
    for (const std::uint64_t page : pages_[process - 1]) {
        const View& view = views_.at(key(process, page));
        if (view.frame == nowhere) {
            continue;
        }
        for (std::size_t word = 0; word < wordsPerPage; ++word) {
            if (contents_[view.contents]->words[word] == bytesAt(view.frame, word)) {
                ++result.equalWords;
            } else if (result.firstAddress == nowhere) {
                result.firstAddress = (page << pageShift) + word * wordBytes;
            }
        }
    }
    return result;
}

void Shadow::compareAll() {
    for (std::uint32_t process = 1; process <= pages_.size(); ++process) {
        if (kernel_.processes()[process - 1]->state != ProcessState::Running) {
            continue;
        }
        const Difference difference = differenceOf(process);
        const bool equal = difference.firstAddress == nowhere;
        kernel_.board().events.emit(
            {.kind = equal ? EventKind::ContentsEqual : EventKind::InvariantBroken,
             .rule = equal ? Rule::None : Rule::ContentsDiffer,
             .object = process,
             .vaddr = equal ? 0 : difference.firstAddress,
             .value = equal ? difference.equalWords : 8});
    }
}

} // namespace fragscope
