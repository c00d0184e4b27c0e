#include "cache/store.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <optional>

#include "cache/reader_epochs.h"
#include "cache/segment_arena.h"
#include "cache/shard.h"
#include "wire/check.h"
#include "wire/mix.h"

namespace tern::cache {
namespace {

constexpr size_t kShardOctets = size_t{4} << 20;
constexpr size_t kShardsMax = 256;
constexpr uint32_t kMaxStaleAtFirst = 86400;

size_t ShardCount(size_t memory_octets) {
  return std::clamp<size_t>(std::bit_floor(memory_octets / kShardOctets), 1, kShardsMax);
}

bool HasType(KeySpace space) { return space == KeySpace::kData || space == KeySpace::kFailure; }

// Makes a tag. The upper bits come from the name and choose the buckets. So everything about one
// name is in the same two cache lines. The lower bits mix name, space and type. `name_hash` is
// keyed, so nobody outside can choose the tag.
uint32_t Tag(uint64_t name_hash, KeySpace space, wire::RRType type) {
  const uint64_t kind = uint64_t{static_cast<uint8_t>(space)} << 16 | static_cast<uint16_t>(type);
  const uint64_t mixed = name_hash ^ ((kind + 1) * 0x9e3779b97f4a7c15);
  const uint64_t folded = wire::MultiplyFold(mixed, 0xd1342543de82ef95);
  return (static_cast<uint32_t>(name_hash) & ~IndexTable::kKeyBits) |
         (static_cast<uint32_t>(folded >> 32) & IndexTable::kKeyBits);
}

}  // namespace

struct Store::Common {
  explicit Common(size_t octets)
      : arena(octets),
        octets_max(octets),
        shard_count(ShardCount(octets)),
        shards(std::make_unique<Shard[]>(shard_count)) {}

  ReaderEpochs readers;
  SegmentArena arena;
  std::atomic<size_t> octets{0};  // mapped
  std::atomic<uint32_t> max_stale{kMaxStaleAtFirst};
  std::atomic<uint64_t> too_large{0};
  size_t octets_max;
  size_t shard_count;
  std::unique_ptr<Shard[]> shards;
};

Store::Store(const StoreOptions& options) : seed_(options.seed) {
  // Locations cannot name more than the maximum. Less than the minimum is no cache.
  const size_t octets = std::clamp(options.memory_octets, kStoreOctetsMin, kArenaOctetsMax);
  common_ = std::make_unique<Common>(octets);
  shards_ = common_->shards.get();
  shard_bits_ = static_cast<uint32_t>(std::bit_width(common_->shard_count) - 1);
  const ShardSurroundings surroundings{&common_->arena, &common_->readers, &common_->octets,
                                       &common_->max_stale};
  for (size_t i = 0; i < common_->shard_count; ++i) {
    shards_[i].Start(surroundings, octets / common_->shard_count);
  }
}

Store::~Store() = default;

void Store::Reader::Quiescent() { store_->common_->readers.Quiescent(slot_); }
void Store::Reader::Sleep() { store_->common_->readers.Sleep(slot_); }
void Store::Reader::Wake() { store_->common_->readers.Wake(slot_); }
Store::Reader::~Reader() { store_->common_->readers.Leave(slot_); }

std::unique_ptr<Store::Reader> Store::Register() {
  const std::optional<size_t> slot = common_->readers.Enter();
  if (!slot) return nullptr;
  return std::unique_ptr<Reader>(new Reader(this, *slot));
}

// The top bits of the name's hash choose the shard. The low half goes into the tag.
size_t Store::ShardNumber(uint64_t name_hash) const {
  return (name_hash >> 32) >> (32 - shard_bits_);
}

Shard& Store::ShardOf(uint64_t name_hash) const { return shards_[ShardNumber(name_hash)]; }

EntryView Store::Find(wire::NameView name, uint64_t name_hash, KeySpace space,
                      wire::RRType type) const {
  if (!HasType(space)) type = wire::RRType::kNone;
  return ShardOf(name_hash).Find({name, space, type, Tag(name_hash, space, type)});
}

std::vector<EntryView> Store::FindAll(wire::NameView name) const {
  const uint64_t hash = Hash(name);
  return ShardOf(hash).FindAll(name, static_cast<uint32_t>(hash));
}

void Store::Prefetch(uint64_t name_hash, KeySpace space, wire::RRType type) const {
  if (!HasType(space)) type = wire::RRType::kNone;
  ShardOf(name_hash).Prefetch(Tag(name_hash, space, type));
}

PutOutcome Store::Put(std::span<const uint8_t> bytes, Instant now, Reuse reuse) {
  if (bytes.size() < kEntryHeaderOctets || bytes.size() > kEntryOctetsMax) {
    common_->too_large.fetch_add(1, std::memory_order_relaxed);
    return PutOutcome::kTooLarge;
  }
  const EntryView entry(bytes.data());
  // Segments are walked by the sizes in the entries. A wrong size would damage the neighbours.
  if (entry.size() != bytes.size()) return PutOutcome::kTooLarge;
  TERN_DCHECK(IsSoundEntry(bytes));
  const KeySpace space = SpaceOf(entry.kind());
  const wire::NameView name = entry.name();
  const uint64_t hash = Hash(name);
  return ShardOf(hash).Put({name, space, entry.type(), Tag(hash, space, entry.type())}, bytes, now,
                           reuse);
}

bool Store::Erase(wire::NameView name, KeySpace space, wire::RRType type) {
  if (!HasType(space)) type = wire::RRType::kNone;
  const uint64_t hash = Hash(name);
  return ShardOf(hash).Erase({name, space, type, Tag(hash, space, type)});
}

void Store::SetMaxStale(uint32_t max_stale) {
  common_->max_stale.store(max_stale, std::memory_order_relaxed);
}

StoreStatistics Store::Statistics() const {
  StoreStatistics statistics;
  statistics.octets = octets();
  statistics.octets_max = common_->octets_max;
  statistics.too_large = common_->too_large.load(std::memory_order_relaxed);
  for (size_t i = 0; i < common_->shard_count; ++i) shards_[i].AddTo(&statistics);
  return statistics;
}

size_t Store::octets() const { return common_->octets.load(std::memory_order_relaxed); }

void Store::ForEach(absl::FunctionRef<void(EntryView)> visit) const {
  for (size_t i = 0; i < common_->shard_count; ++i) shards_[i].ForEach(visit);
}

void Store::EraseIf(absl::FunctionRef<bool(EntryView)> matches) {
  for (size_t i = 0; i < common_->shard_count; ++i) shards_[i].EraseIf(matches);
}

void Store::EraseIf(size_t shard, absl::FunctionRef<bool(EntryView)> matches) {
  TERN_REQUIRE(shard < common_->shard_count);
  shards_[shard].EraseIf(matches);
}

size_t Store::shard_count() const { return common_->shard_count; }

bool Store::VisitSegmentAfter(size_t shard, Log log, LogPlace* place,
                              absl::FunctionRef<void(EntryView)> visit) const {
  TERN_REQUIRE(shard < common_->shard_count);
  return shards_[shard].VisitSegmentAfter(log, place, visit);
}

void Store::ReserveIndex(size_t shard, uint64_t entries) {
  TERN_REQUIRE(shard < common_->shard_count);
  shards_[shard].ReserveIndex(entries);
}

// Entries of one shard in a row take its lock once.
size_t Store::Restore(Log log, std::span<RestoredEntry> entries) {
  size_t left_out = 0;
  size_t end = entries.size();  // of the row
  size_t row_shard = 0;
  for (size_t i = end; i-- > 0;) {
    const EntryView entry = entries[i].entry;
    const uint64_t hash = Hash(entry.name());
    entries[i].tag = Tag(hash, SpaceOf(entry.kind()), entry.type());
    const size_t shard = ShardNumber(hash);
    shards_[shard].Prefetch(entries[i].tag);
    if (shard != row_shard && i + 1 < end) {
      left_out += shards_[row_shard].Restore(log, entries.subspan(i + 1, end - i - 1));
      end = i + 1;
    }
    row_shard = shard;
  }
  return end == 0 ? 0 : left_out + shards_[row_shard].Restore(log, entries.first(end));
}

}  // namespace tern::cache
