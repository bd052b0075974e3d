#pragma once

#include "fragscope/scenario/validate.h"

#include <algorithm>
#include <map>

/// The parts of validate(): one file for the machine and the mover, one for processes, one for
/// actions.
namespace fragscope {

class IssueList {
public:
    void add(std::string_view key, std::string reason);
    void add(std::string_view key, std::size_t item, std::string reason);
    void add(std::string_view key, std::size_t item, std::size_t element, std::string reason);

    [[nodiscard]] std::vector<ConfigIssue> take() { return std::move(issues_); }

private:
    std::vector<ConfigIssue> issues_;
};

/// Who wants which frames; the kernel's are taken from the start.
class FrameClaims {
public:
    FrameClaims(ByteCount memory, const FrameSettings& settings, const PagingSettings& paging);

    /// Takes whole frames, or says why they cannot be had.
    std::optional<std::string> claim(std::uint64_t first, ByteCount length, std::string owner);

private:
    struct Claim {
        std::uint64_t pages;
        std::string owner;
    };

    std::uint64_t frames_;
    std::map<std::uint64_t, Claim> taken_; ///< by first frame
};

/// Bytes of the process's blocks, at most 2^63.
ByteCount areaSize(const ProcessSettings& process);

/// Bytes of its areas of demand at the start.
ByteCount demandSize(const ProcessSettings& process);

/// True if it gets memory by its own script, or by a fork.
bool comesLater(const RunConfig& config, const ProcessSettings& process);

std::string noSuchCpu(std::uint64_t cpu, std::uint32_t cpus);

void checkProcesses(const RunConfig& config, IssueList& issues);
void checkPaging(const RunConfig& config, IssueList& issues);
/// True if it has a heap of its own.
bool hasHeap(const ProcessSettings& process);

void checkHeaps(const RunConfig& config, IssueList& issues);
/// True if it is a program with segments.
bool hasSegments(const ProcessSettings& process);

void checkSegments(const RunConfig& config, IssueList& issues);
/// True if its script uses segments.
bool hasSegmentScript(const ProcessSettings& process);

void checkMessages(const RunConfig& config, IssueList& issues);
void checkActions(const RunConfig& config, IssueList& issues);

} // namespace fragscope
