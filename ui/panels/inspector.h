#pragma once

#include "fragscope/kernel/paging/page_state.h"
#include "fragscope/ui/panels/fact_list.h"

#include <QWidget>

#include <cstdint>
#include <optional>
#include <vector>

namespace fragscope {

class BitRuler;
class Look;

/// Everything about the selected frame or page: the bits of its page-table entry, then facts.
class Inspector : public QWidget {
    Q_OBJECT

public:
    explicit Inspector(Look& look, QWidget* parent = nullptr);

    /// `spilled`: what the side table says of the page, if its entry has no room for that.
    void show(std::optional<std::uint64_t> entry,
              std::vector<Fact> facts,
              const std::optional<PageEntry>& spilled = {});

    [[nodiscard]] const std::vector<Fact>& facts() const { return list_->facts(); }

private:
    BitRuler* ruler_;
    FactList* list_;
};

} // namespace fragscope
