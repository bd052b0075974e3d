#pragma once

#include "fragscope/scenario/settings.h"

/// Makes rows of the settings registry out of member pointers. For the tables in settings/ only.
namespace fragscope {

/// Where the structure S lies in a configuration.
template <class S> struct SectionAccess;

template <> struct SectionAccess<RunConfig> {
    static constexpr auto section = SettingSection::Run;

    static auto& in(auto& config, std::size_t) { return config; }
};

template <> struct SectionAccess<MachineSettings> {
    static constexpr auto section = SettingSection::Machine;

    static auto& in(auto& config, std::size_t) { return config.machine; }
};

template <> struct SectionAccess<CostModel> {
    static constexpr auto section = SettingSection::Cost;

    static auto& in(auto& config, std::size_t) { return config.machine.cost; }
};

template <> struct SectionAccess<FrameSettings> {
    static constexpr auto section = SettingSection::Frames;

    static auto& in(auto& config, std::size_t) { return config.frames; }
};

template <> struct SectionAccess<MoverSettings> {
    static constexpr auto section = SettingSection::Mover;

    static auto& in(auto& config, std::size_t) { return config.mover; }
};

template <> struct SectionAccess<PagingSettings> {
    static constexpr auto section = SettingSection::Paging;

    static auto& in(auto& config, std::size_t) { return config.paging; }
};

template <> struct SectionAccess<ProcessSettings> {
    static constexpr auto section = SettingSection::Process;

    static auto& in(auto& config, std::size_t item) { return config.processes.at(item); }
};

template <> struct SectionAccess<SegmentMemorySettings> {
    static constexpr auto section = SettingSection::Segments;

    static auto& in(auto& config, std::size_t) { return config.segments; }
};

template <> struct SectionAccess<SegmentSettings> {
    static constexpr auto section = SettingSection::Segments;

    static auto& in(auto& config, std::size_t) { return config.segments.heap; }
};

template <> struct SectionAccess<MessageSettings> {
    static constexpr auto section = SettingSection::Segments;

    static auto& in(auto& config, std::size_t) { return config.segments.messages; }
};

template <> struct SectionAccess<DeviceSettings> {
    static constexpr auto section = SettingSection::Segments;

    static auto& in(auto& config, std::size_t) { return config.segments.device; }
};

template <> struct SectionAccess<CompactionSettings> {
    static constexpr auto section = SettingSection::Compaction;

    static auto& in(auto& config, std::size_t) { return config.compaction; }
};

template <> struct SectionAccess<SegmentLoad> {
    static constexpr auto section = SettingSection::Process;

    static auto& in(auto& config, std::size_t item) { return config.processes.at(item).segments; }
};

template <> struct SectionAccess<HeapSettings> {
    static constexpr auto section = SettingSection::Process;

    static auto& in(auto& config, std::size_t item) { return config.processes.at(item).heap; }
};

template <> struct SectionAccess<ScriptAction> {
    static constexpr auto section = SettingSection::Action;

    static auto& in(auto& config, std::size_t item) { return config.script.at(item); }
};

/// A field as a number and back: plain numbers, flags, enumerations and the strong types of base.
template <class T> std::uint64_t toNumber(const T& field) {
    if constexpr (requires { field.value; }) {
        return field.value;
    } else {
        return static_cast<std::uint64_t>(field);
    }
}

template <class T> T fromNumber(std::uint64_t number) {
    if constexpr (requires { T{}.value; }) {
        return T(number);
    } else {
        return static_cast<T>(number);
    }
}

/// Refined step by step: `Row(...).between(1, 16).word("never", 0).says("...")`.
class Row {
public:
    template <class S, class T> Row(SettingType type, std::string_view key, T S::*field) {
        setting_.key = key;
        setting_.type = type;
        setting_.section = SectionAccess<S>::section;
        if constexpr (std::is_same_v<T, std::uint32_t>) {
            setting_.most = std::numeric_limits<std::uint32_t>::max();
        }
        setting_.load = [field](const RunConfig& config, std::size_t item) {
            return loaded(SectionAccess<S>::in(config, item).*field);
        };
        setting_.store = [field](RunConfig& config, std::size_t item,
                                 const SettingValue& value) -> std::optional<SettingIssue> {
            store(SectionAccess<S>::in(config, item).*field, value);
            return std::nullopt;
        };
    }

    /// A list whose elements are written in `form`.
    template <class S, class T>
    Row(std::string_view key,
        std::vector<T> S::*field,
        std::string_view form,
        std::optional<T> (*parse)(std::string_view),
        std::string (*print)(const T&));

    Row&& between(std::uint64_t least, std::uint64_t most) && {
        setting_.least = least;
        setting_.most = most;
        return std::move(*this);
    }

    Row&& multipleOf(std::uint64_t unit) && {
        setting_.multiple = unit;
        return std::move(*this);
    }

    Row&& word(std::string_view word, std::uint64_t value) && {
        setting_.word = word;
        setting_.wordValue = value;
        return std::move(*this);
    }

    Row&& choices(std::span<const Choice> choices) && {
        setting_.choices = choices;
        return std::move(*this);
    }

    /// Ends the row with its sentence and, if it has one, its source.
    Setting says(std::string_view sentence, std::string_view source = {}) && {
        setting_.sentence = sentence;
        setting_.source = source;
        return std::move(setting_);
    }

private:
    template <class T> static SettingValue loaded(const T& field) {
        if constexpr (std::is_same_v<T, std::string>) {
            return field;
        } else {
            return toNumber(field);
        }
    }

    template <class T> static void store(T& field, const SettingValue& value) {
        if constexpr (std::is_same_v<T, std::string>) {
            field = std::get<std::string>(value);
        } else {
            field = fromNumber<T>(std::get<std::uint64_t>(value));
        }
    }

    Setting setting_;
};

template <class S, class T>
Row::Row(std::string_view key,
         std::vector<T> S::*field,
         std::string_view form,
         std::optional<T> (*parse)(std::string_view),
         std::string (*print)(const T&)) {
    setting_.key = key;
    setting_.type = SettingType::List;
    setting_.section = SectionAccess<S>::section;
    setting_.form = form;
    setting_.load = [field, print](const RunConfig& config, std::size_t item) -> SettingValue {
        std::vector<std::string> texts;
        for (const T& element : SectionAccess<S>::in(config, item).*field) {
            texts.push_back(print(element));
        }
        return texts;
    };
    setting_.store = [field, parse,
                      form](RunConfig& config, std::size_t item,
                            const SettingValue& value) -> std::optional<SettingIssue> {
        std::vector<T> parsed;
        for (const std::string& text : std::get<std::vector<std::string>>(value)) {
            const std::optional<T> element = parse(text);
            if (!element) {
                return SettingIssue{"`" + text + "` is not of the form " + std::string(form),
                                    parsed.size()};
            }
            parsed.push_back(*element);
        }
        SectionAccess<S>::in(config, item).*field = std::move(parsed);
        return std::nullopt;
    };
}

template <class S, class T> Row flag(std::string_view key, T S::*field) {
    return {SettingType::Flag, key, field};
}

template <class S, class T> Row count(std::string_view key, T S::*field) {
    return {SettingType::Count, key, field};
}

template <class S, class T> Row size(std::string_view key, T S::*field) {
    return {SettingType::Size, key, field};
}

/// Cycles: up to 2^48, so that sums of them stay far from the end of 64 bits.
template <class S, class T> Row cycles(std::string_view key, T S::*field) {
    return Row(SettingType::CycleCount, key, field).between(0, 1ULL << 48);
}

template <class S, class T> Row choice(std::string_view key, T S::*field) {
    return Row(SettingType::Choice, key, field).choices(choicesOf<T>());
}

// The tables, one per section; allSettings() joins them.
std::vector<Setting> runSettings();
std::vector<Setting> machineSettings();
std::vector<Setting> costSettings();
std::vector<Setting> framesSettings();
std::vector<Setting> moverSettings();
std::vector<Setting> pagingSettings();
std::vector<Setting> processSettings();
std::vector<Setting> segmentSettings();
std::vector<Setting> messageSettings();      ///< more of [segments]
std::vector<Setting> baselineSettings();     ///< likewise
std::vector<Setting> checkerboardSettings(); ///< more of [[process]]
std::vector<Setting> compactionSettings();
std::vector<Setting> lockSettings();        ///< more of [compaction]
std::vector<Setting> heapSettings();        ///< more of [[process]]
std::vector<Setting> segmentLoadSettings(); ///< likewise
std::vector<Setting> peerSettings();        ///< likewise
std::vector<Setting> lowMemorySettings();   ///< more of [paging]
std::vector<Setting> actionSettings();

} // namespace fragscope
