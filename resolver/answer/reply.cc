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

// `secure`: AD is set for a client that asks for it, by AD or DO (RFC 6840 sections 5.7 and 5.8).
uint16_t ReplyFlags(const Request& request, wire::Rcode rcode, bool secure = false) {
  const uint16_t opcode_rd_cd = request.flags & (0x7800 | wire::kFlagRD | wire::kFlagCD);
  const bool tells = secure && (request.edns.dnssec_ok || (request.flags & wire::kFlagAD) != 0);
  return static_cast<uint16_t>(wire::kFlagQR | wire::kFlagRA | opcode_rd_cd |
                               (tells ? wire::kFlagAD : 0) | (static_cast<uint16_t>(rcode) & 0xf));
}

bool IsSecurePart(EntryView part) { return part.security() == cache::Security::kSecure; }

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

// Writes the OPT of the reply, if the query had one.
uint8_t* PutOpt(const Request& request, uint8_t* at) {
  if (!request.has_edns) return at;
  wire::OptWriter opt(ReplyEdns(request), at);
  AddCookie(request, &opt);
  return at + opt.Finish().size();
}

// Where the records end at the latest, so that the OPT has room.
const uint8_t* EndOfRecords(const Request& request, size_t limit, const uint8_t* out) {
  return out + limit - (request.has_edns ? wire::kOptOctets + CookieOctets(request) : 0);
}

// The octets of `name` in front of its last labels, if these are the question's name. Otherwise the
// size of `name`.
size_t OctetsBeforeOwner(std::span<const uint8_t> name, wire::NameView owner) {
  if (name.size() < owner.size()) return name.size();
  const size_t before = name.size() - owner.size();
  if (std::memcmp(name.data() + before, owner.data(), owner.size()) != 0) return name.size();
  size_t label = 0;
  while (label < before) label += 1 + name[label];
  return label == before ? before : name.size();
}

// Writes records of one RRset, one after the other. All have the same owner, type and TTL.
class RecordPutter {
 public:
  // `owner`: the offset of the owner's name in the message.
  RecordPutter(size_t owner, RRType type, uint32_t ttl) {
    wire::StoreU16(fixed_, static_cast<uint16_t>(0xc000 | owner));
    wire::StoreU16(fixed_ + 2, static_cast<uint16_t>(type));
    wire::StoreU16(fixed_ + 4, static_cast<uint16_t>(RRClass::kIN));
    wire::StoreU32(fixed_ + 6, ttl);
  }
  // Returns where the RDATA goes.
  uint8_t* Put(uint8_t* at, size_t rdata_octets) const {
    std::memcpy(at, fixed_, sizeof fixed_);
    wire::StoreU16(at + sizeof fixed_, static_cast<uint16_t>(rdata_octets));
    return at + kOctets;
  }

  static constexpr size_t kOctets = 12;  // of a record without its RDATA

 private:
  uint8_t fixed_[10];
};

// Writes an RRset without names in its RDATA that could be compressed. Null when it does not fit.
uint8_t* PutRRset(EntryView rrset, size_t owner, cache::Instant now, uint32_t rotation,
                  const uint8_t* end, uint8_t* at) {
  const RecordPutter putter(owner, rrset.type(), rrset.Remaining(now));
  const uint16_t count = rrset.count();
  const uint16_t first = count > 1 ? static_cast<uint16_t>(rotation % count) : 0;
  for (int pass = first == 0 ? 1 : 0; pass < 2; ++pass) {
    cache::RecordCursor cursor = rrset.Records();
    std::span<const uint8_t> rdata;
    for (uint16_t i = 0; cursor.Next(&rdata); ++i) {
      if (first != 0 && (pass == 0) != (i >= first)) continue;
      if (at + RecordPutter::kOctets + rdata.size() > end) return nullptr;
      at = std::copy(rdata.begin(), rdata.end(), putter.Put(at, rdata.size()));
    }
  }
  return at;
}

// Writes most answers: one RRset, owned by the question's name, without names in its RDATA that
// could be compressed. Returns 0 when it does not fit.
size_t ComposePlain(std::span<const uint8_t> query, const Request& request, EntryView rrset,
                    cache::Instant now, uint32_t rotation, size_t limit, uint8_t* out) {
  const uint16_t flags = ReplyFlags(request, wire::Rcode::kNoError, IsSecurePart(rrset));
  uint8_t* at = PutFront(query, request, flags, rrset.count(), out);
  at = PutRRset(rrset, wire::kHeaderOctets, now, rotation, EndOfRecords(request, limit, out), at);
  return at == nullptr ? 0 : static_cast<size_t>(PutOpt(request, at) - out);
}

// Writes an MX or SRV answer with the addresses of its hosts: one RRset, owned by the question's
// name. The owners of the addresses are pointers to the hosts' names in the answer. Returns 0 when
// the answer does not fit.
size_t ComposeHosts(std::span<const uint8_t> query, const Request& request, EntryView rrset,
                    const Additional* additional, cache::Instant now, uint32_t rotation,
                    size_t limit, uint8_t* out) {
  constexpr size_t kPointable = 0x4000;
  std::array<uint16_t, cache::kRecordsMax> names;  // where each record's host stands
  if (rrset.count() > names.size()) return 0;
  const size_t prefix = TargetOffset(request.type);
  const uint8_t* const end = EndOfRecords(request, limit, out);
  const uint16_t flags = ReplyFlags(request, wire::Rcode::kNoError, IsSecurePart(rrset));
  uint8_t* at = PutFront(query, request, flags, rrset.count(), out);
  const RecordPutter putter(wire::kHeaderOctets, request.type, rrset.Remaining(now));
  cache::RecordCursor cursor = rrset.Records();
  std::span<const uint8_t> rdata;
  for (size_t i = 0; cursor.Next(&rdata); ++i) {
    if (rdata.size() <= prefix || at + RecordPutter::kOctets + rdata.size() > end) return 0;
    const std::span<const uint8_t> name = rdata.subspan(prefix);
    // Names in SRV are not compressed (RFC 2782).
    const size_t plain =
        request.type == RRType::kMX ? OctetsBeforeOwner(name, request.name) : name.size();
    const bool pointed = plain < name.size() && name.size() - plain > 2;
    const size_t octets = prefix + (pointed ? plain + 2 : name.size());
    at = putter.Put(at, octets);
    names[i] = static_cast<uint16_t>(std::min<size_t>(at - out + prefix, kPointable));
    std::memcpy(at, rdata.data(), pointed ? prefix + plain : octets);
    if (pointed) wire::StoreU16(at + prefix + plain, 0xc000 | wire::kHeaderOctets);
    at += octets;
  }
  uint16_t added = 0;
  for (size_t i = 0; additional != nullptr && i < additional->count; ++i) {
    const Additional::Part& part = additional->parts[i];
    const size_t owner = names[part.record];
    uint8_t* const next =
        owner < kPointable ? PutRRset(part.addresses, owner, now, rotation, end, at) : nullptr;
    if (next == nullptr) break;
    at = next;
    added += part.addresses.count();
  }
  wire::StoreU16(out + 10, static_cast<uint16_t>(added + (request.has_edns ? 1 : 0)));
  return static_cast<size_t>(PutOpt(request, at) - out);
}

bool AddRRset(wire::MessageWriter& writer, Section section, EntryView rrset, uint32_t ttl,
              uint32_t rotation) {
  const bool address = rrset.type() == RRType::kA || rrset.type() == RRType::kAAAA;
  const uint16_t count = rrset.count();
  const uint16_t first =
      address && count > 1 ? static_cast<uint16_t>(rotation % count) : uint16_t{0};
  for (int pass = first == 0 ? 1 : 0; pass < 2; ++pass) {
    cache::RecordCursor cursor = rrset.Records();
    std::span<const uint8_t> rdata;
    for (uint16_t i = 0; cursor.Next(&rdata); ++i) {
      if (first != 0 && (pass == 0) != (i >= first)) continue;
      if (!writer.AddRecord(section, rrset.name(), rrset.type(), RRClass::kIN, ttl, rdata)) {
        return false;
      }
    }
  }
  return true;
}

// Adds the RRSIGs of an RRset, for a client that validates.
bool AddSignatures(wire::MessageWriter& writer, EntryView rrset, uint32_t ttl) {
  cache::RecordCursor cursor = rrset.Signatures();
  std::span<const uint8_t> rdata;
  while (cursor.Next(&rdata)) {
    if (!writer.AddRecord(Section::kAnswer, rrset.name(), RRType::kRRSIG, RRClass::kIN, ttl,
                          rdata)) {
      return false;
    }
  }
  return true;
}

// Adds the records that prove a denial, or that an answer is rightly made from a wildcard (RFC 4035
// sections 3.1.3 and 3.2.1).
bool AddProofs(wire::MessageWriter& writer, EntryView part, uint32_t ttl) {
  cache::ProofCursor cursor = part.Proofs();
  cache::ProofView proof;
  while (cursor.Next(&proof)) {
    if (!writer.AddRecord(Section::kAuthority, proof.owner, proof.type, RRClass::kIN, ttl,
                          proof.rdata)) {
      return false;
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

uint32_t TtlOf(EntryView part, const AnswerParts& answer, cache::Instant now) {
  return part.IsFresh(now) ? part.Remaining(now) : answer.stale_ttl;
}

bool AddPart(wire::MessageWriter& writer, EntryView part, uint32_t ttl, uint32_t rotation,
             bool with_signatures) {
  switch (part.kind()) {
    case EntryKind::kRRset:
      return AddRRset(writer, Section::kAnswer, part, ttl, rotation) &&
             (!with_signatures || AddSignatures(writer, part, ttl));
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

// Adds whole RRsets while they fit. Each has the rest of its own TTL.
void AddAdditional(wire::MessageWriter& writer, const Additional& additional, cache::Instant now,
                   uint32_t rotation) {
  for (size_t i = 0; i < additional.count; ++i) {
    const EntryView rrset = additional.parts[i].addresses;
    const wire::MessageWriter::Mark before = writer.GetMark();
    if (AddRRset(writer, Section::kAdditional, rrset, rrset.Remaining(now), rotation)) continue;
    writer.Rewind(before);
    return;
  }
}

// Adds all parts. `for_validation`: with their signatures and proofs.
bool AddParts(wire::MessageWriter& writer, const AnswerParts& answer, cache::Instant now,
              uint32_t rotation, bool for_validation) {
  for (size_t i = 0; i < answer.count; ++i) {
    const EntryView part = answer.parts[i];
    if (!AddPart(writer, part, TtlOf(part, answer, now), rotation, for_validation)) return false;
  }
  for (size_t i = 0; for_validation && i < answer.count; ++i) {
    const EntryView part = answer.parts[i];
    if (part.proof_count() > 0 && !AddProofs(writer, part, TtlOf(part, answer, now))) return false;
  }
  return true;
}

// Whether the answer is one fresh RRset for the question's own name, and there is no more to tell.
bool IsOneRRset(const Request& request, const AnswerParts& answer) {
  return answer.count == 1 && answer.parts[0].kind() == EntryKind::kRRset &&
         answer.parts[0].type() == request.type && answer.rcode == wire::Rcode::kNoError &&
         answer.error == wire::ExtendedError::kNone && !request.fails_if_secure &&
         answer.parts[0].why_insecure() == cache::WhyInsecure::kUnsigned &&
         (!request.edns.dnssec_ok ||
          (answer.parts[0].signature_count() == 0 && answer.parts[0].proof_count() == 0));
}

void NoteTold(const Request& request, const AnswerParts& answer, wire::ExtendedError error) {
  if (answer.told == nullptr || error == wire::ExtendedError::kNone) return;
  if (request.has_edns) *answer.told = error;
}

// The operator's reason why the name is not validated, or that this is the operator's wish.
std::string_view WhyExempt(const AnswerParts& answer, wire::NameView name) {
  const NegativeAnchor* const anchor =
      answer.exempt_zones == nullptr ? nullptr : answer.exempt_zones->Nearest(name);
  if (anchor != nullptr && !anchor->reason.empty()) return anchor->reason;
  return "not validated: this resolver's configuration exempts the zone";
}

}  // namespace

// Stale data is not secure any more. In an answer that is not stale, data may still be past its
// TTL: the TTL was 0, or it ended while the rest of the answer was looked up.
bool IsSecure(const AnswerParts& answer, cache::Instant now) {
  const auto* const end = answer.parts.data() + answer.count;
  return answer.count > 0 && std::all_of(answer.parts.data(), end, [&](EntryView part) {
           return IsSecurePart(part) && (answer.stale_ttl == 0 || part.IsFresh(now));
         });
}

ToldError ErrorToTell(const AnswerParts& answer) {
  if (answer.error != wire::ExtendedError::kNone) return {answer.error, answer.error_text};
  for (size_t i = 0; i < answer.count; ++i) {
    switch (answer.parts[i].why_insecure()) {
      case cache::WhyInsecure::kUnsigned:
        break;
      case cache::WhyInsecure::kAlgorithm:
        return {wire::ExtendedError::kUnsupportedDnskeyAlgorithm,
                "not validated: no DS of the zone has an algorithm that is supported here"};
      case cache::WhyInsecure::kDigest:
        return {wire::ExtendedError::kUnsupportedDsDigestType,
                "not validated: no DS of the zone has a digest that is supported here"};
      case cache::WhyInsecure::kIterations:
        return {wire::ExtendedError::kUnsupportedNsec3Iterations,
                "not validated: the zone should use NSEC3 with 0 iterations (RFC 9276)"};
      case cache::WhyInsecure::kExempt:
        return {wire::ExtendedError::kNegativeTrustAnchor,
                WhyExempt(answer, answer.parts[i].name())};
    }
  }
  return {};
}

size_t ComposeReply(std::span<const uint8_t> query, const Request& request,
                    const AnswerParts& answer, cache::Instant now, uint32_t rotation, size_t limit,
                    std::span<uint8_t> out, const Additional* additional) {
  TERN_REQUIRE(request.question_end != 0 && limit >= 512 && limit <= out.size());
  const bool has_additional = additional != nullptr && additional->count > 0;
  if (IsOneRRset(request, answer)) {
    const EntryView rrset = answer.parts[0];
    size_t octets = 0;
    if (TargetOffset(request.type) != 0) {
      octets = ComposeHosts(query, request, rrset, additional, now, rotation, limit, out.data());
    } else if (!wire::MayCompress(request.type)) {
      octets = ComposePlain(query, request, rrset, now, rotation, limit, out.data());
    }
    if (octets != 0) return octets;
  }
  if (request.fails_if_secure && IsSecure(answer, now)) {
    NoteTold(request, answer, wire::ExtendedError::kOther);
    return ComposeError(query, request, wire::Rcode::kServFail, wire::ExtendedError::kOther,
                        "root key sentinel (RFC 8509)", out);
  }
  uint8_t opt_octets[wire::kOptOctets + kCookieOptionOctets + 2 * kErrorOptionOctetsMax];
  wire::Edns edns = ReplyEdns(request);
  wire::OptWriter opt(edns, opt_octets);
  AddCookie(request, &opt);
  const ToldError told = ErrorToTell(answer);
  opt.AddExtendedError(told.error, told.text);
  opt.AddExtendedError(answer.second_error, answer.second_text);
  edns.options = opt.options();
  wire::MessageWriter writer(out.first(limit));
  if (request.has_edns) writer.Reserve(wire::kOptOctets + edns.options.size());
  writer.SetHeader(request.id, ReplyFlags(request, answer.rcode, IsSecure(answer, now)));
  if (!writer.AddQuestion(request.name, request.type, request.rrclass)) return 0;
  const wire::MessageWriter::Mark front = writer.GetMark();
  if (!AddParts(writer, answer, now, rotation, request.edns.dnssec_ok)) {
    writer.Rewind(front);
    writer.SetHeader(request.id, ReplyFlags(request, answer.rcode));
    writer.SetFlag(wire::kFlagTC);
  }
  if (has_additional && (writer.flags() & wire::kFlagTC) == 0) {
    AddAdditional(writer, *additional, now, rotation);
  }
  if (request.has_edns && !writer.AddOpt(edns)) return 0;
  NoteTold(request, answer, told.error);
  return writer.Finish();
}

size_t ComposeError(std::span<const uint8_t> query, const Request& request, wire::Rcode rcode,
                    wire::ExtendedError error, std::string_view error_text,
                    std::span<uint8_t> out) {
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
