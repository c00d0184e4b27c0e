// The one store: RRsets, negative answers, delegations and failures of the whole process.
//
// Readers take no lock. They write only the use mark of the entry that they hit, and only until the
// mark says that the entry is in use (see use_mark.h). Writers take their shard's lock.
//
// Invariants:
// 1. octets() never exceeds the ceiling given at the start. It counts segments, indexes and ghosts
//    as the kernel maps them, and what readers still pin.
// 2. An entry that a reader found stays readable and unchanged until that reader's next quiescent
//    state. Entries are replaced, never changed.
// 3. A fresh entry of a higher rank is not replaced by one of a lower rank (RFC 2181 section
//    5.4.1).
// 4. An entry past its TTL stays until it is evicted or replaced.
//
// Thread: any thread that owns a Reader may call Find, Put and Erase, between that Reader's
// quiescent states. The store outlives its Readers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "absl/functional/function_ref.h"
#include "cache/entry.h"
#include "cache/store_report.h"
#include "cache/ttl.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::cache {

inline constexpr size_t kStoreOctetsMin = size_t{1} << 20;

struct StoreOptions {
  size_t memory_octets = size_t{256} << 20;  // hard ceiling; at least kStoreOctetsMin
  uint64_t seed = 0;                         // the key of the hash; random in production
};

class Shard;
enum class Log : uint8_t;
struct LogPlace;
struct RestoredEntry;

class Store {
 public:
  // Throws std::bad_alloc if there is no memory for what every store needs.
  explicit Store(const StoreOptions& options);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // With it a thread may look into the store.
  class Reader {
   public:
    // Says that the thread holds no EntryView. Call it once per loop turn. It is one store to the
    // reader's own cache line.
    void Quiescent();
    // Call Sleep before a sleep and Wake before the next Find. A sleeping thread pins nothing.
    void Sleep();
    void Wake();
    ~Reader();
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;

   private:
    friend class Store;
    Reader(Store* store, size_t slot) : store_(store), slot_(slot) {}
    Store* store_;
    size_t slot_;
  };
  // Makes a Reader that is awake. There are at most 1024 at a time; null beyond that.
  std::unique_ptr<Reader> Register();

  // The name's hash under this store's key. It serves for several look-ups of one name.
  uint64_t Hash(wire::NameView name) const { return wire::HashName(name, seed_); }

  // The entry of that key, of any age, or an empty view. `type` is ignored in key spaces without a
  // type. Sets the use mark.
  // Budget: 30 ns with the lines in cache (bench/cache: BM_StoreFindHit).
  EntryView Find(wire::NameView name, uint64_t name_hash, KeySpace space, wire::RRType type) const;
  EntryView Find(wire::NameView name, KeySpace space, wire::RRType type) const {
    return Find(name, Hash(name), space, type);
  }
  // FindDenial finds what denies the name for all types (kNxDomain). FindCut finds the delegation
  // to the zone whose apex is the name (kDelegation).
  EntryView FindDenial(wire::NameView name, uint64_t name_hash) const {
    return Find(name, name_hash, KeySpace::kNxDomain, wire::RRType::kNone);
  }
  EntryView FindDenial(wire::NameView name) const { return FindDenial(name, Hash(name)); }
  EntryView FindCut(wire::NameView name, uint64_t name_hash) const {
    return Find(name, name_hash, KeySpace::kDelegation, wire::RRType::kNone);
  }
  EntryView FindCut(wire::NameView name) const { return FindCut(name, Hash(name)); }
  // All entries of the name, of any age, in no order. It sets no use mark, because people look
  // this way. It takes the shard's lock for a moment.
  // REQUIRES: the caller is a Reader that is awake.
  std::vector<EntryView> FindAll(wire::NameView name) const;
  // Prefetches the index lines of a key that will be looked up soon.
  void Prefetch(uint64_t name_hash, KeySpace space, wire::RRType type) const;

  // Copies the entry into the store. `reuse`: whether it will be used again (see shard.h).
  // REQUIRES: `entry` came from EntryBuilder::Finish.
  PutOutcome Put(std::span<const uint8_t> entry, Instant now, Reuse reuse = Reuse::kExpected);

  // True when there was such an entry.
  bool Erase(wire::NameView name, KeySpace space, wire::RRType type);

  // For how many seconds past its TTL an entry is still worth keeping. 0: not at all. The default
  // is a day. Any thread.
  void SetMaxStale(uint32_t max_stale);

  StoreStatistics Statistics() const;
  size_t octets() const;

  // Visits every entry that Find can find, shard by shard under its lock. For dumps and tests.
  void ForEach(absl::FunctionRef<void(EntryView)> visit) const;
  // Erases the entries that `matches`, of those that were there before the call. After a change of
  // the configuration some of what was learnt may be wrong. It walks over the whole index, in
  // slices: a shard's lock is held for about a thousand entries at a time. So no writer waits long.
  // `matches` may see an entry twice, and the store must not be changed in it. Any thread.
  void EraseIf(absl::FunctionRef<bool(EntryView)> matches);
  // The same for one shard, so that a walk can be interrupted.
  // REQUIRES: shard < shard_count().
  void EraseIf(size_t shard, absl::FunctionRef<bool(EntryView)> matches);

  // For snapshots (snapshot_write.h, snapshot_read.h). The names of a shard are those whose hash
  // under the seed has the shard's number in its upper bits.
  size_t shard_count() const;
  uint64_t seed() const { return seed_; }
  // REQUIRES: nothing was stored yet, and no other thread uses the store.
  void UseSeed(uint64_t seed) { seed_ = seed; }
  // See Shard.
  // REQUIRES: shard < shard_count(). The caller has a Reader that is awake.
  bool VisitSegmentAfter(size_t shard, Log log, LogPlace* place,
                         absl::FunctionRef<void(EntryView)> visit) const;
  void ReserveIndex(size_t shard, uint64_t entries);
  // Stores the entries as Shard::Restore does, and fills in their tags before. Returns how many had
  // no room.
  // REQUIRES: each passes IsSoundStoredEntry (stored_entry.h).
  size_t Restore(Log log, std::span<RestoredEntry> entries);

 private:
  struct Common;

  size_t ShardNumber(uint64_t name_hash) const;
  Shard& ShardOf(uint64_t name_hash) const;

  uint64_t seed_;
  uint32_t shard_bits_ = 0;
  Shard* shards_ = nullptr;
  std::unique_ptr<Common> common_;
};

}  // namespace tern::cache
