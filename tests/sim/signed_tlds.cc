#include "tests/sim/signed_tlds.h"

#include <utility>

#include "tests/sim/small_internet.h"

namespace tern::sim {
namespace {

constexpr Duration kLimit = std::chrono::milliseconds(7500);

std::string TldText(std::string_view tld) {
  const std::string server = tld == "com." ? "a.gtld-servers.net." : "e.gtld-servers.net.";
  std::string text = std::string(tld) + " 3600 SOA " + server + " hostmaster." + std::string(tld) +
                     " 1 7200 3600 604800 300\n" + std::string(tld) + " 172800 NS " + server + "\n";
  if (tld == "net.") {
    text += "a.gtld-servers.net. 172800 A 192.0.2.10\ne.gtld-servers.net. 172800 A 192.0.2.11\n";
  }
  return text;
}

std::string TldOf(std::string_view zone) { return zone.ends_with("com.") ? "com." : "net."; }

void Append(std::vector<PlainRecord>* to, const std::vector<PlainRecord>& more) {
  to->insert(to->end(), more.begin(), more.end());
}

}  // namespace

SignedTlds::SignedTlds(const SimWorld::Options& options)
    : world_(options),
      settings_(SimSettings(NameOf("k.root-servers.net."), {*resolver::IpAddress::Parse(kRoot)})) {
  for (const char* tld : {"com.", "net."}) tld_records_[tld] = RecordsOfText(tld, TldText(tld));
  world_.AddServer(kRoot, &root_);
  world_.AddServer(kCom, &com_);
  world_.AddServer(kNet, &net_);
}

std::string SignedTlds::Text(std::string_view zone, std::string_view address,
                             std::string_view records) {
  const std::string origin(zone);
  const std::string delegation = origin + " 3600 NS ns1." + origin + "\nns1." + origin +
                                 " 3600 A " + std::string(address) + "\n";
  AddToTld(TldOf(zone), delegation);
  return origin + " 3600 SOA ns1." + origin + " hostmaster." + origin +
         " 1 7200 3600 604800 300\n" + delegation + std::string(records);
}

ZoneServer* SignedTlds::AddSigned(std::string_view zone, std::string_view address,
                                  std::string_view records, const SigningPlan& plan) {
  const std::string text = Text(zone, address, records);
  Append(&tld_records_[TldOf(zone)], DsRecordsOf(NameOf(zone).view(), plan, 3600));
  ZoneServer& server = servers_.emplace_back();
  const auto signed_zone =
      std::make_shared<const SignedZone>(NameOf(zone).view(), RecordsOfText(zone, text), plan);
  server.AddZone(signed_zone);
  all_.AddZone(signed_zone);
  world_.AddServer(address, &server);
  return &server;
}

ZoneServer* SignedTlds::AddUnsigned(std::string_view zone, std::string_view address,
                                    std::string_view records) {
  const std::string text = Text(zone, address, records);
  ZoneServer& server = servers_.emplace_back(zone, text);
  all_.AddZone(zone, text);
  world_.AddServer(address, &server);
  return &server;
}

void SignedTlds::AddToTld(std::string_view tld, std::string_view records) {
  AddToTld(tld, RecordsOfText(tld, records));
}

void SignedTlds::AddToTld(std::string_view tld, const std::vector<PlainRecord>& records) {
  Append(&tld_records_[std::string(tld)], records);
}

void SignedTlds::SignTld(std::string_view tld) {
  const auto zone = std::make_shared<const SignedZone>(NameOf(tld).view(),
                                                       tld_records_[std::string(tld)], tld_plan_);
  (tld == "com." ? com_ : net_).AddZone(zone);
  all_.AddZone(zone);
}

void SignedTlds::ReplaceDs(std::string_view zone, const SigningPlan& plan) {
  const std::string tld = TldOf(zone);
  const wire::Name name = NameOf(zone);
  std::erase_if(tld_records_[tld], [&](const PlainRecord& record) {
    return record.type == wire::RRType::kDS && record.owner.view().Equals(name);
  });
  Append(&tld_records_[tld], DsRecordsOf(name, plan, 3600));
  SignTld(tld);
}

void SignedTlds::Start() {
  for (const auto& [tld, records] : tld_records_) {
    SignTld(tld);
  }
  SignRoot();
  settings_.dnssec.validation = validation_;
  settings_.dnssec.anchors = AnchorsOf(DsRecordsOf(wire::NameView(), root_plan_, 86400));
  Restart();
}

void SignedTlds::SignRoot() {
  std::vector<PlainRecord> root = RecordsOfText(".", kRootZone);
  for (const auto& [tld, records] : tld_records_) {
    Append(&root, DsRecordsOf(NameOf(tld).view(), tld_plan_, 86400));
  }
  const auto zone = std::make_shared<const SignedZone>(wire::NameView(), root, root_plan_);
  root_.AddZone(zone);
  all_.AddZone(zone);
}

void SignedTlds::Restart() {
  resolver_.reset();  // a resolver that was there detaches itself from the world
  resolver_ = std::make_unique<ResolverUnderTest>(&world_, settings_, /*list_observer=*/nullptr,
                                                  /*checks_lists=*/false, keeper_);
}

PlainMessage SignedTlds::Lookup(std::string_view name, wire::RRType type, const How& how) {
  upstream_before_ = world_.upstream().size();
  PlainMessage query = MakeQuery(static_cast<uint16_t>(world_.random()->Next()), name, type);
  query.flags = how.flags;
  if (!how.edns) query.edns.reset();
  if (query.edns) query.edns->dnssec_ok = how.dnssec_ok;
  const ClientQueryId id = world_.AskDatagram(query.Encode());
  PlainMessage none;
  none.opcode = static_cast<wire::Opcode>(15);
  if (!world_.RunUntilAnswered(id, kLimit)) return none;
  last_latency_ = world_.client_query(id).Latency();
  world_.RunUntilNetworkIsQuiet(kLimit);
  return world_.client_query(id).Message().value_or(none);
}

}  // namespace tern::sim
