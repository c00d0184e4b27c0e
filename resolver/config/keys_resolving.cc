// The rows of the table of keys (keys.h) for how names are resolved and validated.
#include "cache/entry.h"
#include "resolver/base/limits.h"
#include "resolver/config/key_limits.h"
#include "resolver/config/key_places.h"
#include "resolver/config/key_tables.h"

namespace tern::resolver::config {
namespace {

constexpr KeySpec kResolvingKeys[] = {
    {.path = "resolution", .value = kMap},
    {.path = "resolution.root_hints",
     .value = {.kind = KeyKind::kRootHints},
     .default_text = "builtin",
     .summary = "The servers of the root. `builtin` is those of the public root. A file is in "
                "master file format, for example `/usr/share/dns/root.hints`.",
     .details = "It has NS records of the root and the addresses of its servers."},
    {.path = "resolution.upstream_port",
     .value = Number<kResolution, &ResolutionSettings::upstream_port>(1, 65535),
     .default_text = "53",
     .summary = "The port at which servers are asked. Another one than 53 is for laboratories "
                "only."},
    {.path = "resolution.ipv4",
     .value = Flag<kResolution, &ResolutionSettings::ipv4>(),
     .default_text = "true",
     .summary = "Whether servers are asked over IPv4."},
    {.path = "resolution.ipv6",
     .value = Choice<kResolution, &ResolutionSettings::ipv6>(kIpv6Words),
     .default_text = "auto",
     .summary = "Whether servers are asked over IPv6. `auto`: if this machine has a route.",
     .details =
         "ternd looks for the route again when the routes change, because networks come and go."},
    {.path = "resolution.qname_minimisation",
     .value = Choice<kResolution, &ResolutionSettings::qname_minimisation>(kQnameWords),
     .default_text = "relaxed",
     .summary = "How little of a name each server is told (RFC 9156).",
     .details =
         "With `off` each server is told the whole name. Otherwise servers are asked for a part of "
         "the name until it is clear which of them knows the rest. "
         "Some deny a name although there are names below it. With `relaxed` a part that is denied "
         "proves nothing, and the whole name is asked for. With `strict` the denial is believed "
         "(RFC 8020). That tells servers less, and saves a query for each name that does not "
         "exist."},
    {.path = "resolution.case_randomisation",
     .value = Flag<kResolution, &ResolutionSettings::case_randomisation>(),
     .default_text = "true",
     .summary = "Letters of random case in queries to servers. They make forged replies harder."},
    {.path = "resolution.cookies",
     .value = Flag<kResolution, &ResolutionSettings::cookies>(),
     .default_text = "true",
     .summary = "DNS cookies in queries to servers. They make forged replies harder still.",
     .details = "With several addresses of one family in `resolution.outgoing`, the servers of "
                "that family get no cookies."},
    {.path = "resolution.never_query",
     .value = Prefixes<kResolution, &ResolutionSettings::never_query>(),
     .default_text = R"(["127.0.0.0/8", "::1/128", "0.0.0.0/8"])",
     .summary = "Addresses that are never asked, whatever a zone says. `[]` allows all but those "
                "that ternd itself listens on.",
     .details = "Behind 0.0.0.0 and [::] it listens on all addresses of this machine, also on "
                "those that come later."},
    {.path = "resolution.outgoing",
     .value = List<IpAddress, kResolution, &ResolutionSettings::outgoing>(KeyKind::kAddresses, 0,
                                                                          kOutgoingMax),
     .default_text = "[]",
     .fixed = &kFixed<kResolution, &ResolutionSettings::outgoing>,
     .summary = "Source addresses of queries to servers. `[]` leaves the choice to the kernel.",
     .details = "If this machine does not have one, the log has a warning, and no query leaves "
                "from it until the machine gets it. A link-local address needs its interface."},
    {.path = "resolution.budget", .value = kMap, .summary = "What one client's question may cost."},
    {.path = "resolution.budget.upstream_queries",
     .value = Number<kResolution, kBudget, &Budget::upstream_queries>(1, kQueriesMax),
     .default_text = "64",
     .summary = "Queries to servers that one question may cost."},
    {.path = "resolution.budget.referrals",
     .value = Number<kResolution, kBudget, &Budget::referrals>(1, kQueriesMax),
     .default_text = "130",
     .summary = "Referrals that one question may take in all: answers that lead from one zone's "
                "servers to another's."},
    {.path = "resolution.budget.aliases",
     .value = Number<kResolution, kBudget, &Budget::aliases>(1, kChainLinksMax),
     .default_text = "11",
     .summary = "Links of a chain of aliases (CNAME, DNAME) that are followed. One more is "
                "SERVFAIL."},
    {.path = "resolution.budget.nesting",
     .value = Number<kResolution, kBudget, &Budget::nesting>(1, kNestingMax),
     .default_text = "8",
     .summary = "How deep look-ups of name servers' addresses may lead to others.",
     .details = "To find the address of a name server, another one's address may have to be looked "
                "up first, and so on."},
    {.path = "resolution.budget.failed_addresses",
     .value = Number<kResolution, kBudget, &Budget::failed_addresses>(1, kFailedAddressesMax),
     .default_text = "5",
     .summary = "How many looked up name servers may turn out to have no address, or none that can "
                "be used.",
     .details = "One that took a single query to find out, for example because its name does not "
                "exist, counts half. Half of them, rounded down, are kept from look-ups inside "
                "look-ups. So a name "
                "server that cannot be found leaves some for the next one. A look-up that is begun "
                "in the background, for later, has one of its own."},
    {.path = "resolution.budget.client_timeout",
     .value = Milliseconds<kResolution, kBudget, &Budget::client_timeout>(10, kMinute),
     .default_text = "1800ms",
     .not_above = "resolution.budget.total_timeout",
     .summary = "After this time the client gets a stale answer, if there is one.",
     .details = "`cache.max_stale` says which stale answers may serve."},
    {.path = "resolution.budget.failure_timeout",
     .value = Milliseconds<kResolution, kBudget, &Budget::failure_timeout>(10, kMinute),
     .default_text = "5s",
     .not_above = "resolution.budget.total_timeout",
     .not_below = "resolution.budget.client_timeout",
     .summary = "After this time the client gets an answer, even if it is only SERVFAIL.",
     .details = "When the file does not have this key and `client_timeout` is more than 5s, or "
                "`total_timeout` less, it takes their value. A UDP answer that would be sent more "
                "than 100ms later is not sent."},
    {.path = "resolution.budget.total_timeout",
     .value = Milliseconds<kResolution, kBudget, &Budget::total_timeout>(10, 2 * kMinute),
     .default_text = "7s",
     .summary = "After this time the search for an answer ends."},
    {.path = "resolution.limits",
     .value = kMap,
     .summary = "What zones, servers and questions may take of each worker. A worker has 4096 "
                "sockets."},
    {.path = "resolution.limits.per_zone",
     .value = Number<kResolution, kLimits, &ResolutionLimits::per_zone>(1, kInFlightMax),
     .default_text = "1024",
     .summary = "Questions that may wait for the servers of one zone at a time, in each worker.",
     .details = "One more gets SERVFAIL with extended error 14. The root, top level domains, "
                "forward and stub zones have no such limit. Workers share the questions of every "
                "zone evenly, so the process has this limit as many times as it has workers."},
    {.path = "resolution.limits.per_server",
     .value = Number<kResolution, kLimits, &ResolutionLimits::per_server>(1, kInFlightMax),
     .default_text = "2048",
     .summary = "Queries that may be open to one server address at a time, in each worker. An "
                "address that has not answered yet gets half of them, a silent one an eighth.",
     .details = "Silent is an address that has not answered for ten seconds. The zones that "
                "`resolution.limits.per_zone` does not limit are not limited here either. While "
                "half of an address's limit is taken, no query is sent to it a second time. At the "
                "limit another server of the zone is asked instead. When there is none, the "
                "question fails like one over `resolution.limits.per_zone`."},
    {.path = "resolution.limits.waiters",
     .value = Number<kResolution, kLimits, &ResolutionLimits::waiters>(1, kWaitersMax),
     .default_text = "1024",
     .summary = "Clients that may wait for the answer to one question at a time, in each worker.",
     .details = "When one more comes, the one that has waited longest gets a stale answer or "
                "SERVFAIL."},
    {.path = "resolution.limits.jobs",
     .value = Number<kResolution, kLimits, &ResolutionLimits::jobs>(kJobsMin, kJobsMax),
     .default_text = "8192",
     .summary = "Questions that the cache cannot answer and that may be under way at a time, in "
                "each worker.",
     .details = "Look-ups that they need may use a quarter more. One more takes the place of the "
                "oldest, whose clients get a stale answer or SERVFAIL."},
    {.path = "resolution.limits.name_servers",
     .value =
         Number<kResolution, kLimits, &ResolutionLimits::name_servers>(1, cache::kNameServersMax),
     .default_text = "13",
     .summary = "How many name servers of a zone are kept: the first that a referral names."},
    {.path = "resolution.limits.addresses",
     .value = Number<kResolution, kLimits, &ResolutionLimits::addresses>(
         1, cache::kAddressesPerServerMax),
     .default_text = "6",
     .summary = "How many addresses of each family are used of one name server.",
     .details = "Addresses in this file or in root hints are all used."},
    {.path = "resolution.limits.tries",
     .value = Number<kResolution, kLimits, &ResolutionLimits::tries>(1, kTriesMax),
     .default_text = "3",
     .summary = "How often one server is asked one question over UDP.",
     .details = "A server is asked again when it was silent, or in another way: without a cookie, "
                "or in the name's own case. One more try without EDNS may follow when the server "
                "answers that it knows no EDNS. With less than 3, some servers that need another "
                "way cannot be used."},

    {.path = "dnssec", .value = kMap},
    {.path = "dnssec.validation",
     .value = Choice<&Settings::dnssec, &DnssecSettings::validation>(kValidationWords),
     .default_text = "true",
     .summary = "Whether signatures are validated (DNSSEC). An answer that is not what its zone "
                "signed is SERVFAIL with an extended error that says why. `log` answers all the "
                "same, to see first what would fail.",
     .details = "With `log` an answer that fails is counted as bogus, and passed on without AD. So "
                "clients are no safer than without validation. With `false` nothing is checked, "
                "and signatures are asked for only if a client wants them (DO)."},
    {.path = "dnssec.trust_anchors",
     .value = {.kind = KeyKind::kTrustAnchors},
     .default_text = "builtin",
     .summary = "What validation starts from: `builtin`, or a file of DS or DNSKEY records."},
    {.path = "dnssec.state_file",
     .value = {.kind = KeyKind::kStateFile},
     .default_text = "/var/lib/tern/trust-anchors",
     .fixed = &kFixed<&Settings::dnssec, &DnssecSettings::state_file>,
     .summary = "Where is kept what was learnt of the trust anchors: keys that are new or revoked "
                "(RFC 5011), and the last time at which the clock was right. \"\": nowhere.",
     .details =
         "The folder must exist, and ternd must be able to write there. Without the file all "
         "works; but after a restart a new key has to wait for its 30 days again. A file "
         "that is damaged is replaced, and the log says so."},
    {.path = "dnssec.negative_trust_anchors",
     .value = {.kind = KeyKind::kNegativeAnchors, .max = kNegativeAnchorsMax},
     .default_text = "[]",
     .summary = "Zones in which nothing is validated (RFC 7646), for as long as a zone is broken.",
     .details = "A trust anchor below such a zone counts all the same. Answers from these zones "
                "have extended error 33.",
     .sample_item = R"({zone: "example.com.", until: "2030-12-31", reason: "old DS, ticket 17"})"},
    {.path = "dnssec.negative_trust_anchors[].zone",
     .value = {.kind = KeyKind::kExemptZone},
     .required = true,
     .summary = "The name of the zone."},
    {.path = "dnssec.negative_trust_anchors[].until",
     .value = {.kind = KeyKind::kTime},
     .summary = "When validation begins again, in UTC. A date is its first moment. Without this "
                "key it is never.",
     .details = "Nothing has to be done then: the log has a line, and what the cache holds of the "
                "zone is forgotten. While the clock is plainly wrong, no anchor ends."},
    {.path = "dnssec.negative_trust_anchors[].reason",
     .value = {.kind = KeyKind::kReason},
     .summary = "Why. Clients read it in extended error 33, and it is in traces."},
    {.path = "dnssec.aggressive",
     .value = Flag<&Settings::dnssec, &DnssecSettings::aggressive>(),
     .default_text = "true",
     .summary = "Whether names that a signed zone is known not to have are answered without asking "
                "its servers (RFC 8198). So a flood of random names in it stays here.",
     .details = "What is known has 1/32 of `cache.memory`. A zone that contradicts itself is not "
                "answered for in this way for 15 minutes, and the log says so."},
    {.path = "dnssec.sha1",
     .value = Flag<&Settings::dnssec, &DnssecSettings::sha1>(),
     .default_text = "true",
     .summary = "Whether signatures of the algorithms 5 and 7, which use SHA-1, are verified. With "
                "`false`, a zone that is signed by nothing else is insecure (RFC 9905)."},
    {.path = "dnssec.error_reporting",
     .value = Flag<&Settings::dnssec, &DnssecSettings::error_reporting>(),
     .default_text = "false",
     .summary = "Whether failures are reported to the agents that zones name for that (RFC 9567).",
     .details =
         "A report tells the agent which name and type failed, and how. Each agent gets one a "
         "second at most."},
};

}  // namespace

std::span<const KeySpec> ResolvingKeys() { return kResolvingKeys; }

}  // namespace tern::resolver::config
