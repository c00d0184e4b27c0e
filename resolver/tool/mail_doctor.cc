#include "resolver/tool/mail_doctor.h"

#include <algorithm>
#include <cstdio>

#include "wire/concat.h"
#include "wire/harmless_text.h"

namespace tern::resolver::tool {
namespace {

constexpr std::string_view kOwnLine = "nameserver 127.0.0.1";
constexpr std::string_view kNeededOptions[] = {"edns0", "trust-ad"};

// A line of resolv.conf(5).
struct ConfLine {
  size_t number = 0;  // from 1
  std::vector<std::string_view> words;
};

std::vector<std::string_view> WordsOf(std::string_view line) {
  constexpr std::string_view kBlanks = " \t\r";
  std::vector<std::string_view> words;
  while (true) {
    const size_t start = line.find_first_not_of(kBlanks);
    if (start == std::string_view::npos) return words;
    line.remove_prefix(start);
    const size_t end = std::min(line.find_first_of(kBlanks), line.size());
    words.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

// The lines with that keyword, which stands in the first column.
std::vector<ConfLine> LinesWith(std::string_view keyword, std::string_view text) {
  std::vector<ConfLine> lines;
  for (size_t number = 1; !text.empty(); ++number) {
    const size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (!line.starts_with(keyword)) continue;
    std::vector<std::string_view> words = WordsOf(line);
    if (words[0] == keyword) lines.push_back({number, std::move(words)});
  }
  return lines;
}

// What is wrong with a name server for mail; empty when nothing is.
std::string_view FaultOf(std::string_view server) {
  if (server == "127.0.0.53" || server == "127.0.0.54") {
    return "is the stub of systemd-resolved, which forwards";
  }
  if (server == "127.0.0.11") {
    return "is the stub of Docker, which forwards and turns NXDOMAIN into SERVFAIL";
  }
  const auto address = IpAddress::ParseScoped(server);
  if (!address) return "is no address";
  return address->IsLoopback() ? ""
                               : "is another machine, whose answers anybody on the way can bend";
}

std::string Number(size_t number) { return std::to_string(number); }

}  // namespace

std::string_view GradeText(FindingGrade grade) {
  switch (grade) {
    case FindingGrade::kGood:
      return "ok";
    case FindingGrade::kSkipped:
      return "skipped";
    case FindingGrade::kBad:
      return "change";
    case FindingGrade::kSilent:
      return "no answer";
  }
  return "";
}

Finding CheckNameServers(const std::string& path, std::string_view resolv_conf) {
  Finding finding = {.part = "nameserver"};
  const std::vector<ConfLine> lines = LinesWith("nameserver", resolv_conf);
  bool has_own = lines.empty();  // then programs ask 127.0.0.1
  for (const ConfLine& line : lines) {
    const std::string_view server = line.words.size() > 1 ? line.words[1] : std::string_view();
    has_own = has_own || FaultOf(server).empty();
  }
  std::string good;
  bool replaced = has_own;
  for (const ConfLine& line : lines) {
    const std::string_view server = line.words.size() > 1 ? line.words[1] : std::string_view();
    const std::string_view fault = FaultOf(server);
    if (fault.empty()) {
      good += Concat(good.empty() ? "" : ", ", server);
      continue;
    }
    finding.grade = FindingGrade::kBad;
    finding.text += Concat(finding.text.empty() ? "" : "; ", HarmlessText(server), " ", fault);
    finding.change += Concat(finding.change.empty() ? "" : "\n", path, ":", Number(line.number),
                             ": ", replaced ? "remove this line" : kOwnLine);
    replaced = true;
  }
  if (lines.empty()) {
    finding.text = "no nameserver line, so programs ask 127.0.0.1";
  } else if (finding.grade == FindingGrade::kGood) {
    finding.text = Concat(good, ": this machine");
  }
  return finding;
}

Finding CheckResolverOptions(const std::string& path, std::string_view resolv_conf) {
  Finding finding = {.part = "options"};
  const std::vector<ConfLine> lines = LinesWith("options", resolv_conf);
  std::string missing;
  for (const std::string_view option : kNeededOptions) {
    const bool has = std::any_of(lines.begin(), lines.end(), [&](const ConfLine& line) {
      return std::find(line.words.begin() + 1, line.words.end(), option) != line.words.end();
    });
    if (!has) missing += Concat(" ", option);
  }
  if (missing.empty()) {
    finding.text = "edns0 and trust-ad are set";
    return finding;
  }
  finding.grade = FindingGrade::kBad;
  finding.text = Concat("missing:", missing,
                        ". With edns0 programs take large answers, and with trust-ad they see that "
                        "an answer is secure.");
  std::string line = "options";
  if (!lines.empty()) {
    line.clear();
    for (const std::string_view word : lines.back().words) {
      line += Concat(line.empty() ? "" : " ", HarmlessText(word));
    }
  }
  finding.change = lines.empty()
                       ? Concat(path, ": add the line: ", line, missing)
                       : Concat(path, ":", Number(lines.back().number), ": ", line, missing);
  return finding;
}

Finding CheckChrootCopy(const std::string& path, std::string_view resolv_conf,
                        const std::string& copy_path,
                        const std::optional<absl::StatusOr<std::string>>& copy) {
  Finding finding = {.part = "chroot copy"};
  if (!copy) {
    finding.grade = FindingGrade::kSkipped;
    finding.text = Concat("no Postfix queue directory for ", copy_path);
    return finding;
  }
  if (copy->ok() && **copy == resolv_conf) {
    finding.text = Concat(copy_path, " is equal to ", path);
    return finding;
  }
  finding.grade = FindingGrade::kBad;
  finding.text = copy->ok() ? Concat(copy_path, " differs from ", path)
                            : Concat(HarmlessText(std::string(copy->status().message())),
                                     ", so Postfix's chrooted services find no resolver");
  finding.change = Concat("cp ", path, " ", copy_path, " && postfix reload");
  return finding;
}

Finding CheckResolver(const Endpoint& server, const AskMany& ask) {
  Finding finding = {.part = "resolver"};
  AnswerBook book(ask);
  const Answer& answer = book.AskOne(wire::Name(), wire::RRType::kNS);
  if (answer.kind == AnswerKind::kRecords) {
    char time[48];
    std::snprintf(time, sizeof time, "%.1f ms", static_cast<double>(answer.elapsed.count()) / 1000);
    finding.text = Concat(server.ToText(), " answers, in ", time);
    return finding;
  }
  const bool silent = answer.kind == AnswerKind::kNoReply;
  finding.grade = silent ? FindingGrade::kSilent : FindingGrade::kBad;
  finding.text =
      Concat(server.ToText(), silent ? ": " : " does not resolve: . NS: ", OutcomeText(answer));
  finding.change = silent ? "systemctl restart tern; then look at: journalctl -u tern"
                          : "look at: journalctl -u tern";
  return finding;
}

Finding FindingOf(const BlockListState& list) {
  Finding finding = {.part = "block list"};
  if (list.verdict != BlockListVerdict::kWorks) {
    finding.grade =
        list.verdict == BlockListVerdict::kSilent ? FindingGrade::kSilent : FindingGrade::kBad;
  }
  finding.text = Concat(list.zone, " ", VerdictText(list.verdict), ": ", list.words);
  finding.change = list.advice;
  return finding;
}

int ExitOf(std::span<const Finding> findings) {
  const auto has = [&](FindingGrade grade) {
    return std::any_of(findings.begin(), findings.end(),
                       [&](const Finding& finding) { return finding.grade == grade; });
  };
  if (has(FindingGrade::kSilent)) return 3;
  return has(FindingGrade::kBad) ? 1 : 0;
}

}  // namespace tern::resolver::tool
