#include "resolver/resolution/lookup.h"

#include <algorithm>
#include <utility>

#include "resolver/resolution/recursor.h"

namespace tern::resolver::resolution {
namespace {

// What a look-up that nobody waits for may take of its parent's upstream queries and referrals.
constexpr int kBackgroundQueries = 6;

}  // namespace

Lookup::~Lookup() {
  if (job_ != nullptr) parent_.recursor().OnLookupGone(this, &parent_);
}

bool Lookup::await_suspend(std::coroutine_handle<> waiting) {
  Recursor& recursor = parent_.recursor();
  const uint64_t hash = recursor.HashOf(name_, type_);
  Job* job = recursor.Find(hash, name_, type_);
  for (const Job* at = job; at != nullptr; at = at->waits_for_) {
    if (at != &parent_) continue;
    parent_.in_cycle_ = at != job;
    MeetCycle();
    return false;
  }
  if (job != nullptr) {
    recursor.LendAllowance(job, parent_);
  } else {
    job = recursor.StartNested(hash, name_, type_, &parent_);
  }
  if (job == nullptr) return false;
  waiting_ = waiting;
  parent_.waits_for_ = job;
  recursor.AddWaiter(job, this, Time::max(), /*is_client=*/false);
  return true;
}

void Lookup::MeetCycle() {
  met_cycle_ = true;
  parent_.met_cycle_ = true;
}

void Lookup::OnAnswer(const answer::Answer& answer) {
  const bool job_met_cycle = std::exchange(parent_.waits_for_, nullptr)->met_cycle_;
  if (answer.rcode() == wire::Rcode::kNoError && answer.count() > 0) {
    const cache::EntryView last = answer.at(answer.count() - 1);
    if (last.kind() == cache::EntryKind::kRRset && last.type() == type_) {
      cache::RecordCursor cursor = last.Records();
      std::span<const uint8_t> rdata;
      const size_t count_max = parent_.settings().resolution.limits.addresses;
      while (count_ < count_max && cursor.Next(&rdata)) {
        addresses_[count_++] = IpAddress::FromOctets(rdata);
      }
    }
  }
  if (count_ == 0 && job_met_cycle) MeetCycle();
  waiting_.resume();
}

bool Lookup::AnotherServerInBackground(Job& parent) {
  upstream::ZoneServers& servers = parent.servers();
  wire::Name server;
  if (!servers.looked_up_none() || !servers.NextToLookUp(0, false, &server)) return false;
  (void)servers.NextToLookUp(parent.recursor().environment().Random(), false, &server);
  InBackground(parent, server,
               parent.settings().resolution.ipv4 ? wire::RRType::kA : wire::RRType::kAAAA);
  return true;
}

void Lookup::InBackground(Job& parent, const wire::Name& name, wire::RRType type) {
  Recursor& recursor = parent.recursor();
  const uint64_t hash = recursor.HashOf(name, type);
  Allowance& allowance = parent.allowance();
  if (std::min(allowance.upstream_queries, allowance.referrals) <= 2 * kBackgroundQueries ||
      recursor.Find(hash, name, type) != nullptr) {
    return;
  }
  // It may outlive its parent, so it gets a share of its own.
  allowance.upstream_queries -= kBackgroundQueries;
  allowance.referrals -= kBackgroundQueries;
  const Allowance share = {kBackgroundQueries, kBackgroundQueries, 1};
  (void)recursor.StartDetached(hash, name, type, parent.nesting() + 1, share);
}

}  // namespace tern::resolver::resolution
