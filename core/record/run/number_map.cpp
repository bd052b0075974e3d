#include "fragscope/record/run/number_map.h"

namespace fragscope {

namespace {

constexpr std::int32_t unused = -1;
constexpr std::int32_t reserved = -2;

} // namespace

std::int32_t& NumberMap::slot(Side& side, std::size_t index) {
    if (index >= side.size()) {
        side.resize(index + 1, unused);
    }
    return side[index];
}

void NumberMap::add(std::uint16_t inFile, std::uint16_t inProgram) {
    slot(toFile_, inProgram) = inFile;
    slot(toProgram_, inFile) = inProgram;
}

void NumberMap::reserve(std::uint16_t inFile) {
    slot(toProgram_, inFile) = reserved;
}

std::uint16_t NumberMap::freeFrom(std::uint16_t wished) const {
    while (wished < toProgram_.size() && toProgram_[wished] != unused) {
        ++wished;
    }
    return wished;
}

} // namespace fragscope
