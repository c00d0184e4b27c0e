// How a random internet goes wrong and changes.
#include <algorithm>

#include "tests/sim/random_internet.h"

namespace tern::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Faults that an honest resolver can tell from an answer.
constexpr Fault kFaults[] = {
    Fault::kSilent,          Fault::kSilent,           Fault::kUnreachable,
    Fault::kRefused,         Fault::kServFail,         Fault::kNotImp,
    Fault::kFormErr,         Fault::kRefersUpward,     Fault::kRefersToItself,
    Fault::kWrongId,         Fault::kNotAuthoritative, Fault::kWrongCase,
    Fault::kTruncatesAlways, Fault::kGarbage,          Fault::kEmpty,
    Fault::kWrongQuestion,   Fault::kNoQuestion,       Fault::kAnswersWithoutAA,
    Fault::kBrokenRdata};

// When all servers of a zone fail, so many addresses are asked again in each form.
constexpr size_t kAskedAgainMax = 2;

// Odd but useful: a resolver that asks in the right way gets the answer.
void MakeOdd(SeededRandom* random, bool keeps_denials, Conduct* conduct) {
  if (random->Chance(0.15)) conduct->with_edns = Fault::kFormErr;
  if (random->Chance(0.15)) conduct->copies_case = false;
  // A denial without SOA cannot be kept (RFC 2308 section 5). So it is asked for again and again,
  // and the bounds on that may leave a question unanswered.
  if (random->Chance(0.1)) conduct->without_soa = !keeps_denials;
  if (random->Chance(0.2)) {
    conduct->think_time = milliseconds(random->Below(random->Chance(0.2) ? 300 : 30));
  }
}

void MakeUnsound(SeededRandom* random, Conduct* conduct) {
  const double way = random->Unit();
  if (way < 0.7) {
    conduct->fault = kFaults[random->Below(std::size(kFaults))];
  } else if (way < 0.8) {
    conduct->think_time = milliseconds(500 + random->Below(4000));  // slow
  } else {
    // A fault over TCP, which the truncated replies ask for.
    conduct->fault = Fault::kTruncatesAlways;
    switch (random->Below(4)) {
      case 0:
        conduct->tcp_drip = milliseconds(1 + random->Below(60));
        break;
      case 1:
        conduct->tcp_octets_max = random->Below(40);
        break;
      case 2:
        conduct->tcp_silent = true;
        break;
      default:
        conduct->tcp_refused = true;
    }
  }
}

}  // namespace

void RandomInternet::AddFaults(bool leave_one) {
  for (Host& host : hosts_) {
    MakeOdd(random_, leave_one, &host.server.conduct());
    if (!random_->Chance(0.25)) continue;
    MakeUnsound(random_, &host.server.conduct());
    host.sound = false;
  }
  if (leave_one) KeepOneSound(SIZE_MAX);
}

void RandomInternet::KeepOneSound(size_t addresses_max) {
  for (const Zone& zone : zones_) {
    const bool has_sound = std::any_of(zone.hosts.begin(), zone.hosts.end(),
                                       [&](size_t host) { return hosts_[host].sound; });
    size_t addresses = 0;
    for (const size_t host : zone.hosts) addresses += hosts_[host].addresses.size();
    if (has_sound && addresses <= addresses_max) continue;
    Host& host = hosts_[zone.hosts[random_->Below(zone.hosts.size())]];
    host.server.conduct() = Conduct();
    host.sound = true;
  }
}

void RandomInternet::MakeDislike(const Dislikes& allowed, Conduct* conduct) {
  static constexpr Fault kSigns[] = {
      Fault::kRefused,          Fault::kServFail,     Fault::kFormErr, Fault::kNotImp,
      Fault::kNotAuthoritative, Fault::kRefersUpward, Fault::kSilent};
  static constexpr CookieUse kCookieUses[] = {CookieUse::kGives, CookieUse::kCopies,
                                              CookieUse::kDemands, CookieUse::kAllAreBad};
  // In a rough world the last two would cost too many tries.
  const size_t cookie_uses = allowed.in_any_way ? std::size(kCookieUses) : 2;
  const Fault sign = kSigns[random_->Below(std::size(kSigns))];
  switch (allowed.in_any_way ? random_->Below(9) : 5 + random_->Below(4)) {
    case 0:
      conduct->with_capitals = sign;
      return;
    case 1:
      conduct->with_cookie = sign;
      return;
    case 2:
      conduct->with_edns = sign;
      return;
    case 3:
      conduct->udp_octets_max = 512 + random_->Below(720);
      return;
    case 4:
      conduct->with_no_data = sign;
      some_fail_no_data_ = true;
      return;
    case 5:
      conduct->old_cookie = random_->Chance(0.5);
      conduct->wrong_client_cookie = !conduct->old_cookie;
      if (conduct->wrong_client_cookie) conduct->cookies = CookieUse::kGives;
      return;
    case 6:
      conduct->cookies = kCookieUses[random_->Below(cookie_uses)];
      return;
    case 7:
      if (!allowed.without_tcp) return;
      some_lack_tcp_ = true;
      conduct->minimal = true;
      conduct->payload_max = wire::kEdnsPayloadDefault;
      conduct->tcp_refused = random_->Chance(0.5);
      conduct->tcp_silent = !conduct->tcp_refused;
      conduct->copies_case = !(allowed.in_any_way && allowed.without_case && random_->Chance(0.5));
      return;
    default:
      conduct->copies_case = !allowed.without_case;
  }
}

void RandomInternet::AddDislikes(const Dislikes& allowed) {
  for (Host& host : hosts_) {
    if (random_->Chance(0.6)) MakeDislike(allowed, &host.server.conduct());
    if (!random_->Chance(0.15)) continue;
    host.server.conduct() = Conduct();
    do {
      MakeUnsound(random_, &host.server.conduct());
    } while (!allowed.without_case && host.server.conduct().fault == Fault::kWrongCase);
    host.sound = false;
  }
  KeepOneSound(kAskedAgainMax);
}

void RandomInternet::Serve(const Update& update) {
  Host& host = hosts_[update.host];
  const auto found = host.serves.find(update.zone);
  if (found != host.serves.end() && found->second > std::pair(update.owner, update.content)) return;
  host.serves.insert_or_assign(update.zone, std::pair(update.owner, update.content));
  host.server.AddZone(served_[update.zone][update.owner][update.content]);
}

void RandomInternet::StopServing(size_t host, size_t zone) {
  if (hosts_[host].serves.erase(zone) != 0) hosts_[host].server.RemoveZone(zones_[zone].origin);
}

// Contents that no server has any more end now.
void RandomInternet::Retire() {
  for (size_t zone = 0; zone < history_.size(); ++zone) {
    for (size_t owner = 0; owner < history_[zone].owners.size(); ++owner) {
      std::vector<ZoneContent>& contents = history_[zone].owners[owner];
      for (size_t content = 0; content < contents.size(); ++content) {
        if (contents[content].until != Time::max()) continue;
        const bool served = std::any_of(hosts_.begin(), hosts_.end(), [&](const Host& host) {
          const auto found = host.serves.find(zone);
          return found != host.serves.end() && found->second == std::pair(owner, content);
        });
        const bool due = std::any_of(updates_.begin(), updates_.end(), [&](const Update& update) {
          return update.zone == zone && update.owner == owner && update.content == content;
        });
        if (!served && !due) contents[content].until = world_->Now();
      }
    }
  }
}

void RandomInternet::Publish(size_t number, bool lag) {
  ++serial_;
  const Zone& zone = zones_[number];
  ZoneContent content;
  content.from = world_->Now();
  content.records = RecordsOf(number);
  for (const size_t child : zone.children) {
    if (zones_[child].exists) content.owner_of_child[child] = zones_[child].owner;
  }
  served_[number][zone.owner].push_back(
      std::make_shared<const sim::Zone>(sim::Zone::FromRecords(zone.origin, content.records)));
  std::vector<ZoneContent>& contents = history_[number].owners[zone.owner];
  contents.push_back(std::move(content));
  for (const size_t host : zone.hosts) {
    const Duration late = lag && random_->Chance(0.4)
                              ? seconds(random_->Below(random_->Chance(0.5) ? 20 : 2000))
                              : Duration(0);
    const Update update = {world_->Now() + late, host, number, zone.owner, contents.size() - 1};
    if (late == Duration(0)) {
      Serve(update);
    } else {
      updates_.push_back(update);
    }
  }
}

void RandomInternet::CatchUp() {
  const Time now = world_->Now();
  for (const Update& update : updates_) {
    // A server that has given up the zone meanwhile does not serve it again.
    if (update.at <= now && hosts_[update.host].serves.contains(update.zone)) Serve(update);
  }
  std::erase_if(updates_, [&](const Update& update) { return update.at <= now; });
  Retire();
}

void RandomInternet::Sell(size_t number, bool to_nobody) {
  Zone& zone = zones_[number];
  std::erase_if(updates_, [&](const Update& update) { return update.zone == number; });
  for (const size_t host : zone.hosts) {
    // The old owner's servers may go on, if nobody asks them for a zone above.
    if (ServesAbove(host, number) || random_->Chance(0.5)) StopServing(host, number);
  }
  if (to_nobody) {
    zone.exists = false;
  } else {
    ++zone.owner;
    history_[number].owners.emplace_back();
    served_[number].emplace_back();
    zone.hosts.clear();
    zone.lame_hosts.clear();
    for (uint64_t left = 1 + random_->Below(2); left > 0; --left) {
      zone.hosts.push_back(NewHost(Below(zone.origin, "ns" + std::to_string(left)), number));
    }
    MakeBody(&zone);
    Publish(number, false);
  }
  std::erase_if(updates_, [&](const Update& update) { return update.zone == zone.parent; });
  Publish(zone.parent, false);
  Retire();
}

// An outage. What the zone said may be served stale.
void RandomInternet::FailZone(size_t zone) {
  static constexpr Fault kOutages[] = {Fault::kSilent, Fault::kUnreachable, Fault::kServFail};
  const Fault fault = kOutages[random_->Below(std::size(kOutages))];
  for (const size_t host : zones_[zone].hosts) {
    hosts_[host].server.conduct().fault = fault;
    hosts_[host].sound = false;
  }
}

void RandomInternet::ChangeSomething() {
  const double way = random_->Unit();
  if (way < 0.1) {
    FailZone(random_->Below(zones_.size()));
    return;
  }
  if (way < 0.4) {
    Host& host = hosts_[random_->Below(hosts_.size())];
    const bool minimal = host.server.conduct().minimal;
    host.server.conduct() = Conduct();
    host.server.conduct().minimal = minimal;
    if (random_->Chance(0.6)) MakeUnsound(random_, &host.server.conduct());
    return;
  }
  const size_t number = 1 + random_->Below(zones_.size() - 1);
  Zone& zone = zones_[number];
  if (!zone.exists || zone.in_cycle) return;
  if (zone.children.empty() && zone.depth > 1 && way > 0.75) {
    Sell(number, way > 0.9);
    return;
  }
  const std::vector<PlainRecord> before = std::move(zone.body);
  MakeBody(&zone);
  // Half of the old names stay, some with other records.
  for (const PlainRecord& record : before) {
    if (std::none_of(zone.body.begin(), zone.body.end(),
                     [&](const PlainRecord& other) { return other.owner == record.owner; }) &&
        random_->Chance(0.7)) {
      zone.body.push_back(record);
      if (record.type == wire::RRType::kA && random_->Chance(0.5)) {
        zone.body.back().rdata[3] ^= 1;
      }
    }
  }
  Publish(number, true);
  Retire();
}

}  // namespace tern::sim
