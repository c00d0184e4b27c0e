// The whole resolver in a simulated world whose servers say what the input says: whatever they
// answer and whatever clients send, everything ends in time and within its budget, clients get one
// sound reply each, the store stays sound, and nothing is left under way.
//
// Input: settings, then the clients' questions, then what servers do with each query in turn, all
// read by Tape; where it ends, servers are silent.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cache/entry.h"
#include "tests/fuzz/property.h"
#include "tests/fuzz/tape.h"
#include "tests/sim/resolver_under_test.h"
#include "tests/sim/sim_world.h"

namespace tern::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using wire::Rcode;
using wire::RRType;

constexpr std::string_view kRoot = "192.0.2.1";
constexpr size_t kClientsMax = 6;
constexpr uint32_t kMaxTtl = 3600;

// Few of each, so that they meet: names below one another, targets in and out of a zone.
constexpr std::string_view kNames[] = {"www.example.com.",
                                       "example.com.",
                                       "com.",
                                       "a.b.c.example.com.",
                                       "ns.example.com.",
                                       "ns.other.",
                                       "other.",
                                       "www.other.",
                                       "*.example.com.",
                                       ".",
                                       "ns.www.other.",
                                       "x.www.example.com."};
constexpr RRType kTypes[] = {RRType::kA,     RRType::kAAAA, RRType::kMX, RRType::kNS,
                             RRType::kCNAME, RRType::kSOA,  RRType::kDS, RRType::kTXT};
constexpr uint32_t kTtls[] = {0, 1, 60, 300, 3600, 86400, 0x7fffffff, 0xffffffff};

wire::Name DrawName(fuzz::Tape* tape) { return NameOf(kNames[tape->Below(std::size(kNames))]); }

Octets DrawRdata(RRType type, fuzz::Tape* tape) {
  const wire::Name name = DrawName(tape);
  const std::span<const uint8_t> octets = name.view().octets();
  switch (type) {
    case RRType::kA:
      // 127.0.0.1 is never to be asked.
      if (tape->Chance(8)) return {127, 0, 0, 1};
      return {192, 0, 2, static_cast<uint8_t>(tape->Below(6))};
    case RRType::kAAAA: {
      Octets address(16);
      address[0] = 0x20;
      address[15] = static_cast<uint8_t>(tape->Below(4));
      return address;
    }
    case RRType::kMX: {
      Octets rdata{0, 10};
      rdata.insert(rdata.end(), octets.begin(), octets.end());
      return rdata;
    }
    case RRType::kSOA: {
      Octets rdata(octets.begin(), octets.end());
      rdata.push_back(0);
      for (int i = 0; i < 20; ++i) rdata.push_back(i == 19 ? tape->Octet() : 0);
      return rdata;
    }
    case RRType::kTXT:
      return {1, tape->Octet()};
    case RRType::kDS:
      return {0, 1, 8, 2, 1, 2, 3, 4};
    default:
      return Octets(octets.begin(), octets.end());
  }
}

// `near`: names that records most likely belong to.
PlainRecord DrawRecord(const wire::Name& near, RRType type, fuzz::Tape* tape) {
  PlainRecord record;
  record.owner = tape->Chance(4) ? DrawName(tape) : near;
  record.type = type;
  record.ttl = kTtls[tape->Below(std::size(kTtls))];
  record.rdata = DrawRdata(type, tape);
  return record;
}

// A delegation from above the question's name: NS records, and glue for some of them.
void AddReferral(const wire::Name& asked, fuzz::Tape* tape, PlainMessage* reply) {
  const size_t labels = asked.view().LabelCount();
  const wire::Name cut(asked.view().Suffix(labels == 0 ? 0 : 1 + tape->Below(labels)));
  for (size_t count = 1 + tape->Below(3); count > 0; --count) {
    PlainRecord server = DrawRecord(cut, RRType::kNS, tape);
    server.owner = cut;
    if (!tape->Chance(3)) {
      const auto name = wire::NameView::FromWire(server.rdata);
      reply->additional.push_back(
          DrawRecord(wire::Name(*name), tape->Chance(4) ? RRType::kAAAA : RRType::kA, tape));
    }
    reply->authority.push_back(std::move(server));
  }
}

PlainMessage DrawReply(const PlainMessage& query, fuzz::Tape* tape) {
  PlainMessage reply;
  reply.id = query.id;
  reply.flags = wire::kFlagQR;
  reply.questions = query.questions;
  if (query.edns) reply.edns.emplace();
  if (query.questions.size() != 1) return reply;
  const wire::Name name = query.questions[0].name;
  switch (tape->Below(6)) {
    case 0:
      AddReferral(name, tape, &reply);
      break;
    case 1:
      reply.flags |= wire::kFlagAA;
      for (size_t count = 1 + tape->Below(3); count > 0; --count) {
        PlainRecord record = DrawRecord(name, query.questions[0].type, tape);
        record.owner = name;
        reply.answer.push_back(std::move(record));
      }
      break;
    case 2:  // NODATA, NXDOMAIN, with and without SOA
      reply.flags |= wire::kFlagAA;
      reply.rcode = tape->Chance(2) ? Rcode::kNXDomain : Rcode::kNoError;
      if (!tape->Chance(4)) reply.authority.push_back(DrawRecord(name, RRType::kSOA, tape));
      break;
    case 3:
      reply.flags |= wire::kFlagAA;
      reply.answer.push_back(DrawRecord(name, RRType::kCNAME, tape));
      if (tape->Chance(4) && !name.view().IsRoot()) {
        reply.answer.back().type = RRType::kDNAME;
        reply.answer.back().owner = wire::Name(name.view().Parent());
      }
      if (tape->Chance(2)) reply.answer.push_back(DrawRecord(name, RRType::kA, tape));
      break;
    case 4:
      reply.rcode = static_cast<Rcode>(tape->Below(12));
      break;
    case 5:  // anything
      reply.flags |= static_cast<uint16_t>(tape->Octet() << 4);
      for (size_t count = tape->Below(8); count > 0; --count) {
        const RRType type = kTypes[tape->Below(std::size(kTypes))];
        const auto section = static_cast<wire::Section>(tape->Below(3));
        reply.SectionOf(section).push_back(DrawRecord(name, type, tape));
      }
      break;
  }
  return reply;
}

class TapeServer : public SimServer {
 public:
  explicit TapeServer(fuzz::Tape* tape) : tape_(tape) {}

  SimAnswer OnQuery(const SimQuery& sim_query) override {
    if (tape_->AtEnd()) return {};
    const std::optional<PlainMessage> query = PlainMessage::Decode(sim_query.octets);
    TERN_FUZZ_PROPERTY(query.has_value());
    SimAnswer answer;
    const uint64_t conduct = tape_->Below(16);
    if (conduct == 0) return answer;  // silence
    if (conduct == 1) {
      answer.refuses_connection = true;
      return answer;
    }
    const Duration delay = milliseconds(conduct == 2 ? 7 * tape_->Octet() : 1);
    Octets octets;
    if (conduct == 3) {
      // Octets as they come, behind the query's own header and question as often as not.
      octets.assign(sim_query.octets.begin(), sim_query.octets.end());
      if (tape_->Chance(2)) octets.clear();
      const std::span<const uint8_t> raw = tape_->Octets(tape_->Octet());
      octets.insert(octets.end(), raw.begin(), raw.end());
      if (octets.size() > 2) octets[2] |= 0x80;
    } else {
      PlainMessage reply = DrawReply(*query, tape_);
      if (conduct == 4) reply.id ^= 1;
      if (conduct == 15 && !reply.questions.empty()) reply.questions[0].name.Lower();
      octets = reply.Encode();
      if (conduct == 5 && !octets.empty()) octets.resize(tape_->Below(octets.size()));
      if (conduct == 6 && !octets.empty()) octets[tape_->Below(octets.size())] ^= tape_->Octet();
    }
    answer.replies.push_back({octets, delay});
    if (conduct == 7) answer.replies.push_back({octets, delay + milliseconds(1)});
    return answer;
  }

 private:
  fuzz::Tape* tape_;
};

class World {
 public:
  explicit World(std::span<const uint8_t> input)
      : tape_(input), server_(&tape_), world_({.seed = 1 + tape_.Below(4)}), settings_(Settings()) {
    world_.SetServerElsewhere(&server_);
    resolver_.emplace(&world_, settings_);
  }

  void Run() {
    for (size_t count = 1 + tape_.Below(kClientsMax); count > 0; --count) {
      AskOne();
      if (tape_.Chance(2)) world_.RunFor(milliseconds(tape_.Chance(8) ? 400000 : tape_.Octet()));
    }
    world_.RunFor(seconds(40));
    CheckRest();
    CheckClients();
    CheckUpstream();
    CheckStore();
  }

  std::string Trace() const { return world_.Trace(); }

 private:
  struct Question {
    ClientQueryId client;
    uint16_t id;
  };

  resolver::config::Settings Settings() {
    resolver::config::Settings settings =
        SimSettings(NameOf("ns.root."), {*IpAddress::Parse(kRoot)});
    resolver::ResolutionSettings& resolution = settings.resolution;
    constexpr resolver::QnameMinimisation kModes[] = {resolver::QnameMinimisation::kOff,
                                                      resolver::QnameMinimisation::kRelaxed,
                                                      resolver::QnameMinimisation::kStrict};
    resolution.qname_minimisation = kModes[tape_.Below(3)];
    resolution.case_randomisation = !tape_.Chance(4);
    resolution.never_query = {*resolver::Prefix::Parse("127.0.0.0/8")};
    settings.cache.ttl.max_ttl = kMaxTtl;
    if (tape_.Chance(8)) {
      resolver::StaticZone zone;
      zone.zone = NameOf("example.com.");
      zone.forward = tape_.Chance(2);
      zone.to = {{*IpAddress::Parse("192.0.2.5"), 53}};
      settings.static_zones.push_back(zone);
    }
    return settings;
  }

  void AskOne() {
    if (tape_.Chance(8)) {
      // A client's octets, as they come. Most are no query; those that are get one reply.
      const std::span<const uint8_t> raw = tape_.Octets(tape_.Octet());
      const Octets octets(raw.begin(), raw.end());
      tape_.Chance(2) ? world_.AskStream(octets) : world_.AskDatagram(octets);
      return;
    }
    const auto id = static_cast<uint16_t>(world_.random()->Next());
    const std::string_view name = kNames[tape_.Below(std::size(kNames))];
    PlainMessage query = MakeQuery(id, name, kTypes[tape_.Below(std::size(kTypes))]);
    const uint8_t way = tape_.Octet();
    if (way >= 224) query.flags = 0;  // without RD: what is known, and no resolution
    const bool stream = way % 4 == 3;
    const Octets octets = query.Encode();
    questions_.push_back({stream ? world_.AskStream(octets) : world_.AskDatagram(octets), id});
  }

  void CheckRest() {
    TERN_FUZZ_PROPERTY(world_.open_exchanges() == 0);
    TERN_FUZZ_PROPERTY(world_.armed_timers() == 0);
    TERN_FUZZ_PROPERTY(resolver_->work_in_flight() == 0);
  }

  void CheckClients() {
    for (size_t i = 0; i < world_.client_query_count(); ++i) {
      TERN_FUZZ_PROPERTY(world_.client_query(i).replies <= 1);
    }
    for (const Question& question : questions_) {
      const ClientQuery& client = world_.client_query(question.client);
      TERN_FUZZ_PROPERTY(client.answered.has_value());
      TERN_FUZZ_PROPERTY(client.Latency() <=
                         settings_.resolution.budget.failure_timeout + milliseconds(50));
      const std::optional<PlainMessage> reply = client.Message();
      TERN_FUZZ_PROPERTY(reply && reply->id == question.id && reply->Has(wire::kFlagQR));
    }
  }

  // Priming is beside the clients' budgets, and within its own.
  void CheckUpstream() {
    const auto budget = static_cast<size_t>(settings_.resolution.budget.upstream_queries);
    size_t primings = 0;
    const resolver::policy::CoreSettings core = resolver::config::CoreSettingsOf(settings_);
    for (const UpstreamQuery& sent : world_.upstream()) {
      TERN_FUZZ_PROPERTY(resolver::upstream::MayAsk(sent.server.address, core));
      if (sent.type == RRType::kNS && sent.name.view().IsRoot()) ++primings;
    }
    const size_t clients = world_.client_query_count();
    TERN_FUZZ_PROPERTY(world_.upstream().size() - primings <= clients * budget);
    TERN_FUZZ_PROPERTY(primings <= 2 * clients * budget);
  }

  void CheckStore() {
    resolver_->store().ForEach([&](cache::EntryView entry) {
      TERN_FUZZ_PROPERTY(cache::IsSoundEntry({entry.bytes(), entry.size()}));
      if (entry.kind() != cache::EntryKind::kFailure) TERN_FUZZ_PROPERTY(entry.ttl() <= kMaxTtl);
    });
  }

  fuzz::Tape tape_;
  TapeServer server_;
  SimWorld world_;
  resolver::config::Settings settings_;
  std::optional<ResolverUnderTest> resolver_;
  std::vector<Question> questions_;
};

}  // namespace
}  // namespace tern::sim

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* octets, size_t size) {
  tern::sim::World world({octets, size});
  world.Run();
  // The same input gives the same world; now and then that is tried.
  if (size % 16 == 0) {
    tern::sim::World again({octets, size});
    again.Run();
    TERN_FUZZ_PROPERTY(again.Trace() == world.Trace());
  }
  return 0;
}
