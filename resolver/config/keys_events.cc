// The rows of the table of keys (keys.h) for dnstap and the query log.
#include "resolver/base/events.h"
#include "resolver/config/key_limits.h"
#include "resolver/config/key_places.h"
#include "resolver/config/key_tables.h"

namespace tern::resolver::config {
namespace {

constexpr auto kDnstap = &Settings::dnstap;
constexpr auto kQueryLog = &Settings::query_log;
constexpr auto kFilter = &QueryLogSettings::filter;

constexpr std::string_view kKeyFileSummary =
    "A file with the key for `addresses: encrypted`: 32 hexadecimal digits.";

constexpr KeySpec kEventKeys[] = {
    {.path = "dnstap",
     .value = kMap,
     .summary = "Each DNS message, for a program that reads dnstap (https://dnstap.info). A query "
                "to a name server that stays without a reply is told too. Changes hold from a "
                "reload on."},
    {.path = "dnstap.socket",
     .value = Text<kDnstap, &DnstapSettings::socket>(KeyKind::kEventSocket),
     .default_text = R"("")",
     .summary = "The Unix socket at which the reader listens. `\"\"`: none.",
     .details = "The reader may come and go. While it is away, and while it is too slow, messages "
                "are dropped and counted; no client waits for it."},
    {.path = "dnstap.file",
     .value = Text<kDnstap, &DnstapSettings::file>(KeyKind::kEventFile),
     .default_text = R"("")",
     .summary = "A file for the same. It begins anew at each start, and what was there is kept as "
                "`FILE.old`. `\"\"`: none.",
     .details = "If it was moved, `tern log reopen` and a reload begin a new one."},
    {.path = "dnstap.clients",
     .value = Flag<kDnstap, &DnstapSettings::clients>(),
     .default_text = "true",
     .summary = "Whether clients' queries and their answers are told."},
    {.path = "dnstap.servers",
     .value = Flag<kDnstap, &DnstapSettings::servers>(),
     .default_text = "true",
     .summary = "Whether queries to name servers and forwarders and their replies are told."},
    {.path = "dnstap.sample",
     .value = Number<kDnstap, &DnstapSettings::sample>(1, kSampleMax),
     .default_text = "1",
     .summary = "One in this many queries is told, drawn by lot, with its answer."},
    {.path = "dnstap.identity",
     .value = Text<kDnstap, &DnstapSettings::identity>(KeyKind::kIdentity),
     .default_text = R"("")",
     .summary = "What this ternd calls itself. `\"\"`: the name of the machine."},
    {.path = "dnstap.addresses",
     .value = Choice<kDnstap, &DnstapSettings::addresses, &AddressSettings::form>(kAddressWords),
     .default_text = "full",
     .summary = "How clients' addresses are shown. `prefix` leaves 24 bits of an IPv4 address and "
                "48 of an IPv6 address. `encrypted` hides them by a key.",
     .details = "What is encrypted (ipcrypt-deterministic) looks like an IPv6 address. One client "
                "has always the same. The messages themselves are not changed, so a client subnet "
                "that a query names (RFC 7871) stays in it."},
    {.path = "dnstap.key_file",
     .value = Text<kDnstap, &DnstapSettings::addresses, &AddressSettings::key_file>(
         KeyKind::kAddressKey),
     .default_text = R"("")",
     .summary = kKeyFileSummary},

    {.path = "query_log",
     .value = kMap,
     .summary = "A line for each query that was answered, or got no answer, as a JSON object. "
                "If the answer has an extended error, the line has its number and its reason in "
                "words. Changes hold from a reload on."},
    {.path = "query_log.file",
     .value = Text<kQueryLog, &QueryLogSettings::file>(KeyKind::kEventFile),
     .default_text = R"("")",
     .summary = "The file. `stderr` is where the log goes, so perhaps the journal. `\"\"`: none.",
     .details = "It is made with mode 0640. `tern log reopen` and a reload open it again, so that "
                "logrotate(8) may move it. Lines for which there is no room are dropped and "
                "counted; no client waits for "
                "them."},
    {.path = "query_log.only",
     .value = Choice<kQueryLog, kFilter, &QueryLogFilter::only_failures>(kOnlyWords),
     .default_text = "all",
     .summary = "`failures`: only queries without an answer, and answers other than NOERROR and "
                "NXDOMAIN."},
    {.path = "query_log.clients",
     .value = List<Prefix, kQueryLog, kFilter, &QueryLogFilter::clients>(KeyKind::kPrefixes, 0,
                                                                         kQueryLogPrefixesMax),
     .default_text = "[]",
     .summary = "Only clients of these blocks of addresses. `[]`: all."},
    {.path = "query_log.zones",
     .value = List<wire::Name, kQueryLog, kFilter, &QueryLogFilter::zones>(KeyKind::kNames, 0,
                                                                           kQueryLogZonesMax),
     .default_text = "[]",
     .summary = "Only these names and the names below them. `[]`: all."},
    {.path = "query_log.sample",
     .value = Number<kQueryLog, &QueryLogSettings::sample>(1, kSampleMax),
     .default_text = "1",
     .summary = "One in this many queries has a line, drawn by lot."},
    {.path = "query_log.addresses",
     .value =
         Choice<kQueryLog, &QueryLogSettings::addresses, &AddressSettings::form>(kAddressWords),
     .default_text = "full",
     .summary = "The same as `dnstap.addresses`."},
    {.path = "query_log.key_file",
     .value = Text<kQueryLog, &QueryLogSettings::addresses, &AddressSettings::key_file>(
         KeyKind::kAddressKey),
     .default_text = R"("")",
     .summary = kKeyFileSummary},
};

}  // namespace

std::span<const KeySpec> EventKeys() { return kEventKeys; }

}  // namespace tern::resolver::config
