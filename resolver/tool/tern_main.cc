// tern: the operator's tool. It runs the command that its words name.
#include <cstdio>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "resolver/base/command_line.h"
#include "resolver/base/error_text.h"
#include "resolver/base/text_file.h"
#include "resolver/base/version.h"
#include "resolver/tool/lookup_client.h"
#include "resolver/tool/lookup_json.h"
#include "resolver/tool/lookup_options.h"
#include "resolver/tool/lookup_reply.h"
#include "resolver/tool/lookup_text.h"
#include "resolver/tool/tern_program.h"
#include "wire/check.h"
#include "wire/concat.h"

namespace tern::resolver::tool {
namespace {

constexpr const char* kResolvConf = "/etc/resolv.conf";
constexpr size_t kResolvConfOctetsMax = size_t{64} << 10;

void Print(std::FILE* to, std::string_view text) { std::fwrite(text.data(), 1, text.size(), to); }

int Help() {
  Print(stdout, HelpText(TernProgram()));
  return 0;
}

int UsageFailure(std::string_view message) {
  Print(stderr, "tern: ");
  Print(stderr, message);
  Print(stderr, "\nTry tern --help.\n");
  return static_cast<int>(LookupExit::kUsage);
}

int Lookup(std::span<const std::string> words) {
  const auto resolv_conf = ReadTextFile(kResolvConf, kResolvConfOctetsMax);
  const auto options = ParseLookupOptions(words, resolv_conf.ok() ? *resolv_conf : "");
  if (!options.ok()) return UsageFailure(std::string(options.status().message()));
  if (options->help) return Help();
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
  if (words[0] == "--help" || words[0] == "-h" || words[0] == "help") return Help();
  size_t taken = 0;
  const Command* const command = FindCommand(TernProgram(), words, &taken);
  if (command == nullptr) return UsageFailure(Concat("unknown command ", Quoted(words[0])));
  TERN_REQUIRE(command->name == "lookup");  // the only one
  return Lookup(std::span(words).subspan(taken));
}

}  // namespace
}  // namespace tern::resolver::tool

int main(int argc, char** argv) { return tern::resolver::tool::Main(argc, argv); }
