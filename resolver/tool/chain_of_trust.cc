#include "resolver/tool/chain_of_trust.h"

#include <algorithm>
#include <map>

#include "resolver/tool/lookup_json.h"
#include "wire/concat.h"
#include "wire/extended_error_name.h"
#include "wire/text_encoding.h"

namespace tern::resolver::tool {
namespace {

uint32_t SecondsOf(const TraceStep& step, std::string_view key) {
  return wire::ParseDecimal<uint32_t>(step.Text(key)).value_or(0);
}

// If a part of the answer is bogus, another server is asked, and the chain begins anew.
std::vector<TrustLink> ReadLinks(const std::vector<TraceStep>& steps) {
  std::vector<TrustLink> links;
  std::map<std::string, std::string, std::less<>> servers;  // that answered, by the question
  const std::string_view asked = steps.empty() ? "" : steps[0].Text("question");
  for (const TraceStep& step : steps) {
    const std::string_view kind = step.Text("kind");
    const std::string_view question = step.Text("question");
    if (kind == "reply") servers[std::string(question)] = step.Text("server");
    if (kind == "retry" && question == asked) links.clear();
    if (kind != "trust" && kind != "validate") continue;
    const auto server = servers.find(question);
    links.push_back({std::string(question), std::string(step.Text("zone")),
                     server == servers.end() ? "" : server->second,
                     std::string(step.Text("security")), std::string(step.Text("outcome")),
                     SecondsOf(step, "signature_inception"),
                     SecondsOf(step, "signature_expiration")});
  }
  return links;
}

int FirstWith(const std::vector<TrustLink>& links, std::string_view security) {
  const auto at = std::find_if(links.begin(), links.end(),
                               [&](const TrustLink& link) { return link.security == security; });
  return at == links.end() ? -1 : static_cast<int>(at - links.begin());
}

std::string WhyUndecided(const LookupReply& reply) {
  if (!reply.trace) return std::string(kNoTrace);
  if (!reply.extended_errors.empty()) {
    const ExtendedErrorLine& error = reply.extended_errors[0];
    return error.text.empty() ? std::string(wire::ExtendedErrorName(error.code)) : error.text;
  }
  return "the resolver has not validated the answer: it may be local data, or validation is off";
}

}  // namespace

std::string_view VerdictName(Verdict verdict) {
  switch (verdict) {
    case Verdict::kSecure:
      return "secure";
    case Verdict::kInsecure:
      return "insecure";
    case Verdict::kBogus:
      return "bogus";
    case Verdict::kIndeterminate:
      break;
  }
  return "indeterminate";
}

ChainOfTrust ReadChain(const LookupReply& reply) {
  ChainOfTrust chain;
  if (reply.trace) chain.links = ReadLinks(ReadTraceSteps(*reply.trace));
  const int broken = FirstWith(chain.links, "bogus");
  const int unknown = FirstWith(chain.links, "unknown");
  const int unsigned_from = FirstWith(chain.links, "insecure");
  const bool failed = reply.malformed || (reply.rcode != wire::Rcode::kNoError &&
                                          reply.rcode != wire::Rcode::kNXDomain);
  if (broken >= 0) {
    chain.verdict = Verdict::kBogus;
    chain.deciding = broken;
  } else if (unknown >= 0 && failed) {
    chain.deciding = unknown;  // an outage, which says nothing about the zone
  } else if (reply.IsSecure() && !failed) {
    chain.verdict = Verdict::kSecure;
  } else if (unsigned_from >= 0 && !failed) {
    chain.verdict = Verdict::kInsecure;
    chain.deciding = unsigned_from;
  }
  if (chain.deciding >= 0) {
    const TrustLink& link = chain.links[static_cast<size_t>(chain.deciding)];
    const size_t reason = std::min(link.outcome.find(": "), link.outcome.size());
    chain.reason = link.outcome.substr(std::min(reason + 2, link.outcome.size()));
  } else if (chain.verdict == Verdict::kIndeterminate) {
    chain.reason = WhyUndecided(reply);
  }
  return chain;
}

}  // namespace tern::resolver::tool
