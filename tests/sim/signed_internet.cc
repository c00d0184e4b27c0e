#include "tests/sim/signed_internet.h"

#include <cstdlib>
#include <utility>

#include "wire/check.h"
#include "wire/presentation.h"

namespace tern::sim {
namespace {

constexpr uint32_t kDelegationTtl = 3600;

std::string DelegationText(std::string_view origin, const std::vector<std::string>& addresses) {
  const std::string zone(origin);
  const std::string dot_zone = zone == "." ? "." : "." + zone;
  std::string text;
  for (size_t i = 0; i < addresses.size(); ++i) {
    const std::string server = "ns" + std::to_string(i + 1) + dot_zone;
    const bool ipv6 = addresses[i].find(':') != std::string::npos;
    text += zone + " 3600 NS " + server + "\n" + server + " 3600 " + (ipv6 ? "AAAA " : "A ") +
            addresses[i] + "\n";
  }
  return text;
}

}  // namespace

SignedInternet::SignedInternet(const SimWorld::Options& options)
    : world_(options), settings_(SimSettings(NameOf("ns1."), {})) {}

void SignedInternet::AddUnsignedZone(std::string_view origin,
                                     const std::vector<std::string_view>& addresses,
                                     std::string_view records) {
  auto entry = std::make_unique<Entry>();
  entry->origin = origin;
  entry->addresses.assign(addresses.begin(), addresses.end());
  const std::string dot_zone = entry->origin == "." ? "." : "." + entry->origin;
  entry->text = entry->origin + " 3600 SOA ns1" + dot_zone + " hostmaster" + dot_zone +
                " 1 7200 3600 604800 300\n" + DelegationText(origin, entry->addresses) +
                std::string(records);
  for (const std::string& address : entry->addresses) {
    if (!servers_.contains(address)) world_.AddServer(address, &servers_[address]);
  }
  if (entry->origin == ".") {
    std::vector<IpAddress> root_addresses;
    for (const std::string& address : entry->addresses) {
      root_addresses.push_back(*IpAddress::Parse(address));
    }
    settings_.resolution.root_hints = {{NameOf("ns1."), root_addresses}};
  }
  entries_.push_back(std::move(entry));
}

void SignedInternet::AddZone(std::string_view origin,
                             const std::vector<std::string_view>& addresses,
                             std::string_view records, const SigningPlan& plan) {
  AddUnsignedZone(origin, addresses, records);
  entries_.back()->plan = plan;
}

SignedInternet::Entry& SignedInternet::EntryOf(std::string_view origin) {
  for (const std::unique_ptr<Entry>& entry : entries_) {
    if (entry->origin == origin) return *entry;
  }
  TERN_REQUIRE(false);
  std::abort();
}

SigningPlan& SignedInternet::PlanOf(std::string_view origin) { return *EntryOf(origin).plan; }

std::shared_ptr<const SignedZone> SignedInternet::zone(std::string_view origin) const {
  for (const std::unique_ptr<Entry>& entry : entries_) {
    if (entry->origin == origin) return entry->signed_zone;
  }
  return nullptr;
}

const SignedInternet::Entry* SignedInternet::ParentOf(const Entry& entry) const {
  const Entry* parent = nullptr;
  const wire::Name origin = NameOf(entry.origin);
  for (const std::unique_ptr<Entry>& other : entries_) {
    const wire::Name above = NameOf(other->origin);
    if (above == origin || !origin.view().IsSubdomainOf(above)) continue;
    if (parent == nullptr || above.size() > NameOf(parent->origin).size()) parent = other.get();
  }
  return parent;
}

std::vector<PlainRecord> SignedInternet::RecordsFor(const Entry& entry) const {
  std::string text = entry.text;
  std::vector<PlainRecord> ds;
  for (const std::unique_ptr<Entry>& child : entries_) {
    if (ParentOf(*child) != &entry) continue;
    text += "\n" + DelegationText(child->origin, child->addresses);
    if (!child->plan) continue;
    const auto more = DsRecordsOf(NameOf(child->origin), *child->plan, kDelegationTtl);
    ds.insert(ds.end(), more.begin(), more.end());
  }
  std::vector<PlainRecord> records = RecordsOfText(entry.origin, text);
  records.insert(records.end(), ds.begin(), ds.end());
  return records;
}

void SignedInternet::SignZones() {
  validator_.reset();
  for (const std::unique_ptr<Entry>& entry : entries_) {
    const wire::Name origin = NameOf(entry->origin);
    const std::vector<PlainRecord> records = RecordsFor(*entry);
    std::vector<ZoneServer*> servers = {&entry->alone, &oracle_};
    for (const std::string& address : entry->addresses) servers.push_back(&servers_[address]);
    if (entry->plan) {
      entry->signed_zone = std::make_shared<const SignedZone>(origin, records, *entry->plan);
      for (ZoneServer* server : servers) server->AddZone(entry->signed_zone);
      if (origin.view().IsRoot()) anchors_ = DsRecordsOf(origin, *entry->plan, kDelegationTtl);
    } else {
      const auto plain = std::make_shared<const Zone>(Zone::FromRecords(origin, records));
      for (ZoneServer* server : servers) server->AddZone(plain);
    }
  }
}

void SignedInternet::StartResolver() {
  settings_.dnssec.validation = resolver::Validation::kOn;
  settings_.dnssec.anchors = AnchorsOf(anchors_);
  resolver_.reset();
  resolver_ = std::make_unique<ResolverUnderTest>(&world_, settings_);
}

PlainMessage SignedInternet::Lookup(std::string_view name, wire::RRType type, const Bits& bits) {
  last_query_ = MakeQuery(static_cast<uint16_t>(world_.random()->Next()), name, type);
  last_query_.edns->dnssec_ok = bits.dnssec_ok;
  if (bits.checking_disabled) last_query_.flags |= wire::kFlagCD;
  if (bits.authentic_data) last_query_.flags |= wire::kFlagAD;
  // Over TCP, because clients of this world do not come back after TC.
  const ClientQueryId id = world_.AskStream(last_query_.Encode());
  PlainMessage none;
  none.opcode = static_cast<wire::Opcode>(15);
  if (!world_.RunUntilAnswered(id, kAnswerLimit)) return none;
  world_.RunUntilNetworkIsQuiet(kAnswerLimit);
  return world_.client_query(id).Message().value_or(none);
}

NaiveValidator SignedInternet::MakeValidator() {
  NaiveValidator::Options options;
  for (const std::unique_ptr<Entry>& entry : entries_) {
    options.zones.push_back(NameOf(entry->origin));
  }
  options.anchors = anchors_;
  options.now = world_.WallSeconds();
  return NaiveValidator(options,
                        [&](wire::NameView zone, wire::NameView asked,
                            wire::RRType of_type) -> std::optional<PlainMessage> {
                          for (const std::unique_ptr<Entry>& entry : entries_) {
                            if (!(NameOf(entry->origin) == wire::Name(zone))) continue;
                            PlainMessage query = MakeQuery(1, ".", of_type);
                            query.questions[0].name = asked;
                            query.edns->dnssec_ok = true;
                            return entry->alone.Answer(query);
                          }
                          return std::nullopt;
                        });
}

Verdict SignedInternet::Expect(std::string_view name, wire::RRType type) {
  const uint32_t now = world_.WallSeconds();
  if (validator_ == nullptr || validator_second_ != now) {
    validator_ = std::make_unique<NaiveValidator>(MakeValidator());
    validator_second_ = now;
  }
  return validator_->Answer(NameOf(name), type);
}

std::string SignedInternet::Judge(const PlainMessage& reply) {
  const PlainQuestion& question = last_query_.questions[0];
  return DiffFromVerdict(Expect(wire::ToText(question.name.view()), question.type), last_query_,
                         reply);
}

}  // namespace tern::sim
