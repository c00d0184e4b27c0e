// MATCH: which queries an entry answers, and which answers a client accepts.
#include "tests/sim/rpl_player.h"
#include "wire/edns.h"
#include "wire/message.h"
#include "wire/presentation.h"

namespace tern::sim {
namespace {

bool SameTtls(const std::vector<PlainRecord>& a, const std::vector<PlainRecord>& b) {
  for (const PlainRecord& record : a) {
    bool found = false;
    for (const PlainRecord& other : b) {
      found = found || (record.EqualsButTtl(other) && record.ttl == other.ttl);
    }
    if (!found) return false;
  }
  return true;
}

bool SameQuestion(const RplEntry& expected, const PlainMessage& got) {
  if (expected.message.questions.empty()) return true;
  if (got.questions.size() != expected.message.questions.size()) return false;
  const PlainQuestion& a = expected.message.questions[0];
  const PlainQuestion& b = got.questions[0];
  return (expected.match & (kMatchQname | kMatchQuestion) ? a.name == b.name : true) &&
         (expected.match & (kMatchQtype | kMatchQuestion) ? a.type == b.type : true);
}

Octets OptionsOf(const PlainMessage& message) {
  return message.edns ? message.edns->options : Octets();
}

// RFC 8914 section 2. There may be several errors; any of them counts.
bool HasExtendedError(const PlainMessage& got, const RplEntry& expected) {
  const Octets options = OptionsOf(got);
  for (size_t at = 0; at + 6 <= options.size();
       at += size_t{4} + wire::LoadU16(options.data() + at + 2)) {
    const uint16_t code = wire::LoadU16(options.data() + at);
    if (code != static_cast<uint16_t>(wire::EdnsOption::kExtendedError)) continue;
    if (!expected.extended_error) return true;
    if (wire::LoadU16(options.data() + at + 4) == *expected.extended_error) return true;
  }
  return false;
}

}  // namespace

bool AcceptsQuery(const RplEntry& entry, const PlainMessage& query, Transport transport) {
  const uint32_t match = entry.match;
  if ((match & kMatchOpcode) != 0 && query.opcode != entry.message.opcode) return false;
  if ((match & kMatchUdp) != 0 && transport != Transport::kUdp) return false;
  if ((match & kMatchTcp) != 0 && transport != Transport::kTcp) return false;
  if ((match & kMatchNoEdns) != 0 && query.edns) return false;
  if ((match & kMatchNoCookie) != 0 && query.Cookie()) return false;
  if ((match & kMatchDo) != 0) {
    const bool wanted = entry.message.edns && entry.message.edns->dnssec_ok;
    if (wanted != (query.edns && query.edns->dnssec_ok)) return false;
  }
  if ((match & kMatchEdnsData) != 0 && OptionsOf(query) != OptionsOf(entry.message)) return false;
  constexpr uint32_t kOfQuestion = kMatchQtype | kMatchQname | kMatchSubdomain | kMatchQuestion;
  if ((match & kOfQuestion) == 0) return true;
  if (query.questions.size() != 1 || entry.message.questions.empty()) return false;
  const PlainQuestion& asked = query.questions[0];
  const PlainQuestion& entrys = entry.message.questions[0];
  if ((match & (kMatchQtype | kMatchQuestion)) != 0 && asked.type != entrys.type) return false;
  if ((match & (kMatchQname | kMatchQuestion)) != 0 && !(asked.name == entrys.name)) return false;
  return (match & kMatchSubdomain) == 0 || asked.name.view().IsSubdomainOf(entrys.name);
}

std::string DiffAnswer(const RplEntry& expected, const PlainMessage& got) {
  const PlainMessage& want = expected.message;
  std::string diff;
  if ((expected.match & kMatchOpcode) != 0 && got.opcode != want.opcode) diff += "opcode differs\n";
  if (!SameQuestion(expected, got)) diff += "question differs\n";
  if ((expected.match & kMatchFlags) != 0 && got.flags != want.flags) {
    diff += "flags: expected " + want.FlagsToText() + ", got " + got.FlagsToText() + "\n";
  }
  if ((expected.match & kMatchRcode) != 0 && got.rcode != want.rcode) {
    diff +=
        "rcode: expected " + wire::ToText(want.rcode) + ", got " + wire::ToText(got.rcode) + "\n";
  }
  if ((expected.match & kMatchAnswer) != 0) {
    if (!SameRecords(got.answer, want.answer)) {
      diff += "answer section differs\n";
    } else if ((expected.match & kMatchTtl) != 0 && !SameTtls(got.answer, want.answer)) {
      diff += "TTLs of the answer section differ\n";
    }
  }
  if ((expected.match & kMatchEdnsData) != 0 && OptionsOf(got) != OptionsOf(want)) {
    diff += "EDNS options differ\n";
  }
  if ((expected.match & kMatchExtendedError) != 0 && !HasExtendedError(got, expected)) {
    diff += "no such extended error\n";
  }
  if ((expected.match & kMatchExactAuthority) != 0 &&
      (!SameRecords(got.authority, want.authority) || !SameTtls(got.authority, want.authority))) {
    diff += "authority section differs\n";
  }
  return diff;
}

}  // namespace tern::sim
