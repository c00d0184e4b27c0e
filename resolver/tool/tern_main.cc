// tern: the operator's tool.
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "resolver/base/text_file.h"
#include "resolver/base/version.h"
#include "resolver/tool/lookup_client.h"
#include "resolver/tool/lookup_json.h"
#include "resolver/tool/lookup_options.h"
#include "resolver/tool/lookup_reply.h"
#include "resolver/tool/lookup_text.h"

namespace tern::resolver::tool {
namespace {

constexpr std::string_view kUsage =
    "usage: tern lookup NAME [TYPE] [--server ADDRESS[:PORT]] [--tcp] [--json] [--trace]\n"
    "                   [--timeout DURATION]\n"
    "       tern --version | --help\n"
    "\n"
    "NAME     a domain name, or an address for its PTR record\n"
    "TYPE     A unless given\n"
    "--server the first nameserver of /etc/resolv.conf unless given\n"
    "--trace  how ternd found the answer, step by step; on its own machine\n"
    "\n"
    "Exit status: 0 an answer, 1 no such name or record, 2 wrong usage, 3 SERVFAIL, REFUSED or\n"
    "another failure of the server, 4 no answer.\n";

constexpr const char* kResolvConf = "/etc/resolv.conf";
constexpr size_t kResolvConfOctetsMax = size_t{64} << 10;

void Print(std::FILE* to, std::string_view text) { std::fwrite(text.data(), 1, text.size(), to); }

int UsageFailure(std::string_view message) {
  Print(stderr, "tern: ");
  Print(stderr, message);
  Print(stderr, "\nTry tern --help.\n");
  return static_cast<int>(LookupExit::kUsage);
}

int Lookup(const std::vector<std::string>& words) {
  const auto resolv_conf = ReadTextFile(kResolvConf, kResolvConfOctetsMax);
  const auto options = ParseLookupOptions(words, resolv_conf.ok() ? *resolv_conf : "");
  if (!options.ok()) return UsageFailure(std::string(options.status().message()));
  if (options->help) {
    Print(stdout, kUsage);
    return 0;
  }
  const RawReply raw = AskServer(*options);
  if (raw.outcome != LookupOutcome::kReply) {
    if (options->json) Print(stdout, NoReplyJson(*options, raw));
    Print(stderr, NoReplyText(*options, raw));
    return static_cast<int>(LookupExit::kNoReply);
  }
  const LookupReply reply = ReadLookupReply(raw.message);
  Print(stdout,
        options->json ? LookupJson(*options, raw, reply) : LookupText(*options, raw, reply));
  return static_cast<int>(ExitOf(reply, options->type));
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
  if (words[0] == "--help" || words[0] == "-h" || words[0] == "help") {
    Print(stdout, kUsage);
    return 0;
  }
  if (words[0] == "lookup") return Lookup({words.begin() + 1, words.end()});
  return UsageFailure("unknown command \"" + words[0] + "\"");
}

}  // namespace
}  // namespace tern::resolver::tool

int main(int argc, char** argv) { return tern::resolver::tool::Main(argc, argv); }
