// The input as a snapshot of somebody who knows the key: as a whole file, or as blocks of a file
// whose header is good. Whatever the reader takes is answered from: the entries are walked, and
// asked for as a client does.
//
// The first octet says which: an even one, and the rest is the file. An odd one, and the rest are
// blocks: two octets of size, one of the log, and entries.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "cache/shard.h"
#include "cache/snapshot_read.h"
#include "cache/store.h"
#include "cache/use_mark.h"
#include "resolver/answer/hot_path.h"
#include "tests/fuzz/property.h"
#include "tests/fuzz/tape.h"
#include "wire/message.h"
#include "wire/rdata.h"

namespace tern::resolver {
namespace {

using cache::EntryView;
using cache::SnapshotBlock;
using cache::SnapshotHeader;
using cache::Store;

constexpr cache::Instant kWrittenAt(1000);
constexpr cache::Instant kReadAt(5000);
constexpr uint32_t kPassed = 10;
constexpr size_t kBlocksMax = 4;

// Every seal is good, so that the reader sees what lies behind it.
uint64_t NoSeal(std::span<const uint8_t>) { return 0; }
bool GoOn() { return true; }

void WriteBlock(int fd, uint32_t index, uint8_t log, std::span<const uint8_t> entries) {
  SnapshotBlock block;
  block.number = 1;
  block.index = index;
  block.log = log;
  block.octets = static_cast<uint32_t>(entries.size());
  block.entries = block.octets / 32;
  std::vector<uint8_t> octets(sizeof block + entries.size());
  std::memcpy(octets.data(), &block, sizeof block);
  std::copy(entries.begin(), entries.end(), octets.begin() + sizeof block);
  TERN_FUZZ_PROPERTY(pwrite(fd, octets.data(), octets.size(),
                            static_cast<off_t>(cache::SnapshotBlockOffset(index))) ==
                     static_cast<ssize_t>(octets.size()));
}

void WriteBlocks(int fd, fuzz::Tape tape) {
  SnapshotHeader header;
  header.entry_layout = cache::kEntryLayoutVersion;
  header.written_at = kWrittenAt.seconds();
  header.number = 1;
  header.seed = 3;
  header.shards = 1;
  for (; header.blocks < kBlocksMax && !tape.AtEnd(); ++header.blocks) {
    const size_t size =
        std::min<size_t>(size_t{tape.Octet()} << 8 | tape.Octet(), cache::kSnapshotBlockOctets);
    const uint8_t log = tape.Octet();
    WriteBlock(fd, header.blocks, log, tape.Octets(size));
  }
  std::array<uint8_t, cache::kSnapshotHeaderOctets> octets{};
  std::memcpy(octets.data(), &header, sizeof header);
  TERN_FUZZ_PROPERTY(pwrite(fd, octets.data(), octets.size(), 0) ==
                     static_cast<ssize_t>(octets.size()));
}

// Every record of the reply can be read and has the shape of its type.
void CheckIsReply(std::span<const uint8_t> reply) {
  wire::MessageReader reader;
  TERN_FUZZ_PROPERTY(wire::MessageReader::Open(reply, &reader) == wire::ParseError::kNone);
  wire::Question question;
  TERN_FUZZ_PROPERTY(reader.ReadQuestion(&question) == wire::ParseError::kNone);
  static std::vector<uint8_t> rdata(wire::kRdataOctetsMax);
  for (bool done = false;;) {
    wire::RecordView record;
    wire::Section section;
    TERN_FUZZ_PROPERTY(reader.NextRecord(&record, &section, &done) == wire::ParseError::kNone);
    if (done) return;
    size_t written = 0;
    TERN_FUZZ_PROPERTY(wire::CopyRdata(record, rdata, &written) == wire::ParseError::kNone);
  }
}

void AskFor(const Store& store, EntryView entry) {
  std::vector<uint8_t> query = {0, 1, 1, 0x10, 0, 1, 0, 0, 0, 0, 0, 1};  // RD and CD
  const std::span<const uint8_t> name = entry.name().octets();
  query.insert(query.end(), name.begin(), name.end());
  const auto type =
      static_cast<uint16_t>(entry.type() == wire::RRType::kNone ? wire::RRType::kA : entry.type());
  query.insert(query.end(), {static_cast<uint8_t>(type >> 8), static_cast<uint8_t>(type), 0, 1});
  query.insert(query.end(), {0, 0, 41, 4, 208, 0, 0, 0x80, 0, 0, 0});  // EDNS with DO
  answer::ParsedQuery parsed;
  answer::ParseQuery(query, store, &parsed);
  std::vector<uint8_t> reply(65535);
  size_t octets = 0;
  const answer::HotOutcome outcome = answer::AnswerParsed(
      query, parsed, /*tcp=*/true,
      {.store = store, .now = kReadAt, .rotation = 1, .additional = true}, reply, &octets);
  if (outcome == answer::HotOutcome::kMiss || outcome == answer::HotOutcome::kDropped) return;
  CheckIsReply(std::span(reply).first(octets));
}

void CheckEntry(const Store& store, EntryView entry) {
  TERN_FUZZ_PROPERTY(cache::IsSoundStoredEntry({entry.bytes(), entry.size()}));
  TERN_FUZZ_PROPERTY(entry.Remaining(kReadAt) <= entry.ttl());
  TERN_FUZZ_PROPERTY(entry.ttl() <= cache::TtlPolicy().max_ttl);
  TERN_FUZZ_PROPERTY(cache::Used(entry.bytes()) <= cache::kUsedMax);
  const EntryView found = store.Find(entry.name(), cache::SpaceOf(entry.kind()), entry.type());
  TERN_FUZZ_PROPERTY(found.bytes() == entry.bytes());
  if (entry.kind() == cache::EntryKind::kDelegation) {
    cache::NameServerCursor servers = entry.NameServers();
    cache::NameServerView server;
    while (servers.Next(&server)) TERN_FUZZ_PROPERTY(server.ipv4.size() % 4 == 0);
  }
  AskFor(store, entry);
}

void Read(int fd) {
  SnapshotHeader header;
  if (cache::ReadSnapshotHeader(fd, &NoSeal, &header) != cache::SnapshotVerdict::kGood) return;
  header.blocks = std::min<uint32_t>(header.blocks, 1000);  // each is looked for
  Store store({.memory_octets = cache::kStoreOctetsMin, .seed = 1});
  const auto reader = store.Register();
  const cache::Ageing ageing{.shift = int64_t{kReadAt.seconds()} - header.written_at - kPassed,
                             .now = kReadAt,
                             .max_stale = 100,
                             .ttl = {}};
  const cache::SnapshotRead read =
      cache::ReadSnapshot(fd, header, &NoSeal, ageing, 1, &GoOn, &store);
  std::vector<EntryView> entries;
  store.ForEach([&](EntryView entry) { entries.push_back(entry); });
  TERN_FUZZ_PROPERTY(entries.size() <= read.entries);
  for (const EntryView entry : entries) CheckEntry(store, entry);
}

}  // namespace
}  // namespace tern::resolver

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* octets, size_t size) {
  if (size == 0) return 0;
  const int fd = memfd_create("snapshot", MFD_CLOEXEC);
  TERN_FUZZ_PROPERTY(fd >= 0);
  const std::span<const uint8_t> rest(octets + 1, size - 1);
  if (octets[0] % 2 == 0) {
    TERN_FUZZ_PROPERTY(write(fd, rest.data(), rest.size()) == static_cast<ssize_t>(rest.size()));
  } else {
    tern::resolver::WriteBlocks(fd, tern::fuzz::Tape(rest));
  }
  tern::resolver::Read(fd);
  close(fd);
  return 0;
}
