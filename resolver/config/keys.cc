#include "resolver/config/keys.h"

#include "cache/entry.h"
#include "cache/segment_arena.h"
#include "cache/store.h"
#include "resolver/base/limits.h"
#include "resolver/config/key_limits.h"
#include "resolver/config/key_places.h"

namespace tern::resolver::config {
namespace {

constexpr KeySpec kKeys[] = {
    {.path = "listen",
     .value = List<Endpoint, &Settings::listen>(KeyKind::kListen, 1, kListenMax),
     .default_text = R"(["127.0.0.1:53", "[::1]:53"])",
     .fixed = &kFixed<&Settings::listen>,
     .summary = "Where clients ask: addresses with ports, each served over UDP and TCP. Without "
                "this key ternd leaves `[::1]` out on a machine without IPv6. To serve a network, "
                "write `[\"0.0.0.0:53\", \"[::]:53\"]` here and open `access.allow`.",
     .details = "If this machine does not have an address, the log has a warning, and the address "
                "is served from the moment on at which the machine gets it. A kernel without IPv6 "
                "serves the other addresses. A link-local address needs its interface: "
                "`[fe80::1%eth0]:53`."},
    {.path = "workers",
     .value = Number<&Settings::workers>(1, kWorkersMax, KeyKind::kAutoOrNumber),
     .default_text = "auto",
     .fixed = &kFixed<&Settings::workers>,
     .summary = "Threads that serve. `auto` is one for each processor that ternd may run on."},

    {.path = "access", .value = kMap},
    {.path = "access.allow",
     .value = Prefixes<&Settings::allow>(),
     .default_text = R"(["127.0.0.0/8", "::1/128"])",
     .summary = "Blocks of addresses that may ask. All others get REFUSED."},
    {.path = "access.rate_limit",
     .value = kMap,
     .summary = "What the clients of one prefix may ask together. A rate of 0 is no limit."},
    {.path = "access.rate_limit.queries",
     .value = Number<kRate, &policy::RateLimitSettings::queries>(0, kRateMax),
     .default_text = "0",
     .summary = "Queries a second, from the clients of one prefix together.",
     .details = "There is no limit by default, because one address may be a forwarder that stands "
                "for thousands of clients. A UDP query over the limit gets no answer or a "
                "truncated one. TCP has a count of its own, because nobody can forge an address "
                "there. A TCP query over the limit gets REFUSED with extended error 18. A UDP "
                "query counts and is answered like one over TCP when its cookie shows that the "
                "client's address is not forged."},
    {.path = "access.rate_limit.misses",
     .value = Number<kRate, &policy::RateLimitSettings::misses>(0, kRateMax),
     .default_text = "0",
     .summary = "The same for queries that the cache cannot answer. They count for both."},
    {.path = "access.rate_limit.waiting",
     .value = Number<kRate, &policy::RateLimitSettings::waiting>(0, kWaitingMax),
     .default_text = "4096",
     .summary = "UDP questions from one prefix that may wait for their answers at a time, in each "
                "worker. 0 is no limit.",
     .details = "One more is treated like a query over a rate. This bounds how many answers an "
                "attacker who forges a victim's address can have sent to the victim at once."},
    {.path = "access.rate_limit.burst",
     .value = Milliseconds<kRate, &policy::RateLimitSettings::burst>(1, kMinute),
     .default_text = "2s",
     .summary = "After a rest, the queries of this much time may come at once."},
    {.path = "access.rate_limit.ipv4_prefix",
     .value = Number<kRate, &policy::RateLimitSettings::ipv4_prefix>(8, 32),
     .default_text = "24",
     .summary = "How many bits of an IPv4 address are its prefix."},
    {.path = "access.rate_limit.ipv6_prefix",
     .value = Number<kRate, &policy::RateLimitSettings::ipv6_prefix>(16, 128),
     .default_text = "56",
     .summary = "How many bits of an IPv6 address are its prefix."},
    {.path = "access.rate_limit.slip",
     .value = Number<kRate, &policy::RateLimitSettings::slip>(0, kSlipMax),
     .default_text = "2",
     .summary = "One in this many of the UDP queries over a limit gets a truncated answer, so that "
                "a real client comes again over TCP. 0 is none.",
     .details = "They are drawn by lot. 1 is every one."},
    {.path = "access.rate_limit.exempt",
     .value = Prefixes<kRate, &policy::RateLimitSettings::exempt>(),
     .default_text = R"(["127.0.0.0/8", "::1/128"])",
     .summary = "Addresses that have none of these limits."},
    {.path = "access.connections",
     .value = kMap,
     .summary = "How many connections clients may have over TCP."},
    {.path = "access.connections.most",
     .value = Number<kConnections, &ConnectionSettings::most>(1, kConnectionsMax),
     .default_text = "1024",
     .fixed = &kFixed<kConnections, &ConnectionSettings::most>,
     .summary = "Connections in all, in each worker.",
     .details = "One more takes the place of the one that has been idle for longest. If the limit "
                "of open files is low, there are fewer."},
    {.path = "access.connections.per_client",
     .value = Number<kConnections, &ConnectionSettings::per_client>(1, kConnectionsMax),
     .default_text = "128",
     .fixed = &kFixed<kConnections, &ConnectionSettings::per_client>,
     .summary = "Connections of one client address, in each worker. One more is refused.",
     .details = "Of IPv6 addresses, those of one /64 count together. Clients on this machine and "
                "addresses in `access.rate_limit.exempt` have no such limit."},
    {.path = "access.require_cookies",
     .value = Flag<&Settings::require_cookies>(),
     .default_text = "false",
     .summary =
         "With `true`, UDP clients must show with a DNS cookie (RFC 7873) that their address "
         "is not forged. Clients that know no cookies are sent to TCP.",
     .details = "A client that sends a cookie always gets a good one back. With `true`, a client "
                "over UDP whose cookie is not good is answered BADCOOKIE. One that sends no cookie "
                "is told to come over TCP. So no answer goes to an address that did not ask."},
    {.path = "access.trace",
     .value = Flag<&Settings::trace>(),
     .default_text = "true",
     .summary = "Clients at loopback addresses may ask for the steps of their resolution over TCP, "
                "as `tern lookup --trace` does. Use `false` if a relay on this machine passes on "
                "queries of others over TCP.",
     .details = "The steps show what is in the cache and what is known of name servers. A relay is "
                "for example a proxy for DNS over TLS. Its queries come from a loopback address."},
    {.path = "access.cookie_secret",
     .value = {.kind = KeyKind::kCookieSecret},
     .default_text = R"("")",
     .summary = "The secret of the cookies that clients get (RFC 9018). It must be the same on all "
                "servers that share an address. `\"\"` draws a secret at each start and once a "
                "day. Keep a file with a secret from other users' eyes (tern.yaml(5), SECRETS).",
     .details = "When SIGHUP changes the secret, cookies of the secret before stay good for their "
                "hour."},

    {.path = "cache", .value = kMap},
    {.path = "cache.memory",
     .value = Number<kCache, &CacheSettings::memory_octets>(
         cache::kStoreOctetsMin, cache::kArenaOctetsMax, KeyKind::kOctets),
     .default_text = "256MiB",
     .fixed = &kFixed<kCache, &CacheSettings::memory_octets>,
     .summary = "A hard ceiling for all that is cached."},
    {.path = "cache.min_ttl",
     .value = Ttl<kCache, kTtls, &cache::TtlPolicy::min_ttl>(),
     .default_text = "0s",
     .not_above = "cache.max_ttl",
     .summary = "The least time that records are kept, whatever their owner says."},
    {.path = "cache.max_ttl",
     .value = Ttl<kCache, kTtls, &cache::TtlPolicy::max_ttl>(),
     .default_text = "1d",
     .summary = "The most time that records are kept, whatever their owner says."},
    {.path = "cache.max_negative_ttl",
     .value = Ttl<kCache, kTtls, &cache::TtlPolicy::max_negative_ttl>(),
     .default_text = "1h",
     .summary = "The most time that the answers \"no such name\" and \"no such record\" are kept."},
    {.path = "cache.max_stale",
     .value = Ttl<kCache, &CacheSettings::max_stale>(),
     .default_text = "1d",
     .summary = "When no name server answers in time, the client gets what the cache last knew, if "
                "that expired at most this long ago (RFC 8767). `0s` switches this off."},
    {.path = "cache.stale_ttl",
     .value = Ttl<kCache, &CacheSettings::stale_ttl>(1),  // RFC 8767 section 5: more than 0
     .default_text = "30s",
     .summary = "The TTL of an answer that expired: clients may keep it for this long."},
    {.path = "cache.stale_instead_of_bogus",
     .value = Flag<kCache, &CacheSettings::stale_instead_of_bogus>(),
     .default_text = "false",
     .summary = "Whether an answer that expired also serves when what came in its place fails "
                "validation.",
     .details = "It was validated when it came. The client gets the extended error of the failure "
                "beside that of a stale answer, and no AD. With `false` it gets SERVFAIL: an "
                "attacker may want old data to live on."},
    {.path = "cache.prefetch",
     .value = Flag<kCache, &CacheSettings::prefetch>(),
     .default_text = "true",
     .summary = "Whether records in use are asked for again in the last tenth of their TTL, so "
                "that no client has to wait for them."},
    // RFC 9520 section 3.2: at least one second, at most five minutes.
    {.path = "cache.min_failure_ttl",
     .value = Ttl<kCache, &CacheSettings::min_failure_ttl>(1, kFailureTtlMax),
     .default_text = "5s",
     .not_above = "cache.max_failure_ttl",
     .summary = "How long a question that failed is not asked again, the first time (RFC 9520).",
     .details = "A question fails when its name servers do not answer it, or not usefully. Each "
                "time it fails again the time is twice as long, up to `cache.max_failure_ttl`. "
                "While a stale answer serves, the time is at least 30s, up to "
                "`cache.max_failure_ttl`. When the name servers did not answer at all, the time is "
                "30s at most, and ends when one of them answers."},
    {.path = "cache.max_failure_ttl",
     .value = Ttl<kCache, &CacheSettings::max_failure_ttl>(1, kFailureTtlMax),
     .default_text = "5m",
     .summary = "How long at most a question that failed is not asked again, when it fails time "
                "after time."},
    {.path = "cache.file",
     .value = {.kind = KeyKind::kCacheFile},
     .default_text = R"("")",
     .fixed = &kFixed<&Settings::cache_file, &CacheFileSettings::path>,
     .summary = "Where the cache is kept over a restart, for example /var/cache/tern/cache. It is "
                "written when ternd stops and every `cache.save_every`. \"\": nowhere.",
     .details = "ternd must be able to write in the folder. The file takes as much room as the "
                "cache, and twice that while it is written. Its key is beside it (`.key`). The "
                "cache starts empty, and the log says why, when the file is somebody else's or "
                "others can write it, when it is of another version or from the future, and when "
                "the configuration asks other servers or trusts other keys. Failures are not "
                "kept."},
    {.path = "cache.save_every",
     .value = Milliseconds<&Settings::cache_file, &CacheFileSettings::save_every>(0, kDay),
     .default_text = "10m",
     .fixed = &kFixed<&Settings::cache_file, &CacheFileSettings::save_every>,
     .summary = "How often `cache.file` is written. `0s`: only when ternd stops.",
     .details = "Answers do not wait for it. When ternd stops, it has little more than a second to "
                "write the file. If that is not enough, the file that was written last stays."},

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

    {.path = "http",
     .value = kMap,
     .summary = "What programs and people watch ternd with: `/metrics`, `/live`, `/ready`."},
    {.path = "http.listen",
     .value = List<Endpoint, &Settings::http, &HttpSettings::listen>(KeyKind::kHttpListen, 0,
                                                                     kHttpListenMax),
     .default_text = R"(["127.0.0.1:9530"])",
     .fixed = &kFixed<&Settings::http, &HttpSettings::listen>,
     .summary = "Where HTTP is served. `[]` or `\"\"` is nowhere. Whoever reaches such an address "
                "may read, so outside of the loopback set `http.token_file`.",
     .details = "If ternd cannot listen at an address that is written here, it does not start. "
                "Without this key it starts all the same, with a warning."},
    {.path = "http.hosts",
     .value =
         List<wire::Name, &Settings::http, &HttpSettings::hosts>(KeyKind::kNames, 0, kHttpHostsMax),
     .default_text = "[]",
     .fixed = &kFixed<&Settings::http, &HttpSettings::hosts>,
     .summary = "Names by which HTTP clients may call this machine, besides `localhost` and "
                "addresses. So no web page that a browser shows can read here (DNS rebinding)."},
    {.path = "http.token_file",
     .value = {.kind = KeyKind::kTokenFile},
     .default_text = R"("")",
     .fixed = &kFixed<&Settings::http, &HttpSettings::token>,
     .summary = "A file with a word that HTTP clients must send (`Authorization: Bearer WORD`). "
                "`\"\"`: they need none. `/live` and `/ready` are answered without it.",
     .details = "The word is 16 to 256 letters, digits or signs. The file is read at the start. "
                "Keep it from other users' eyes."},

    {.path = "control", .value = kMap},
    {.path = "control.socket",
     .value = {.kind = KeyKind::kSocketPath},
     .default_text = "/run/tern/control",
     .fixed = &kFixed<&Settings::control, &ControlSettings::socket>,
     .summary =
         "The socket over which `tern` gives commands. `\"\"`: there is none. Root, the user "
         "of ternd and the members of its group may give them.",
     .details = "If the socket that is written here cannot be made, ternd does not start. Without "
                "this key it starts all the same, and the log says why there is no socket."},

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

std::span<const KeySpec> Keys() { return kKeys; }

}  // namespace tern::resolver::config
