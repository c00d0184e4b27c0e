#include "resolver/tool/why.h"

#include "wire/concat.h"
#include "wire/harmless_text.h"
#include "wire/presentation.h"

namespace tern::resolver::tool {
namespace {

std::string LinkText(const TrustLink& link) {
  return Concat("  ", HarmlessText(link.question), ": ", HarmlessText(link.outcome),
                link.server.empty() ? "" : ", from ", HarmlessText(link.server), "\n");
}

std::string_view HeadOf(Verdict verdict) {
  return verdict == Verdict::kBogus ? "broken  " : "because ";
}

}  // namespace

const Command& WhyCommand() {
  static const Command command = {
      .name = "why",
      .meaning = "follows the chain of trust anew, and names the link that is broken",
      .words = {{.name = "NAME", .meaning = "a domain name, or an address for its PTR record"},
                {.name = "TYPE",
                 .meaning = "a record type; A when it is not given",
                 .may_be_missing = true,
                 .choices = {"A", "AAAA", "CNAME", "DNSKEY", "DS", "MX", "NS", "SOA", "TLSA",
                             "TXT"}}},
      .options = {{.name = "--server",
                   .value = "ADDRESS[:PORT]",
                   .meaning = "the ternd to ask, on this machine; without it the first nameserver "
                              "of /etc/resolv.conf"},
                  {.name = "--json", .meaning = "print one JSON object"},
                  {.name = "--timeout",
                   .value = "DURATION",
                   .meaning = "how long to wait in all, such as 800ms; 8s when it is not given"}},
  };
  return command;
}

absl::StatusOr<LookupOptions> ParseWhyOptions(std::span<const std::string> words,
                                              std::string_view resolv_conf) {
  auto options = ReadQuestionOptions(WhyCommand(), words, resolv_conf);
  if (options.ok()) options->trace = options->replay = true;
  return options;
}

std::string WhyText(const LookupOptions& options, const LookupReply& reply,
                    const ChainOfTrust& chain) {
  std::string text =
      Concat("name    ", wire::ToText(options.name), " ", wire::ToText(options.type), "\n");
  if (!chain.links.empty()) text += "chain\n";
  for (const TrustLink& link : chain.links) text += LinkText(link);
  text += Concat("verdict ", VerdictName(chain.verdict), ", ", wire::ToText(reply.rcode), "\n");
  if (chain.verdict == Verdict::kSecure) return text;
  text += HeadOf(chain.verdict);
  if (chain.deciding < 0) return Concat(text, HarmlessText(chain.reason), "\n");
  const TrustLink& link = chain.links[static_cast<size_t>(chain.deciding)];
  text += Concat(HarmlessText(link.question), ": ", HarmlessText(chain.reason), "\n");
  if (!link.server.empty()) text += Concat("said by ", HarmlessText(link.server), "\n");
  return text;
}

WhyExit ExitOf(const ChainOfTrust& chain) {
  switch (chain.verdict) {
    case Verdict::kSecure:
      return WhyExit::kSecure;
    case Verdict::kInsecure:
      return WhyExit::kInsecure;
    case Verdict::kBogus:
      return WhyExit::kBogus;
    case Verdict::kIndeterminate:
      break;
  }
  return WhyExit::kIndeterminate;
}

}  // namespace tern::resolver::tool
