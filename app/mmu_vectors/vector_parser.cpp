#include "fragscope/mmu_vectors/vector_parser.h"

#include "fragscope/base/text.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace fragscope::vectors {

namespace {

using Json = nlohmann::json;

/// Leaves parseVector as an Error; never crosses its border.
struct Malformed {
    std::string key;
    std::string reason;
};

constexpr std::uint64_t alignmentCheckFlag = 1ULL << 18; ///< EFLAGS.AC
constexpr std::uint64_t entryAlignment = 8;

const Json& member(const Json& object, const char* key) {
    const auto found = object.find(key);
    if (found == object.end()) {
        throw Malformed{key, "missing"};
    }
    return *found;
}

std::uint64_t numberOf(const Json& value, const char* key) {
    if (value.is_number_unsigned()) {
        return value.get<std::uint64_t>();
    }
    if (value.is_string()) {
        if (const auto parsed = parseUnsigned(value.get_ref<const std::string&>())) {
            return *parsed;
        }
    }
    throw Malformed{key, fmt::format("{} is not an unsigned number", value.dump())};
}

std::uint64_t number(const Json& object, const char* key) {
    return numberOf(member(object, key), key);
}

std::uint64_t numberAtMost(const Json& object, const char* key, std::uint64_t most) {
    const std::uint64_t value = number(object, key);
    if (value > most) {
        throw Malformed{key, fmt::format("{:#x} is more than {:#x}", value, most)};
    }
    return value;
}

std::string string(const Json& object, const char* key) {
    const Json& value = member(object, key);
    if (!value.is_string()) {
        throw Malformed{key, "not a string"};
    }
    return value.get<std::string>();
}

const Json& array(const Json& object, const char* key) {
    const Json& value = member(object, key);
    if (!value.is_array()) {
        throw Malformed{key, "not an array"};
    }
    return value;
}

void requireWordAddress(std::uint64_t address, unsigned maxPhysicalBits, const char* key) {
    if (address % entryAlignment != 0 || address >> maxPhysicalBits != 0) {
        throw Malformed{key, fmt::format("{:#x} is not the address of an 8-byte word below 2^{}",
                                         address, maxPhysicalBits)};
    }
}

Word wordOf(const Json& pair, const char* key, unsigned maxPhysicalBits) {
    if (!pair.is_array() || pair.size() < 2) {
        throw Malformed{key, "an element is not [address, value]"};
    }
    const std::uint64_t address = numberOf(pair[0], key);
    requireWordAddress(address, maxPhysicalBits, key);
    return {PhysAddr(address), numberOf(pair[1], key)};
}

std::vector<Word> words(const Json& object, const char* key, unsigned maxPhysicalBits) {
    std::vector<Word> result;
    for (const Json& pair : array(object, key)) {
        result.push_back(wordOf(pair, key, maxPhysicalBits));
    }
    return result;
}

void readControl(const Json& object, ControlRegisters& registers) {
    registers.cr0 = number(object, "cr0");
    registers.cr4 = number(object, "cr4");
    registers.efer = number(object, "efer");
    registers.pkru = static_cast<std::uint32_t>(numberAtMost(object, "pkru", 0xffffffff));
    const bool pae = (registers.cr4 & control::cr4PhysicalAddressExtension) != 0;
    if (!registers.paging() || pae != registers.longMode()) {
        throw Malformed{"cr0",
                        "vectors need CR0.PG, and both of CR4.PAE and EFER.LMA or none of them"};
    }
}

Setup readSetup(const Json& object) {
    Setup setup;
    setup.id = string(object, "id");
    setup.maxPhysicalBits = static_cast<unsigned>(numberAtMost(object, "maxpa", 52));
    setup.classroom = object.contains("paging");
    if (setup.classroom && string(object, "paging") != "classroom") {
        throw Malformed{"paging",
                        "only `classroom` is said here; the registers choose the other modes"};
    }
    if (setup.maxPhysicalBits < 32) {
        throw Malformed{"maxpa", "less than 32"};
    }
    readControl(object, setup.registers);
    setup.registers.cr3 = number(object, "cr3");
    setup.entries = words(object, "ent", setup.maxPhysicalBits);
    return setup;
}

AccessKind kindOf(const std::string& text) {
    if (text == "r") {
        return AccessKind::Read;
    }
    if (text == "w") {
        return AccessKind::Write;
    }
    if (text == "x") {
        return AccessKind::Execute;
    }
    throw Malformed{"acc", fmt::format("\"{}\" is not r, w or x", text)};
}

Access readAccess(const Json& object) {
    Access access;
    const std::uint64_t cpl = number(object, "cpl");
    if (cpl != 0 && cpl != 3) {
        throw Malformed{"cpl", fmt::format("{} is not 0 or 3", cpl)};
    }
    access.privilege = static_cast<Privilege>(cpl);
    access.alignmentCheck = (number(object, "rflags") & alignmentCheckFlag) != 0;
    access.kind = kindOf(string(object, "acc"));
    access.address = VirtAddr(number(object, "va"));
    access.bytes = static_cast<unsigned>(numberAtMost(object, "size", wordBytes));
    if (access.bytes == 0 || offsetInPage(access.address) + access.bytes > pageBytes) {
        throw Malformed{"size", "the access is empty or crosses a page border"};
    }
    return access;
}

Outcome readOutcome(const Json& object, const char* key) {
    if (!object.is_object()) {
        throw Malformed{key, "not an object"};
    }
    Outcome outcome;
    const std::string kind = string(object, "kind");
    if (kind == "ok") {
        outcome.ok = true;
        outcome.paddr = PhysAddr(number(object, "pa"));
        return outcome;
    }
    if (kind != "exc") {
        throw Malformed{key, fmt::format("kind \"{}\" is not ok or exc", kind)};
    }
    outcome.exception = static_cast<std::uint32_t>(number(object, "vec"));
    outcome.errorCode = static_cast<std::uint32_t>(numberAtMost(object, "err", 0xffffffff));
    if (outcome.exception != 13 && outcome.exception != 14) {
        throw Malformed{key, fmt::format("vec {} is not 13 or 14", outcome.exception)};
    }
    if (outcome.exception == 14) {
        outcome.cr2 = VirtAddr(number(object, "cr2"));
    }
    return outcome;
}

SingleVector readSingle(const Json& object) {
    SingleVector vector;
    vector.setup = readSetup(object);
    vector.access = readAccess(object);
    vector.expected = readOutcome(member(object, "out"), "out");
    const unsigned bits = vector.setup.maxPhysicalBits;
    vector.after = words(object, "after", bits);
    vector.optionalBits = words(object, "may", bits);
    if (object.contains("soft")) {
        vector.softBits = words(object, "soft", bits);
    }
    if (object.contains("why")) {
        vector.why = string(object, "why");
    }
    return vector;
}

AccessStep readAccessStep(const Json& object, unsigned maxPhysicalBits) {
    AccessStep step;
    step.access = readAccess(object);
    for (const Json& outcome : array(object, "allowed")) {
        step.allowed.push_back(readOutcome(outcome, "allowed"));
    }
    if (step.allowed.empty()) {
        throw Malformed{"allowed", "empty"};
    }
    for (const Json& triple : array(object, "mem")) {
        const Word word = wordOf(triple, "mem", maxPhysicalBits);
        const std::uint64_t slack = triple.size() > 2 ? numberOf(triple[2], "mem") : 0;
        step.memory.push_back({word.address, word.value, slack});
    }
    return step;
}

Step readStep(const Json& object, unsigned maxPhysicalBits) {
    const std::string op = string(object, "op");
    if (op == "access") {
        return readAccessStep(object, maxPhysicalBits);
    }
    if (op == "poke") {
        const std::uint64_t address = number(object, "pa");
        requireWordAddress(address, maxPhysicalBits, "pa");
        return PokeStep{{PhysAddr(address), number(object, "val")}};
    }
    if (op == "invlpg") {
        return InvlpgStep{VirtAddr(number(object, "va"))};
    }
    if (op == "movcr3") {
        return WriteCr3Step{number(object, "val")};
    }
    if (op == "pge_toggle") {
        return ToggleGlobalPagesStep{};
    }
    if (op == "ctrl") {
        ControlStep step;
        readControl(object, step.registers);
        return step;
    }
    if (op == "invpcid") {
        return InvpcidStep{static_cast<unsigned>(numberAtMost(object, "type", 3)),
                           static_cast<std::uint16_t>(numberAtMost(object, "pcid", 0xfff)),
                           VirtAddr(number(object, "va"))};
    }
    throw Malformed{"op", fmt::format("\"{}\" is unknown", op)};
}

SequenceVector readSequence(const Json& object) {
    SequenceVector vector;
    vector.setup = readSetup(object);
    vector.templateName = string(object, "templ");
    for (const Json& step : array(object, "steps")) {
        vector.steps.push_back(readStep(step, vector.setup.maxPhysicalBits));
    }
    return vector;
}

Error errorOf(const Malformed& malformed) {
    Error error = badInput(malformed.reason);
    error.key = malformed.key;
    return error;
}

} // namespace

Expected<Vector> parseVector(std::string_view line) {
    try {
        const Json object = Json::parse(line);
        if (!object.is_object()) {
            return badInput("not a JSON object");
        }
        if (object.contains("steps")) {
            return Vector(readSequence(object));
        }
        return Vector(readSingle(object));
    } catch (const Malformed& malformed) {
        return errorOf(malformed);
    } catch (const Json::parse_error& error) {
        return badInput(fmt::format("not JSON at byte {}", error.byte));
    } catch (const Json::exception& error) {
        return badInput(error.what());
    }
}

} // namespace fragscope::vectors
