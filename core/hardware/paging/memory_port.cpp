#include "fragscope/hardware/paging/memory_port.h"

#include "fragscope/base/text.h"

namespace fragscope {

namespace {

constexpr unsigned bitsPerByte = 8;

/// Bits of `value` from byte `first` on.
std::uint64_t bytesFrom(std::uint64_t value, unsigned first) {
    return value >> (bitsPerByte * first);
}

} // namespace

Result<AccessPieces, Fault>
MemoryPort::translateAll(Cpu& cpu, VirtAddr address, unsigned bytes, AccessKind kind) {
    FRAGSCOPE_CHECK(bytes - 1 < wordBytes, text(address));
    const auto first = mmu_.translate(cpu, address, kind);
    if (!first.ok()) {
        return first.error();
    }
    AccessPieces access;
    access.pieces[0] = {address, first->paddr, bytes};
    access.walkReferences = first->walkReferences;
    if (!crossesPage(cpu, address, bytes)) {
        return access;
    }
    const std::uint64_t smallest = 1ULL << cpu.tlb().baseShift();
    const auto inFirst = static_cast<unsigned>(smallest - (address.value & (smallest - 1)));
    const VirtAddr next = address + ByteCount(inFirst);
    const auto second = mmu_.translate(cpu, next, kind);
    if (!second.ok()) {
        return second.error();
    }
    access.count = 2;
    access.pieces[0].bytes = inFirst;
    access.pieces[1] = {next, second->paddr, bytes - inFirst};
    access.walkReferences += second->walkReferences;
    return access;
}

std::uint64_t MemoryPort::loadPieces(const Cpu& cpu, const AccessPieces& access) const {
    std::uint64_t value = 0;
    unsigned done = 0;
    for (unsigned i = 0; i < access.count; ++i) {
        const AccessPieces::Piece& piece = access.pieces[i];
        const std::uint64_t inMemory = memory_.load(piece.paddr, piece.bytes);
        value |= cpu.storeBuffer.forward(piece.paddr, piece.bytes, inMemory)
                 << (bitsPerByte * done);
        done += piece.bytes;
    }
    return value;
}

void MemoryPort::storePieces(const AccessPieces& access, std::uint64_t value, StoreEvents events) {
    unsigned done = 0;
    for (unsigned i = 0; i < access.count; ++i) {
        const AccessPieces::Piece& piece = access.pieces[i];
        if (events == StoreEvents::Emitted) {
            memory_.store(piece.paddr, bytesFrom(value, done), piece.bytes);
        } else {
            memory_.storeQuietly(piece.paddr, bytesFrom(value, done), piece.bytes);
        }
        done += piece.bytes;
    }
}

void MemoryPort::bufferPieces(Cpu& cpu, const AccessPieces& access, std::uint64_t value) {
    unsigned done = 0;
    for (unsigned i = 0; i < access.count; ++i) {
        const AccessPieces::Piece& piece = access.pieces[i];
        mmu_.bufferStore(cpu, {piece.vaddr, piece.paddr, bytesFrom(value, done), piece.bytes});
        done += piece.bytes;
    }
}

Result<Performed, Fault> MemoryPort::loadSlowly(Cpu& cpu, VirtAddr address, unsigned bytes) {
    const auto found = translateAll(cpu, address, bytes, AccessKind::Read);
    if (!found.ok()) {
        return found.error();
    }
    return Performed{loadPieces(cpu, *found), found->pieces[0].paddr, found->walkReferences};
}

Result<Performed, Fault> MemoryPort::store(
    Cpu& cpu, VirtAddr address, std::uint64_t value, unsigned bytes, StoreEvents events) {
    const auto found = translateAll(cpu, address, bytes, AccessKind::Write);
    if (!found.ok()) {
        return found.error();
    }
    Performed performed{value, found->pieces[0].paddr, found->walkReferences};
    performed.buffered = cpu.storeBuffer.enabled();
    if (performed.buffered) {
        bufferPieces(cpu, *found, value);
    } else {
        storePieces(*found, value, events);
    }
    return performed;
}

} // namespace fragscope
