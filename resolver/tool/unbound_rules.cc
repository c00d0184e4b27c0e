#include "resolver/tool/unbound_rules.h"

#include <algorithm>
#include <array>
#include <span>

namespace tern::resolver::tool {
namespace {

constexpr std::string_view kAlways = "ternd always does";
constexpr std::string_view kUnit = "the service file has it (systemctl edit tern)";
constexpr std::string_view kJournal = "ternd writes to stderr, which the journal keeps";
constexpr std::string_view kEncrypted = "ternd has no encrypted transports yet";
constexpr std::string_view kPolicy = "ternd has no policies (views, RPZ, answers by tag) yet";
constexpr std::string_view kSubnet = "ternd tells servers nothing of its clients";
constexpr std::string_view kNoModules = "ternd has no modules";
constexpr std::string_view kNoLock = "readers of the cache take no lock, and there are no slabs";
constexpr std::string_view kInMemory = "it is part of cache.memory";
constexpr std::string_view kNoFragments = "it is 1232, so that nothing is fragmented";
constexpr std::string_view kHedges = "ternd measures it, and asks a second server early";
constexpr std::string_view kRfc5011 = "it is 30 days (RFC 5011)";
constexpr std::string_view kNoCertificates = "the control socket needs no certificates";
constexpr std::string_view kTold = "ternd always tells its own";
constexpr std::string_view kUdpFirst = "ternd asks over UDP first";
constexpr std::string_view kReuse = "each exchange over TCP has a connection of its own";
constexpr std::string_view kSkew = "a tenth of the validity, from 1 h to 1 day, as in Unbound";
constexpr std::string_view kSocketOnly = "ternd writes to a Unix socket or a file";

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
    {"server", "wait-limit", "access.rate_limit.waiting"},
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
    {"server", "max-query-restarts", "resolution.budget.aliases"},
    {"server", "module-config", "dnssec.validation"},
    {"server", "val-permissive-mode", "dnssec.validation"},
    {"server", "trust-anchor-file", "dnssec.trust_anchors"},
    {"server", "domain-insecure", "dnssec.negative_trust_anchors"},
    {"server", "aggressive-nsec", "dnssec.aggressive"},
    {"server", "dns-error-reporting", "dnssec.error_reporting"},
    {"server", "local-data", "local.data"},
    {"server", "local-data-ptr", "local.data"},
    {"server", "local-zone", "local.data"},
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
    {"dnstap", "dnstap-enable", "dnstap.socket"},
    {"dnstap", "dnstap-socket-path", "dnstap.socket"},
    {"dnstap", "dnstap-identity", "dnstap.identity"},
    {"dnstap", "dnstap-sample-rate", "dnstap.sample"},
    {"dnstap", "dnstap-log-client-query-messages", "dnstap.clients"},
    {"dnstap", "dnstap-log-client-response-messages", "dnstap.clients"},
    {"dnstap", "dnstap-log-resolver-query-messages", "dnstap.servers"},
    {"dnstap", "dnstap-log-resolver-response-messages", "dnstap.servers"},
    {"dnstap", "dnstap-log-forwarder-query-messages", "dnstap.servers"},
    {"dnstap", "dnstap-log-forwarder-response-messages", "dnstap.servers"},
});

constexpr std::array kRowsOfAnswers = std::to_array<Row>({
    {"server", "minimal-responses", kAlways},
    {"server", "rrset-roundrobin", "ternd always rotates records"},
    {"server", "ede", kAlways},
    {"server", "ede-serve-expired", kAlways},
    {"server", "answer-cookie", kAlways},
    {"server", "deny-any", "ANY gets one HINFO record (RFC 8482)"},
    {"server", "hide-version", "ternd says tern, without a version"},
    {"server", "hide-identity", "ternd says tern, without a name"},
    {"server", "hide-trustanchor",
     "trustanchor.server tells which anchors are in force; they are public"},
    {"server", "root-key-sentinel", kAlways},
    {"server", "max-udp-size", kNoFragments},
    {"server", "edns-buffer-size", kNoFragments},
    {"server", "msg-buffer-size", "messages may have 64 KiB"},
    {"server", "harden-short-bufsize", kAlways},
    {"server", "harden-large-queries", kAlways},
    {"server", "val-clean-additional", kAlways},
    {"server", "wait-limit-cookie", "the prefix counts, with a cookie or without"},
    {"server", "ip-ratelimit-cookie", "the prefix counts, with a cookie or without"},
    {"server", "ip-ratelimit-size", "16,384 prefixes have a rate, in 512 KiB"},
    {"server", "ip-ratelimit-slabs", kNoLock},
    {"server", "ip-ratelimit-factor", "access.rate_limit.slip sends to TCP instead"},
    {"server", "ip-ratelimit-backoff", "access.rate_limit.burst says how much may come at once"},
    {"server", "ratelimit-size", "resolution.limits.per_zone needs no table"},
    {"server", "ratelimit-slabs", "resolution.limits.per_zone needs no table"},
    {"server", "ratelimit-factor", "resolution.limits.per_zone needs no factor"},
    {"server", "ratelimit-backoff", "resolution.limits.per_zone needs no time"},
    {"server", "discard-timeout",
     "after resolution.budget.failure_timeout the client gets SERVFAIL"},
    {"server", "sock-queue-timeout", "ternd answers what has waited"},
    {"server", "jostle-timeout",
     "each zone, server and client prefix has a share (resolution.limits)"},
    {"server", "num-queries-per-thread", "resolution.limits.jobs is high enough"},
    {"server", "serve-expired-ttl-reset",
     "cache.max_stale counts from the moment at which a record expired"},
});

constexpr std::array kRowsOfCaches = std::to_array<Row>({
    {"server", "msg-cache-slabs", kNoLock},
    {"server", "rrset-cache-slabs", kNoLock},
    {"server", "key-cache-slabs", kNoLock},
    {"server", "key-cache-size", kInMemory},
    {"server", "neg-cache-size", kInMemory},
    {"server", "prefetch-key", "keys are cached like other records"},
});

constexpr std::array kRowsOfServers = std::to_array<Row>({
    {"server", "infra-host-ttl", "what ternd knows of a server follows each of its replies"},
    {"server", "infra-cache-slabs", kNoLock},
    {"server", "infra-cache-numhosts", "16,384 servers are remembered"},
    {"server", "infra-cache-min-rtt", kHedges},
    {"server", "infra-cache-max-rtt", kHedges},
    {"server", "infra-keep-probing", kAlways},
    {"server", "unknown-server-time-limit", kHedges},
    {"server", "outbound-msg-retry", "resolution.limits.tries says how often one server is asked"},
    {"server", "max-sent-count", "resolution.budget.upstream_queries counts for a whole question"},
    {"server", "max-global-quota",
     "resolution.budget.upstream_queries counts for a whole question"},
    {"server", "target-fetch-policy", "addresses of servers are looked up when they are needed"},
    {"server", "fast-server-permil", "the fastest servers are asked, and others now and then"},
    {"server", "fast-server-num", "the fastest servers are asked, and others now and then"},
    {"server", "prefer-ip4", "the faster family is used"},
    {"server", "prefer-ip6", "the faster family is used"},
    {"server", "harden-glue", kAlways},
    {"server", "harden-unverified-glue", "glue says whom to ask, and is never an answer"},
    {"server", "harden-referral-path", "a referral says whom to ask, and is never an answer"},
    {"server", "harden-below-nxdomain", kAlways},
    {"server", "harden-unknown-additional", kAlways},
    {"server", "iter-scrub-promiscuous", kAlways},
    {"server", "iter-scrub-ns", "resolution.limits.name_servers says how many"},
    {"server", "iter-scrub-cname", "resolution.budget.aliases says how many"},
    {"server", "unwanted-reply-threshold", "after a wrong reply the question goes over TCP"},
    {"server", "caps-exempt", "servers that do not keep the case are asked in lower case"},
    {"server", "caps-whitelist", "servers that do not keep the case are asked in lower case"},
    {"server", "udp-connect", kAlways},
    {"server", "delay-close", "sockets stay open for late replies"},
    {"server", "outgoing-range", "a worker has 4,096 sockets"},
    {"server", "outgoing-num-tcp", "a worker has 256 connections to servers"},
    {"server", "outgoing-port-permit", "ports are the kernel's: net.ipv4.ip_local_port_range"},
    {"server", "outgoing-port-avoid", "ports are the kernel's: net.ipv4.ip_local_reserved_ports"},
    {"server", "tcp-auth-query-timeout", "it is 3 s"},
    {"server", "tcp-reuse-timeout", kReuse},
    {"server", "max-reuse-tcp-queries", kReuse},
    {"server", "tcp-idle-timeout", "it is 10 s, and 1 s when connections become scarce"},
    {"server", "edns-tcp-keepalive-timeout", "ternd tells clients no such time"},
    {"server", "stream-wait-size", "it is 32 MiB for each worker"},
    {"stub-zone", "stub-prime", "ternd asks the servers that are named"},
});

constexpr std::array kRowsOfValidation = std::to_array<Row>({
    {"server", "auto-trust-anchor-file", "the root's anchor is built in and followed (RFC 5011)"},
    {"server", "trust-anchor-signaling", "ternd tells servers nothing of its anchors"},
    {"server", "add-holddown", kRfc5011},
    {"server", "del-holddown", kRfc5011},
    {"server", "keep-missing", "ternd keeps anchors that are missing (RFC 5011)"},
    {"server", "permit-small-holddown", kRfc5011},
    {"server", "harden-dnssec-stripped", kAlways},
    {"server", "harden-algo-downgrade", "one valid signature is enough (RFC 6840 section 5.11)"},
    {"server", "disable-dnssec-lame-check", "if signatures are missing, other servers are asked"},
    {"server", "val-sig-skew-min", kSkew},
    {"server", "val-sig-skew-max", kSkew},
    {"server", "val-bogus-ttl", "cache.min_failure_ttl, doubling to max_failure_ttl"},
    {"server", "val-max-restart", "two other servers are asked"},
    {"server", "val-nsec3-keysize-iterations",
     "with more than 50 iterations a zone counts as insecure (RFC 9276)"},
    {"server", "unblock-lan-zones", "a forward or stub zone goes before local names"},
    {"server", "insecure-lan-zones",
     "a forward or stub zone with private addresses is not validated"},
});

constexpr std::array kRowsOfMachines = std::to_array<Row>({
    {"server", "ip-transparent", kAlways},
    {"server", "ip-freebind", kAlways},
    {"server", "so-rcvbuf", "it is 4 MiB, or what net.core.rmem_max allows"},
    {"server", "so-sndbuf", "it is 4 MiB, or what net.core.wmem_max allows"},
    {"server", "so-reuseport", kAlways},
    {"server", "use-systemd", "ternd opens its sockets, and systemd keeps them over a restart"},
    {"server", "do-daemonize", "ternd stays in the foreground"},
    {"server", "secret-seed", "the kernel gives random numbers"},
    {"server", "extended-statistics", kAlways},
    {"server", "statistics-cumulative", kAlways},
    {"server", "statistics-interval", "see tern stats and /metrics"},
    {"server", "statistics-inhibit-zero", "/metrics has zeros"},
    {"server", "shm-enable", "see tern stats and /metrics"},
    {"server", "shm-key", "see tern stats and /metrics"},
    {"server", "log-tag-queryreply", "each line of query_log is a JSON object"},
    {"server", "log-local-actions", "query_log says `local` of such answers"},
    {"server", "log-thread-id", "the log of ternd names no threads"},
    {"server", "ipsecmod-enabled", kNoModules},
    {"remote-control", "control-use-cert", kNoCertificates},
    {"remote-control", "control-port", "the control socket has no port"},
    {"remote-control", "server-key-file", kNoCertificates},
    {"remote-control", "server-cert-file", kNoCertificates},
    {"remote-control", "control-key-file", kNoCertificates},
    {"remote-control", "control-cert-file", kNoCertificates},
    {"dnstap", "dnstap-bidirectional", kAlways},
    {"dnstap", "dnstap-tls", kSocketOnly},
    {"dnstap", "dnstap-tls-server-name", kSocketOnly},
    {"dnstap", "dnstap-tls-cert-bundle", kSocketOnly},
    {"dnstap", "dnstap-tls-client-key-file", kSocketOnly},
    {"dnstap", "dnstap-tls-client-cert-file", kSocketOnly},
    {"dnstap", "dnstap-send-identity", kTold},
    {"dnstap", "dnstap-send-version", kTold},
    {"dnstap", "dnstap-version", kTold},
});

constexpr std::array kRowsElsewhere = std::to_array<Row>({
    {"server", "username", kUnit},
    {"server", "chroot", kUnit},
    {"server", "directory", kUnit},
    {"server", "pidfile", kUnit},
    {"server", "logfile", kJournal},
    {"server", "use-syslog", kJournal},
    {"server", "log-time-ascii", kJournal},
    {"server", "log-time-iso", kJournal},
    {"server", "log-identity", kJournal},
    {"server", "val-log-level", "the log names zones that fail"},
    {"server", "cookie-secret-file", "write the secret into access.cookie_secret"},
});

constexpr std::array kRowsEncrypted = std::to_array<Row>({
    {"server", "tls-service-key", kEncrypted},
    {"server", "tls-service-pem", kEncrypted},
    {"server", "tls-port", kEncrypted},
    {"server", "tls-additional-port", kEncrypted},
    {"server", "tls-additional-ports", kEncrypted},
    {"server", "additional-tls-port", kEncrypted},
    {"server", "additional-ssl-port", kEncrypted},
    {"server", "tls-cert-bundle", kEncrypted},
    {"server", "tls-upstream", kEncrypted},
    {"server", "tls-session-ticket-keys", kEncrypted},
    {"server", "tls-ciphers", kEncrypted},
    {"server", "tls-ciphersuites", kEncrypted},
    {"server", "tls-protocols", kEncrypted},
    {"server", "tls-system-cert", kEncrypted},
    {"server", "tls-win-cert", kEncrypted},
    {"server", "tls-use-sni", kEncrypted},
    {"server", "ssl-service-key", kEncrypted},
    {"server", "ssl-service-pem", kEncrypted},
    {"server", "ssl-port", kEncrypted},
    {"server", "ssl-cert-bundle", kEncrypted},
    {"server", "ssl-upstream", kEncrypted},
    {"server", "https-port", kEncrypted},
    {"server", "http-endpoint", kEncrypted},
    {"server", "http-max-streams", kEncrypted},
    {"server", "http-query-buffer-size", kEncrypted},
    {"server", "http-response-buffer-size", kEncrypted},
    {"server", "http-nodelay", kEncrypted},
    {"server", "http-notls-downstream", kEncrypted},
    {"server", "quic-port", kEncrypted},
    {"server", "quic-size", kEncrypted},
    {"server", "pad-responses", kEncrypted},
    {"server", "pad-responses-block-size", kEncrypted},
    {"server", "pad-queries", kEncrypted},
    {"server", "pad-queries-block-size", kEncrypted},
    {"forward-zone", "forward-tls-upstream", kEncrypted},
    {"forward-zone", "forward-ssl-upstream", kEncrypted},
    {"stub-zone", "stub-tls-upstream", kEncrypted},
    {"stub-zone", "stub-ssl-upstream", kEncrypted},
    {"dnscrypt", "", kEncrypted},
});

constexpr std::array kRowsOfPolicies = std::to_array<Row>({
    {"server", "access-control-tag", kPolicy},
    {"server", "access-control-tag-action", kPolicy},
    {"server", "access-control-tag-data", kPolicy},
    {"server", "access-control-view", kPolicy},
    {"server", "interface-tag", kPolicy},
    {"server", "interface-tag-action", kPolicy},
    {"server", "interface-tag-data", kPolicy},
    {"server", "interface-view", kPolicy},
    {"server", "define-tag", kPolicy},
    {"server", "local-zone-tag", kPolicy},
    {"server", "local-zone-override", kPolicy},
    {"server", "response-ip", kPolicy},
    {"server", "response-ip-data", kPolicy},
    {"server", "response-ip-tag", kPolicy},
    {"server", "private-address", "ternd takes private addresses from all zones"},
    {"server", "private-domain", "ternd takes private addresses from all zones"},
    {"view", "", kPolicy},
    {"rpz", "", kPolicy},
    {"auth-zone", "", "ternd serves no zones of its own; use stub and a server beside it"},
    {"server", "zonemd-permissive-mode", "ternd serves no zones of its own"},
    {"server", "http-user-agent", "ternd loads no zones over HTTP"},
    {"server", "hide-http-user-agent", "ternd loads no zones over HTTP"},
    {"server", "dns64-prefix", "ternd has no DNS64 yet"},
    {"server", "dns64-synthall", "ternd has no DNS64 yet"},
    {"server", "dns64-ignore-aaaa", "ternd has no DNS64 yet"},
    {"server", "nat64-prefix", "ternd has no NAT64"},
    {"server", "do-nat64", "ternd has no NAT64"},
});

constexpr std::array kRowsOfModules = std::to_array<Row>({
    {"server", "ipsecmod-hook", kNoModules},
    {"server", "ipsecmod-strict", kNoModules},
    {"server", "ipsecmod-max-ttl", kNoModules},
    {"server", "ipsecmod-ignore-bogus", kNoModules},
    {"server", "ipsecmod-allow", kNoModules},
    {"server", "ipsecmod-whitelist", kNoModules},
    {"server", "send-client-subnet", kSubnet},
    {"server", "client-subnet-zone", kSubnet},
    {"server", "client-subnet-always-forward", kSubnet},
    {"server", "client-subnet-opcode", kSubnet},
    {"server", "max-client-subnet-ipv4", kSubnet},
    {"server", "max-client-subnet-ipv6", kSubnet},
    {"server", "min-client-subnet-ipv4", kSubnet},
    {"server", "min-client-subnet-ipv6", kSubnet},
    {"server", "max-ecs-tree-size-ipv4", kSubnet},
    {"server", "max-ecs-tree-size-ipv6", kSubnet},
    {"server", "edns-client-string", kSubnet},
    {"server", "edns-client-string-opcode", kSubnet},
    {"python", "", kNoModules},
    {"dynlib", "", kNoModules},
    {"ipset", "", kNoModules},
    {"ipsecmod", "", kNoModules},
    {"cachedb", "", "see cache.file in tern.yaml(5)"},
});

constexpr std::array kRowsMissing = std::to_array<Row>({
    {"server", "interface-action", "access.allow counts for all addresses at which ternd listens"},
    {"server", "interface-automatic-ports", "write the addresses with their ports into `listen`"},
    {"server", "proxy-protocol-port", "ternd takes no PROXY protocol"},
    {"server", "tcp-connection-limit", "access.connections.per_client counts for each address"},
    {"server", "wait-limit-netblock",
     "access.rate_limit.waiting is one number; exempt has addresses without it"},
    {"server", "wait-limit-cookie-netblock",
     "access.rate_limit.waiting is one number; exempt has addresses without it"},
    {"server", "ratelimit", "resolution.limits bounds what a zone may take instead"},
    {"server", "ratelimit-for-domain", "resolution.limits bounds what a zone may take instead"},
    {"server", "ratelimit-below-domain", "resolution.limits bounds what a zone may take instead"},
    {"server", "edns-tcp-keepalive", "ternd tells clients no such time"},
    {"server", "ip-dscp", "ternd leaves it to the kernel (nftables can set it)"},
    {"server", "tcp-mss", "ternd leaves it to the kernel (ip route has advmss)"},
    {"server", "outgoing-tcp-mss", "ternd leaves it to the kernel (ip route has advmss)"},
    {"server", "do-udp", "ternd always serves over UDP"},
    {"server", "do-tcp", "ternd always serves over TCP (RFC 7766)"},
    {"server", "tcp-upstream", kUdpFirst},
    {"server", "udp-upstream-without-downstream", "ternd always serves over UDP"},
    {"server", "disable-edns-do", "with dnssec.validation: false no signatures are asked for"},
    {"server", "log-destaddr", "query_log does not say which address was asked"},
    {"server", "nsid", "ternd has no such identity yet"},
    {"server", "identity", "ternd has no such identity yet"},
    {"server", "version", "ternd has no such identity yet"},
    {"server", "serve-original-ttl", "clients get the time that is left"},
    {"server", "cache-min-negative-ttl", "cache.min_ttl does not count for negative answers"},
    {"server", "trust-anchor", "write it to a file and name that in dnssec.trust_anchors"},
    {"server", "trusted-keys-file",
     "write DS or DNSKEY records to a file and name that in dnssec.trust_anchors"},
    {"server", "dlv-anchor", "DLV is no more (RFC 8749)"},
    {"server", "dlv-anchor-file", "DLV is no more (RFC 8749)"},
    {"server", "val-override-date", "ternd uses the machine's clock"},
    {"dnstap", "dnstap-ip", kSocketOnly},
    {"server", "ignore-cd-flag", "clients with CD get what does not validate (RFC 4035)"},
    {"forward-zone", "forward-host", "write addresses, with forward-addr"},
    {"forward-zone", "forward-no-cache", "ternd keeps all answers"},
    {"forward-zone", "forward-tcp-upstream", kUdpFirst},
    {"stub-zone", "stub-host", "write addresses, with stub-addr"},
    {"stub-zone", "stub-first", "use forward with `first: true` or leave the zone out"},
    {"stub-zone", "stub-no-cache", "ternd keeps all answers"},
    {"stub-zone", "stub-tcp-upstream", kUdpFirst},
});

void Append(std::span<const Row> rows, ImportGrade grade, std::vector<UnboundRule>* rules) {
  for (const Row& row : rows) rules->push_back({row.clause, row.option, grade, row.text});
}

std::vector<UnboundRule> AllRules() {
  std::vector<UnboundRule> rules;
  Append(kRowsCarriedOver, ImportGrade::kCarriedOver, &rules);
  Append(kRowsOfAnswers, ImportGrade::kNotNeeded, &rules);
  Append(kRowsOfCaches, ImportGrade::kNotNeeded, &rules);
  Append(kRowsOfServers, ImportGrade::kNotNeeded, &rules);
  Append(kRowsOfValidation, ImportGrade::kNotNeeded, &rules);
  Append(kRowsOfMachines, ImportGrade::kNotNeeded, &rules);
  Append(kRowsElsewhere, ImportGrade::kElsewhere, &rules);
  Append(kRowsEncrypted, ImportGrade::kMissing, &rules);
  Append(kRowsOfPolicies, ImportGrade::kMissing, &rules);
  Append(kRowsOfModules, ImportGrade::kMissing, &rules);
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
