#include "tests/sim/zone_server.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "tests/support/dnssec/signed_answers.h"
#include "tests/support/rdata_names.h"
#include "wire/rdata.h"

namespace tern::sim {
namespace {

// The first name in RDATA of a type that has one.
wire::Name TargetOf(const PlainRecord& record) {
  const int offset = test::NameOffset(record.type);
  if (offset < 0) return wire::Name();
  const auto name =
      wire::NameView::FromWire(std::span(record.rdata).subspan(static_cast<size_t>(offset)));
  return name ? wire::Name(*name) : wire::Name();
}

void Append(const std::vector<PlainRecord>& from, std::vector<PlainRecord>* to) {
  to->insert(to->end(), from.begin(), from.end());
}

// Changes letters to the other case if `flip`, otherwise to lower case. Label lengths are below
// 'A'.
wire::Name Recase(const wire::Name& name, bool flip) {
  wire::Name result = name;
  if (!flip) {
    result.Lower();
    return result;
  }
  Octets octets(name.data(), name.data() + name.size());
  for (uint8_t& c : octets) {
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) c ^= 0x20;
  }
  result = wire::NameView::FromValid(octets.data(), octets.size());
  return result;
}

bool HasCapital(const PlainMessage& query) {
  return std::any_of(query.questions.begin(), query.questions.end(),
                     [](const PlainQuestion& asked) {
                       return !asked.name.view().EqualsExactly(Recase(asked.name, false));
                     });
}

// Shorter opaque RDATA would only be other RDATA, so it is left whole.
void BreakRdata(PlainRecord* record) {
  Octets shorter = record->rdata;
  if (shorter.empty()) return;
  shorter.pop_back();
  if (!wire::IsValidRdata(record->type, shorter)) record->rdata = std::move(shorter);
}

}  // namespace

void ZoneServer::AddZone(std::string_view origin, std::string_view text) {
  absl::StatusOr<Zone> zone = Zone::FromText(origin, text);
  if (!zone.ok()) {
    std::fprintf(stderr, "%s\n", zone.status().ToString().c_str());
    std::abort();
  }
  AddZone(std::make_shared<const Zone>(*std::move(zone)));
}

void ZoneServer::AddZone(std::shared_ptr<const Zone> zone) {
  RemoveZone(zone->origin());
  zones_.push_back({std::move(zone), nullptr});
}

void ZoneServer::AddZone(std::shared_ptr<const SignedZone> zone) {
  RemoveZone(zone->origin());
  std::shared_ptr<const Zone> content(zone, &zone->zone());
  zones_.push_back({std::move(content), std::move(zone)});
}

void ZoneServer::RemoveZone(wire::NameView origin) {
  std::erase_if(zones_, [&](const Served& served) { return served.zone->origin() == origin; });
}

const ZoneServer::Served* ZoneServer::ZoneFor(wire::NameView name, wire::RRType type) const {
  const Served* best = nullptr;
  for (const Served& served : zones_) {
    const Zone& zone = *served.zone;
    if (!zone.Covers(name)) continue;
    // If a server has both sides of a cut, it answers DS from the parent's side.
    if (type == wire::RRType::kDS && zone.origin() == name && !name.IsRoot()) continue;
    if (best == nullptr || zone.origin().size() > best->zone->origin().size()) best = &served;
  }
  if (best == nullptr && type == wire::RRType::kDS) return ZoneFor(name, wire::RRType::kSOA);
  return best;
}

PlainMessage ZoneServer::Answer(const PlainMessage& query) const {
  PlainMessage reply;
  reply.id = query.id;
  reply.flags = wire::kFlagQR | (query.flags & wire::kFlagRD);
  reply.opcode = query.opcode;
  reply.questions = query.questions;
  if (query.edns) {
    reply.edns.emplace();
    reply.edns->payload_octets = conduct_.payload_max;
    reply.edns->dnssec_ok = query.edns->dnssec_ok;
    if (!conduct_.report_channel.empty()) {
      const Octets& agent = conduct_.report_channel;
      reply.edns->options = {0, 18, 0, static_cast<uint8_t>(agent.size())};
      reply.edns->options.insert(reply.edns->options.end(), agent.begin(), agent.end());
    }
    if (query.edns->version != 0) {
      reply.rcode = wire::Rcode::kBadVers;
      return reply;
    }
  }
  if (query.opcode != wire::Opcode::kQuery) {
    reply.rcode = wire::Rcode::kNotImp;
    return reply;
  }
  if (query.questions.size() != 1) {
    reply.rcode = wire::Rcode::kFormErr;
    return reply;
  }
  const wire::RRType type = query.questions[0].type;
  wire::Name name = query.questions[0].name;
  for (int link = 0; link < kChainMax; ++link) {
    const Served* served = ZoneFor(name, type);
    if (served == nullptr) {
      if (link == 0) reply.rcode = wire::Rcode::kRefused;
      return reply;
    }
    const bool with_proofs = query.edns && query.edns->dnssec_ok;
    const Source source{*served->zone, with_proofs ? served->signed_zone.get() : nullptr};
    if (served->signed_zone != nullptr && type == wire::RRType::kRRSIG) {
      reply.flags |= wire::kFlagAA;
      reply.answer = AllSignaturesAt(*served->signed_zone, name);
      if (!reply.answer.empty()) break;
    }
    if (!AnswerLink(source, type, &name, &reply)) break;
  }
  return reply;
}

bool ZoneServer::AnswerLink(const Source& source, wire::RRType type, wire::Name* name,
                            PlainMessage* reply) const {
  const ZoneLookup found = source.zone.Lookup(*name, type);
  const wire::Name asked = *name;
  const bool goes_on = AnswerFrom(source, found, type, name, reply);
  if (source.proofs != nullptr) {
    AddProofs(*source.proofs, asked, found.match, reply);
    AddSignatures(*source.proofs, &reply->additional);
  }
  return goes_on;
}

bool ZoneServer::AnswerFrom(const Source& source, const ZoneLookup& found, wire::RRType type,
                            wire::Name* name, PlainMessage* reply) const {
  switch (found.match) {
    case ZoneMatch::kReferral:
      Refer(source, found.records, reply);
      return false;
    case ZoneMatch::kDname:
      return FollowDname(found.records.front(), name, reply);
    case ZoneMatch::kCname:
      reply->flags |= wire::kFlagAA;
      Append(found.records, &reply->answer);
      *name = TargetOf(found.records.front());
      return true;
    case ZoneMatch::kAnswer:
      reply->flags |= wire::kFlagAA;
      Append(found.records, &reply->answer);
      if (!conduct_.minimal) {
        AddFullSections(source, reply);
      } else if (type == wire::RRType::kNS) {
        // Priming needs these (RFC 9609 section 4.2).
        for (const PlainRecord& server : found.records) AddAddresses(source, server, reply);
      }
      return false;
    case ZoneMatch::kNxDomain:
      reply->rcode = wire::Rcode::kNXDomain;
      [[fallthrough]];
    case ZoneMatch::kNoData:
      // The SOA goes out with its own TTL, not with the smaller of that and MINIMUM. The resolver
      // must choose too (RFC 2308 section 5), and this tests it.
      reply->flags |= wire::kFlagAA;
      if (!conduct_.without_soa) reply->authority.push_back(source.zone.Soa());
      return false;
  }
  std::abort();
}

bool ZoneServer::FollowDname(const PlainRecord& dname, wire::Name* name,
                             PlainMessage* reply) const {
  reply->flags |= wire::kFlagAA;
  reply->answer.push_back(dname);
  const wire::Name target = TargetOf(dname);
  const size_t prefix_octets = name->size() - dname.owner.size();
  wire::Name rewritten;
  if (!rewritten.AssignJoined({name->data(), prefix_octets}, target)) {
    reply->rcode = wire::Rcode::kYXDomain;  // RFC 6672 section 2.2
    return false;
  }
  PlainRecord cname{*name, wire::RRType::kCNAME, wire::RRClass::kIN, dname.ttl, {}};
  cname.rdata.assign(rewritten.data(), rewritten.data() + rewritten.size());
  reply->answer.push_back(cname);
  *name = rewritten;
  return true;
}

void ZoneServer::Refer(const Source& source, const std::vector<PlainRecord>& servers,
                       PlainMessage* reply) const {
  Append(servers, &reply->authority);
  for (const PlainRecord& server : servers) AddAddresses(source, server, reply);
}

void ZoneServer::AddAddresses(const Source& source, const PlainRecord& record,
                              PlainMessage* reply) const {
  const wire::Name target = TargetOf(record);
  for (const wire::RRType type : {wire::RRType::kA, wire::RRType::kAAAA}) {
    Append(source.zone.RecordsAt(target, type), &reply->additional);
  }
}

void ZoneServer::AddFullSections(const Source& source, PlainMessage* reply) const {
  const std::vector<PlainRecord> servers =
      source.zone.RecordsAt(source.zone.origin(), wire::RRType::kNS);
  Append(servers, &reply->authority);
  for (const PlainRecord& record : reply->answer) AddAddresses(source, record, reply);
  for (const PlainRecord& server : servers) AddAddresses(source, server, reply);
}

bool ZoneServer::ApplyFault(Fault fault, const PlainMessage& query, PlainMessage* reply) const {
  const auto empty_with = [&](wire::Rcode rcode) {
    reply->rcode = rcode;
    reply->flags &= static_cast<uint16_t>(~wire::kFlagAA);
    reply->answer.clear();
    reply->authority.clear();
    reply->additional.clear();
    return true;
  };
  switch (fault) {
    case Fault::kNone:
    case Fault::kUnreachable:
    case Fault::kTruncatesAlways:
    case Fault::kGarbage:
    case Fault::kEmpty:
    case Fault::kZeroesOpt:
    case Fault::kAnnouncesOne:
      return true;
    case Fault::kDenies:
      reply->rcode = wire::Rcode::kNXDomain;
      return true;
    case Fault::kOtherClass:
      for (PlainRecord& record : reply->answer) record.rrclass = wire::RRClass::kCH;
      return true;
    case Fault::kSilent:
      return false;
    case Fault::kRefused:
      return empty_with(wire::Rcode::kRefused);
    case Fault::kServFail:
      return empty_with(wire::Rcode::kServFail);
    case Fault::kNotImp:
      return empty_with(wire::Rcode::kNotImp);
    case Fault::kFormErr:
      empty_with(wire::Rcode::kFormErr);
      reply->edns.reset();
      return true;
    case Fault::kRefersUpward: {
      empty_with(wire::Rcode::kNoError);
      PlainRecord root{wire::Name(), wire::RRType::kNS, wire::RRClass::kIN, 518400, {}};
      const wire::Name target = NameOf("a.root-servers.net.");
      root.rdata.assign(target.data(), target.data() + target.size());
      reply->authority.push_back(root);
      return true;
    }
    case Fault::kRefersToItself: {
      empty_with(wire::Rcode::kNoError);
      if (query.questions.empty()) return true;
      const Served* served = ZoneFor(query.questions[0].name, query.questions[0].type);
      if (served == nullptr) return true;
      const Zone& zone = *served->zone;
      Refer({zone, nullptr}, zone.RecordsAt(zone.origin(), wire::RRType::kNS), reply);
      return true;
    }
    case Fault::kNotAuthoritative:
      return empty_with(wire::Rcode::kNoError);
    case Fault::kAnswersWithoutAA:
      reply->flags &= static_cast<uint16_t>(~wire::kFlagAA);
      return true;
    case Fault::kWrongId:
      reply->id = static_cast<uint16_t>(reply->id + 1);
      return true;
    case Fault::kWrongQuestion:
      for (PlainQuestion& question : reply->questions) question.name = NameOf("other.invalid.");
      return true;
    case Fault::kWrongCase:
      for (PlainQuestion& question : reply->questions) {
        question.name = Recase(question.name, true);
      }
      return true;
    case Fault::kNoQuestion:
      reply->questions.clear();
      return true;
    case Fault::kBrokenRdata:
      for (auto* section : {&reply->answer, &reply->authority, &reply->additional}) {
        for (PlainRecord& record : *section) BreakRdata(&record);
      }
      return true;
  }
  std::abort();
}

void ZoneServer::ApplyCookies(const PlainMessage& query, bool tcp, PlainMessage* reply) const {
  if (conduct_.cookies == CookieUse::kIgnores || !reply->edns) return;
  const bool demands =
      conduct_.cookies == CookieUse::kDemands || conduct_.cookies == CookieUse::kAllAreBad;
  const std::optional<Octets> sent = query.Cookie();
  const auto say_nothing_with = [&](wire::Rcode rcode, uint16_t flags) {
    reply->rcode = rcode;
    reply->flags |= flags;
    reply->answer.clear();
    reply->authority.clear();
    reply->additional.clear();
  };
  if (!sent) {
    if (demands && !tcp) say_nothing_with(wire::Rcode::kNoError, wire::kFlagTC);
    return;
  }
  Octets cookie(sent->begin(), sent->begin() + 8);
  if (conduct_.cookies != CookieUse::kCopies) {
    uint8_t sum = conduct_.cookie_secret;
    for (size_t i = 0; i < conduct_.server_cookie_octets; ++i) {
      sum = static_cast<uint8_t>(sum * 167 + cookie[i] + 13);
      cookie.push_back(sum);
    }
  }
  const bool good = *sent == cookie && conduct_.cookies != CookieUse::kAllAreBad;
  if (demands && !tcp && !good) say_nothing_with(wire::Rcode::kBadCookie, 0);
  if (conduct_.wrong_client_cookie) cookie[3] ^= 0x10;
  reply->SetCookie(cookie);
}

Octets ZoneServer::Encode(const PlainMessage& query, const PlainMessage& reply,
                          Transport transport) const {
  if (transport == Transport::kTcp) return reply.Encode();
  const uint16_t allowed = query.edns ? query.edns->payload_octets : wire::kEdnsPayloadMin;
  const uint16_t limit = std::max(wire::kEdnsPayloadMin, std::min(allowed, conduct_.payload_max));
  const Octets octets = reply.EncodeWithin(limit);
  if (octets.size() < 3 || (octets[2] & wire::kFlagTC >> 8) == 0) return octets;
  // RFC 4035 section 3.1.1: signatures of additional records may be left out.
  PlainMessage smaller = reply;
  std::erase_if(smaller.additional,
                [](const PlainRecord& record) { return record.type == wire::RRType::kRRSIG; });
  return smaller.EncodeWithin(limit);
}

SimAnswer ZoneServer::OnQuery(const SimQuery& sim_query) {
  ++queries_;
  const bool tcp = sim_query.transport == Transport::kTcp;
  if (conduct_.fault == Fault::kUnreachable || (tcp && conduct_.tcp_refused)) return {{}, true};
  if (tcp ? conduct_.tcp_silent : conduct_.udp_silent) return {};
  const std::optional<PlainMessage> query = PlainMessage::Decode(sim_query.octets);
  if (!query || query->Has(wire::kFlagQR)) return {};

  PlainMessage reply = Answer(*query);
  const bool is_no_data =
      reply.rcode == wire::Rcode::kNoError && reply.answer.empty() && reply.Has(wire::kFlagAA);
  ApplyCookies(*query, tcp, &reply);
  Fault fault = conduct_.fault;
  if (query->edns && conduct_.with_edns != Fault::kNone) fault = conduct_.with_edns;
  if (query->Cookie() && conduct_.with_cookie != Fault::kNone) fault = conduct_.with_cookie;
  if (conduct_.with_capitals != Fault::kNone && HasCapital(*query)) fault = conduct_.with_capitals;
  if (conduct_.with_tlsa != Fault::kNone && !query->questions.empty() &&
      query->questions[0].type == wire::RRType::kTLSA) {
    fault = conduct_.with_tlsa;
  }
  if (conduct_.with_no_data != Fault::kNone && is_no_data) fault = conduct_.with_no_data;
  if (conduct_.old_cookie && !tcp && query->Cookie()) {
    reply.edns.emplace();
    reply.SetCookie({1, 2, 3, 4, 5, 6, 7, 8});
  }
  if (!ApplyFault(fault, *query, &reply)) return {};
  if (!conduct_.copies_case) {
    for (PlainQuestion& question : reply.questions) question.name = Recase(question.name, false);
  }
  if (fault == Fault::kZeroesOpt || fault == Fault::kAnnouncesOne) reply.edns.reset();
  Octets octets = Encode(*query, reply, sim_query.transport);
  if (!tcp && octets.size() > conduct_.udp_octets_max) return {};
  if (fault == Fault::kTruncatesAlways && !tcp) {
    PlainMessage header_only;
    header_only.id = reply.id;
    header_only.flags = reply.flags | wire::kFlagTC;
    header_only.questions = reply.questions;
    octets = header_only.Encode();
  } else if (fault == Fault::kZeroesOpt) {
    const size_t behind = wire::kHeaderOctets + query->questions[0].name.size() + 4;
    octets.insert(octets.begin() + static_cast<ptrdiff_t>(behind), 11, 0);
  } else if (fault == Fault::kAnnouncesOne) {
    ++octets[11];
  } else if (fault == Fault::kGarbage) {
    // An id that fits, then noise.
    octets = {sim_query.octets[0],
              sim_query.octets[1],
              0x84,
              0x00,
              0xff,
              0xff,
              0xff,
              0xff,
              0xc0,
              0x0c,
              0xc0,
              0x0c,
              0x3f,
              0x7f};
  } else if (fault == Fault::kEmpty) {
    octets.clear();
  }
  return {{{std::move(octets), conduct_.think_time, conduct_.tcp_drip, conduct_.tcp_octets_max}},
          false};
}

}  // namespace tern::sim
