#pragma once

#include <QObject>
#include <QSize>

#include <vector>

class QAction;
class QComboBox;
class QSplitter;
class QWidget;

namespace fragscope {

class AreaTable;
class Card;
class ChainView;
class EventTable;
class FrameClock;
class HeapPanel;
class HeapStack;
class Inspector;
class LaneStrip;
class Legend;
class LessonPanel;
class ListingPanel;
class Look;
class MetricPlot;
class PhysicalMap;
class ProseView;
class ScrubBar;
class SlotStrip;
class StructurePanel;
class TlbView;
class VirtualMap;
class WalkView;

/// What there is in a run, which decides what cards are of use.
struct RunShape {
    bool mover = true;
    bool demand = false;   ///< some process has reserved pages
    bool segments = false; ///< memory is given out as segments
    bool heaps = false;    ///< some process has an allocator

    friend bool operator==(const RunShape&, const RunShape&) = default;
};

/// The parts of the window and how they lie: lesson and algorithms on the left, memory in the
/// middle, page, TLB and events on the right, time below. Owned by the window.
class Cards : public QObject {
    Q_OBJECT

public:
    Cards(Look& look, FrameClock& clock, QWidget& window);

    // left
    LessonPanel* lesson;
    ListingPanel* mover;
    ListingPanel* handler;
    ListingPanel* application;
    ProseView* why;
    // centre
    PhysicalMap* physical;
    Legend* legend;
    ChainView* lists; ///< of frames; in runs without a mover
    VirtualMap* virtualMap;
    Legend* pageLegend;   ///< hidden while no page has a state of its own
    SlotStrip* swapSlots; ///< hidden in runs without a swap device
    HeapStack* heaps;     ///< blocks of the heaps of all processes; in runs with allocators
    QComboBox* processes;
    QComboBox* colouring; ///< what the colours of segments say; in runs with segments
    // right
    WalkView* walk;
    Inspector* inspector;
    TlbView* tlb;
    HeapPanel* heap;            ///< lists and gaps of the segment heap
    AreaTable* areas;           ///< of the chosen process; both in runs with segments
    StructurePanel* structures; ///< of the chosen process's heap; likewise
    EventTable* events;
    // below
    LaneStrip* lanes;
    ScrubBar* scrub;
    std::vector<MetricPlot*> plots;
    MetricPlot* usePlot;  ///< one of them: reserved, committed and resident pages
    MetricPlot* heapPlot; ///< one of them: live and taken bytes of heaps

    Card* lessonCard;
    Card* moverCard;
    Card* handlerCard;
    Card* applicationCard;
    Card* whyCard;
    Card* physicalCard;
    Card* virtualCard;
    Card* walkCard;
    Card* inspectorCard;
    Card* tlbCard;
    Card* heapCard;
    Card* areaCard;
    Card* blockCard;     ///< of the heaps
    Card* structureCard; ///< likewise
    Card* eventCard;
    Card* timelineCard;
    std::vector<Card*> plotCards;

    /// Everything, to be put into the window.
    [[nodiscard]] QWidget* root() const { return root_; }

    /// Shows and hides each card; with keys.
    [[nodiscard]] const std::vector<QAction*>& toggles() const { return toggles_; }

    /// All splitters, for saving the layout.
    [[nodiscard]] const std::vector<QSplitter*>& splitters() const { return splitters_; }

    /// Shows all cards at their usual sizes for a window of this size.
    void resetLayout(QSize window);

    /// Without a mover in the run its listing gives way to the application's, its plots to those of
    /// pages, if there are any; lays out anew if that changes.
    void setShape(const RunShape& shape);

private:
    void makeLeft(Look& look);
    void makeCentre(Look& look, FrameClock& clock);
    void makeRight(Look& look);
    void makeBottom(Look& look);
    void makeGapPlot(Look& look);
    void makeUsePlot(Look& look);
    void makeHeapPlots(Look& look);
    void showPlots();
    void makeToggles(QWidget& window);
    [[nodiscard]] bool isShown(const QWidget* card, bool small) const;
    void sizeRight(int height, int width, bool small);
    void layOut();
    QSplitter* makeSplitter(Qt::Orientation orientation, const char* name);

    QWidget* root_ = nullptr;
    QWidget* plotRow_ = nullptr;
    QSplitter* body_ = nullptr;
    QSplitter* top_ = nullptr;
    QSplitter* left_ = nullptr;
    QSplitter* centre_ = nullptr;
    QSplitter* right_ = nullptr;
    std::vector<QAction*> toggles_;
    std::vector<QWidget*> toggled_; ///< by the action of the same index
    std::vector<QSplitter*> splitters_;
    Look& look_;
    RunShape shape_;
    QSize window_; ///< that the cards were last laid out for
};

} // namespace fragscope
