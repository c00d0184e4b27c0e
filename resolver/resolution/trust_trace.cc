#include "resolver/resolution/trust_trace.h"

#include <optional>
#include <string>
#include <string_view>

#include "wire/concat.h"
#include "wire/dnssec_records.h"
#include "wire/presentation.h"

namespace tern::resolver::resolution {
namespace {

using cache::Security;
using dnssec::Problem;
using dnssec::Reason;
using wire::RRType;

std::string_view WordFor(Security security) {
  switch (security) {
    case Security::kSecure:
      return "secure";
    case Security::kInsecure:
      return "insecure";
    case Security::kPlain:
    case Security::kUnchecked:
      return "not checked";
    case Security::kBogus:
      break;
  }
  return "bogus";
}

struct About {
  std::string_view kind;
  const wire::Name& name;
  RRType type;
  const wire::Name* zone = nullptr;
};

void Add(Job& job, const About& about, Security security, std::string_view why,
         const Problem& problem = {}) {
  // Clients get no answer in both cases, but the operator has another thing to mend.
  const std::string_view word =
      problem.reason == Reason::kServersFail ? "unknown" : WordFor(security);
  const std::string outcome = why.empty() ? std::string(word) : Concat(word, ": ", why);
  Trace::Step step;
  step.kind = about.kind;
  step.zone = about.zone;
  step.question = &about.name;
  step.type = about.type;
  step.outcome = outcome;
  step.security = word;
  step.inception = problem.inception;
  step.expiration = problem.expiration;
  job.trace()->Add(step);
}

// `DS of key 19718, algorithm 13, digest 2`, and so on for each.
std::string TextOfDs(std::span<const std::vector<uint8_t>> rdatas) {
  std::string text;
  for (const std::vector<uint8_t>& rdata : rdatas) {
    const std::optional<wire::DsView> ds = wire::ReadDs(rdata);
    if (!ds) continue;
    text += Concat(text.empty() ? "DS of key " : "; of key ", ds->key_tag, ", algorithm ",
                   static_cast<unsigned>(ds->algorithm), ", digest ",
                   static_cast<unsigned>(ds->digest_type));
  }
  return text;
}

std::string TextOfKeys(dnssec::ZoneKeys& keys) {
  std::string text;
  for (const dnssec::ZoneKey& key : keys.keys()) {
    const wire::DnskeyView view = key.view();
    text += Concat(text.empty() ? "" : "; ", view.IsEntryPoint() ? "KSK " : "ZSK ", key.tag(),
                   ", algorithm ", static_cast<unsigned>(view.algorithm),
                   view.IsRevoked() ? ", revoked" : "");
  }
  return text;
}

}  // namespace

void TraceDs(Job& job, const wire::Name& name, const wire::Name& zone, const DsFinding& finding) {
  if (job.trace() == nullptr) return;
  const About about{"trust", name, RRType::kDS, &zone};
  const std::string why = dnssec::Describe(finding.problem);
  switch (finding.kind) {
    case DsFinding::Kind::kBogus:
      return Add(job, about, Security::kBogus, why, finding.problem);
    case DsFinding::Kind::kSigned:
      return Add(job, about, Security::kSecure, TextOfDs(finding.ds));
    case DsFinding::Kind::kUnsigned:
      return Add(
          job, about, Security::kInsecure,
          why.empty() ? Concat(wire::ToText(zone.view()), " proves that there is no DS") : why);
    case DsFinding::Kind::kNoCut:
      return Add(job, about, Security::kSecure, "no zone begins here");
    case DsFinding::Kind::kNothingBelow:
      return Add(job, about, Security::kSecure, "there is no such name, or nothing below it");
    case DsFinding::Kind::kOtherSigner:
      return Add(job, about, Security::kUnchecked, "a zone between signs it, which comes first");
  }
}

void TraceKeys(Job& job, const wire::Name& zone, dnssec::ZoneKeys* keys, const Problem& problem,
               const char* how) {
  if (job.trace() == nullptr) return;
  const About about{"trust", zone, RRType::kDNSKEY, &zone};
  if (problem.reason == Reason::kUnsupportedAlgorithm ||
      problem.reason == Reason::kUnsupportedDigest) {
    return Add(job, about, Security::kInsecure, dnssec::Describe(problem));
  }
  if (problem.reason != Reason::kNone || keys == nullptr) {
    return Add(job, about, Security::kBogus, dnssec::Describe(problem), problem);
  }
  Add(job, about, Security::kSecure, Concat(TextOfKeys(*keys), "; ", how));
}

void TraceInsecure(Job& job, const wire::Name& zone, const Problem& problem) {
  if (job.trace() == nullptr) return;
  const std::string why = dnssec::Describe(problem);
  Add(job, {"trust", zone, RRType::kDS}, Security::kInsecure,
      why.empty() ? "it was proven a while ago that there is no DS" : why);
}

void TraceRetry(Job& job, const wire::Name& name, RRType type, const Problem& problem) {
  if (job.trace() == nullptr) return;
  const std::string outcome = Concat(problem.reason == Reason::kServersFail ? "unknown" : "bogus",
                                     ", so another server is asked: ", dnssec::Describe(problem));
  Trace::Step step;
  step.kind = "retry";
  step.question = &name;
  step.type = type;
  step.outcome = outcome;
  job.trace()->Add(step);
}

void TraceJudgement(Job& job, cache::EntryView part, Security security, const Problem& problem) {
  if (job.trace() == nullptr) return;
  const wire::Name name(part.name());
  const RRType type = part.kind() == cache::EntryKind::kNxDomain ? job.type() : part.type();
  Add(job, {"validate", name, type}, security, dnssec::Describe(problem), problem);
}

}  // namespace tern::resolver::resolution
