#pragma once

#include "fragscope/ui/engine/engine_snapshot.h"
#include "fragscope/ui/map/flight.h"
#include "fragscope/ui/model/heap_scene.h"
#include "fragscope/ui/model/scene.h"
#include "fragscope/ui/model/segment_scene.h"
#include "fragscope/ui/model/shared_fold.h"
#include "fragscope/ui/panels/fact_list.h"
#include "fragscope/ui/plots/memory_use.h"
#include "fragscope/ui/timeline/lane_fold.h"

#include <QObject>

#include <map>
#include <optional>
#include <vector>

namespace fragscope {

class Cards;
class FrameClock;
class ListingPanel;
class Look;

/// Whether walk and inspector show the latest access or what was selected.
enum class Following : std::uint8_t { LatestAccess, Selection };

/// Along a list of frames.
enum class ListDirection : std::uint8_t { Next, Previous };

/// Puts a snapshot into the cards. All cards always show the same moment.
class Presenter : public QObject {
    Q_OBJECT

public:
    Presenter(Look& look,
              FrameClock& clock,
              Cards& cards,
              std::vector<const Listing*> listings,
              QObject* parent = nullptr);

    void present(const EngineSnapshot& snapshot);

    /// Selects a frame, or a page of the chosen process; all cards follow.
    void selectFrame(std::uint64_t frame);
    void selectPage(std::uint64_t vaddr);
    void followLatestAccess();

    /// Selects the neighbour, in its list, of the frame shown; stays at the end of the list.
    void selectNeighbour(ListDirection direction);

    [[nodiscard]] Following following() const { return following_; }

    [[nodiscard]] std::optional<std::uint64_t> selectedFrame() const { return frame_; }

    [[nodiscard]] std::optional<std::uint64_t> selectedPage() const { return page_; }

    /// What the colours of segments say, from now on.
    void setColouring(SegmentColouring colouring);

    /// How long a page flies, for the speed of playing; 0 = no animation.
    void setFlightMs(int milliseconds) { flightMs_ = milliseconds; }

    [[nodiscard]] const std::optional<Scene>& scene() const { return scene_; }

Q_SIGNALS:
    void focusWanted(quint32 process);

private:
    void startRun(const EngineSnapshot& snapshot);
    void showMemory();
    void showProcesses();
    void showLists();
    void showSegments();
    void showSegmentAlgorithm();
    void showHeaps();
    void showHeapMoves();
    void showHeapSelection();
    void showHeapUses();
    void showAllocator();
    /// What is known of the block at an address of the chosen process; empty if there is none.
    [[nodiscard]] std::vector<Fact> factsOfBlock(std::uint64_t vaddr) const;
    bool selectNextRun(ListDirection direction);
    void nameSegment();
    [[nodiscard]] std::optional<std::uint64_t> movingFrame() const;
    static QString noteOf(const TaskView& task);
    void showSlots();
    void showUses();
    void showPageLegend();
    void showFlights(const Snapshot& moment);
    void showPulses(const Snapshot& moment, std::uint64_t from);
    void showListings();
    void showListing(ListingPanel& panel, const TaskView* task, std::uint8_t depth);
    /// The application, or in a run that has none the task of kernel or script that ran
    /// last.
    void showKernelOrApplication(const TaskView* application);
    void showLastHandler(); ///< the handler that ran before, unmarked
    void showWhy();
    void showSelection();
    void showNeighbours();
    void showPage(std::uint64_t address);
    void showWalk(std::optional<std::uint64_t> vaddr);
    void showTlb();
    void showEvents(const EngineSnapshot& snapshot);
    void showTime(const EngineSnapshot& snapshot);
    void showNothing();
    [[nodiscard]] const Listing* listingOf(ListingId id) const;
    [[nodiscard]] std::vector<PageFlight>
    flightsIn(const EventLog& log, std::uint64_t from, std::uint64_t to) const;

    Look& look_;
    FrameClock& clock_;
    Cards& cards_;
    std::map<ListingId, const Listing*> listings_;
    std::optional<Scene> scene_;
    std::shared_ptr<const RunCaption> caption_;
    LaneFold fold_;
    MemoryUseFold uses_;
    SharedFold shared_;
    SegmentReading segments_;
    HeapReading heaps_;
    std::pair<std::uint32_t, std::size_t> heapPoints_; ///< process and points plotted
    bool hasMover_ = true;
    std::uint64_t runNumber_ = 0;
    std::uint64_t cursor_ = 0; ///< of the moment shown before
    FrameClasses legendFor_;
    Following following_ = Following::LatestAccess;
    std::optional<std::uint64_t> frame_; ///< selected
    std::optional<std::uint64_t> page_;  ///< selected, of the chosen process
    std::optional<std::uint64_t> shownFrame_;
    int flightMs_ = 350;
};

} // namespace fragscope
