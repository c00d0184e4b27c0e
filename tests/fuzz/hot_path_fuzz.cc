// Any octets as a client's query, over UDP or TCP, against a small store that holds something of
// every kind and may be older than what it holds; the query's id says how old. What comes back is a
// reply to that query: sound, not larger than allowed, with its id and its question, and with what
// is left of the TTLs.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "cache/entry.h"
#include "cache/store.h"
#include "resolver/answer/hot_path.h"
#include "resolver/policy/cookies.h"
#include "resolver/upstream/reply_records.h"
#include "tests/fuzz/property.h"
#include "wire/edns.h"
#include "wire/master_file.h"
#include "wire/message.h"
#include "wire/parse_presentation.h"
#include "wire/rdata.h"

namespace tern::resolver {
namespace {

constexpr cache::Instant kNow(1000);
constexpr uint32_t kTtlMax = 300;  // of what the store holds

// One RRset is records of one owner and type in a row.
constexpr std::string_view kRecords = R"(
www.example. 300 A 192.0.2.1
www.example. 300 A 192.0.2.2
www.example. 300 A 192.0.2.3
www.example. 300 AAAA 2001:db8::1
example. 300 MX 10 mail.example.
example. 300 NS ns1.example.
example. 300 NS ns2.example.
example. 300 SOA ns1.example. root.example. 1 2 3 4 5
alias.example. 60 CNAME other.example.
other.example. 60 CNAME www.example.
open.example. 60 CNAME missing.example.
loop.example. 60 CNAME loop.example.
old.example. 60 DNAME new.example.
txt.example. 60 TXT "some text" "more"
_s._tcp.example. 60 SRV 1 2 3 www.example.
web.example. 60 HTTPS 1 . alpn="h2" ipv4hint=192.0.2.1
. 60 NS a.root.
)";

class FilledStore {
 public:
  FilledStore() : store_({.memory_octets = cache::kStoreOctetsMin, .seed = 1}) {
    reader_ = store_.Register();
    PutRecords();
    PutLarge("big.example.", 40, 100);
    PutLarge("huge.example.", 200, 120);
    PutOthers();
  }
  const cache::Store& store() const { return store_; }

 private:
  std::span<uint8_t> Room() { return {reinterpret_cast<uint8_t*>(room_.data()), sizeof room_}; }
  static wire::Name Parse(std::string_view name) {
    return wire::ParseName(name).value_or(wire::Name());
  }

  void Put(cache::EntryBuilder& builder) {
    TERN_FUZZ_PROPERTY(store_.Put(builder.Finish(), kNow) == cache::PutOutcome::kStored);
  }

  void PutRecords() {
    const auto records = wire::ParseMasterFile(kRecords, "records");
    TERN_FUZZ_PROPERTY(records.ok());
    for (size_t i = 0; i < records->size();) {
      const wire::MasterRecord& first = (*records)[i];
      cache::EntryBuilder builder(Room());
      TERN_FUZZ_PROPERTY(builder.StartRRset(first.owner, first.type, first.ttl, kNow,
                                            cache::Rank::kAnswerAuthoritative));
      for (; i < records->size() && (*records)[i].owner == first.owner &&
             (*records)[i].type == first.type;
           ++i) {
        TERN_FUZZ_PROPERTY(builder.AddRecord((*records)[i].rdata));
      }
      Put(builder);
    }
  }

  void PutLarge(std::string_view name, int count, size_t text_octets) {
    cache::EntryBuilder builder(Room());
    TERN_FUZZ_PROPERTY(builder.StartRRset(Parse(name), wire::RRType::kTXT, 300, kNow,
                                          cache::Rank::kAnswerAuthoritative));
    for (int i = 0; i < count; ++i) {
      std::vector<uint8_t> rdata(1 + text_octets, static_cast<uint8_t>('a' + i % 26));
      rdata[0] = static_cast<uint8_t>(text_octets);
      rdata[1] = static_cast<uint8_t>(i);
      TERN_FUZZ_PROPERTY(builder.AddRecord(rdata));
    }
    Put(builder);
  }

  void PutOthers() {
    const auto soa = wire::ParseMasterFile("example. 300 SOA a. b. 1 2 3 4 5", "soa");
    const wire::Name zone = Parse("example.");
    cache::EntryBuilder no_data(Room());
    TERN_FUZZ_PROPERTY(
        no_data.StartNoData(Parse("www.example."), wire::RRType::kMX, zone, 300, kNow));
    TERN_FUZZ_PROPERTY(no_data.AddRecord((*soa)[0].rdata));
    Put(no_data);
    cache::EntryBuilder no_name(Room());
    TERN_FUZZ_PROPERTY(no_name.StartNxDomain(Parse("gone.example."), zone, 300, kNow));
    TERN_FUZZ_PROPERTY(no_name.AddRecord((*soa)[0].rdata));
    Put(no_name);
    cache::EntryBuilder failure(Room());
    TERN_FUZZ_PROPERTY(failure.StartFailure(Parse("failed.example."), wire::RRType::kA,
                                            wire::ExtendedError::kOther, 1, 300, kNow));
    Put(failure);
  }

  std::array<uint64_t, 8192> room_;
  cache::Store store_;
  std::unique_ptr<cache::Store::Reader> reader_;
};

// Every record can be read and has its type's shape.
void CheckIsSound(std::span<const uint8_t> reply, uint32_t age) {
  wire::MessageReader reader;
  TERN_FUZZ_PROPERTY(wire::MessageReader::Open(reply, &reader) == wire::ParseError::kNone);
  TERN_FUZZ_PROPERTY(reader.header().question_count <= 1);
  for (int i = 0; i < reader.header().question_count; ++i) {
    wire::Question question;
    TERN_FUZZ_PROPERTY(reader.ReadQuestion(&question) == wire::ParseError::kNone);
  }
  std::vector<uint8_t> rdata(wire::kRdataOctetsMax);
  for (bool done = false;;) {
    wire::RecordView record;
    wire::Section section;
    TERN_FUZZ_PROPERTY(reader.NextRecord(&record, &section, &done) == wire::ParseError::kNone);
    if (done) break;
    size_t written = 0;
    TERN_FUZZ_PROPERTY(wire::CopyRdata(record, rdata, &written) == wire::ParseError::kNone);
    if (record.type == wire::RRType::kOPT) continue;
    // The HINFO that answers ANY is no entry.
    const uint32_t ttl_max = record.type == wire::RRType::kHINFO ? 3600 : kTtlMax - age;
    TERN_FUZZ_PROPERTY(record.TtlSeconds() == 0 || record.TtlSeconds() <= ttl_max);
  }
  TERN_FUZZ_PROPERTY(reader.offset() == reply.size());
}

// It is there just when the request had one, with the client's part first.
void CheckCookieIn(std::span<const uint8_t> reply, const answer::Request& request) {
  upstream::ReplyRecords records;
  // CheckIsSound has read it. Here an answer of class CH is an error, behind the cookie.
  const bool is_read = records.Read(reply, wire::NameView()) == wire::ParseError::kNone;
  TERN_FUZZ_PROPERTY(is_read || records.header().answer_count > 0);
  const auto cookie = records.cookie();
  TERN_FUZZ_PROPERTY(cookie.has_value() == request.cookie.IsChecked());
  if (!cookie) return;
  TERN_FUZZ_PROPERTY(cookie->size() == policy::kOurCookieOctets);
  TERN_FUZZ_PROPERTY(std::ranges::equal(cookie->first(kClientCookieOctets),
                                        request.cookie.sent.first(kClientCookieOctets)));
}

void CheckReply(std::span<const uint8_t> query, const answer::Request& request, bool tcp,
                uint32_t age, std::span<const uint8_t> reply) {
  TERN_FUZZ_PROPERTY(query.size() >= wire::kHeaderOctets);
  CheckIsSound(reply, age);
  CheckCookieIn(reply, request);
  TERN_FUZZ_PROPERTY(reply[0] == query[0] && reply[1] == query[1]);
  TERN_FUZZ_PROPERTY((reply[2] & 0x80) != 0);
  TERN_FUZZ_PROPERTY((reply[2] & 0x79) == (query[2] & 0x79));  // opcode and RD
  if (request.question_end != 0) {
    TERN_FUZZ_PROPERTY(std::equal(query.begin() + wire::kHeaderOctets,
                                  query.begin() + request.question_end,
                                  reply.begin() + wire::kHeaderOctets));
  }
  if (!tcp) {
    const size_t limit = request.has_edns ? std::clamp<size_t>(request.edns.payload_octets, 512,
                                                               wire::kEdnsPayloadDefault)
                                          : 512;
    TERN_FUZZ_PROPERTY(reply.size() <= limit);
  }
}

// The common forms of a query are read by a way of their own; it must say what the reader says.
void CheckEdns(std::span<const uint8_t> query, const answer::Request& request) {
  wire::MessageReader reader;
  wire::Question question;
  if (wire::MessageReader::Open(query, &reader) != wire::ParseError::kNone) return;
  const wire::Header& header = reader.header();
  const size_t records =
      size_t{header.answer_count} + header.authority_count + header.additional_count;
  if (records > answer::kQueryRecordsMax) return;  // FORMERR, whatever they are
  if (reader.ReadQuestion(&question) != wire::ParseError::kNone) return;
  wire::Edns edns;
  int opts = 0;
  for (bool done = false;;) {
    wire::RecordView record;
    wire::Section section;
    if (reader.NextRecord(&record, &section, &done) != wire::ParseError::kNone) return;
    if (done) break;
    if (record.type != wire::RRType::kOPT) continue;
    if (section != wire::Section::kAdditional || ++opts > 1) return;
    if (wire::ReadEdns(record, &edns) != wire::ParseError::kNone) return;
  }
  TERN_FUZZ_PROPERTY(request.has_edns == (opts == 1));
  if (opts == 0) return;
  TERN_FUZZ_PROPERTY(request.edns.payload_octets == edns.payload_octets);
  TERN_FUZZ_PROPERTY(request.edns.extended_rcode == edns.extended_rcode);
  TERN_FUZZ_PROPERTY(request.edns.version == edns.version);
  TERN_FUZZ_PROPERTY(request.edns.dnssec_ok == edns.dnssec_ok);
  TERN_FUZZ_PROPERTY(std::ranges::equal(request.edns.options, edns.options));
}

void AnswerOne(std::span<const uint8_t> query, bool tcp, uint32_t rotation) {
  static const FilledStore filled;
  const uint32_t id = query.size() < 2 ? 0 : wire::LoadU16(query.data());
  const uint32_t age = id % 4 == 0 ? 0 : std::min(id / 16, kTtlMax);
  // Of exact size, so that a sanitizer sees a step behind the end.
  std::vector<uint8_t> reply(tcp ? size_t{65535} : std::max<size_t>(1232, query.size() + 170));
  answer::ParsedQuery parsed;
  answer::ParseQuery(query, filled.store(), &parsed);
  static const policy::ServerCookies cookies(policy::CookieSecret{1, 2, 3});
  answer::CheckCookie(cookies, {{192, 0, 2, 1}, 4}, 1'700'000'000, &parsed.request, &parsed.rcode);
  const answer::Request& request = parsed.request;
  size_t octets = 0;
  const answer::HotOutcome outcome = answer::AnswerParsed(
      query, parsed, tcp,
      {.store = filled.store(), .now = kNow + age, .rotation = rotation, .additional = true}, reply,
      &octets);
  if (request.question_end != 0) CheckEdns(query, request);
  switch (outcome) {
    case answer::HotOutcome::kReplied:
    case answer::HotOutcome::kRepliedRefreshDue:
    case answer::HotOutcome::kRepliedTargetsDue:
      TERN_FUZZ_PROPERTY(octets <= reply.size());
      CheckReply(query, request, tcp, age, std::span(reply).first(octets));
      break;
    case answer::HotOutcome::kDropped:
      // A query is never dropped once its header is whole.
      TERN_FUZZ_PROPERTY(query.size() < wire::kHeaderOctets || (query[2] & 0x80) != 0);
      break;
    case answer::HotOutcome::kMiss:
      TERN_FUZZ_PROPERTY(request.question_end != 0);
      TERN_FUZZ_PROPERTY(request.rrclass == wire::RRClass::kIN);
      break;
  }
}

}  // namespace
}  // namespace tern::resolver

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* octets, size_t size) {
  const std::span<const uint8_t> query(octets, size);
  tern::resolver::AnswerOne(query, false, 0);
  tern::resolver::AnswerOne(query, true, static_cast<uint32_t>(size));
  return 0;
}
