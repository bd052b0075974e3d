#include "fragscope/kernel/segments/segment_mapping.h"

#include "fragscope/hardware/paging/pte.h"

namespace fragscope {

MappedPiece
pieceAt(PageNumber page, FrameNumber frame, PageCount pages, PageCount done, bool large) {
    MappedPiece piece{.page = page + done, .frame = frame + done};
    piece.large = large && piece.page.value % wordsPerPage == 0 &&
                  piece.frame.value % wordsPerPage == 0 && (pages - done).value >= wordsPerPage;
    return piece;
}

bool mapPiece(Kernel& kernel, Process& process, const MappedPiece& piece, Rule why) {
    kernel.board().scheduler.spend(kernel.board().cost.kernelStore);
    return piece.large ? process.tables.mapLarge(piece.page, piece.frame, true, why)
                       : process.tables.map(piece.page, {.frame = piece.frame}, why);
}

PageCount unmapPiece(Kernel& kernel, Process& process, PageNumber page, Rule why) {
    kernel.board().scheduler.spend(kernel.board().cost.kernelStore);
    const Pte old{process.tables.leaf(page)};
    const bool large = old.present() && old.large() && page.value % wordsPerPage == 0;
    (void)process.tables.exchange(page, why);
    return PageCount(large ? wordsPerPage : 1);
}

} // namespace fragscope
