#pragma once

#include "fragscope/kernel/segments/segment_layout.h"

#include <array>
#include <optional>

/// The messages that wait to be received, in the books of the segment heap, 24 words each:
///
///   word 0         state 7:0 (0 = the place is free, 1 = a message) | header bytes 15:8 |
///                  sender 63:32
///   word 1         receiver
///   word 2         segment
///   word 3         number: the n-th message that was sent
///   words 8 to 23  header
///
/// Source: seed 001: "a small header of upto 128 bytes can also be copied"; DEFRAG 3.7.
namespace fragscope {

using MessageHeader = std::array<std::uint64_t, MessageSettings::headerBytes / wordBytes>;

struct Message {
    std::uint32_t place = 0; ///< from 1; 0 = none
    std::uint32_t sender = 0;
    std::uint32_t receiver = 0;
    SegmentId segment = 0;
    std::uint32_t headerBytes = 0;
    std::uint64_t number = 0;
    MessageHeader header{};
};

/// The message at a place, from 1; nothing if the place is free. Pure function of the words.
std::optional<Message> decodeMessage(const WordStore& words, std::uint32_t place);

/// All messages, oldest first.
std::vector<Message> decodeMessages(const WordStore& words);

/// Writes the places for messages.
class MessageTable {
public:
    MessageTable(WordStore& words, SegmentShape shape) : words_(words), shape_(shape) {}

    /// All places are free.
    void format();

    /// A free place, from 1; 0 if there is none.
    [[nodiscard]] std::uint32_t freePlace() const;

    /// Makes the message; gives it the next number. `message.place` must be free.
    void put(const Message& message);

    /// The oldest message for the process.
    [[nodiscard]] std::optional<Message> firstFor(std::uint32_t receiver) const;

    void remove(std::uint32_t place);

    /// Removes all messages for a process that has ended.
    void forget(std::uint32_t receiver);

    /// For until(): a message waits for the process.
    [[nodiscard]] bool hasFor(std::uint64_t receiver) const {
        return receiver < waiting_.size() && waiting_[receiver] != 0;
    }

private:
    [[nodiscard]] std::uint64_t wordOf(std::uint32_t place) const;

    WordStore& words_;
    SegmentShape shape_;
    std::vector<std::uint32_t> waiting_; ///< messages by receiver; for until(), which must not load
};

} // namespace fragscope
