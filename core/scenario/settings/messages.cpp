#include "fragscope/scenario/setting_builder.h"

/// Settings of messages, of locks and of the device, and of programs that use them.
namespace fragscope {

std::vector<Setting> messageSettings() {
    using M = MessageSettings;
    using D = DeviceSettings;
    return {
        choice("segments.message", &M::way)
            .says("How the body of a message gets to the receiver.",
                  "seed 001: unmapping these segments from one process and then mapping them into "
                  "another"),
        count("segments.message_places", &M::places)
            .between(1, 1ULL << 16)
            .says("Messages that may wait to be received, of all processes."),
        choice("segments.send_shootdown", &M::shootdown)
            .says("Whether processors drop their translations of a segment that is sent.",
                  "LESSONS L15: a stale entry of the sender"),
        size("segments.lock_zone", &SegmentSettings::lockZone)
            .between(0, gib(16).value)
            .multipleOf(pageBytes)
            .says("The uppermost memory, for segments that may be locked only; 0: they lie among "
                  "the others.",
                  "DEFRAG 3.5: zone"),
        choice("segments.buffer_lock", &D::lock)
            .says("Whether the driver locks the buffer of the device in place while it is written.",
                  "seed 001: areas of memory locked in place for DMA purposes"),
        count("segments.device_cpu", &D::cpu)
            .says("CPU whose time the device uses; nobody else should, so that it is not late."),
    };
}

std::vector<Setting> lockSettings() {
    using S = CompactionSettings;
    return {
        cycles("compaction.lock_limit", &S::lockLimitCycles)
            .says("Locked `wait`: for each locked segment, at most.",
                  "seed 001: if the wait is too long I guess I could do a kernel panic"),
        choice("compaction.lock_timeout", &S::lockTimeout)
            .says("Locked `wait`: what is done when the limit is over."),
        flag("compaction.prefer_in_transit", &S::preferInTransit)
            .says("Segments in messages fill gaps before any other segment moves.",
                  "DEFRAG 3.7: they can be moved without entry E, fault or shootdown"),
    };
}

std::vector<Setting> peerSettings() {
    using S = SegmentLoad;
    return {
        Row(SettingType::Text, "process.peer", &S::peer)
            .says("Pattern segments: the process that gets messages."),
        count("process.send_percent", &S::sendPercent)
            .between(0, 100)
            .says("Share of the segments that are sent to the peer when it would free them."),
        count("process.lock_percent", &S::lockPercent)
            .between(0, 100)
            .says("Share of the segments that are locked in place for a while."),
        count("process.lock_requests", &S::lockRequests)
            .between(1, 1ULL << 20)
            .says("For how many of the program's requests they are locked."),
    };
}

} // namespace fragscope
