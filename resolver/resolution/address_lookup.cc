#include "resolver/resolution/address_lookup.h"

#include <algorithm>
#include <optional>

#include "resolver/resolution/job_table.h"
#include "resolver/resolution/outcome.h"

namespace tern::resolver::resolution {
namespace {

// A look-up that nobody waits for takes so many of its parent's upstream queries and referrals, and
// so many octets.
constexpr int kBackgroundQueries = 6;
constexpr int kBackgroundOctets = 16 << 10;

// Takes the share of a question that nobody waits for. The question may outlive its parent. nullopt
// when the parent has too little left.
std::optional<Allowance> TakeBackgroundShare(Allowance* from) {
  if (std::min(from->upstream_queries, from->referrals) <= 2 * kBackgroundQueries ||
      from->upstream_octets <= 2 * kBackgroundOctets) {
    return std::nullopt;
  }
  from->upstream_queries -= kBackgroundQueries;
  from->upstream_octets -= kBackgroundOctets;
  from->referrals -= kBackgroundQueries;
  return Allowance{.upstream_queries = kBackgroundQueries,
                   .upstream_octets = kBackgroundOctets,
                   .referrals = kBackgroundQueries,
                   .failed_address_lookups = 1};
}

}  // namespace

bool AddressLookup::Keep(const answer::Answer& answer) {
  const cache::EntryView last = answer.EndRRset();
  if (!last || last.type() != type()) return false;
  cache::RecordCursor cursor = last.Records();
  std::span<const uint8_t> rdata;
  const size_t count_max = parent().settings().resolution.limits.addresses;
  while (count_ < count_max && cursor.Next(&rdata)) {
    addresses_[count_++] = IpAddress::FromOctets(rdata);
  }
  return count_ > 0;
}

void LookUpInBackground(Job& parent, const wire::Name& server, wire::RRType type) {
  if (parent.table().IsUnderWay(server, type)) return;
  const std::optional<Allowance> share = TakeBackgroundShare(&parent.allowance());
  if (!share.has_value()) return;
  (void)parent.table().StartDetached(server, type, parent.nesting() + 1, *share);
}

bool OneMoreServer::LookUpAnother() {
  upstream::ZoneServers& servers = job_.servers();
  wire::Name server;
  servers.PassOverAbsent(job_.facilities().store, job_.settings(), job_.facilities().StoreNow());
  const upstream::Families working = job_.facilities().server_table.families().WorkingOf(
      upstream::FamiliesInUse(job_.settings().resolution));
  wire::RRType type = working.ipv4 ? wire::RRType::kA : wire::RRType::kAAAA;
  const uint64_t random = job_.facilities().environment.Random();
  // If no other server is left, the other family of the one that is late may be well.
  if (servers.NextToLookUp(random, false, &server)) {
    if (!servers.looked_up_none()) return false;
  } else if (!servers.NextLeft(working, false, &server, &type)) {
    return false;
  }
  LookUpInBackground(job_, server, type);
  return true;
}

bool OneMoreServer::AskParent() {
  const upstream::ZoneServers& servers = job_.servers();
  // A job that seeks a delegation asks for the one above only, so these jobs do not go up further.
  if (!servers.delegation() || !servers.from_store() || servers.zone().view().IsRoot() ||
      job_.seeks_delegation()) {
    return false;
  }
  if (!job_.facilities().ClaimAskingAnew(servers.zone())) return false;
  const std::optional<Allowance> share = TakeBackgroundShare(&job_.allowance());
  if (!share.has_value()) return false;
  TraceStep(job_, "restart", servers.zone(), "its servers are silent: its parent is asked too");
  return job_.table().SeekDelegation(servers.zone(), job_.nesting() + 1, *share);
}

}  // namespace tern::resolver::resolution
