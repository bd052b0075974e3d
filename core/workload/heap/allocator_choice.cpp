#include "fragscope/workload/heap/allocator_choice.h"

namespace fragscope {

namespace {

Expected<Done> apply(AllocatorSettings& settings, const HeapSettings& heap, bool presets) {
    for (std::size_t i = 0; i < heap.allocatorSettings.size(); ++i) {
        const std::string_view text = heap.allocatorSettings[i];
        const std::size_t sign = text.find('=');
        const std::string_view key = text.substr(0, sign);
        if ((key == "preset") != presets) {
            continue;
        }
        Expected<Done> set = badInput("`" + std::string(text) + "` is not KEY=VALUE");
        if (key == "heap_base") {
            set = badInput("the heap begins at process.start");
        } else if (sign != std::string_view::npos) {
            set = setAllocatorSetting(settings, key, text.substr(sign + 1));
        }
        if (!set) {
            Error error = set.error();
            error.column = i + 1;
            return error;
        }
    }
    return Done{};
}

} // namespace

Expected<AllocatorSettings> allocatorSettingsOf(const HeapSettings& heap, VirtAddr start) {
    AllocatorSettings settings = defaultSettings(heap.allocator);
    settings.heapBase = start.value;
    settings.heapSize = mib(1).value;
    settings.heapLimit = mib(16).value;
    settings.tableEntries = 16384;
    for (const bool presets : {true, false}) {
        if (auto applied = apply(settings, heap, presets); !applied) {
            return applied.error();
        }
    }
    settings.heapBase = start.value;
    if (settings.heapSize % pageBytes != 0) {
        return badInput("heap_size is not a multiple of 4 KiB");
    }
    if (auto fits = checkAllocatorSettings(settings); !fits) {
        return fits.error();
    }
    return settings;
}

} // namespace fragscope
