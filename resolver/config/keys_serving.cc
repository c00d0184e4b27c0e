// The rows of the table of keys (keys.h) for where clients ask, who may ask, and what is kept for
// them.
#include "cache/segment_arena.h"
#include "cache/store.h"
#include "resolver/base/limits.h"
#include "resolver/config/key_limits.h"
#include "resolver/config/key_places.h"
#include "resolver/config/key_tables.h"

namespace tern::resolver::config {
namespace {

constexpr KeySpec kServingKeys[] = {
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
    {.path = "access.deny",
     .value = Prefixes<&Settings::deny>(),
     .default_text = "[]",
     .summary = "Blocks of addresses that may not ask, although they lie in a block of "
                "`access.allow`. They get REFUSED.",
     .details = "A block here counts against each block there, also against a smaller one inside "
                "it. So who is allowed is always `allow` without `deny`."},
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
};

}  // namespace

std::span<const KeySpec> ServingKeys() { return kServingKeys; }

}  // namespace tern::resolver::config
