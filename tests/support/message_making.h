// Makes messages and cache entries for the tests of the resolver's core from the text of master
// files, and turns them back into text.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cache/entry.h"
#include "cache/store.h"
#include "resolver/answer/request.h"
#include "resolver/base/endpoint.h"
#include "resolver/upstream/reply_records.h"
#include "tests/sim/plain_message.h"
#include "wire/master_file.h"
#include "wire/message.h"
#include "wire/name.h"
#include "wire/presentation.h"
#include "wire/types.h"

namespace tern::resolver::test {

using cache::EntryView;
using sim::Octets;
using sim::PlainMessage;
using sim::PlainRecord;
using wire::ExtendedError;
using wire::Rcode;
using wire::RRType;

inline wire::Name N(std::string_view text) { return sim::NameOf(text); }

// From master file text. The records' names are absolute.
inline std::vector<PlainRecord> Records(std::string_view text) {
  const auto parsed = wire::ParseMasterFile(text, "test");
  if (!parsed.ok()) {
    std::fprintf(stderr, "%s\n", std::string(parsed.status().message()).c_str());
    std::abort();
  }
  std::vector<PlainRecord> records;
  for (const wire::MasterRecord& record : *parsed) {
    records.push_back({record.owner, record.type, record.rrclass, record.ttl, record.rdata});
  }
  return records;
}

// One record a line: `www.example. 300 IN A 192.0.2.1`.
inline std::string Lines(const std::vector<PlainRecord>& records) {
  std::string lines;
  for (const PlainRecord& record : records) lines += record.ToText() + "\n";
  return lines;
}

struct ReplyText {
  std::string_view answer = "";
  std::string_view authority = "";
  std::string_view additional = "";
  Rcode rcode = Rcode::kNoError;
  uint16_t flags = wire::kFlagAA;
  bool edns = false;
};

// A reply as a name server would send it.
inline PlainMessage PlainReply(std::string_view name, RRType type, const ReplyText& text) {
  PlainMessage message;
  message.flags = wire::kFlagQR | text.flags;
  message.rcode = text.rcode;
  message.questions.push_back({N(name), type});
  message.answer = Records(text.answer);
  message.authority = Records(text.authority);
  message.additional = Records(text.additional);
  if (text.edns) message.edns.emplace();
  return message;
}

// A reply that was read as one of the servers of `zone`. It owns its octets.
class ReadReply {
 public:
  ReadReply(std::string_view zone, const PlainMessage& message)
      : octets_(message.Encode()), zone_(N(zone)) {
    if (octets_.empty() || records_.Read(octets_, zone_) != wire::ParseError::kNone) std::abort();
  }
  const upstream::ReplyRecords& records() const { return records_; }
  const wire::Name& zone() const { return zone_; }

 private:
  Octets octets_;
  wire::Name zone_;
  upstream::ReplyRecords records_;
};

// Owns the octets of a cache entry.
class OwnedEntry {
 public:
  explicit OwnedEntry(std::span<const uint8_t> bytes) : words_((bytes.size() + 7) / 8) {
    if (bytes.empty()) std::abort();
    std::memcpy(words_.data(), bytes.data(), bytes.size());
  }
  EntryView view() const { return EntryView(reinterpret_cast<const uint8_t*>(words_.data())); }
  std::span<const uint8_t> bytes() const { return {view().bytes(), view().size()}; }

 private:
  std::vector<uint64_t> words_;
};

inline std::span<uint8_t> EntryRoom() {
  alignas(8) static thread_local uint8_t room[80 * 1024];
  return room;
}

// The RRset of the records of `text`, learnt at `now`. The records have the same owner, type and
// TTL.
inline OwnedEntry RRset(std::string_view text, cache::Instant now = cache::Instant(1000),
                        cache::Rank rank = cache::Rank::kAnswerAuthoritative) {
  const std::vector<PlainRecord> records = Records(text);
  cache::EntryBuilder builder(EntryRoom());
  if (!builder.StartRRset(records[0].owner, records[0].type, records[0].ttl, now, rank)) {
    std::abort();
  }
  for (const PlainRecord& record : records) {
    if (!builder.AddRecord(record.rdata)) std::abort();
  }
  return OwnedEntry(builder.Finish());
}

// A negative answer. `soa` is one SOA record.
inline OwnedEntry Negative(cache::EntryKind kind, std::string_view name, RRType type,
                           std::string_view soa, cache::Instant now = cache::Instant(1000)) {
  const PlainRecord record = Records(soa)[0];
  cache::EntryBuilder builder(EntryRoom());
  const bool started = kind == cache::EntryKind::kNxDomain
                           ? builder.StartNxDomain(N(name), record.owner, record.ttl, now)
                           : builder.StartNoData(N(name), type, record.owner, record.ttl, now);
  if (!started || !builder.AddRecord(record.rdata)) std::abort();
  return OwnedEntry(builder.Finish());
}

// A zone cut. `servers` are NS records, `glue` are address records.
inline OwnedEntry Delegation(std::string_view servers, std::string_view glue = "",
                             cache::Instant now = cache::Instant(1000)) {
  const std::vector<PlainRecord> records = Records(servers);
  cache::EntryBuilder builder(EntryRoom());
  if (!builder.StartDelegation(records[0].owner, records[0].ttl, now)) std::abort();
  const std::vector<PlainRecord> addresses = Records(glue);
  for (const PlainRecord& record : records) {
    const auto server = wire::NameView::FromValid(record.rdata.data(), record.rdata.size());
    Octets ipv4;
    Octets ipv6;
    for (const PlainRecord& address : addresses) {
      if (!address.owner.view().Equals(server)) continue;
      Octets& list = address.type == RRType::kA ? ipv4 : ipv6;
      list.insert(list.end(), address.rdata.begin(), address.rdata.end());
    }
    if (!builder.AddNameServer(server, ipv4, ipv6)) std::abort();
  }
  return OwnedEntry(builder.Finish());
}

inline void Put(cache::Store& store, const OwnedEntry& entry,
                cache::Instant now = cache::Instant(1000)) {
  if (store.Put(entry.bytes(), now) != cache::PutOutcome::kStored) std::abort();
}

// The servers and glue of a delegation, one per line: `ns1.example. 192.0.2.1 2001:db8::1`.
inline std::string ServerLines(EntryView delegation) {
  std::string lines;
  cache::NameServerCursor cursor = delegation.NameServers();
  cache::NameServerView server;
  while (cursor.Next(&server)) {
    lines += wire::ToText(server.name);
    for (size_t at = 0; at < server.ipv4.size(); at += 4) {
      lines += " " + IpAddress::FromOctets(server.ipv4.subspan(at, 4)).ToText();
    }
    for (size_t at = 0; at < server.ipv6.size(); at += 16) {
      lines += " " + IpAddress::FromOctets(server.ipv6.subspan(at, 16)).ToText();
    }
    lines += "\n";
  }
  return lines;
}

// The records of an RRset or negative entry as text, one per line, without owner and TTL.
inline std::string RecordLines(EntryView entry, RRType type) {
  std::string lines;
  cache::RecordCursor cursor = entry.Records();
  std::span<const uint8_t> rdata;
  while (cursor.Next(&rdata)) lines += wire::RdataToText(type, rdata) + "\n";
  return lines;
}

struct QueryText {
  uint16_t id = 0x1234;
  uint16_t flags = wire::kFlagRD;
  uint16_t payload_octets = 0;  // 0: no EDNS
  bool dnssec_ok = false;
};

inline Octets Query(std::string_view name, RRType type, const QueryText& text = {}) {
  PlainMessage query = sim::MakeQuery(text.id, name, type, text.payload_octets);
  query.flags = text.flags;
  if (query.edns) query.edns->dnssec_ok = text.dnssec_ok;
  return query.Encode();
}

}  // namespace tern::resolver::test
