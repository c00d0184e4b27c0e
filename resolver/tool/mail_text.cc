#include "resolver/tool/mail_text.h"

#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "resolver/tool/lookup_text.h"
#include "resolver/tool/mail_counters.h"
#include "wire/concat.h"

namespace tern::resolver::tool {
namespace {

constexpr size_t kMargin = 13;

std::string Padded(std::string_view text, size_t width) {
  return Concat(text, std::string(width - std::min(width, text.size()), ' '));
}

// `spf          text`; further lines start in the same column.
std::string Row(std::string_view head, std::string_view text) {
  std::string row;
  while (true) {
    const size_t end = std::min(text.find('\n'), text.size());
    row += Concat(Padded(head, kMargin), text.substr(0, end), "\n");
    if (end == text.size()) return row;
    text.remove_prefix(end + 1);
    head = "";
  }
}

// Puts line ends between words, so that no line behind a margin leaves the screen unless a word
// alone does.
std::string Wrapped(std::string_view text, size_t margin) {
  constexpr size_t kScreenColumns = 100;
  const size_t width = kScreenColumns - std::min(margin, kScreenColumns - 1);
  std::string wrapped;
  size_t column = 0;
  while (!text.empty()) {
    const size_t end = std::min(text.find(' '), text.size());
    if (column > 0) {
      const bool fits = column + 1 + end <= width;
      wrapped += fits ? " " : "\n";
      column = fits ? column + 1 : 0;
    }
    wrapped += text.substr(0, end);
    column += end;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return wrapped;
}

std::string Milliseconds(int64_t microseconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f ms", static_cast<double>(microseconds) / 1000);
  return text;
}

// One row for each address, in columns. An exchanger without one has a row that says why.
std::vector<std::pair<std::string, std::string>> AddressRows(const Exchanger& exchanger) {
  std::vector<std::pair<std::string, std::string>> rows;
  for (const MailAddresses* family : {&exchanger.ipv4, &exchanger.ipv6}) {
    for (const MailAddress& address : family->found) {
      rows.emplace_back(address.address,
                        Concat(TtlToText(address.ttl), address.is_public ? "" : "  not public"));
    }
    if (IsTemporary(family->kind)) {
      rows.emplace_back(family == &exchanger.ipv4 ? "A?" : "AAAA?", family->outcome);
    }
  }
  if (rows.empty()) {
    rows.emplace_back(
        "-", exchanger.ipv4.kind == AnswerKind::kNoSuchName ? "does not exist" : "no address");
  }
  return rows;
}

std::string ExchangersText(const MailPlan& plan) {
  size_t name_width = 0;
  size_t address_width = 0;
  for (const Exchanger& exchanger : plan.exchangers) {
    name_width = std::max(name_width, exchanger.name.size());
    for (const auto& row : AddressRows(exchanger)) {
      address_width = std::max(address_width, row.first.size());
    }
  }
  std::string text = Row("exchangers", plan.implicit ? "the domain itself"
                                                     : Concat("in the order of a mail server; the "
                                                              "MX records live ",
                                                              TtlToText(plan.exchangers[0].ttl)));
  for (const Exchanger& exchanger : plan.exchangers) {
    std::string head = plan.implicit
                           ? std::string()
                           : Concat(exchanger.preference, exchanger.shuffled ? " shuffled" : "");
    std::string name = exchanger.name;
    for (const auto& [address, more] : AddressRows(exchanger)) {
      text += Concat("  ", Padded(head, kMargin), Padded(name, name_width), "  ",
                     Padded(address, address_width), "  ", more, "\n");
      head.clear();
      name.clear();
    }
    if (!exchanger.alias_of.empty()) {
      text += Concat("  ", std::string(kMargin, ' '), "alias of ", exchanger.alias_of, "\n");
    }
  }
  return text;
}

// The records, one a line, or why there is none.
std::string PolicyText(const TxtPolicy& policy) {
  if (IsTemporary(policy.kind)) return policy.outcome;
  std::string text;
  for (const std::string& record : policy.records) {
    text += Concat(text.empty() ? "" : "\n", record);
  }
  return text.empty() ? "none" : text;
}

std::string SpfText(const SpfTree& spf) {
  std::string text = PolicyText(spf.policy);
  if (spf.policy.records.size() != 1) return text;
  text += Concat("\n", spf.complete ? "" : "more than ", spf.lookups, " of ", kSpfLookupsMax,
                 " look-ups, ", spf.voids, " of ", kSpfVoidsMax, " void");
  if (spf.macros > 0) {
    text += Concat("; ", spf.macros, " with macros, which depend on the message");
  }
  return text;
}

// The record that counts, with whose it is if it is not the domain's own.
std::string DmarcText(const DmarcPolicy& dmarc, std::string_view domain) {
  if (!dmarc.failure.empty()) return dmarc.failure;
  if (dmarc.record.empty()) return PolicyText(dmarc.own);
  std::string text = dmarc.record;
  if (dmarc.domain != domain) text += Concat("\nfrom ", dmarc.domain, ", a domain above it");
  const std::string_view policy = dmarc.policy;
  const std::string_view meaning = policy == "none"         ? "receivers only report"
                                   : policy == "quarantine" ? "receivers put failing mail aside"
                                   : policy == "reject"     ? "receivers reject failing mail"
                                                            : "";
  return meaning.empty() ? text : Concat(text, "\n", meaning);
}

// One line for each exchanger, or one for all if they have the same to say.
std::string DaneText(const MailPlan& plan) {
  std::vector<std::string> lines;
  size_t width = 0;
  bool equal = true;
  for (const Exchanger& exchanger : plan.exchangers) {
    const Dane& dane = exchanger.dane;
    std::string line = Concat(StateText(dane.state), ": ", dane.reason);
    for (size_t i = 0; i < dane.records.size(); ++i) {
      line += Concat(i == 0 ? "" : "; ", RecordText(dane.records[i]));
    }
    lines.push_back(std::move(line));
    width = std::max(width, exchanger.name.size());
    equal = equal && dane.records.empty() && lines.back() == lines.front();
  }
  if (equal) return lines.front();
  std::string text;
  for (size_t i = 0; i < lines.size(); ++i) {
    text += Concat(i == 0 ? "" : "\n", Padded(plan.exchangers[i].name, width), "  ", lines[i]);
  }
  return text;
}

std::string NameServersText(const MailPlan& plan) {
  if (!plan.traced) {
    return Row("servers",
               "not told: the resolver is no ternd on this machine, or it does not show "
               "its traces");
  }
  if (plan.name_servers.empty()) return Row("servers", "none was asked, the cache had all answers");
  std::vector<std::pair<std::string, std::string>> rows;
  size_t width = 0;
  for (const NameServerUse& use : plan.name_servers) {
    std::string text;
    if (use.replies > 0) {
      text = Concat(use.replies, use.replies == 1 ? " reply, " : " replies, ",
                    Milliseconds(use.fastest_us));
      if (use.slowest_us != use.fastest_us) text += Concat(" to ", Milliseconds(use.slowest_us));
    }
    if (use.timeouts > 0) {
      text += Concat(text.empty() ? "" : ", ", use.timeouts,
                     use.timeouts == 1 ? " timeout" : " timeouts");
    }
    std::string zones;
    for (const std::string& zone : use.zones) zones += Concat(zones.empty() ? "" : " ", zone);
    rows.emplace_back(use.server, Concat(text, "  (", zones, ")"));
    width = std::max(width, use.server.size());
  }
  std::string text;
  for (const auto& [server, more] : rows) {
    text += Concat(text.empty() ? "" : "\n", Padded(server, width), "  ", more);
  }
  return Row("servers", text);
}

// The width of the column with a finding's grade.
constexpr size_t kGradeWidth = 11;

// `change     text`; the text's further lines start in the same column.
std::string InColumn(std::string_view head, size_t width, std::string_view text) {
  std::string column = Padded(head, width);
  for (const char c : Wrapped(text, kMargin + width)) {
    column += c;
    if (c == '\n') column += std::string(width, ' ');
  }
  return column;
}

// What has not happened yet says nothing to a reader. Programs get all (mail_json.h).
std::string CountersText(const std::vector<MailCounter>& counters) {
  std::string text;
  for (const MailCounter& counter : counters) {
    if (counter.value == 0) continue;
    text += Row(text.empty() ? "ternd so far" : "", CounterText(counter));
  }
  return text;
}

}  // namespace

std::string MailText(const MailPlan& plan, const Endpoint& server) {
  std::string text =
      Row("mail to", Concat(plan.domain, "  ", VerdictText(plan.verdict), ": ", plan.reason));
  if (!plan.exchangers.empty()) text += ExchangersText(plan);
  text += Row("SPF", SpfText(plan.spf));
  text += Row("DMARC", DmarcText(plan.dmarc, plan.domain));
  text += Row("MTA-STS", PolicyText(plan.mta_sts));
  if (!plan.exchangers.empty()) text += Row("DANE", DaneText(plan));
  text += NameServersText(plan);
  for (size_t i = 0; i < plan.warnings.size(); ++i) {
    text += Row(i == 0 ? "warnings" : "", InColumn("-", 2, plan.warnings[i].text));
  }
  text += CountersText(plan.counters);
  return text + Row("asked", Concat(server.ToText(), ", ", plan.questions,
                                    " questions, the slowest answer in ",
                                    Milliseconds(plan.slowest.count())));
}

std::string BlockListsText(std::span<const BlockListState> lists) {
  size_t width = 0;
  for (const BlockListState& list : lists) width = std::max(width, list.zone.size());
  std::string text;
  for (const BlockListState& list : lists) {
    text += Concat(Padded(list.zone, width), "  ", VerdictText(list.verdict), ": ", list.words);
    if (list.slowest.count() > 0) text += Concat(", in ", Milliseconds(list.slowest.count()));
    text += "\n";
    if (!list.advice.empty()) text += Concat(std::string(width + 2, ' '), list.advice, "\n");
  }
  return text;
}

std::string FindingsText(std::span<const Finding> findings) {
  std::string text;
  for (const Finding& finding : findings) {
    text += Row(finding.part, InColumn(GradeText(finding.grade), kGradeWidth, finding.text));
    if (finding.change.empty()) continue;
    std::string_view rest = finding.change;
    while (true) {
      const size_t end = std::min(rest.find('\n'), rest.size());
      text += Concat(std::string(kMargin + kGradeWidth, ' '), "-> ", rest.substr(0, end), "\n");
      if (end == rest.size()) break;
      rest.remove_prefix(end + 1);
    }
  }
  return text;
}

}  // namespace tern::resolver::tool
