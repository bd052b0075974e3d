#include "fragscope/ui/window/cards.h"

#include "fragscope/ui/heap/heap_stack.h"
#include "fragscope/ui/heap/structure_panel.h"
#include "fragscope/ui/map/legend.h"
#include "fragscope/ui/map/physical_map.h"
#include "fragscope/ui/map/slot_strip.h"
#include "fragscope/ui/map/virtual_map.h"
#include "fragscope/ui/panels/area_table.h"
#include "fragscope/ui/panels/chain_view.h"
#include "fragscope/ui/panels/event_table.h"
#include "fragscope/ui/panels/heap_panel.h"
#include "fragscope/ui/panels/inspector.h"
#include "fragscope/ui/panels/lesson_panel.h"
#include "fragscope/ui/panels/listing_panel.h"
#include "fragscope/ui/panels/listing_view.h"
#include "fragscope/ui/panels/prose_view.h"
#include "fragscope/ui/panels/tlb_view.h"
#include "fragscope/ui/panels/walk_view.h"
#include "fragscope/ui/plots/metric_plot.h"
#include "fragscope/ui/plots/plot_key.h"
#include "fragscope/ui/theme/look.h"
#include "fragscope/ui/timeline/lane_strip.h"
#include "fragscope/ui/timeline/scrub_bar.h"
#include "fragscope/ui/widgets/card.h"

#include <QAction>
#include <QComboBox>
#include <QHBoxLayout>
#include <QSplitter>
#include <QVBoxLayout>

#include <array>

namespace fragscope {

namespace {

const QColor blue(0x00, 0x72, 0xb2);
const QColor sky(0x56, 0xb4, 0xe9);
const QColor green(0x00, 0x9e, 0x73);
const QColor vermillion(0xd5, 0x5e, 0x00);
const QColor orange(0xe6, 0x9f, 0x00);
const QColor purple(0xcc, 0x79, 0xa7);

/// Widgets one above the other, as one.
QWidget* column(const std::vector<QWidget*>& widgets) {
    auto* whole = new QWidget;
    auto* layout = new QVBoxLayout(whole);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    for (QWidget* widget : widgets) {
        layout->addWidget(widget, widget == widgets.front() ? 1 : 0);
    }
    return whole;
}

/// Parts of a whole by weight.
QList<int> shares(int whole, const QList<int>& weights) {
    int sum = 0;
    for (const int weight : weights) {
        sum += weight;
    }
    QList<int> parts;
    for (const int weight : weights) {
        parts << whole * weight / sum;
    }
    return parts;
}

} // namespace

Cards::Cards(Look& look, FrameClock& clock, QWidget& window) : QObject(&window), look_(look) {
    makeLeft(look);
    makeCentre(look, clock);
    makeRight(look);
    makeBottom(look);
    layOut();
    makeToggles(window);
}

void Cards::makeLeft(Look& look) {
    lesson = new LessonPanel(look);
    lessonCard = new Card(look, tr("Lesson"), lesson);
    mover = new ListingPanel(look, tr("No mover has started yet."));
    moverCard = new Card(look, tr("Mover"), mover);
    handler = new ListingPanel(look, tr("No page fault has been handled yet."));
    handlerCard = new Card(look, tr("Fault handler"), handler);
    application = new ListingPanel(look, tr("No application runs in this process."));
    applicationCard = new Card(look, tr("Application"), application);
    why = new ProseView(look);
    whyCard = new Card(look, tr("Why"), why);
    mover->view().setAccessibleName(tr("Listing of the mover"));
    handler->view().setAccessibleName(tr("Listing of the fault handler"));
    application->view().setAccessibleName(tr("Listing of the application"));
    why->setAccessibleName(tr("Why"));
}

void Cards::makeCentre(Look& look, FrameClock& clock) {
    physical = new PhysicalMap(look, clock);
    legend = new Legend(look, frameLegend(), 1U << static_cast<unsigned>(FrameClass::Free));
    legend->setAccessibleName(tr("Legend of the memory map"));
    lists = new ChainView(look);
    lists->setAccessibleName(tr("Lists of frames"));
    lists->hide();
    physicalCard = new Card(look, tr("Physical memory"), column({physical, legend, lists}));
    colouring = new QComboBox;
    colouring->addItems({tr("by age"), tr("by owner"), tr("by lock")});
    colouring->setAccessibleName(tr("What the colours of segments say"));
    colouring->setToolTip(tr("What the colours of segments say (C)"));
    colouring->hide();
    physicalCard->addControl(colouring);
    virtualMap = new VirtualMap(look, clock);
    pageLegend = new Legend(look, fragscope::pageLegend(), 0);
    pageLegend->setAccessibleName(tr("Legend of the states of pages"));
    swapSlots = new SlotStrip(look);
    swapSlots->hide();
    virtualCard = new Card(look, tr("Virtual memory"), column({virtualMap, pageLegend, swapSlots}));
    heaps = new HeapStack(look, clock);
    blockCard = new Card(look, tr("Heap"), heaps);
    blockCard->hide();
    processes = new QComboBox;
    processes->setAccessibleName(tr("Process"));
    processes->setToolTip(tr("The process that memory is seen from"));
    processes->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    virtualCard->addControl(processes);
}

void Cards::makeRight(Look& look) {
    walk = new WalkView(look);
    walkCard = new Card(look, tr("Page walk"), walk);
    inspector = new Inspector(look);
    inspectorCard = new Card(look, tr("Page"), inspector);
    tlb = new TlbView(look);
    tlb->setAccessibleName(tr("Translation look-aside buffers"));
    tlbCard = new Card(look, tr("TLB"), tlb);
    heap = new HeapPanel(look);
    heapCard = new Card(look, tr("Free runs"), heap);
    heapCard->hide();
    areas = new AreaTable(look);
    areaCard = new Card(look, tr("Areas"), areas);
    areaCard->hide();
    structures = new StructurePanel(look);
    structureCard = new Card(look, tr("Free structures"), structures);
    structureCard->hide();
    events = new EventTable(look);
    eventCard = new Card(look, tr("Events"), events);
    eventCard->addControl(events->makeFilter());
}

void Cards::makeBottom(Look& look) {
    lanes = new LaneStrip(look);
    scrub = new ScrubBar(look);
    timelineCard = new Card(look, tr("Timeline"), column({lanes, scrub}), CardHead::None);
    using Shape = PlotCurve::Shape;
    const auto add = [&](const QString& title, std::vector<PlotCurve> curves) {
        auto* plot = new MetricPlot(look, std::move(curves));
        plots.push_back(plot);
        plotCards.push_back(new Card(look, title, plot, CardHead::Plain));
    };
    add(tr("Free memory"), {{MetricId::FreeBytes, sky, QString(), Shape::Steps},
                            {MetricId::LargestFreeRun, blue, tr("largest run"), Shape::Steps}});
    add(tr("Longest wait"), {{MetricId::WaitLongest, vermillion, QString(), Shape::Steps},
                             {MetricId::Wait99, orange, tr("99 %"), Shape::Steps}});
    add(tr("Bytes moved"), {{MetricId::BytesMoved, green, QString(), Shape::Line}});
    add(tr("External fragmentation"),
        {{MetricId::ExternalFragmentation, purple, QString(), Shape::Steps}});
    makeGapPlot(look);
    makeUsePlot(look);
    makeHeapPlots(look);
    showPlots();
}

/// Gaps between segments by cause: colour and line say which.
void Cards::makeGapPlot(Look& look) {
    struct Cause {
        MetricId metric;
        QColor colour;
        QString name;
        Qt::PenStyle line;
    };

    const std::array<Cause, 4> causes{
        {{MetricId::GapFree, blue, tr("between"), Qt::SolidLine},
         {MetricId::GapAlignment, orange, tr("aligned"), Qt::DashLine},
         {MetricId::GapHole, purple, tr("holes"), Qt::DotLine},
         {MetricId::GapLocked, vermillion, tr("locked"), Qt::DashDotLine}}};
    std::vector<PlotCurve> curves;
    std::vector<PlotKeyItem> key;
    for (const Cause& cause : causes) {
        curves.push_back({cause.metric, cause.colour, cause.name, PlotCurve::Shape::Steps,
                          PlotCurve::Source::Series, cause.line});
        key.push_back({cause.name, cause.line, cause.colour});
    }
    auto* plot = new MetricPlot(look, std::move(curves));
    plots.push_back(plot);
    plotCards.push_back(
        new Card(look, tr("Gaps"), column({plot, new PlotKey(look, key)}), CardHead::Plain));
}

/// Six curves: the line says what, the colour says whose.
void Cards::makeUsePlot(Look& look) {
    using Shape = PlotCurve::Shape;
    using Source = PlotCurve::Source;
    const std::array<Qt::PenStyle, 3> lines{Qt::DotLine, Qt::DashLine, Qt::SolidLine};
    const std::array<MetricId, 3> metrics{MetricId::ReservedPages, MetricId::CommittedPages,
                                          MetricId::ResidentPages};
    const std::array<QString, 3> names{tr("reserved"), tr("committed"), tr("resident")};
    std::vector<PlotCurve> curves;
    std::vector<PlotKeyItem> key;
    for (std::size_t i = 0; i < metrics.size(); ++i) {
        curves.push_back({metrics[i], orange, names[i], Shape::Steps, Source::Series, lines[i]});
        key.push_back({names[i], lines[i], std::nullopt});
    }
    for (std::size_t i = 0; i < metrics.size(); ++i) {
        curves.push_back({metrics[i], blue, QString(), Shape::Steps, Source::Points, lines[i]});
    }
    key.push_back({tr("this process"), Qt::SolidLine, blue});
    key.push_back({tr("all"), Qt::SolidLine, orange});
    usePlot = new MetricPlot(look, std::move(curves));
    plots.push_back(usePlot);
    plotCards.push_back(
        new Card(look, tr("Pages"), column({usePlot, new PlotKey(look, key)}), CardHead::Plain));
}

/// What programs hold of heaps (L) and what the heaps take for it (H): the line says what, the
/// colour says whose; and what compaction costs.
void Cards::makeHeapPlots(Look& look) {
    using Shape = PlotCurve::Shape;
    using Source = PlotCurve::Source;
    const auto curve = [](MetricId metric, const QColor& colour, Qt::PenStyle line, Source source) {
        const QString name = metric == MetricId::HeapLive ? tr("live L") : tr("taken H");
        return PlotCurve{metric,       colour, source == Source::Series ? name : QString(),
                         Shape::Steps, source, line};
    };
    heapPlot =
        new MetricPlot(look, {curve(MetricId::HeapFootprint, orange, Qt::SolidLine, Source::Series),
                              curve(MetricId::HeapLive, orange, Qt::DashLine, Source::Series),
                              curve(MetricId::HeapFootprint, blue, Qt::SolidLine, Source::Points),
                              curve(MetricId::HeapLive, blue, Qt::DashLine, Source::Points)});
    const std::vector<PlotKeyItem> key{{tr("taken H"), Qt::SolidLine, std::nullopt},
                                       {tr("live L"), Qt::DashLine, std::nullopt},
                                       {tr("this process"), Qt::SolidLine, blue},
                                       {tr("all"), Qt::SolidLine, orange}};
    plots.push_back(heapPlot);
    plotCards.push_back(
        new Card(look, tr("Heaps"), column({heapPlot, new PlotKey(look, key)}), CardHead::Plain));
    auto* moved =
        new MetricPlot(look, {{MetricId::HeapBytesMoved, green, QString(), Shape::Steps},
                              {MetricId::HeapRefusals, vermillion, tr("refused"), Shape::Steps}});
    plots.push_back(moved);
    plotCards.push_back(new Card(look, tr("Moved in heaps"), moved, CardHead::Plain));
}

/// Without a mover nothing waits for it and nothing is moved; with segments or heaps these say what
/// the external fragmentation sums up.
void Cards::showPlots() {
    const bool moves = shape_.mover && !shape_.heaps;
    const std::array<bool, 8> shown{true,
                                    moves,
                                    moves,
                                    !shape_.segments && !shape_.heaps,
                                    shape_.segments,
                                    shape_.demand,
                                    shape_.heaps,
                                    shape_.heaps};
    for (std::size_t i = 0; i < plots.size(); ++i) {
        plotCards[i]->setVisible(shown.at(i));
    }
}

QSplitter* Cards::makeSplitter(Qt::Orientation orientation, const char* name) {
    auto* splitter = new QSplitter(orientation);
    splitter->setObjectName(QLatin1String(name));
    splitter->setHandleWidth(look_.scaled(7));
    splitter->setChildrenCollapsible(false);
    splitters_.push_back(splitter);
    return splitter;
}

void Cards::layOut() {
    left_ = makeSplitter(Qt::Vertical, "left");
    for (Card* card : {lessonCard, moverCard, handlerCard, applicationCard, whyCard}) {
        left_->addWidget(card);
    }
    centre_ = makeSplitter(Qt::Vertical, "centre");
    centre_->addWidget(physicalCard);
    centre_->addWidget(blockCard);
    centre_->addWidget(virtualCard);
    centre_->setStretchFactor(0, 1);
    right_ = makeSplitter(Qt::Vertical, "right");
    for (Card* card :
         {walkCard, inspectorCard, heapCard, areaCard, structureCard, tlbCard, eventCard}) {
        right_->addWidget(card);
    }
    top_ = makeSplitter(Qt::Horizontal, "top");
    for (QSplitter* splitter : {left_, centre_, right_}) {
        top_->addWidget(splitter);
    }
    top_->setStretchFactor(1, 1);
    plotRow_ = new QWidget;
    auto* row = new QHBoxLayout(plotRow_);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(look_.scaled(7));
    for (Card* card : plotCards) {
        row->addWidget(card, 1);
    }
    body_ = makeSplitter(Qt::Vertical, "body");
    body_->addWidget(top_);
    body_->addWidget(timelineCard);
    body_->addWidget(plotRow_);
    body_->setStretchFactor(0, 1);
    root_ = new QWidget;
    auto* frame = new QVBoxLayout(root_);
    const int side = look_.scaled(8);
    frame->setContentsMargins(side, side, side, side);
    frame->addWidget(body_);
}

void Cards::makeToggles(QWidget& window) {
    const std::vector<std::pair<QWidget*, QString>> cards{{lessonCard, tr("Lesson")},
                                                          {moverCard, tr("Mover")},
                                                          {handlerCard, tr("Fault handler")},
                                                          {applicationCard, tr("Application")},
                                                          {whyCard, tr("Why")},
                                                          {walkCard, tr("Page walk")},
                                                          {inspectorCard, tr("Page")},
                                                          {tlbCard, tr("TLB")},
                                                          {eventCard, tr("Events")},
                                                          {timelineCard, tr("Timeline")},
                                                          {plotRow_, tr("Plots")},
                                                          {heapCard, tr("Free runs")},
                                                          {areaCard, tr("Areas")},
                                                          {blockCard, tr("Heap")},
                                                          {structureCard, tr("Free structures")}};
    constexpr int always = 11; // those that follow belong to some runs only
    int number = 1;
    for (const auto& [card, name] : cards) {
        auto* toggle = new QAction(name, &window);
        toggle->setCheckable(true);
        toggle->setChecked(number <= always);
        toggle->setShortcut(QKeySequence(number <= 9
                                             ? QStringLiteral("Ctrl+%1").arg(number)
                                             : QStringLiteral("Ctrl+Shift+%1").arg(number - 9)));
        connect(toggle, &QAction::toggled, card, &QWidget::setVisible);
        window.addAction(toggle);
        toggles_.push_back(toggle);
        toggled_.push_back(card);
        ++number;
    }
}

void Cards::setShape(const RunShape& shape) {
    if (shape_ != shape) {
        shape_ = shape;
        lists->setVisible(!shape.mover);
        colouring->setVisible(shape.segments);
        showPlots();
        if (window_.isValid()) {
            resetLayout(window_);
        }
    }
}

/// Where there is little room, what a run is not about gives way.
bool Cards::isShown(const QWidget* card, bool small) const {
    if (card == heapCard || card == areaCard) {
        return shape_.segments;
    }
    if (card == blockCard || card == structureCard) {
        return shape_.heaps;
    }
    if (card == moverCard) {
        return shape_.mover;
    }
    if (card == applicationCard) {
        return !shape_.mover || !small; // its few lines give way to those of a mover
    }
    return !(shape_.segments || shape_.heaps) || (card != tlbCard && (!small || card != walkCard));
}

void Cards::sizeRight(int height, int width, bool small) {
    const int gap = body_->handleWidth();
    const int walkHeight = walkCard->minimumSizeHint().height();
    const int walkShown = small ? 0 : walkHeight;
    if (shape_.segments) {
        const int rest = height - walkShown - (small ? 3 : 4) * gap;
        const QList<int> parts = shares(rest, {38, 20, 23, 19});
        right_->setSizes({walkShown, parts[0], parts[1], parts[2], 0, 0, parts[3]});
        return;
    }
    if (shape_.heaps) {
        const int rest = height - walkShown - (small ? 2 : 3) * gap;
        const QList<int> parts = shares(rest, {32, 46, 22});
        right_->setSizes({walkShown, parts[0], 0, 0, parts[1], 0, parts[2]});
        return;
    }
    const int head = tlbCard->minimumSizeHint().height() - tlb->minimumSizeHint().height();
    const int tlbHeight = head + tlb->heightFor(width - look_.scaled(10), small ? 1 : 2);
    const int rest = height - walkHeight - tlbHeight - 3 * gap;
    const int page = rest * (small ? 62 : 56) / 100;
    right_->setSizes({walkHeight, page, 0, 0, 0, tlbHeight, rest - page});
}

void Cards::resetLayout(QSize window) {
    window_ = window;
    const bool small = window.height() < look_.scaled(850);
    for (std::size_t i = 0; i < toggles_.size(); ++i) {
        toggles_[i]->setChecked(isShown(toggled_[i], small));
    }
    const int side = std::clamp(window.width() * 23 / 100, look_.scaled(230), look_.scaled(420));
    top_->setSizes({side, window.width() - 2 * side, side});
    const int plotHeight =
        std::clamp(window.height() * 12 / 100, look_.scaled(88), look_.scaled(170));
    const int time =
        small ? timelineCard->minimumSizeHint().height() : timelineCard->sizeHint().height();
    const int gap = body_->handleWidth();
    const int top = window.height() - plotHeight - time - 2 * gap - 2 * look_.scaled(8);
    body_->setSizes({top, time, plotHeight});
    centre_->setSizes(
        shape_.heaps
            ? shares(top - 2 * gap, small ? QList<int>{18, 52, 30} : QList<int>{32, 42, 26})
            : QList<int>{window.height(), 0, virtualCard->sizeHint().height()});
    const QList<int> listings = !shape_.mover ? QList<int>{33, 0, 22, 23, 22}
                                : small       ? QList<int>{33, 25, 20, 0, 22}
                                              : QList<int>{28, 24, 17, 14, 17};
    left_->setSizes(shares(top - 4 * gap, listings));
    sizeRight(top, side, small);
}

} // namespace fragscope
