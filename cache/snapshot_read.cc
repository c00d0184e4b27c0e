#include "cache/snapshot_read.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
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

// How many octets there are at `offset`, up to the size of `to`. -1 for an error.
ssize_t ReadAt(int fd, std::span<uint8_t> to, uint64_t offset) {
  size_t done = 0;
  while (done < to.size()) {
    const ssize_t count =
        pread(fd, to.data() + done, to.size() - done, static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return -1;
    if (count == 0) break;
    done += static_cast<size_t>(count);
  }
  return static_cast<ssize_t>(done);
}

// Where a block is, by its own header. The block may be another when it is read, so this only says
// in which order to read.
struct Place {
  uint32_t index;
  uint32_t shard;
  uint32_t entries;
  uint8_t log;
};

// The blocks of one shard in a row. Main comes first, then what is newest.
bool ComesBefore(const Place& a, const Place& b) {
  if (a.shard != b.shard) return a.shard < b.shard;
  if (a.log != b.log) return a.log > b.log;
  return a.index > b.index;
}
static_assert(Log::kMain > Log::kPassing && Log::kPassing > Log::kSmall);

// `*skipped` becomes the number of blocks that were not looked for, because `goes_on` said no.
std::vector<Place> FindBlocks(int fd, const SnapshotHeader& header,
                              absl::FunctionRef<bool()> goes_on, uint32_t* skipped) {
  struct stat status;
  if (fstat(fd, &status) != 0) return {};
  std::vector<Place> places;
  for (uint32_t i = 0; i < header.blocks; ++i) {
    if (!goes_on()) {
      *skipped = header.blocks - i;
      break;
    }
    const uint64_t offset = SnapshotBlockOffset(i);
    if (offset >= static_cast<uint64_t>(status.st_size)) break;
    SnapshotBlock block;
    uint8_t octets[sizeof block];
    if (ReadAt(fd, octets, offset) != sizeof octets) continue;
    std::memcpy(&block, octets, sizeof block);
    if (block.shard >= header.shards || block.log >= kLogs) continue;
    places.push_back({i, block.shard, block.entries, block.log});
  }
  std::sort(places.begin(), places.end(), &ComesBefore);
  return places;
}

// The places of one shard.
struct Group {
  size_t from;
  size_t to;
  uint64_t entries;  // at most
};

// What the threads share.
struct ReadWork {
  int fd;
  const SnapshotHeader& header;
  SnapshotSeal seal;
  const Ageing& ageing;
  absl::FunctionRef<bool()> goes_on;
  Store* store;
  bool frees;
  std::span<const Place> places;
  std::span<const Group> groups;
  bool has_same_shards;
  std::atomic<size_t> next_group{0};
};

// One thread's part of the work.
class SnapshotReader {
 public:
  explicit SnapshotReader(ReadWork* work)
      : work_(work), words_(std::make_unique<uint64_t[]>(kSnapshotStride / sizeof(uint64_t))) {}

  void Run() {
    for (;;) {
      const size_t next = work_->next_group.fetch_add(1, std::memory_order_relaxed);
      if (next >= work_->groups.size()) return;
      const Group& group = work_->groups[next];
      if (work_->has_same_shards) {
        work_->store->ReserveIndex(work_->places[group.from].shard, group.entries);
      }
      for (size_t i = group.from; i < group.to; ++i) {
        ReadOrSkip(work_->places[i]);
      }
    }
  }
  const SnapshotRead& read() const { return read_; }

 private:
  uint8_t* octets() { return reinterpret_cast<uint8_t*>(words_.get()); }

  // A block for which there is no memory is left out, and nothing else fails.
  void ReadOrSkip(const Place& place) try {
    if (!work_->goes_on()) {
      ++read_.skipped;
    } else if (ReadBlock(place)) {
      ++read_.blocks;
    }
    if (work_->frees) FreeBlock(place);
  } catch (const std::bad_alloc&) {
    ++read_.skipped;
  }

  // Pages that it shares with its neighbours stay: one in eight.
  void FreeBlock(const Place& place) {
    (void)fallocate(work_->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                    static_cast<off_t>(SnapshotBlockOffset(place.index)), kSnapshotStride);
  }

  bool ReadBlock(const Place& place) {
    const ssize_t size =
        ReadAt(work_->fd, {octets(), kSnapshotStride}, SnapshotBlockOffset(place.index));
    if (size < static_cast<ssize_t>(kSnapshotBlockHeaderOctets)) return false;
    SnapshotBlock block;
    std::memcpy(&block, octets(), sizeof block);
    if (block.number != work_->header.number || block.index != place.index ||
        block.log != place.log ||
        block.octets > static_cast<size_t>(size) - kSnapshotBlockHeaderOctets) {
      return false;
    }
    const std::span<const uint8_t> sealed(octets() + sizeof block.seal,
                                          sizeof block + block.octets - sizeof block.seal);
    if (work_->seal(sealed) != block.seal) return false;
    const bool is_sound = TakeEntries(octets() + sizeof block, block.octets);
    const size_t left_out = work_->store->Restore(static_cast<Log>(block.log), entries_);
    read_.left_out += left_out;
    read_.entries += entries_.size() - left_out;
    read_.octets += block.octets;
    return is_sound;
  }

  // Collects the entries of a block. False when one of them is not sound; then it and what follows
  // it are left out.
  bool TakeEntries(uint8_t* at, size_t octets) {
    entries_.clear();
    while (octets > 0) {
      if (octets < kEntryHeaderOctets) return false;
      const size_t size = EntryView(at).size();
      if (size > octets || !IsSoundStoredEntry({at, size})) return false;
      const uint8_t used = std::min(at[layout::kUsed], kUsedMax);
      if (Age(at, work_->ageing)) {
        entries_.push_back({.entry = EntryView(at), .used = used});
      } else {
        ++read_.old;
      }
      at += size;
      octets -= size;
    }
    return true;
  }

  ReadWork* work_;
  std::unique_ptr<uint64_t[]> words_;  // a block, aligned for entries
  std::vector<RestoredEntry> entries_;
  SnapshotRead read_;
};

void AddPart(const SnapshotRead& part, SnapshotRead* all) {
  all->entries += part.entries;
  all->octets += part.octets;
  all->old += part.old;
  all->left_out += part.left_out;
  all->blocks += part.blocks;
  all->skipped += part.skipped;
}

std::vector<Group> GroupByShard(const std::vector<Place>& places) {
  std::vector<Group> groups;
  for (size_t from = 0; from < places.size();) {
    uint64_t entries = 0;
    size_t to = from;
    for (; to < places.size() && places[to].shard == places[from].shard; ++to) {
      entries += std::min<uint64_t>(places[to].entries, kSnapshotBlockOctets / kEntryHeaderOctets);
    }
    groups.push_back({from, to, entries});
    from = to;
  }
  return groups;
}

// For a store of another number of shards, each of which gets entries of all groups.
void ReserveForAll(const std::vector<Group>& groups, Store* store) {
  uint64_t all = 0;
  for (const Group& group : groups) all += group.entries;
  for (size_t i = 0; i < store->shard_count(); ++i) {
    store->ReserveIndex(i, all / store->shard_count());
  }
}

}  // namespace

SnapshotVerdict ReadSnapshotHeader(int fd, SnapshotSeal seal, SnapshotHeader* header) {
  uint8_t octets[kSnapshotHeaderOctets];
  const ssize_t size = ReadAt(fd, octets, 0);
  if (size < 0) return SnapshotVerdict::kUnreadable;
  if (size < static_cast<ssize_t>(sizeof octets)) return SnapshotVerdict::kForeign;
  std::memcpy(header, octets, sizeof *header);
  if (header->magic != kSnapshotMagic) return SnapshotVerdict::kForeign;
  if (header->byte_order != kSnapshotByteOrder || header->version != kSnapshotVersion ||
      header->entry_layout != kEntryLayoutVersion) {
    return SnapshotVerdict::kOtherLayout;
  }
  if (header->seal != seal(std::span(octets).subspan(sizeof header->seal))) {
    return SnapshotVerdict::kWrongSeal;
  }
  return SnapshotVerdict::kGood;
}

SnapshotRead ReadSnapshot(int fd, const SnapshotHeader& header, SnapshotSeal seal,
                          const Ageing& ageing, size_t threads, absl::FunctionRef<bool()> goes_on,
                          Store* store, bool frees) {
  if (store->Statistics().insertions == 0) store->UseSeed(header.seed);
  SnapshotRead all;
  const std::vector<Place> places = FindBlocks(fd, header, goes_on, &all.skipped);
  const std::vector<Group> groups = GroupByShard(places);
  const bool has_same_shards = header.shards == store->shard_count();
  if (!has_same_shards) ReserveForAll(groups, store);
  ReadWork work{fd, header, seal, ageing, goes_on, store, frees, places, groups, has_same_shards};
  std::vector<SnapshotReader> readers;
  for (size_t i = 0; i < std::max<size_t>(threads, 1); ++i) readers.emplace_back(&work);
  {
    std::vector<std::jthread> others;
    for (size_t i = 1; i < readers.size(); ++i) {
      others.emplace_back([&reader = readers[i]] { reader.Run(); });
    }
    readers[0].Run();
  }
  for (const SnapshotReader& reader : readers) AddPart(reader.read(), &all);
  all.damaged = header.blocks - all.blocks - all.skipped;
  return all;
}

}  // namespace tern::cache
