#include "tests/sim/small_internet.h"

#include <utility>

namespace tern::sim {
namespace {

constexpr Duration kRestLimit = std::chrono::seconds(30);

std::string Soa(std::string_view zone, std::string_view server) {
  return std::string(zone) + " 3600 SOA " + std::string(server) + " hostmaster." +
         std::string(zone) + " 1 7200 3600 604800 300\n";
}

std::string_view TldServerOf(std::string_view tld) {
  return tld == "com." ? "a.gtld-servers.net." : "e.gtld-servers.net.";
}

}  // namespace

SmallInternet::SmallInternet(const SimWorld::Options& options)
    : world_(options),
      settings_(SimSettings(NameOf("k.root-servers.net."), {*IpAddress::Parse(kRoot)})) {
  root_ = AddServer(kRoot, ".", kRootZone);
  com_ = &servers_.emplace_back();
  net_ = &servers_.emplace_back();
  world_.AddServer(kCom, com_);
  world_.AddServer(kNet, net_);
  RebuildTld("com.");
  RebuildTld("net.");
}

void SmallInternet::RebuildTld(std::string_view tld) {
  const std::string_view server = TldServerOf(tld);
  std::string text = Soa(tld, server);
  text += std::string(tld) + " 172800 NS " + std::string(server) + "\n";
  if (tld == "net.") {
    text += "a.gtld-servers.net. 172800 A 192.0.2.10\ne.gtld-servers.net. 172800 A 192.0.2.11\n";
  }
  text += tld_records_[std::string(tld)];
  (tld == "com." ? com_ : net_)->AddZone(tld, text);
  oracle_.AddZone(tld, text);
}

void SmallInternet::AddToTld(std::string_view tld, std::string_view records) {
  tld_records_[std::string(tld)].append(records).append("\n");
  RebuildTld(tld);
}

ZoneServer* SmallInternet::AddServer(std::string_view address, std::string_view zone,
                                     std::string_view text) {
  ZoneServer& server = servers_.emplace_back(zone, text);
  oracle_.AddZone(zone, text);
  world_.AddServer(address, &server);
  return &server;
}

std::vector<ZoneServer*> SmallInternet::AddDomain(std::string_view zone,
                                                  const std::vector<std::string_view>& addresses,
                                                  std::string_view records) {
  const std::string origin(zone);
  std::string delegation;
  for (size_t i = 0; i < addresses.size(); ++i) {
    const std::string server = "ns" + std::to_string(i + 1) + "." + origin;
    const bool ipv6 = addresses[i].find(':') != std::string_view::npos;
    delegation += origin + " 3600 NS " + server + "\n" + server + " 3600 " +
                  (ipv6 ? "AAAA " : "A ") + std::string(addresses[i]) + "\n";
  }
  AddToTld(zone.ends_with("com.") ? "com." : "net.", delegation);
  const std::string text = Soa(zone, "ns1." + origin) + delegation + std::string(records);
  std::vector<ZoneServer*> servers;
  for (const std::string_view address : addresses) {
    servers.push_back(AddServer(address, zone, text));
  }
  return servers;
}

void SmallInternet::Start() {
  resolver_.reset();  // a resolver that was there detaches itself from the world
  resolver_ =
      std::make_unique<ResolverUnderTest>(&world_, settings_, list_observer_, checks_lists_);
}

ClientQueryId SmallInternet::Ask(std::string_view name, wire::RRType type) {
  const auto id = static_cast<uint16_t>(world_.random()->Next());
  return world_.AskDatagram(MakeQuery(id, name, type).Encode());
}

PlainMessage SmallInternet::Lookup(std::string_view name, wire::RRType type) {
  upstream_before_ = world_.upstream().size();
  const ClientQueryId id = Ask(name, type);
  PlainMessage none;
  none.opcode = static_cast<wire::Opcode>(15);
  if (!world_.RunUntilAnswered(id, kAnswerLimit)) return none;
  last_latency_ = world_.client_query(id).Latency();
  world_.RunUntilNetworkIsQuiet(kAnswerLimit);
  return world_.client_query(id).Message().value_or(none);
}

std::string SmallInternet::CheckRest() {
  world_.RunFor(kRestLimit);
  std::string fault;
  if (world_.unanswered() != 0) fault += std::to_string(world_.unanswered()) + " unanswered; ";
  if (world_.open_exchanges() != 0) {
    fault += std::to_string(world_.open_exchanges()) + " exchanges open; ";
  }
  if (world_.armed_timers() != 0) {
    fault += std::to_string(world_.armed_timers()) + " timers armed; ";
  }
  if (resolver_ != nullptr && resolver_->work_in_flight() != 0) {
    fault += std::to_string(resolver_->work_in_flight()) + " jobs, frames or clients left; ";
  }
  if (resolver_ != nullptr) {
    const resolver::CounterSnapshot all = resolver_->ReadCounters();
    if (all.of_limits.jobs != 0 || all.of_limits.clients != 0) fault += "jobs or clients counted; ";
    const resolver::AnswerCounts<uint64_t>& counts = all.of_answers;
    if (counts.asked() != counts.ended()) {
      fault += std::to_string(counts.asked()) + " queries and " + std::to_string(counts.ended()) +
               " ends of queries are counted; ";
    }
  }
  for (size_t i = 0; i < world_.client_query_count(); ++i) {
    if (world_.client_query(i).replies > 1) fault += "client answered more than once; ";
  }
  return fault;
}

}  // namespace tern::sim
