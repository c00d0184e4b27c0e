#include "resolver/tool/mail_options.h"

#include "resolver/base/domain_text.h"
#include "resolver/base/error_text.h"
#include "resolver/tool/block_lists.h"
#include "resolver/tool/lookup_options.h"
#include "wire/concat.h"

namespace tern::resolver::tool {
namespace {

absl::Status WrongUse(const std::string& message) { return absl::InvalidArgumentError(message); }

absl::StatusOr<std::vector<wire::Name>> ReadNames(std::span<const std::string_view> texts) {
  std::vector<wire::Name> names;
  for (const std::string_view text : texts) {
    if (IpAddress::Parse(text)) {
      return WrongUse(Concat("expected a domain name, found the address ", Quoted(text)));
    }
    const auto name = ParseDomainText(text);
    if (!name.ok()) return WrongUse(std::string(name.status().message()));
    names.push_back(*name);
  }
  if (names.size() > kBlockListsMax) {
    return WrongUse(Concat("expected at most ", kBlockListsMax, " block lists"));
  }
  return names;
}

}  // namespace

const Command& MailCommand() {
  static const Command command = {
      .name = "mail",
      .meaning = "shows how a mail server would deliver to a domain, or checks block lists",
      .words = {{.name = "DOMAIN",
                 .meaning = "a mail address or what stands behind its @; with --check-lists the "
                            "zones of the block lists, or nothing for those that ternd has in "
                            "its configuration",
                 .may_repeat = true}},
      .options = {{.name = "--check-lists",
                   .meaning = "ask each block list for its test entries (RFC 5782), and say "
                              "whether it works, refuses or is silent"},
                  {.name = "--server",
                   .value = "ADDRESS[:PORT]",
                   .meaning = "the resolver to ask; without it the first nameserver of "
                              "/etc/resolv.conf"},
                  {.name = "--json", .meaning = "print one JSON object"},
                  {.name = "--timeout",
                   .value = "DURATION",
                   .meaning = "how long all questions may take together; 20s when it is not "
                              "given"}},
  };
  return command;
}

const Command& DoctorCommand() {
  static const Command command = {
      .name = "doctor mail",
      .meaning = "looks at what a mail server needs for its DNS on this machine",
      .options = {{.name = "--resolv-conf",
                   .value = "FILE",
                   .meaning = "instead of /etc/resolv.conf",
                   .expected = "the path of a file",
                   .offer = Offer::kFiles},
                  {.name = "--chroot-copy",
                   .value = "FILE",
                   .meaning = "the copy for Postfix's chroot; without it etc/resolv.conf in "
                              "Postfix's queue directory",
                   .expected = "the path of a file",
                   .offer = Offer::kFiles},
                  {.name = "--list",
                   .value = "ZONE",
                   .meaning = "a block list that has to answer; may be given several times"},
                  {.name = "--server",
                   .value = "ADDRESS[:PORT]",
                   .meaning = "the resolver to ask; without it the first nameserver of the file"},
                  {.name = "--json", .meaning = "print one JSON object"},
                  {.name = "--timeout",
                   .value = "DURATION",
                   .meaning = "how long all questions may take together; 20s when it is not "
                              "given"}},
  };
  return command;
}

absl::StatusOr<MailOptions> ParseMailOptions(std::span<const std::string> words,
                                             std::string_view resolv_conf) {
  const auto read = ReadCommand(MailCommand(), words);
  if (!read.ok()) return read.status();
  MailOptions options;
  options.server = DefaultServer(resolv_conf);
  options.check_lists = read->Has("--check-lists");
  options.json = read->Has("--json");
  options.help = read->help;
  if (options.help) return options;
  const absl::Status asking = ReadServerAndTimeout(*read, &options.server, &options.timeout);
  if (!asking.ok()) return asking;
  if (read->words.empty() && !options.check_lists) return WrongUse("expected a domain");
  if (!options.check_lists && read->words.size() > 1) {
    return WrongUse(Concat("expected one domain, found also ", Quoted(read->words[1])));
  }
  std::vector<std::string_view> words_read = read->words;
  // People paste whole addresses: what counts is behind the last `@`.
  if (!options.check_lists) words_read[0].remove_prefix(words_read[0].rfind('@') + 1);
  auto names = ReadNames(words_read);
  if (!names.ok()) return names.status();
  options.names = *std::move(names);
  return options;
}

absl::StatusOr<DoctorOptions> ParseDoctorOptions(std::span<const std::string> words) {
  const auto read = ReadCommand(DoctorCommand(), words);
  if (!read.ok()) return read.status();
  DoctorOptions options;
  options.json = read->Has("--json");
  options.help = read->help;
  if (options.help) return options;
  if (const auto path = read->Value("--resolv-conf")) options.resolv_conf = *path;
  if (const auto path = read->Value("--chroot-copy")) options.chroot_copy = *path;
  if (const auto server = read->Value("--server")) {
    Endpoint endpoint;
    if (absl::Status status = ReadServer(*server, &endpoint); !status.ok()) return status;
    options.server = endpoint;
  }
  if (const auto timeout = read->Value("--timeout")) {
    if (absl::Status status = ReadTimeout(*timeout, &options.timeout); !status.ok()) return status;
  }
  std::vector<std::string_view> zones;
  for (const auto& [option, value] : read->options) {
    if (option == "--list") zones.push_back(value);
  }
  auto lists = ReadNames(zones);
  if (!lists.ok()) return lists.status();
  options.lists = *std::move(lists);
  return options;
}

}  // namespace tern::resolver::tool
