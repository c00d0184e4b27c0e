// A question and a reply to it, for tests of what the tool prints.
#pragma once

#include <chrono>

#include "resolver/tool/chain_of_trust.h"
#include "resolver/tool/lookup_client.h"
#include "resolver/tool/lookup_options.h"
#include "resolver/tool/lookup_reply.h"
#include "wire/parse_presentation.h"

namespace tern::resolver::tool {

inline LookupOptions Options(const char* name, wire::RRType type, bool trace = false) {
  LookupOptions options;
  options.name = *wire::ParseName(name);
  options.type = type;
  options.server = *Endpoint::Parse("127.0.0.1:53", 0);
  options.trace = trace;
  return options;
}

inline RawReply Raw() {
  RawReply raw;
  raw.outcome = LookupOutcome::kReply;
  raw.message.resize(100);
  raw.elapsed = std::chrono::microseconds(12345);
  return raw;
}

inline LookupReply MailReply() {
  LookupReply reply;
  reply.flags = {"rd", "ra"};
  reply.sections[0] = {{"example.", 3599, "IN", wire::RRType::kMX, "5 a.example."},
                       {"example.", 3599, "IN", wire::RRType::kMX, "20 b.example."}};
  reply.sections[1] = {{"example.", 60, "IN", wire::RRType::kNS, "ns.example."}};
  return reply;
}

inline ChainOfTrust SampleChain() {
  ChainOfTrust chain;
  chain.verdict = Verdict::kBogus;
  chain.reason = "no DNSKEY of a. matches its DS 1";
  chain.links = {{"a. DS", ".", "", "secure", "secure: DS of key 1"},
                 {"a. DNSKEY", "a.", "192.0.2.1:53", "bogus", "bogus: no DNSKEY\x1b"},
                 {"b. A", "", "", "bogus", "bogus: expired", 1'690'000'000, 1'699'000'000}};
  chain.deciding = 1;
  return chain;
}

}  // namespace tern::resolver::tool
