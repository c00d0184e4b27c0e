// tern: the operator's tool. It runs the command that its words name.
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "resolver/base/command_line.h"
#include "resolver/base/error_text.h"
#include "resolver/base/text_file.h"
#include "resolver/base/version.h"
#include "resolver/tool/block_lists.h"
#include "resolver/tool/config_check.h"
#include "resolver/tool/configured_lists.h"
#include "resolver/tool/control_cache.h"
#include "resolver/tool/control_cache_load.h"
#include "resolver/tool/control_client.h"
#include "resolver/tool/control_command.h"
#include "resolver/tool/control_commands.h"
#include "resolver/tool/control_options.h"
#include "resolver/tool/control_text.h"
#include "resolver/tool/health.h"
#include "resolver/tool/import_options.h"
#include "resolver/tool/lookup_client.h"
#include "resolver/tool/lookup_json.h"
#include "resolver/tool/lookup_options.h"
#include "resolver/tool/lookup_reply.h"
#include "resolver/tool/lookup_text.h"
#include "resolver/tool/mail_doctor.h"
#include "resolver/tool/mail_json.h"
#include "resolver/tool/mail_options.h"
#include "resolver/tool/mail_plan.h"
#include "resolver/tool/mail_text.h"
#include "resolver/tool/questions.h"
#include "resolver/tool/terminal.h"
#include "resolver/tool/tern_program.h"
#include "resolver/tool/top_options.h"
#include "resolver/tool/unbound_file.h"
#include "resolver/tool/unbound_import.h"
#include "resolver/tool/watch_top.h"
#include "resolver/tool/why.h"
#include "resolver/tool/why_json.h"
#include "wire/check.h"
#include "wire/concat.h"

namespace tern::resolver::tool {
namespace {

constexpr std::chrono::milliseconds kCountersTimeout(500);
constexpr size_t kTokenFileOctetsMax = 4096;
constexpr const char* kResolvConf = "/etc/resolv.conf";
constexpr const char* kPostfixQueue = "/var/spool/postfix";

void Print(std::FILE* to, std::string_view text) { std::fwrite(text.data(), 1, text.size(), to); }

// The command that runs; null when there is none.
const Command* running_command = nullptr;

int Help() {
  Print(stdout, running_command == nullptr ? HelpText(TernProgram())
                                           : HelpText(TernProgram(), *running_command));
  return 0;
}

int UsageFailure(std::string_view message) {
  Print(stderr, "tern: ");
  Print(stderr, message);
  const std::string_view command = running_command == nullptr ? "" : running_command->name;
  Print(stderr, Concat("\nTry tern ", command, command.empty() ? "" : " ", "--help.\n"));
  return static_cast<int>(LookupExit::kUsage);
}

using ParseOptions = absl::StatusOr<LookupOptions> (*)(std::span<const std::string> words,
                                                       std::string_view resolv_conf);
using Show = int (*)(const LookupOptions& options, const RawReply& raw, const LookupReply& reply);

int AskOnce(const LookupOptions& options, Show show, int exit_without_reply) {
  const RawReply raw = AskServer(options);
  if (raw.outcome == LookupOutcome::kReply) {
    return show(options, raw, ReadLookupReply(raw.message));
  }
  if (options.json) Print(stdout, NoReplyJson(options, raw));
  Print(stderr, NoReplyText(options, raw));
  return exit_without_reply;
}

bool WantsColours() {
  const char* const no_colour = std::getenv("NO_COLOR");  // see no-color.org
  return no_colour == nullptr || *no_colour == '\0';
}

// Asks the questions of a command line and shows the replies. The worst exit code counts.
int AskAndShow(std::span<const std::string> words, ParseOptions parse, Show show,
               int exit_without_reply) {
  const auto resolv_conf = ReadTextFile(kResolvConf, kResolvConfOctetsMax);
  auto options = parse(words, resolv_conf.ok() ? *resolv_conf : "");
  if (!options.ok()) return UsageFailure(std::string(options.status().message()));
  if (options->help) return Help();
  options->coloured = Terminal::IsAt(STDOUT_FILENO) && WantsColours();
  int exit = AskOnce(*options, show, exit_without_reply);
  for (const wire::RRType type : options->more_types) {
    options->type = type;
    if (!options->json && !options->brief) Print(stdout, "\n");
    exit = std::max(exit, AskOnce(*options, show, exit_without_reply));
  }
  return exit;
}

int ShowLookup(const LookupOptions& options, const RawReply& raw, const LookupReply& reply) {
  Print(stdout, options.json ? LookupJson(options, raw, reply) : LookupText(options, raw, reply));
  return static_cast<int>(ExitOf(reply, options.type));
}

int Lookup(std::span<const std::string> words) {
  return AskAndShow(words, &ParseLookupOptions, &ShowLookup,
                    static_cast<int>(LookupExit::kNoReply));
}

int ShowWhy(const LookupOptions& options, const RawReply& /*raw*/, const LookupReply& reply) {
  const ChainOfTrust chain = ReadChain(reply);
  Print(stdout, options.json ? WhyJson(options, reply, chain) : WhyText(options, reply, chain));
  return static_cast<int>(ExitOf(chain));
}

int Why(std::span<const std::string> words) {
  return AskAndShow(words, &ParseWhyOptions, &ShowWhy, static_cast<int>(WhyExit::kIndeterminate));
}

AskMany AskingFor(const MailOptions& options) {
  return AskingServer(options.server, options.timeout);
}

int Mail(std::span<const std::string> words) {
  const auto resolv_conf = ReadTextFile(kResolvConf, kResolvConfOctetsMax);
  auto options = ParseMailOptions(words, resolv_conf.ok() ? *resolv_conf : "");
  if (!options.ok()) return UsageFailure(std::string(options.status().message()));
  if (options->help) return Help();
  if (options->check_lists) {
    if (options->names.empty()) {
      auto configured = AskConfiguredLists(options->server, options->timeout);
      if (!configured.ok()) return UsageFailure(std::string(configured.status().message()));
      options->names = *std::move(configured);
    }
    const auto lists = CheckBlockLists(options->names, AskingFor(*options));
    Print(stdout, options->json ? BlockListsJson(lists) : BlockListsText(lists));
    return ExitOf(lists);
  }
  MailPlan plan = PlanMail(options->names[0], AskingFor(*options));
  plan.counters = AskMailCounters(options->server, kCountersTimeout);
  Print(stdout, options->json ? MailJson(plan, options->server) : MailText(plan, options->server));
  return static_cast<int>(plan.verdict);
}

// What Postfix says, or its default when it is not there to be asked.
std::string PostfixQueueDirectory() {
  std::string said;
  std::FILE* const pipe = popen("postconf -h queue_directory 2>/dev/null", "r");
  if (pipe == nullptr) return kPostfixQueue;
  char piece[512];
  while (std::fgets(piece, sizeof piece, pipe) != nullptr && said.size() < sizeof piece) {
    said += piece;
  }
  if (pclose(pipe) != 0 || !said.starts_with('/')) return kPostfixQueue;
  return said.substr(0, said.find('\n'));
}

std::vector<Finding> Diagnose(const DoctorOptions& options, const std::string& resolv_conf) {
  std::vector<Finding> findings = {CheckNameServers(options.resolv_conf, resolv_conf),
                                   CheckResolverOptions(options.resolv_conf, resolv_conf)};
  const std::string queue = options.chroot_copy ? "" : PostfixQueueDirectory();
  const std::string copy_path = options.chroot_copy.value_or(queue + "/etc/resolv.conf");
  std::optional<absl::StatusOr<std::string>> copy;
  if (options.chroot_copy || access(queue.c_str(), F_OK) == 0) {
    copy = ReadTextFile(copy_path, kResolvConfOctetsMax);
  }
  findings.push_back(CheckChrootCopy(options.resolv_conf, resolv_conf, copy_path, copy));
  const Endpoint server = options.server.value_or(DefaultServer(resolv_conf));
  const AskMany ask = AskingServer(server, options.timeout);
  findings.push_back(CheckResolver(server, ask));
  for (const BlockListState& list : CheckBlockLists(options.lists, ask)) {
    findings.push_back(FindingOf(list));
  }
  if (options.lists.empty()) {
    findings.push_back({.part = "block list",
                        .grade = FindingGrade::kSkipped,
                        .text = "none was named: give --list ZONE for each that the mail server "
                                "asks"});
  }
  return findings;
}

int Doctor(std::span<const std::string> words) {
  const auto options = ParseDoctorOptions(words);
  if (!options.ok()) return UsageFailure(std::string(options.status().message()));
  if (options->help) return Help();
  const auto resolv_conf = ReadTextFile(options->resolv_conf, kResolvConfOctetsMax);
  if (!resolv_conf.ok()) return UsageFailure(std::string(resolv_conf.status().message()));
  const std::vector<Finding> findings = Diagnose(*options, *resolv_conf);
  Print(stdout, options->json ? FindingsJson(findings) : FindingsText(findings));
  return ExitOf(findings);
}

int ShowHealth(std::span<const std::string> words) {
  const auto options = ParseHealthOptions(words);
  if (!options.ok()) return UsageFailure(std::string(options.status().message()));
  if (options->help) return Help();
  std::string token;
  if (!options->token_file.empty()) {
    auto text = ReadTextFile(options->token_file, kTokenFileOctetsMax);
    if (!text.ok()) return UsageFailure(std::string(text.status().message()));
    token = text->substr(0, text->find_first_of(" \t\r\n"));
  }
  const HealthReport report = ReadHealth(*options, FetchHealth(*options, token));
  Print(stdout, report.text);
  return static_cast<int>(report.exit);
}

int ImportConfiguration(std::span<const std::string> words) {
  const auto options = ParseImportOptions(words);
  if (!options.ok()) return UsageFailure(std::string(options.status().message()));
  if (options->help) return Help();
  const auto read = ReadUnboundFile(options->file);
  if (!read.ok()) {
    Print(stderr, Concat("tern: ", std::string(read.status().message()), "\n"));
    return static_cast<int>(ImportExit::kUnreadable);
  }
  const ImportedConfiguration made = ImportUnbound(*read);
  Print(stdout, made.ToYaml(options->file));
  const size_t missing = made.Count(ImportGrade::kMissing);
  if (missing == 0) return static_cast<int>(ImportExit::kWhole);
  Print(stderr, Concat("tern: not carried over: ", std::to_string(missing),
                       missing == 1 ? " option" : " options",
                       "; the comments at the beginning say which and why\n"));
  return static_cast<int>(ImportExit::kMissing);
}

// The folder of this program. Empty when the kernel does not say.
std::string OwnFolder() {
  char path[4096];
  const ssize_t octets = readlink("/proc/self/exe", path, sizeof path);
  if (octets <= 0) return "";
  const std::string_view text(path, static_cast<size_t>(octets));
  return std::string(text.substr(0, text.rfind('/')));
}

int CheckConfig(std::span<const std::string> words) {
  const auto options = ParseCheckOptions(words);
  if (!options.ok()) return UsageFailure(std::string(options.status().message()));
  if (options->help) return Help();
  const CheckReport report = CheckConfiguration(PlacesOfTernd(OwnFolder()), options->file);
  Print(options->json || report.exit == CheckExit::kGood ? stdout : stderr,
        options->json ? CheckJson(*options, report) : CheckText(*options, report));
  return static_cast<int>(report.exit);
}

// The file, or the standard output when it has no name.
int Dump(const ControlOptions& options) {
  const std::string path = options.words.empty() ? "" : options.words[0];
  std::FILE* const to = path.empty() ? stdout : std::fopen(path.c_str(), "we");
  if (to == nullptr) {
    Print(stderr, Concat("tern: ", path, ": ", std::generic_category().message(errno), "\n"));
    return static_cast<int>(ControlExit::kFailure);
  }
  ControlReply reply = DumpCache(
      options, [](const ControlOptions& piece) { return AskControl(piece); },
      [to](std::string_view text) {
        return std::fwrite(text.data(), 1, text.size(), to) == text.size();
      });
  // What is buffered may have no room either.
  const bool is_written = path.empty() ? std::fflush(to) == 0 : std::fclose(to) == 0;
  if (!is_written && reply.exit == ControlExit::kOk) {
    reply.exit = ControlExit::kFailure;
    reply.error = Concat("tern: ", path, ": ", std::generic_category().message(errno), "\n");
  }
  Print(stderr, reply.error);
  return static_cast<int>(reply.exit);
}

// The file, or the standard input when it has no name.
int Load(const ControlOptions& options) {
  const std::string path = options.words.empty() ? "" : options.words[0];
  std::ifstream file;
  if (!path.empty()) file.open(path);
  if (!path.empty() && !file.is_open()) {
    Print(stderr, Concat("tern: ", path, ": ", std::generic_category().message(errno), "\n"));
    return static_cast<int>(ControlExit::kFailure);
  }
  const ControlReply reply =
      LoadCache(options, path.empty() ? std::cin : file, path.empty() ? "standard input" : path,
                [](const ControlOptions& piece) { return AskControl(piece); });
  Print(stdout, options.json ? reply.json : reply.text);
  Print(stderr, reply.error);
  return static_cast<int>(reply.exit);
}

ControlReply WatchOnTerminal(const TopOptions& options) {
  return WatchTop(options,
                  [](const ControlOptions& look) { return AskControl(look, kWatchTimeout); },
                  {.in = STDIN_FILENO, .out = STDOUT_FILENO, .coloured = WantsColours()});
}

// Again and again on a terminal, otherwise once.
int Top(const ControlCommand& command, std::span<const std::string> words) {
  auto options = ParseTopOptions(command, words);
  if (!options.ok()) return UsageFailure(std::string(options.status().message()));
  if (options->control.help) return Help();
  const bool has_terminal = Terminal::IsAt(STDOUT_FILENO);
  if (has_terminal && !options->times) options->times = std::numeric_limits<uint64_t>::max();
  const ControlReply reply =
      has_terminal && !options->control.json
          ? WatchOnTerminal(*options)
          : PrintTop(
                *options, [](const ControlOptions& look) { return AskControl(look); },
                [](std::string_view text) {
                  Print(stdout, text);
                  return std::fflush(stdout) == 0;
                },
                [&] { std::this_thread::sleep_for(options->every); });
  Print(stderr, reply.error);
  return static_cast<int>(reply.exit);
}

// Has a running ternd do it.
int Control(const ControlCommand& command, std::span<const std::string> words) {
  if (command.command.name == "top") return Top(command, words);
  const auto options = ParseControlOptions(command, words);
  if (!options.ok()) return UsageFailure(std::string(options.status().message()));
  if (options->help) return Help();
  if (command.command.name == "cache dump") return Dump(*options);
  if (command.command.name == "cache load") return Load(*options);
  const auto answer = AskControl(*options);
  if (!answer.ok()) {
    const ControlReply failure = NoAnswerReply(answer.status());
    Print(stderr, failure.error);
    return static_cast<int>(failure.exit);
  }
  const ControlReply reply = ReadControlReply(command, *answer);
  const bool shows_json = options->json && !reply.json.empty();
  Print(stdout, shows_json ? reply.json : reply.text);
  if (!shows_json) Print(stderr, reply.error);
  return static_cast<int>(reply.exit);
}

int Main(int argc, char** argv) {
  const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
  if (words.empty()) return UsageFailure("expected a command");
  if (words[0] == "--version") {
    Print(stdout, "tern ");
    Print(stdout, kVersion);
    Print(stdout, "\n");
    return 0;
  }
  if (words[0] == "--help" || words[0] == "-h" || words[0] == "help") return Help();
  size_t taken = 0;
  const Command* const command = FindCommand(TernProgram(), words, &taken);
  if (const auto longer = CommandsThatBegin(TernProgram(), words[0]);
      command == nullptr && !longer.empty()) {
    std::string names;
    for (const std::string_view name : longer) names += Concat(names.empty() ? "" : ", ", name);
    return UsageFailure(Concat("expected one of these: ", names));
  }
  if (command == nullptr) {
    const bool is_name = words[0].starts_with('@') || words[0].find('.') != std::string::npos;
    return UsageFailure(Concat("unknown command ", Quoted(words[0]),
                               is_name ? "; to ask for a name: tern lookup NAME" : ""));
  }
  running_command = command;
  const std::span<const std::string> rest = std::span(words).subspan(taken);
  if (const ControlCommand* const control = FindControlCommand(command->name)) {
    return Control(*control, rest);
  }
  if (command->name == "why") return Why(rest);
  if (command->name == "mail") return Mail(rest);
  if (command->name == "doctor mail") return Doctor(rest);
  if (command->name == "config check") return CheckConfig(rest);
  if (command->name == "health") return ShowHealth(rest);
  if (command->name == "config import") return ImportConfiguration(rest);
  TERN_REQUIRE(command->name == "lookup");  // the only other one
  return Lookup(rest);
}

}  // namespace
}  // namespace tern::resolver::tool

int main(int argc, char** argv) { return tern::resolver::tool::Main(argc, argv); }
