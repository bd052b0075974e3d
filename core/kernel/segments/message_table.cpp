#include "fragscope/kernel/segments/message_table.h"

#include <algorithm>

namespace fragscope {

namespace {

constexpr std::uint64_t headerAt = 8;
constexpr std::uint64_t numberAt = 3;

std::uint64_t placeOf(const SegmentShape& shape, std::uint32_t place) {
    return shape.messageWord() + std::uint64_t{place - 1} * segment_word::messageWords;
}

} // namespace

std::optional<Message> decodeMessage(const WordStore& words, std::uint32_t place) {
    const std::uint64_t first = placeOf(decodeShape(words), place);
    const std::uint64_t state = words.load(first);
    if ((state & 0xff) == 0) {
        return std::nullopt;
    }
    Message message{.place = place,
                    .sender = static_cast<std::uint32_t>(state >> 32),
                    .receiver = static_cast<std::uint32_t>(words.load(first + 1)),
                    .segment = static_cast<SegmentId>(words.load(first + 2)),
                    .headerBytes = static_cast<std::uint32_t>(state >> 8 & 0xff),
                    .number = words.load(first + numberAt)};
    for (std::size_t i = 0; i * wordBytes < message.headerBytes && i < message.header.size(); ++i) {
        message.header[i] = words.load(first + headerAt + i);
    }
    return message;
}

std::vector<Message> decodeMessages(const WordStore& words) {
    std::vector<Message> all;
    for (std::uint32_t place = 1; place <= decodeShape(words).messages; ++place) {
        if (const auto message = decodeMessage(words, place)) {
            all.push_back(*message);
        }
    }
    std::sort(all.begin(), all.end(),
              [](const Message& a, const Message& b) { return a.number < b.number; });
    return all;
}

std::uint64_t MessageTable::wordOf(std::uint32_t place) const {
    return placeOf(shape_, place);
}

void MessageTable::format() {
    words_.store(segment_word::sent, 0);
    for (std::uint32_t place = 1; place <= shape_.messages; ++place) {
        words_.store(wordOf(place), 0);
    }
}

std::uint32_t MessageTable::freePlace() const {
    for (std::uint32_t place = 1; place <= shape_.messages; ++place) {
        if ((words_.load(wordOf(place)) & 0xff) == 0) {
            return place;
        }
    }
    return 0;
}

void MessageTable::put(const Message& message) {
    const std::uint64_t first = wordOf(message.place);
    const std::uint64_t number = words_.load(segment_word::sent) + 1;
    words_.store(segment_word::sent, number);
    words_.store(first + 1, message.receiver);
    words_.store(first + 2, message.segment);
    words_.store(first + numberAt, number);
    for (std::size_t i = 0; i * wordBytes < message.headerBytes; ++i) {
        words_.store(first + headerAt + i, message.header.at(i));
    }
    words_.store(first,
                 1 | std::uint64_t{message.headerBytes} << 8 | std::uint64_t{message.sender} << 32);
    waiting_.resize(std::max<std::size_t>(waiting_.size(), message.receiver + 1));
    ++waiting_[message.receiver];
}

std::optional<Message> MessageTable::firstFor(std::uint32_t receiver) const {
    std::uint32_t found = 0;
    std::uint64_t least = ~0ULL;
    for (std::uint32_t place = 1; place <= shape_.messages; ++place) {
        const std::uint64_t first = wordOf(place);
        const bool mine = (words_.load(first) & 0xff) != 0 && words_.load(first + 1) == receiver;
        if (mine && words_.load(first + numberAt) < least) {
            least = words_.load(first + numberAt);
            found = place;
        }
    }
    return found != 0 ? decodeMessage(words_, found) : std::nullopt;
}

void MessageTable::remove(std::uint32_t place) {
    const auto receiver = words_.load(wordOf(place) + 1);
    words_.store(wordOf(place), 0);
    --waiting_[receiver];
}

void MessageTable::forget(std::uint32_t receiver) {
    for (std::uint32_t place = 1; hasFor(receiver) && place <= shape_.messages; ++place) {
        const std::uint64_t first = wordOf(place);
        if ((words_.load(first) & 0xff) != 0 && words_.load(first + 1) == receiver) {
            remove(place);
        }
    }
}

} // namespace fragscope
