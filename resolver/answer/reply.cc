#include "resolver/answer/reply.h"

#include <algorithm>
#include <cstring>

#include "wire/check.h"
#include "wire/edns.h"
#include "wire/message.h"
#include "wire/rdata.h"
#include "wire/writer.h"

namespace tern::resolver::answer {
namespace {

using cache::EntryKind;
using cache::EntryView;
using wire::RRClass;
using wire::RRType;
using wire::Section;

constexpr size_t kCookieOptionOctets = wire::kOptionHeadOctets + policy::kOurCookieOctets;
constexpr size_t kErrorOptionOctetsMax = wire::kOptionHeadOctets + 2 + wire::kExtendedErrorTextMax;

uint16_t ReplyFlags(const Request& request, wire::Rcode rcode) {
  const uint16_t opcode_rd_cd = request.flags & (0x7800 | wire::kFlagRD | wire::kFlagCD);
  return static_cast<uint16_t>(wire::kFlagQR | wire::kFlagRA | opcode_rd_cd |
                               (static_cast<uint16_t>(rcode) & 0xf));
}

size_t CookieOctets(const Request& request) {
  return request.cookie.IsChecked() ? kCookieOptionOctets : 0;
}

// The fields of the reply's OPT, which answers the request's.
wire::Edns ReplyEdns(const Request& request) {
  return {.payload_octets = wire::kEdnsPayloadDefault, .dnssec_ok = request.edns.dnssec_ok};
}

// RFC 7873 section 4.
void AddCookie(const Request& request, wire::OptWriter* opt) {
  if (request.cookie.IsChecked()) opt->AddOption(wire::EdnsOption::kCookie, request.cookie.reply);
}

// Writes the header and the question of a reply whose counts are known.
uint8_t* PutFront(std::span<const uint8_t> query, const Request& request, uint16_t flags,
                  uint16_t answers, uint8_t* out) {
  std::memcpy(out, query.data(), request.question_end);
  wire::StoreU16(out + 2, flags);
  wire::StoreU16(out + 6, answers);
  wire::StoreU16(out + 8, 0);
  wire::StoreU16(out + 10, request.has_edns ? 1 : 0);
  return out + request.question_end;
}

// Writes most answers: one RRset, owned by the question's name, without names in its RDATA that
// could be compressed. Returns 0 when it does not fit.
size_t ComposePlain(std::span<const uint8_t> query, const Request& request, EntryView rrset,
                    cache::Instant now, uint32_t rotation, size_t limit, uint8_t* out) {
  // Type, class and TTL are the same in all records.
  uint8_t fixed[10] = {0xc0, wire::kHeaderOctets, 0, 0, 0, 1};
  wire::StoreU16(fixed + 2, static_cast<uint16_t>(request.type));
  wire::StoreU32(fixed + 6, rrset.Remaining(now));
  const size_t end = limit - (request.has_edns ? wire::kOptOctets + CookieOctets(request) : 0);
  const uint16_t count = rrset.count();
  uint8_t* at = PutFront(query, request, ReplyFlags(request, wire::Rcode::kNoError), count, out);
  const uint16_t first = count > 1 ? static_cast<uint16_t>(rotation % count) : 0;
  // The records from `first` on, then those before it.
  for (int pass = first == 0 ? 1 : 0; pass < 2; ++pass) {
    cache::RecordCursor cursor = rrset.Records();
    std::span<const uint8_t> rdata;
    for (uint16_t i = 0; cursor.Next(&rdata); ++i) {
      if (first != 0 && (pass == 0) != (i >= first)) continue;
      if (static_cast<size_t>(at - out) + 12 + rdata.size() > end) return 0;
      std::memcpy(at, fixed, sizeof fixed);
      wire::StoreU16(at + 10, static_cast<uint16_t>(rdata.size()));
      std::memcpy(at + 12, rdata.data(), rdata.size());
      at += 12 + rdata.size();
    }
  }
  if (request.has_edns) {
    wire::OptWriter opt(ReplyEdns(request), at);
    AddCookie(request, &opt);
    at += opt.Finish().size();
  }
  return static_cast<size_t>(at - out);
}

bool AddRRset(wire::MessageWriter& writer, EntryView rrset, uint32_t ttl, uint32_t rotation) {
  const bool address = rrset.type() == RRType::kA || rrset.type() == RRType::kAAAA;
  const uint16_t count = rrset.count();
  const uint16_t first =
      address && count > 1 ? static_cast<uint16_t>(rotation % count) : uint16_t{0};
  for (int pass = first == 0 ? 1 : 0; pass < 2; ++pass) {
    cache::RecordCursor cursor = rrset.Records();
    std::span<const uint8_t> rdata;
    for (uint16_t i = 0; cursor.Next(&rdata); ++i) {
      if (first != 0 && (pass == 0) != (i >= first)) continue;
      if (!writer.AddRecord(Section::kAnswer, rrset.name(), rrset.type(), RRClass::kIN, ttl,
                            rdata)) {
        return false;
      }
    }
  }
  return true;
}

// Adds the authority section of a negative answer: the SOA (RFC 2308 section 3), if there is one.
bool AddNegative(wire::MessageWriter& writer, EntryView negative, uint32_t ttl) {
  cache::RecordCursor cursor = negative.Records();
  std::span<const uint8_t> soa;
  while (cursor.Next(&soa)) {
    if (!writer.AddRecord(Section::kAuthority, negative.SoaOwner(), RRType::kSOA, RRClass::kIN, ttl,
                          soa)) {
      return false;
    }
  }
  return true;
}

// Adds a delegation. It answers a query without RD when the cache has nothing better (RFC 1034
// section 4.3.1).
bool AddReferral(wire::MessageWriter& writer, EntryView delegation, uint32_t ttl) {
  cache::NameServerCursor cursor = delegation.NameServers();
  cache::NameServerView server;
  while (cursor.Next(&server)) {
    if (!writer.AddRecord(Section::kAuthority, delegation.name(), RRType::kNS, RRClass::kIN, ttl,
                          server.name.octets())) {
      return false;
    }
  }
  return true;
}

bool AddPart(wire::MessageWriter& writer, EntryView part, cache::Instant now, uint32_t stale_ttl,
             uint32_t rotation) {
  const uint32_t ttl = part.IsFresh(now) ? part.Remaining(now) : stale_ttl;
  switch (part.kind()) {
    case EntryKind::kRRset:
      return AddRRset(writer, part, ttl, rotation);
    case EntryKind::kNoData:
    case EntryKind::kNxDomain:
      return AddNegative(writer, part, ttl);
    case EntryKind::kDelegation:
      return AddReferral(writer, part, ttl);
    case EntryKind::kFailure:
    case EntryKind::kNxDomainOfType:
      break;
  }
  return true;
}

}  // namespace

size_t ComposeReply(std::span<const uint8_t> query, const Request& request,
                    const AnswerParts& answer, cache::Instant now, uint32_t rotation, size_t limit,
                    std::span<uint8_t> out) {
  TERN_REQUIRE(request.question_end != 0 && limit >= 512 && limit <= out.size());
  if (answer.count == 1 && answer.parts[0].kind() == EntryKind::kRRset &&
      answer.parts[0].type() == request.type && !wire::MayCompress(request.type) &&
      answer.rcode == wire::Rcode::kNoError && answer.error == wire::ExtendedError::kNone) {
    const size_t octets =
        ComposePlain(query, request, answer.parts[0], now, rotation, limit, out.data());
    if (octets != 0) return octets;
  }
  uint8_t opt_octets[wire::kOptOctets + kCookieOptionOctets + kErrorOptionOctetsMax];
  wire::Edns edns = ReplyEdns(request);
  wire::OptWriter opt(edns, opt_octets);
  AddCookie(request, &opt);
  opt.AddExtendedError(answer.error, answer.error_text);
  edns.options = opt.options();
  wire::MessageWriter writer(out.first(limit));
  if (request.has_edns) writer.Reserve(wire::kOptOctets + edns.options.size());
  writer.SetHeader(request.id, ReplyFlags(request, answer.rcode));
  if (!writer.AddQuestion(request.name, request.type, request.rrclass)) return 0;
  const wire::MessageWriter::Mark front = writer.GetMark();
  for (size_t i = 0; i < answer.count; ++i) {
    if (!AddPart(writer, answer.parts[i], now, answer.stale_ttl, rotation)) {
      writer.Rewind(front);
      writer.SetFlag(wire::kFlagTC);
      break;
    }
  }
  if (request.has_edns && !writer.AddOpt(edns)) return 0;
  return writer.Finish();
}

size_t ComposeError(std::span<const uint8_t> query, const Request& request, wire::Rcode rcode,
                    wire::ExtendedError error, const char* error_text, std::span<uint8_t> out) {
  uint8_t* at = out.data() + wire::kHeaderOctets;
  if (request.question_end != 0) {
    at = PutFront(query, request, ReplyFlags(request, rcode), 0, out.data());
  } else {
    std::memset(out.data(), 0, wire::kHeaderOctets);
    wire::StoreU16(out.data(), request.id);
    wire::StoreU16(out.data() + 2, ReplyFlags(request, rcode));
  }
  if (!request.has_edns) return static_cast<size_t>(at - out.data());
  wire::StoreU16(out.data() + 10, 1);
  wire::Edns edns = ReplyEdns(request);
  edns.extended_rcode = static_cast<uint8_t>(static_cast<uint16_t>(rcode) >> 4);
  wire::OptWriter opt(edns, at);
  AddCookie(request, &opt);
  opt.AddExtendedError(error, error_text);
  return static_cast<size_t>(at - out.data()) + opt.Finish().size();
}

}  // namespace tern::resolver::answer
