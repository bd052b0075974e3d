#pragma once

#include <QAbstractScrollArea>
#include <QString>

#include <vector>

namespace fragscope {

class Look;

enum class FactTone : std::uint8_t { Normal, Good, Bad, Heading };

/// A name and a value, or a heading over the facts that follow.
struct Fact {
    QString name;
    QString value;
    FactTone tone = FactTone::Normal;
    friend bool operator==(const Fact&, const Fact&) = default;
};

/// Facts in two aligned columns: names dim, values in the code font.
class FactList : public QAbstractScrollArea {
    Q_OBJECT

public:
    explicit FactList(Look& look, QWidget* parent = nullptr);

    void show(std::vector<Fact> facts);

    [[nodiscard]] const std::vector<Fact>& facts() const { return facts_; }

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void layOut();
    [[nodiscard]] int rowHeight() const;
    [[nodiscard]] int rowsInSight() const; ///< whole rows only
    [[nodiscard]] int nameWidth() const;

    Look& look_;
    std::vector<Fact> facts_;
};

} // namespace fragscope
