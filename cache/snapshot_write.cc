#include "cache/snapshot_write.h"

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <memory>
#include <new>
#include <thread>
#include <vector>

#include "cache/entry.h"
#include "cache/shard.h"
#include "cache/use_mark.h"

namespace tern::cache {
namespace {

// 0, or the error.
int WriteAt(int fd, std::span<const uint8_t> octets, uint64_t offset) {
  while (!octets.empty()) {
    const ssize_t count = pwrite(fd, octets.data(), octets.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return count < 0 ? errno : EIO;
    octets = octets.subspan(static_cast<size_t>(count));
    offset += static_cast<uint64_t>(count);
  }
  return 0;
}

// Few are needed, unless the store is filled as fast as it is written.
constexpr int kRoundsMax = 8;

// What the threads share.
struct Work {
  Store* store;
  int fd;
  const SnapshotFacts& facts;
  SnapshotSeal seal;
  absl::FunctionRef<bool()> goes_on;
  size_t visits_max;  // of segments of one log: twice as many as a shard has
  std::atomic<size_t> next_shard{0};
  std::atomic<uint32_t> next_block{0};
  std::atomic<uint64_t> entries{0};
  std::atomic<int> error{0};
  std::atomic<bool> stopped{false};
  std::atomic<bool> is_outrun{false};
};

// A block that is being filled.
struct Block {
  SnapshotBlock header;
  uint8_t entries[kSnapshotBlockOctets];
};
static_assert(sizeof(Block) == kSnapshotStride);

// One thread's part of the work.
class Writer {
 public:
  Writer(Work* work, Store::Reader* reader)
      : work_(work), reader_(reader), block_(std::make_unique<Block>()) {
    reader_->Sleep();
  }

  void Run() {
    for (;;) {
      const size_t shard = work_->next_shard.fetch_add(1, std::memory_order_relaxed);
      if (shard >= work_->store->shard_count()) return;
      if (!WriteShard(shard)) return;
    }
  }

 private:
  // Entries move from the other logs to main, never back. So main is last. But what replaces an
  // entry of main may come into another log after that one was written. So the logs are written
  // again, from where they ended, until none of them has grown by a segment.
  bool WriteShard(size_t shard) {
    LogPlace places[kLogs];
    for (int round = 0; round < kRoundsMax; ++round) {
      bool has_grown = false;
      for (const Log log : {Log::kSmall, Log::kPassing, Log::kMain}) {
        LogPlace* const place = &places[static_cast<size_t>(log)];
        const uint64_t before = place->serial;
        if (!WriteLog(shard, log, place)) return false;
        has_grown = has_grown || place->serial != before;
      }
      if (!has_grown) return true;
    }
    work_->is_outrun = true;
    return true;
  }

  // Writes what is behind the place.
  bool WriteLog(size_t shard, Log log, LogPlace* place) {
    for (size_t visits = 0;; ++visits) {
      if (work_->error != 0 || work_->stopped) return false;
      if (!work_->goes_on()) {
        work_->stopped = true;
        return false;
      }
      reader_->Wake();
      const bool has_visited =
          work_->store->VisitSegmentAfter(shard, log, place, [&](EntryView entry) { Add(entry); });
      reader_->Sleep();
      // In a flood the log may grow as fast as it is written.
      const bool is_end = !has_visited || visits == work_->visits_max;
      if (has_visited && is_end) work_->is_outrun = true;
      if (!WriteBlocks(shard, log, is_end)) return false;
      if (is_end) return true;
    }
  }

  // Nothing is written to the file here, because a disk may make the thread wait.
  void Add(EntryView entry) {
    if (entry.kind() == EntryKind::kFailure) return;
    const auto& leaves_out = work_->facts.leaves_out;
    if (leaves_out != nullptr && leaves_out(entry)) return;
    const size_t octets = entry.size();
    if (block_->header.octets + octets > kSnapshotBlockOctets) {
      full_.push_back(std::move(block_));
      block_ = std::make_unique<Block>();
    }
    uint8_t* const at = block_->entries + block_->header.octets;
    entry.CopyTo(at);
    at[layout::kUsed] = Used(entry.bytes());
    block_->header.octets += static_cast<uint32_t>(octets);
    ++block_->header.entries;
  }

  bool WriteBlocks(size_t shard, Log log, bool is_end) {
    for (const std::unique_ptr<Block>& block : full_) {
      if (!WriteBlock(block.get(), shard, log)) return false;
    }
    full_.clear();
    if (!is_end || block_->header.octets == 0) return true;
    if (!WriteBlock(block_.get(), shard, log)) return false;
    block_->header = {};
    return true;
  }

  bool WriteBlock(Block* block, size_t shard, Log log) {
    SnapshotBlock& header = block->header;
    header.number = work_->facts.number;
    header.index = work_->next_block.fetch_add(1, std::memory_order_relaxed);
    header.shard = static_cast<uint32_t>(shard);
    header.log = static_cast<uint8_t>(log);
    const auto* const octets = reinterpret_cast<const uint8_t*>(block);
    const std::span<const uint8_t> all(octets, kSnapshotBlockHeaderOctets + header.octets);
    header.seal = work_->seal(all.subspan(sizeof header.seal));
    work_->entries.fetch_add(header.entries, std::memory_order_relaxed);
    const int error = WriteAt(work_->fd, all, SnapshotBlockOffset(header.index));
    if (error != 0) work_->error = error;
    return error == 0;
  }

  Work* work_;
  Store::Reader* reader_;
  std::unique_ptr<Block> block_;
  std::vector<std::unique_ptr<Block>> full_;  // at most 2: what one segment fills
};

// When there is no memory, the snapshot fails, and nothing else.
void RunWriter(Work* work, Store::Reader* reader) try {
  Writer(work, reader).Run();
} catch (const std::bad_alloc&) {
  work->error = ENOMEM;
}

void WriteHeader(Work* work) {
  const SnapshotFacts& facts = work->facts;
  uint8_t octets[kSnapshotHeaderOctets] = {};
  SnapshotHeader header;
  header.entry_layout = kEntryLayoutVersion;
  header.written_at = facts.now.seconds();
  header.wall_seconds = facts.wall_seconds;
  header.facts = facts.facts;
  header.number = facts.number;
  header.seed = work->store->seed();
  header.shards = static_cast<uint32_t>(work->store->shard_count());
  header.blocks = work->next_block;
  header.entries = work->entries;
  std::memcpy(octets, &header, sizeof header);
  header.seal = work->seal(std::span(octets).subspan(sizeof header.seal));
  std::memcpy(octets, &header, sizeof header);
  const int error = WriteAt(work->fd, octets, 0);
  if (error != 0) work->error = error;
}

}  // namespace

SnapshotWritten WriteSnapshot(Store* store, int fd, const SnapshotFacts& facts, SnapshotSeal seal,
                              size_t threads, absl::FunctionRef<bool()> goes_on) {
  using Result = SnapshotWritten::Result;
  const size_t shard_octets = store->Statistics().octets_max / store->shard_count();
  Work work{.store = store,
            .fd = fd,
            .facts = facts,
            .seal = seal,
            .goes_on = goes_on,
            .visits_max = 2 * shard_octets / kSegmentOctets};
  std::vector<std::unique_ptr<Store::Reader>> readers;
  for (size_t i = 0; i < threads; ++i) {
    readers.push_back(store->Register());
    if (readers.back() == nullptr) return {.result = Result::kNoReader};
  }
  {
    std::vector<std::jthread> others;
    for (size_t i = 1; i < threads; ++i) {
      others.emplace_back([&work, reader = readers[i].get()] { RunWriter(&work, reader); });
    }
    RunWriter(&work, readers[0].get());
  }
  if (work.stopped) return {.result = Result::kStopped};
  if (work.error == 0) WriteHeader(&work);
  if (work.error != 0) return {.result = Result::kFailed, .error = work.error};
  return {.result = Result::kWhole,
          .is_outrun = work.is_outrun,
          .entries = work.entries,
          .octets = SnapshotBlockOffset(work.next_block)};
}

}  // namespace tern::cache
