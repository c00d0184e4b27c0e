// Takes the input for an entry of unknown origin: what IsSoundEntry accepts must be
// safe to walk, and to keep in a store.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>

#include "cache/entry.h"
#include "cache/store.h"
#include "tests/fuzz/property.h"

namespace tern::cache {
namespace {

void CheckInside(std::span<const uint8_t> whole, std::span<const uint8_t> part) {
  TERN_FUZZ_PROPERTY(part.empty() || (part.data() >= whole.data() &&
                                      part.data() + part.size() <= whole.data() + whole.size()));
}

void WalkRecords(std::span<const uint8_t> bytes, EntryView entry) {
  RecordCursor records = entry.Records();
  std::span<const uint8_t> rdata;
  size_t count = 0;
  for (; records.Next(&rdata); ++count) CheckInside(bytes, rdata);
  TERN_FUZZ_PROPERTY(count == entry.count() && count <= kRecordsMax);
}

void Walk(std::span<const uint8_t> bytes) {
  const EntryView entry(bytes.data());
  TERN_FUZZ_PROPERTY(entry.size() == bytes.size());
  CheckInside(bytes, entry.name().octets());
  switch (entry.kind()) {
    case EntryKind::kRRset:
      WalkRecords(bytes, entry);
      break;
    case EntryKind::kNoData:
    case EntryKind::kNxDomain:
      WalkRecords(bytes, entry);
      TERN_FUZZ_PROPERTY(entry.name().IsSubdomainOf(entry.SoaOwner()));
      break;
    case EntryKind::kDelegation: {
      NameServerCursor servers = entry.NameServers();
      NameServerView server;
      size_t count = 0;
      for (; servers.Next(&server); ++count) {
        CheckInside(bytes, server.name.octets());
        CheckInside(bytes, server.ipv4);
        CheckInside(bytes, server.ipv6);
        TERN_FUZZ_PROPERTY(server.name.LabelCount() <= wire::kLabelsMax);
      }
      TERN_FUZZ_PROPERTY(count == entry.count() && count <= kNameServersMax);
      break;
    }
    case EntryKind::kFailure:
      TERN_FUZZ_PROPERTY(entry.FailuresInARow() <= 0xffff);
      break;
    case EntryKind::kNxDomainOfType:
      break;
  }
}

void Keep(std::span<const uint8_t> bytes) {
  static Store store({.memory_octets = kStoreOctetsMin, .seed = 1});
  const EntryView entry(bytes.data());
  const KeySpace space = SpaceOf(entry.kind());
  const Instant now = entry.expiry();  // expired: it replaces what an earlier input left
  if (store.Put(bytes, now) != PutOutcome::kStored) return;
  const EntryView kept = store.Find(entry.name(), space, entry.type());
  TERN_FUZZ_PROPERTY(kept);
  TERN_FUZZ_PROPERTY(kept.name().EqualsExactly(entry.name()));
  TERN_FUZZ_PROPERTY(IsSoundEntry({kept.bytes(), kept.size()}));
  TERN_FUZZ_PROPERTY(store.Erase(entry.name(), space, entry.type()));
}

}  // namespace
}  // namespace tern::cache

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* octets, size_t size) {
  // Aligned, and of its own size, so that a sanitizer sees an over-read.
  const std::unique_ptr<uint64_t[]> words(new uint64_t[(size + 7) / 8]);
  uint8_t* copy = reinterpret_cast<uint8_t*>(words.get());
  if (size > 0) std::memcpy(copy, octets, size);
  const std::span<const uint8_t> bytes(copy, size);
  if (!tern::cache::IsSoundEntry(bytes)) return 0;
  tern::cache::Walk(bytes);
  tern::cache::Keep(bytes);
  return 0;
}
