#include "resolver/tool/lookup_text.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>
#include <vector>

#include "resolver/tool/lookup_json.h"
#include "resolver/tool/screen_line.h"
#include "wire/concat.h"
#include "wire/extended_error_name.h"
#include "wire/harmless_text.h"
#include "wire/presentation.h"
#include "wire/text_encoding.h"

namespace tern::resolver::tool {
namespace {

std::string QuestionText(const LookupOptions& options) {
  return Concat(wire::ToText(options.name), options.rrclass == wire::RRClass::kIN ? " " : " CH ",
                wire::ToText(options.type));
}

std::string_view TransportText(Transport transport) {
  return transport == Transport::kTcp ? "TCP" : "UDP";
}

std::string MillisecondsText(int64_t microseconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f ms", static_cast<double>(microseconds) / 1000);
  return text;
}

std::string MemberText(const TraceStep& step, std::string_view key) {
  return HarmlessText(step.Text(key));
}

// The microseconds in a whole number; -1 for anything else.
int64_t MicrosecondsOf(const TraceStep& step, std::string_view key) {
  const auto number = wire::ParseDecimal<uint64_t>(step.Text(key));
  constexpr uint64_t kMax = uint64_t{1} << 50;
  return number && *number < kMax ? static_cast<int64_t>(*number) : -1;
}

// The keys that StepSentence puts into words or that another part of the line shows.
constexpr std::string_view kToldKeys[] = {"step",    "t_us",      "kind",     "zone",
                                          "server",  "transport", "question", "rtt_us",
                                          "outcome", "learnt",    "security"};

// One step as a sentence:
// - a query: `ask 198.18.1.1:53 over udp for com. A (zone .)`
// - a reply: `198.18.1.1:53: referral after 0.2 ms`
// - any other step: its subject, then its outcome
std::string StepSentence(const TraceStep& step) {
  const std::string kind = MemberText(step, "kind");
  const std::string question = MemberText(step, "question");
  const std::string server = MemberText(step, "server");
  const std::string zone = MemberText(step, "zone");
  std::string sentence;
  if (kind == "query" && !server.empty()) {
    sentence = Concat("ask ", server, " over ", MemberText(step, "transport"), " for ", question);
  } else {
    sentence = server.empty() ? question : server;
  }
  if (!zone.empty() && (kind == "query" || server.empty())) {
    sentence += Concat(sentence.empty() ? "" : " ", "(zone ", zone, ")");
  }
  if (const std::string outcome = MemberText(step, "outcome"); !outcome.empty()) {
    sentence += Concat(sentence.empty() ? "" : ": ", outcome);
  }
  if (const int64_t rtt = MicrosecondsOf(step, "rtt_us"); rtt >= 0) {
    sentence += Concat(" after ", MillisecondsText(rtt));
  }
  for (const auto& [key, value] : step.members) {
    if (std::find(std::begin(kToldKeys), std::end(kToldKeys), key) != std::end(kToldKeys)) continue;
    sentence += Concat(sentence.empty() ? "" : " ", HarmlessText(key), "=", HarmlessText(value));
  }
  return sentence;
}

std::string TraceText(const LookupReply& reply) {
  if (!reply.trace) return Concat("steps\n  ", kNoTrace, "\n");
  std::string text = "steps\n";
  const std::vector<TraceStep> steps = ReadTraceSteps(*reply.trace);
  for (size_t i = 0; i < steps.size(); ++i) {
    const TraceStep& step = steps[i];
    std::string number = MemberText(step, "step");
    if (number.empty()) number = std::to_string(i + 1);
    const int64_t time = MicrosecondsOf(step, "t_us");
    char head[96];
    std::snprintf(head, sizeof head, "%4.16s. %10s  %-8.24s ", number.c_str(),
                  time < 0 ? "" : MillisecondsText(time).c_str(), MemberText(step, "kind").c_str());
    text += Concat(head, StepSentence(step), "\n");
    const std::string learnt = MemberText(step, "learnt");
    if (!learnt.empty()) text += Concat(std::string(18, ' '), "learnt   ", learnt, "\n");
  }
  return text;
}

// One line for each record, in columns.
std::string SectionText(const std::vector<ReplyLine>& lines) {
  std::vector<std::array<std::string, 4>> rows;
  size_t widths[3] = {};
  for (const ReplyLine& line : lines) {
    const std::string type = line.rrclass == "IN"
                                 ? wire::ToText(line.type)
                                 : Concat(line.rrclass, " ", wire::ToText(line.type));
    rows.push_back({line.owner, TtlToText(line.ttl), type, line.rdata});
    for (size_t i = 0; i < 3; ++i) widths[i] = std::max(widths[i], rows.back()[i].size());
  }
  std::string text;
  for (const auto& row : rows) {
    text += "  ";
    for (size_t i = 0; i < 3; ++i) {
      text += row[i];
      text += std::string(widths[i] - row[i].size() + 2, ' ');
    }
    text += Concat(row[3], "\n");
  }
  return text;
}

// A referral has NS records, no SOA and nothing else (RFC 2308 section 2.1.1).
bool IsReferral(const LookupReply& reply) {
  const auto has = [&](wire::RRType type) {
    return std::any_of(reply.sections[1].begin(), reply.sections[1].end(),
                       [&](const ReplyLine& record) { return record.type == type; });
  };
  return reply.sections[0].empty() && has(wire::RRType::kNS) && !has(wire::RRType::kSOA);
}

Tone ToneOf(LookupExit exit) {
  if (exit == LookupExit::kAnswer) return Tone::kGood;
  return exit == LookupExit::kNoSuchRecord ? Tone::kWarning : Tone::kBad;
}

std::string StatusText(const LookupOptions& options, const LookupReply& reply) {
  const LookupExit exit = ExitOf(reply, options.type);
  const ScreenLine status = ScreenLine("status  ").Add(wire::ToText(reply.rcode), ToneOf(exit));
  std::string text = options.coloured ? status.Coloured() : status.Plain();
  if (reply.rcode == wire::Rcode::kNXDomain) text += " (there is no such name)";
  if (reply.rcode == wire::Rcode::kNoError && exit == LookupExit::kNoSuchRecord) {
    text += IsReferral(reply)
                ? " (a referral)"
                : Concat(" (the name has no ", wire::ToText(options.type), " record)");
  }
  if (reply.malformed) text += " (the reply is malformed)";
  if (reply.IsSecure()) text += "  secure";
  text += "  flags";
  for (const std::string& flag : reply.flags) text += " " + flag;
  text += "\n";
  for (const ExtendedErrorLine& error : reply.extended_errors) {
    // Beside an answer it is no failure: the answer is stale, or not signed.
    text += Concat(exit == LookupExit::kServerFailure ? "error   " : "note    ", error.code, " (",
                   wire::ExtendedErrorName(error.code), ")", error.text.empty() ? "" : " ",
                   HarmlessText(error.text), "\n");
  }
  return text;
}

}  // namespace

std::string TtlToText(uint32_t seconds) {
  struct Unit {
    uint32_t size;
    char name;
  };
  std::string text;
  for (const Unit& unit : {Unit{86400, 'd'}, Unit{3600, 'h'}, Unit{60, 'm'}, Unit{1, 's'}}) {
    const uint32_t count = seconds / unit.size;
    seconds %= unit.size;
    if (count != 0) {
      text += std::to_string(count);
      text += unit.name;
    }
  }
  return text.empty() ? "0s" : text;
}

std::string LookupText(const LookupOptions& options, const RawReply& raw,
                       const LookupReply& reply) {
  if (options.brief) {
    std::string data;
    for (const ReplyLine& line : reply.sections[0]) data += line.rdata + "\n";
    return data;
  }
  std::string text = Concat("name    ", QuestionText(options), "\n");
  if (options.trace) text += TraceText(reply);
  text += StatusText(options, reply);
  const bool answered = ExitOf(reply, options.type) == LookupExit::kAnswer;
  for (size_t i = 0; i < 3; ++i) {
    // When there is no answer, the other sections show why.
    if (reply.sections[i].empty() || (i > 0 && answered)) continue;
    text += Concat(kSectionNames[i], "\n", SectionText(reply.sections[i]));
  }
  return text + Concat("server  ", options.server.ToText(), " over ", TransportText(raw.transport),
                       ", ", MillisecondsText(raw.elapsed.count()), ", ", raw.message.size(),
                       " octets\n");
}

std::string NoReplyText(const LookupOptions& options, const RawReply& raw) {
  return Concat("tern: ", QuestionText(options), ": no answer from ", options.server.ToText(), ": ",
                NoReplyReason(raw), "\n");
}

}  // namespace tern::resolver::tool
