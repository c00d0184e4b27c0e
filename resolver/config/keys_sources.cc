// The rows of the table of keys (keys.h) for where answers come from besides the public tree, and
// what mail servers need.
#include "resolver/config/key_limits.h"
#include "resolver/config/key_places.h"
#include "resolver/config/key_tables.h"

namespace tern::resolver::config {
namespace {

constexpr KeySpec kSourceKeys[] = {
    {.path = "local", .value = kMap},
    {.path = "local.special_names",
     .value = Flag<&Settings::local, &policy::LocalSettings::special_names>(),
     .default_text = "true",
     .summary = "Whether localhost, the reverse names of private addresses, home.arpa and the like "
                "are answered here and never sent to any server.",
     .details = "These names are localhost, test, invalid, onion, alt, local, home.arpa, "
                "resolver.arpa and the reverse names of private addresses (RFC 6761, 6303, 7793, "
                "7686, 9476, 6762, 8375, 9462). A forward or stub zone at or above such a name "
                "replaces it. A zone below it takes its own part out. Forwarding the root zone "
                "replaces none."},
    {.path = "local.hosts_file",
     .value = {.kind = KeyKind::kHostsFile},
     .default_text = R"("")",
     .summary = "Names from a file in the format of `hosts(5)`, for example `/etc/hosts`.",
     .details =
         "Its names have the addresses that it gives, with a TTL of one minute, and no other "
         "records. The name of an address (PTR) is the first name of the first line that "
         "holds the address. Names in the file stand before forward and stub zones. The "
         "file is read at the start and on SIGHUP. A line that cannot be used is passed over, with "
         "a warning in the log. It cannot give localhost another address "
         "while `local.special_names` is `true`."},
    {.path = "local.data",
     .value = {.kind = KeyKind::kLocalData, .max = kLocalRecordsMax},
     .default_text = "[]",
     .summary = "Records that are answered here, as in a master file: `\"NAME TTL IN TYPE DATA\"`. "
                "Without a TTL it is one hour.",
     .details =
         "A name that has records here has no others: what the public tree, forward and stub "
         "zones and the hosts file say of it does not count. Names below it are ordinary. An "
         "alias (CNAME) is followed, and is the only record of its name. Records that a zone "
         "needs (SOA, NS, DNAME) and those of DNSSEC are no local data, and names at "
         "and below localhost are not while `local.special_names` is `true`. A PTR record does "
         "not come by itself: write it too. `tern local` changes this list while ternd runs."},

    {.path = "mail", .value = kMap},
    {.path = "mail.additional",
     .value = Flag<&Settings::mail, &MailSettings::additional>(),
     .default_text = "true",
     .summary = "Whether an answer for MX or SRV comes with the addresses of its hosts.",
     .details = "Only addresses that are in the cache are added, and only while the answer fits. "
                "The hosts that are preferred most come first."},
    {.path = "mail.warm",
     .value = Flag<&Settings::mail, &MailSettings::warm>(),
     .default_text = "true",
     .summary = "Whether the addresses of mail exchangers are looked up behind an MX answer.",
     .details = "The answer does not wait for them. When the mail server asks for the addresses, "
                "they are known or on their way. Where MX and addresses are secure, TLSA (DANE) is "
                "looked up too. Sixteen exchangers are looked up at most. All of them together "
                "cost no more than one client query may cost "
                "(`resolution.budget`)."},
    {.path = "mail.spf",
     .value = Flag<&Settings::mail, &MailSettings::spf>(),
     .default_text = "true",
     .summary = "Whether what an SPF record refers to is looked up behind a TXT answer.",
     .details = "These are the records of `include:` and `redirect=` and the hosts of `a:` and "
                "`mx:`, within the limits of RFC 7208: ten look-ups, of which two may be in vain."},
    {.path = "mail.policies",
     .value = Flag<&Settings::mail, &MailSettings::policies>(),
     .default_text = "false",
     .summary = "Whether the TXT records of `_dmarc` and `_mta-sts` are looked up behind an MX "
                "answer."},
    {.path = "mail.dnsbl",
     .value = {.kind = KeyKind::kBlockLists, .max = kBlockListsMax},
     .default_text = "[]",
     .summary = "Block lists (RFC 5782) that the mail server asks.",
     .details = "Names at and below a list are never sent to the forwarders of the root zone, "
                "because most lists refuse public resolvers. They are looked up from the root "
                "servers. Forward zones with other names count. QNAME minimisation ends at the "
                "name of the list. The denial of a name in a list denies no name below it.",
     .sample_item = R"({zone: "zen.example.", timeout: 1s, max_negative_ttl: 5m})"},
    {.path = "mail.dnsbl[].zone",
     .value = {.kind = KeyKind::kListName},
     .required = true,
     .summary = "The name of the list."},
    {.path = "mail.dnsbl[].timeout",
     .value = {.kind = KeyKind::kDuration,
               .min = 100,
               .max = kMinute,
               .place = kOfList<&BlockList::timeout>},
     .default_text = "1s",
     .summary = "How long a client waits for the list. After that it gets an expired answer, if "
                "there is one, or SERVFAIL.",
     .details = "The shorter one of this time and the times in `resolution.budget` counts. The "
                "resolution goes on for the cache."},
    {.path = "mail.dnsbl[].max_negative_ttl",
     .value = {.kind = KeyKind::kTtl,
               .max = kTtlMax,
               .place = kOfList<&BlockList::max_negative_ttl>},
     .default_text = "5m",
     .summary = "How long the cache keeps at most that something is not listed. It counts in place "
                "of `cache.max_negative_ttl`."},

    {.path = "forward",
     .value = {.kind = KeyKind::kForwardZones, .max = kStaticZonesMax},
     .default_text = "[]",
     .summary = "Zones that other resolvers are asked for.",
     .details = "When they deny a name, that says nothing of names below it: they may have these "
                "from another place.",
     .sample_item = R"({zone: "corp.example.", to: ["10.0.0.1:53", "10.0.0.2:53"], first: false})"},
    {.path = "forward[].zone",
     .value = kZoneName,
     .required = true,
     .summary = "The name of the zone."},
    {.path = "forward[].to",
     .value = kZoneServers,
     .required = true,
     .summary = "Where the resolvers are."},
    {.path = "forward[].first",
     .value = kZoneFirst,
     .default_text = "false",
     .summary = "With `true`, a name is looked up from the root when the resolvers all fail."},
    {.path = "forward[].validate",
     .value = kZoneValidate,
     .default_text = "false",
     .summary = "With `true`, the zone is validated (DNSSEC) also when all its resolvers have "
                "private addresses.",
     .details = "Private addresses are those of RFC 1918 and of fc00::/7, link-local addresses and "
                "those of the loopback. Without this key, a zone at such addresses alone is not "
                "validated, because the public tree proves that it does not exist. Two zones are "
                "validated all the same: the root, and a zone with a trust anchor of its own."},
    {.path = "stub",
     .value = {.kind = KeyKind::kStubZones, .max = kStaticZonesMax},
     .default_text = "[]",
     .summary = "Zones that their own servers are asked for, at the addresses given here.",
     .sample_item = R"({zone: "lab.example.", to: ["10.0.1.1:53"]})"},
    {.path = "stub[].zone",
     .value = kZoneName,
     .required = true,
     .summary = "The name of the zone."},
    {.path = "stub[].to",
     .value = kZoneServers,
     .required = true,
     .summary = "Where the zone's servers are."},
    {.path = "stub[].validate",
     .value = kZoneValidate,
     .default_text = "false",
     .summary = "The same as `forward[].validate`."},
};

}  // namespace

std::span<const KeySpec> SourceKeys() { return kSourceKeys; }

}  // namespace tern::resolver::config
