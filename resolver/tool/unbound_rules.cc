#include "resolver/tool/unbound_rules.h"

#include <algorithm>
#include <array>
#include <span>

namespace tern::resolver::tool {
namespace {

constexpr std::string_view kAlways = "ternd always does";
constexpr std::string_view kOwnWay = "ternd sees to it in its own way";
constexpr std::string_view kUnit = "the service file has it (systemctl edit tern)";
constexpr std::string_view kEncrypted = "ternd has no encrypted transports yet";
constexpr std::string_view kPolicy = "ternd has no policies (views, RPZ, answers by tag) yet";

// Without an option it stands for the whole clause.
struct Row {
  std::string_view clause;
  std::string_view option;
  std::string_view text;
};

constexpr std::array kRowsCarriedOver = std::to_array<Row>({
    {"server", "interface", "listen"},
    {"server", "ip-address", "listen"},
    {"server", "port", "listen"},
    {"server", "interface-automatic", "listen"},
    {"server", "num-threads", "workers"},
    {"server", "access-control", "access.allow"},
    {"server", "ip-ratelimit", "access.rate_limit.queries"},
    {"server", "incoming-num-tcp", "access.connections.most"},
    {"server", "msg-cache-size", "cache.memory"},
    {"server", "rrset-cache-size", "cache.memory"},
    {"server", "cache-min-ttl", "cache.min_ttl"},
    {"server", "cache-max-ttl", "cache.max_ttl"},
    {"server", "cache-max-negative-ttl", "cache.max_negative_ttl"},
    {"server", "serve-expired", "cache.max_stale"},
    {"server", "serve-expired-ttl", "cache.max_stale"},
    {"server", "serve-expired-reply-ttl", "cache.stale_ttl"},
    {"server", "serve-expired-client-timeout", "resolution.budget.client_timeout"},
    {"server", "prefetch", "cache.prefetch"},
    {"server", "root-hints", "resolution.root_hints"},
    {"server", "do-ip4", "resolution.ipv4"},
    {"server", "do-ip6", "resolution.ipv6"},
    {"server", "qname-minimisation", "resolution.qname_minimisation"},
    {"server", "qname-minimisation-strict", "resolution.qname_minimisation"},
    {"server", "use-caps-for-id", "resolution.case_randomisation"},
    {"server", "do-not-query-address", "resolution.never_query"},
    {"server", "do-not-query-localhost", "resolution.never_query"},
    {"server", "outgoing-interface", "resolution.outgoing"},
    {"server", "module-config", "dnssec.validation"},
    {"server", "val-permissive-mode", "dnssec.validation"},
    {"server", "trust-anchor-file", "dnssec.trust_anchors"},
    {"server", "domain-insecure", "dnssec.negative_trust_anchors"},
    {"server", "aggressive-nsec", "dnssec.aggressive"},
    {"server", "local-data", "local.data"},
    {"server", "cookie-secret", "access.cookie_secret"},
    {"server", "verbosity", "log.level"},
    {"server", "log-queries", "query_log.file"},
    {"server", "log-replies", "query_log.file"},
    {"server", "log-servfail", "query_log.only"},
    {"forward-zone", "name", "forward"},
    {"forward-zone", "forward-addr", "forward"},
    {"forward-zone", "forward-first", "forward"},
    {"stub-zone", "name", "stub"},
    {"stub-zone", "stub-addr", "stub"},
    {"remote-control", "control-enable", "control.socket"},
    {"remote-control", "control-interface", "control.socket"},
});

constexpr std::array kRowsNotNeeded = std::to_array<Row>({
    {"server", "auto-trust-anchor-file", "the root's anchor is built in and followed (RFC 5011)"},
    {"server", "prefetch-key", kOwnWay},
    {"server", "harden-glue", kAlways},
    {"server", "harden-short-bufsize", kAlways},
    {"server", "harden-large-queries", kAlways},
    {"server", "harden-dnssec-stripped", kAlways},
    {"server", "harden-below-nxdomain", kAlways},
    {"server", "harden-unknown-additional", kAlways},
    {"server", "harden-referral-path", kOwnWay},
    {"server", "harden-algo-downgrade", kOwnWay},
    {"server", "val-clean-additional", kAlways},
    {"server", "minimal-responses", kAlways},
    {"server", "rrset-roundrobin", kOwnWay},
    {"server", "root-key-sentinel", kAlways},
    {"server", "answer-cookie", kAlways},
    {"server", "ip-transparent", kAlways},
    {"server", "trust-anchor-signaling", "ternd tells servers nothing of its anchors"},
    {"server", "ede", kAlways},
    {"server", "ede-serve-expired", kAlways},
    {"server", "deny-any", kOwnWay},
    {"server", "hide-version", kOwnWay},
    {"server", "hide-identity", kOwnWay},
    {"server", "hide-trustanchor", kOwnWay},
    {"server", "unwanted-reply-threshold", kOwnWay},
    {"server", "edns-buffer-size", "it is 1232, so that nothing is fragmented"},
    {"server", "max-udp-size", "it is 1232, so that nothing is fragmented"},
    {"server", "msg-buffer-size", kOwnWay},
    {"server", "key-cache-size", kOwnWay},
    {"server", "neg-cache-size", "it is part of cache.memory"},
    {"server", "msg-cache-slabs", kOwnWay},
    {"server", "rrset-cache-slabs", kOwnWay},
    {"server", "key-cache-slabs", kOwnWay},
    {"server", "infra-cache-slabs", kOwnWay},
    {"server", "infra-cache-numhosts", kOwnWay},
    {"server", "infra-cache-min-rtt", kOwnWay},
    {"server", "infra-cache-max-rtt", kOwnWay},
    {"server", "infra-host-ttl", kOwnWay},
    {"server", "infra-keep-probing", kAlways},
    {"server", "ip-ratelimit-size", kOwnWay},
});

constexpr std::array kRowsNotNeededEither = std::to_array<Row>({
    {"server", "ip-ratelimit-slabs", kOwnWay},
    {"server", "ip-ratelimit-factor", "access.rate_limit.slip sends to TCP instead"},
    {"server", "ratelimit-size", kOwnWay},
    {"server", "ratelimit-slabs", kOwnWay},
    {"server", "outgoing-range", kOwnWay},
    {"server", "outgoing-num-tcp", kOwnWay},
    {"server", "outgoing-port-permit", "ports are the kernel's: net.ipv4.ip_local_port_range"},
    {"server", "outgoing-port-avoid", "ports are the kernel's: net.ipv4.ip_local_reserved_ports"},
    {"server", "num-queries-per-thread", "resolution.limits.jobs is high enough"},
    {"server", "jostle-timeout", kOwnWay},
    {"server", "delay-close", kOwnWay},
    {"server", "udp-connect", kAlways},
    {"server", "target-fetch-policy", kOwnWay},
    {"server", "fast-server-permil", kOwnWay},
    {"server", "fast-server-num", kOwnWay},
    {"server", "prefer-ip4", "the faster family is used"},
    {"server", "prefer-ip6", "the faster family is used"},
    {"server", "so-rcvbuf", kOwnWay},
    {"server", "so-sndbuf", kOwnWay},
    {"server", "so-reuseport", kAlways},
    {"server", "ip-freebind", kAlways},
    {"server", "use-systemd", kOwnWay},
    {"server", "do-daemonize", "ternd stays in the foreground"},
    {"server", "secret-seed", kOwnWay},
    {"server", "unblock-lan-zones", "a forward or stub zone goes before local names"},
    {"server", "insecure-lan-zones", "a forward or stub zone goes before local names"},
    {"server", "extended-statistics", kAlways},
    {"server", "statistics-cumulative", kAlways},
    {"server", "statistics-interval", "see tern stats and /metrics"},
    {"server", "statistics-inhibit-zero", kOwnWay},
    {"stub-zone", "stub-prime", kOwnWay},
    {"remote-control", "control-use-cert", "the control socket needs no certificates"},
    {"remote-control", "control-port", "the control socket has no port"},
    {"remote-control", "server-key-file", "the control socket needs no certificates"},
    {"remote-control", "server-cert-file", "the control socket needs no certificates"},
    {"remote-control", "control-key-file", "the control socket needs no certificates"},
    {"remote-control", "control-cert-file", "the control socket needs no certificates"},
});

constexpr std::array kRowsElsewhere = std::to_array<Row>({
    {"server", "username", kUnit},
    {"server", "chroot", kUnit},
    {"server", "directory", kUnit},
    {"server", "pidfile", kUnit},
    {"server", "logfile", "ternd writes to stderr, which the journal keeps"},
    {"server", "use-syslog", "ternd writes to stderr, which the journal keeps"},
    {"server", "log-time-ascii", "ternd writes to stderr, which the journal keeps"},
    {"server", "val-log-level", "the log names zones that fail"},
});

constexpr std::array kRowsMissing = std::to_array<Row>({
    {"server", "tls-service-key", kEncrypted},
    {"server", "tls-service-pem", kEncrypted},
    {"server", "tls-port", kEncrypted},
    {"server", "https-port", kEncrypted},
    {"server", "tls-upstream", kEncrypted},
    {"server", "ssl-upstream", kEncrypted},
    {"server", "tls-cert-bundle", kEncrypted},
    {"forward-zone", "forward-tls-upstream", kEncrypted},
    {"forward-zone", "forward-ssl-upstream", kEncrypted},
    {"stub-zone", "stub-tls-upstream", kEncrypted},
    {"stub-zone", "stub-ssl-upstream", kEncrypted},
    {"server", "local-zone",
     "ternd answers the names of local.data and those of local.special_names only"},
    {"server", "local-data-ptr", "write a PTR record into local.data"},
    {"server", "access-control-tag", kPolicy},
    {"server", "access-control-view", kPolicy},
    {"server", "response-ip", kPolicy},
    {"server", "private-address", kPolicy},
    {"server", "private-domain", kPolicy},
    {"server", "trust-anchor", "write it to a file and name that in dnssec.trust_anchors"},
    {"server", "trusted-keys-file",
     "write DS or DNSKEY records to a file and name that in dnssec.trust_anchors"},
    {"server", "val-override-date", "ternd uses the machine's clock"},
    {"server", "ratelimit", "resolution.limits bounds what a zone may take instead"},
    {"server", "do-udp", "ternd always serves over UDP"},
    {"server", "do-tcp", "ternd always serves over TCP (RFC 7766)"},
    {"server", "tcp-upstream", "ternd asks over UDP first"},
    {"server", "nsid", "ternd has no such identity yet"},
    {"server", "identity", "ternd has no such identity yet"},
    {"server", "version", "ternd has no such identity yet"},
    {"server", "send-client-subnet", "ternd tells servers nothing of its clients"},
    {"server", "dns64-prefix", "ternd has no DNS64 yet"},
    {"forward-zone", "forward-host", "write addresses, with forward-addr"},
    {"forward-zone", "forward-no-cache", "ternd keeps all answers"},
    {"forward-zone", "forward-tcp-upstream", "ternd asks over UDP first"},
    {"stub-zone", "stub-host", "write addresses, with stub-addr"},
    {"stub-zone", "stub-first", "use forward with `first: true` or leave the zone out"},
    {"stub-zone", "stub-no-cache", "ternd keeps all answers"},
    {"stub-zone", "stub-tcp-upstream", "ternd asks over UDP first"},
    {"auth-zone", "", "ternd serves no zones of its own; use stub and a server beside it"},
    {"view", "", kPolicy},
    {"rpz", "", kPolicy},
    {"python", "", "ternd has no modules"},
    {"dynlib", "", "ternd has no modules"},
    {"dnscrypt", "", kEncrypted},
    {"dnstap", "", "see dnstap in tern.yaml(5)"},
    {"cachedb", "", "see cache.file in tern.yaml(5)"},
    {"ipset", "", "ternd has no modules"},
    {"ipsecmod", "", "ternd has no modules"},
});

void Append(std::span<const Row> rows, ImportGrade grade, std::vector<UnboundRule>* rules) {
  for (const Row& row : rows) rules->push_back({row.clause, row.option, grade, row.text});
}

std::vector<UnboundRule> AllRules() {
  std::vector<UnboundRule> rules;
  Append(kRowsCarriedOver, ImportGrade::kCarriedOver, &rules);
  Append(kRowsNotNeeded, ImportGrade::kNotNeeded, &rules);
  Append(kRowsNotNeededEither, ImportGrade::kNotNeeded, &rules);
  Append(kRowsElsewhere, ImportGrade::kElsewhere, &rules);
  Append(kRowsMissing, ImportGrade::kMissing, &rules);
  return rules;
}

}  // namespace

const std::vector<UnboundRule>& UnboundRules() {
  static const std::vector<UnboundRule> rules = AllRules();
  return rules;
}

const UnboundRule* FindUnboundRule(std::string_view clause, std::string_view option) {
  const std::vector<UnboundRule>& rules = UnboundRules();
  const auto rule = std::find_if(rules.begin(), rules.end(), [&](const UnboundRule& each) {
    return each.clause == clause && each.option == option;
  });
  return rule == rules.end() ? nullptr : &*rule;
}

}  // namespace tern::resolver::tool
