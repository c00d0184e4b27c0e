#include "tests/resolver/config/settings_text.h"

#include <sstream>

#include "wire/presentation.h"

namespace tern::resolver::config {

std::string Shown(const Settings& s) {
  std::ostringstream out;
  for (const Endpoint& endpoint : s.listen) out << endpoint.ToText() << ' ';
  out << "| " << s.workers << " | ";
  for (const Prefix& prefix : s.allow) out << prefix.ToText() << ' ';
  out << "| " << s.cache.memory_octets << ' ' << s.cache.ttl.min_ttl << ' ' << s.cache.ttl.max_ttl
      << ' ' << s.cache.ttl.max_negative_ttl << ' ' << s.cache.max_stale << ' ' << s.cache.stale_ttl
      << s.cache.stale_instead_of_bogus << ' ' << s.cache.prefetch << ' ' << s.cache.min_failure_ttl
      << ' ' << s.cache.max_failure_ttl << " | ";
  const ResolutionSettings& r = s.resolution;
  for (const RootHint& hint : r.root_hints) {
    out << wire::ToText(hint.server);
    for (const IpAddress& address : hint.addresses) out << '=' << address.ToText();
    out << ' ';
  }
  out << "| " << r.upstream_port << ' ' << r.ipv4 << ' ' << static_cast<int>(r.ipv6) << ' '
      << static_cast<int>(r.qname_minimisation) << ' ' << r.case_randomisation << " | ";
  for (const Prefix& prefix : r.never_query) out << prefix.ToText() << ' ';
  for (const IpAddress& address : r.outgoing) out << address.ToText() << ' ';
  out << "| " << r.budget.upstream_queries << ' ' << r.budget.referrals << ' ' << r.budget.aliases
      << ' ' << r.budget.nesting << ' ' << r.budget.failed_addresses << ' '
      << r.budget.client_timeout.count() << ' ' << r.budget.failure_timeout.count() << ' '
      << r.budget.total_timeout.count() << " | ";
  out << static_cast<int>(s.dnssec.validation) << ' ' << s.dnssec.trust_anchors << ' '
      << s.dnssec.aggressive << s.dnssec.sha1 << ' ' << s.dnssec.state_file << ' ';
  for (const NegativeAnchor& anchor : s.dnssec.negative_trust_anchors) {
    out << wire::ToText(anchor.zone) << '/' << anchor.until << '/' << anchor.reason << ' ';
  }
  out << "| " << s.local.special_names << " '" << s.local.hosts_file << "' | ";
  for (const StaticZone& zone : s.static_zones) {
    out << wire::ToText(zone.zone) << ' ' << zone.forward << zone.first << zone.validate;
    for (const Endpoint& endpoint : zone.to) out << ' ' << endpoint.ToText();
  }
  const policy::RateLimitSettings& limit = s.rate_limit;
  out << "| " << limit.queries << ' ' << limit.misses << ' ' << limit.waiting << ' '
      << limit.burst.count() << ' ' << int{limit.ipv4_prefix} << ' ' << int{limit.ipv6_prefix}
      << ' ' << limit.slip << ' ';
  for (const Prefix& prefix : limit.exempt) out << prefix.ToText() << ' ';
  out << "| " << r.limits.per_zone << ' ' << r.limits.per_server << ' ' << r.limits.waiters << ' '
      << r.limits.jobs << ' ' << r.limits.name_servers << ' ' << r.limits.addresses << ' '
      << r.limits.tries;
  out << "| " << s.connections.most << ' ' << s.connections.per_client << " | " << s.require_cookies
      << ' ' << s.trace << ' ' << r.cookies << ' ' << s.mail.additional << s.mail.warm << s.mail.spf
      << s.mail.policies << s.dnssec.error_reporting;
  out << " | '" << s.cache_file.path << "' " << s.cache_file.save_every.count();
  for (const BlockList& list : s.mail.dnsbl) {
    out << ' ' << wire::ToText(list.zone) << '/' << list.timeout.count() << '/'
        << list.max_negative_ttl;
  }
  out << " |";
  for (const Endpoint& endpoint : s.http.listen) out << ' ' << endpoint.ToText();
  for (const wire::Name& host : s.http.hosts) out << ' ' << wire::ToText(host);
  out << " '" << s.http.token_file << "' " << s.http.token << ' '
      << static_cast<int>(s.http.top_clients) << " | '" << s.control.socket << "' |";
  const auto put_addresses = [&out](const AddressSettings& addresses) {
    out << ' ' << static_cast<int>(addresses.form) << " '" << addresses.key_file << "' "
        << addresses.key;
  };
  out << " '" << s.dnstap.socket << "' '" << s.dnstap.file << "' " << s.dnstap.clients
      << s.dnstap.servers << ' ' << s.dnstap.sample << " '" << s.dnstap.identity << "'";
  put_addresses(s.dnstap.addresses);
  out << " | '" << s.query_log.file << "' " << s.query_log.filter.only_failures << ' '
      << s.query_log.sample;
  for (const Prefix& prefix : s.query_log.filter.clients) out << ' ' << prefix.ToText();
  for (const wire::Name& zone : s.query_log.filter.zones) out << ' ' << wire::ToText(zone);
  put_addresses(s.query_log.addresses);
  out << " |";
  for (const uint8_t octet : s.cookie_secret.value_or(policy::CookieSecret{}))
    out << ' ' << int{octet};
  out << " | ";
  for (const Prefix& prefix : s.deny) out << prefix.ToText() << ' ';
  for (const policy::LocalRecord& record : s.local.data) out << policy::ToText(record) << ' ';
  out << static_cast<int>(s.log_level) << ' ' << s.root_hints;
  return out.str();
}

}  // namespace tern::resolver::config
