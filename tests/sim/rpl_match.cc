// MATCH: which queries an entry answers, and which answers a client accepts.
#include "tests/sim/rpl_player.h"
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

}  // namespace

bool AcceptsQuery(const RplEntry& entry, const PlainMessage& query, Transport transport) {
  const uint32_t match = entry.match;
  if ((match & kMatchOpcode) != 0 && query.opcode != entry.message.opcode) return false;
  if ((match & kMatchUdp) != 0 && transport != Transport::kUdp) return false;
  if ((match & kMatchTcp) != 0 && transport != Transport::kTcp) return false;
  if ((match & kMatchNoEdns) != 0 && query.edns) return false;
  if ((match & kMatchDo) != 0) {
    const bool wanted = entry.message.edns && entry.message.edns->dnssec_ok;
    if (wanted != (query.edns && query.edns->dnssec_ok)) return false;
  }
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
  if ((expected.match & kMatchExactAuthority) != 0 &&
      (!SameRecords(got.authority, want.authority) || !SameTtls(got.authority, want.authority))) {
    diff += "authority section differs\n";
  }
  return diff;
}

}  // namespace tern::sim
