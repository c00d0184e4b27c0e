#include "resolver/resolution/address_lookup.h"

#include <algorithm>

#include "resolver/resolution/job_table.h"

namespace tern::resolver::resolution {
namespace {

// A look-up that nobody waits for takes so many of its parent's upstream queries and referrals, and
// so many octets.
constexpr int kBackgroundQueries = 6;
constexpr int kBackgroundOctets = 16 << 10;

}  // namespace

bool AddressLookup::Keep(const answer::Answer& answer) {
  if (answer.rcode() != wire::Rcode::kNoError || answer.count() == 0) return false;
  const cache::EntryView last = answer.at(answer.count() - 1);
  if (last.kind() != cache::EntryKind::kRRset || last.type() != type()) return false;
  cache::RecordCursor cursor = last.Records();
  std::span<const uint8_t> rdata;
  const size_t count_max = parent().settings().resolution.limits.addresses;
  while (count_ < count_max && cursor.Next(&rdata)) {
    addresses_[count_++] = IpAddress::FromOctets(rdata);
  }
  return count_ > 0;
}

void LookUpInBackground(Job& parent, const wire::Name& server, wire::RRType type) {
  Allowance& allowance = parent.allowance();
  if (std::min(allowance.upstream_queries, allowance.referrals) <= 2 * kBackgroundQueries ||
      allowance.upstream_octets <= 2 * kBackgroundOctets ||
      parent.table().IsUnderWay(server, type)) {
    return;
  }
  // The look-up may outlive its parent, so it gets a share of its own.
  allowance.upstream_queries -= kBackgroundQueries;
  allowance.upstream_octets -= kBackgroundOctets;
  allowance.referrals -= kBackgroundQueries;
  const Allowance share = {.upstream_queries = kBackgroundQueries,
                           .upstream_octets = kBackgroundOctets,
                           .referrals = kBackgroundQueries,
                           .failed_address_lookups = 1};
  (void)parent.table().StartDetached(server, type, parent.nesting() + 1, share);
}

bool OneMoreServer::LookUpAnother() {
  upstream::ZoneServers& servers = job_.servers();
  wire::Name server;
  servers.PassOverAbsent(job_.facilities().store, job_.settings(), job_.facilities().StoreNow());
  const uint64_t random = job_.facilities().environment.Random();
  if (servers.NextToLookUp(random, false, &server)) {
    if (!servers.looked_up_none()) return false;
    LookUpInBackground(job_, server,
                       job_.settings().resolution.ipv4 ? wire::RRType::kA : wire::RRType::kAAAA);
    return true;
  }
  // No other server is left. The other family of the one that is late may be well.
  if (!servers.NextIpv6ToLookUp(false, &server)) return false;
  LookUpInBackground(job_, server, wire::RRType::kAAAA);
  return true;
}

}  // namespace tern::resolver::resolution
