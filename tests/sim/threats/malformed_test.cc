// "Malformed packets": replies that a fault or a liar has changed. There is never a crash or an
// over-read (the sanitizers check), nothing unsound is in the store, and the answer is right or
// SERVFAIL.
#include "tests/sim/threats/threat_test.h"

namespace tern::sim {
namespace {

constexpr uint64_t kSeeds = 2000;

// What is done to the octets of a reply. The id and the question stay right. Otherwise nothing
// behind them would be read.
enum class Bend { kTruncate, kCounts, kFlip, kPointers, kInsert, kRemove };
constexpr Bend kBends[] = {Bend::kTruncate, Bend::kCounts, Bend::kFlip,
                           Bend::kPointers, Bend::kInsert, Bend::kRemove};

void BendOctets(Bend bend, size_t behind, SeededRandom* random, Octets* octets) {
  const auto place = [&] { return behind + random->Below(octets->size() - behind); };
  switch (bend) {
    case Bend::kTruncate:
      octets->resize(random->Below(octets->size()));
      return;
    case Bend::kCounts:
      (*octets)[6 + random->Below(6)] = static_cast<uint8_t>(random->Below(5) * 63);
      return;
    case Bend::kFlip:
      for (uint64_t flips = 1 + random->Below(6); flips > 0; --flips) {
        (*octets)[place()] ^= static_cast<uint8_t>(1 << random->Below(8));
      }
      return;
    case Bend::kPointers: {
      const size_t at = place();
      (*octets)[at] = static_cast<uint8_t>(0xc0 | random->Below(64));
      if (at + 1 < octets->size()) {
        (*octets)[at + 1] = static_cast<uint8_t>(random->Below(octets->size()));
      }
      return;
    }
    case Bend::kInsert:
      octets->insert(octets->begin() + static_cast<std::ptrdiff_t>(place()),
                     static_cast<uint8_t>(random->Next()));
      return;
    case Bend::kRemove:
      octets->erase(octets->begin() + static_cast<std::ptrdiff_t>(place()));
      return;
  }
}

// An honest server. Some or all of its replies are changed on their way.
class BendingServer : public SimServer {
 public:
  BendingServer(ZoneServer* honest, Bend bend, double share, SeededRandom* random)
      : honest_(honest), bend_(bend), share_(share), random_(random) {}
  SimAnswer OnQuery(const SimQuery& query) override {
    SimAnswer answer = honest_->OnQuery(query);
    for (SimReply& reply : answer.replies) {
      const std::optional<PlainMessage> message = PlainMessage::Decode(reply.octets);
      if (!message || !random_->Chance(share_)) continue;
      const size_t behind = wire::kHeaderOctets + message->questions.at(0).name.size() + 4;
      if (behind < reply.octets.size()) BendOctets(bend_, behind, random_, &reply.octets);
    }
    return answer;
  }

 private:
  ZoneServer* honest_;
  Bend bend_;
  double share_;
  SeededRandom* random_;
};

constexpr std::string_view kMalformedTestRecords = R"(
www    300 A 198.51.100.1
www    300 A 198.51.100.2
alias  300 CNAME www
far    300 CNAME www.victim.net.
mail   300 MX 10 www
txt    300 TXT "some text"
srv    300 SRV 1 2 3 www
old    300 DNAME www
sub    300 NS ns.sub
ns.sub 300 A 192.0.2.31
)";
constexpr std::pair<const char*, RRType> kQuestions[] = {
    {"www.example.com.", RRType::kA},    {"alias.example.com.", RRType::kA},
    {"far.example.com.", RRType::kA},    {"mail.example.com.", RRType::kMX},
    {"txt.example.com.", RRType::kTXT},  {"srv.example.com.", RRType::kSRV},
    {"x.old.example.com.", RRType::kA},  {"no.example.com.", RRType::kA},
    {"www.example.com.", RRType::kAAAA}, {"www.sub.example.com.", RRType::kA}};

class MalformedTest : public testing::Test {
 protected:
  // Plays one world. Empty when all is well.
  std::string Run(uint64_t seed, Bend bend) {
    SmallInternet internet(SimWorld::Options{.seed = seed});
    ZoneServer* honest =
        internet.AddDomain("example.com.", {"192.0.2.20"}, kMalformedTestRecords).at(0);
    internet.AddDomain("victim.net.", {"192.0.2.21"}, "www 300 A 198.51.100.7\n");
    internet.AddServer("192.0.2.31", "sub.example.com.",
                       "@ 60 SOA a. b. 1 2 3 4 5\n@ 60 NS ns\nns 60 A 192.0.2.31\n"
                       "www 60 A 198.51.100.9\n");
    SeededRandom random(seed * 31);
    BendingServer server(honest, bend, 0.7, &random);
    internet.world().AddServer("192.0.2.20", &server);
    internet.Start();
    std::string fault;
    for (int i = 0; i < 4; ++i) {
      const auto& [name, type] = kQuestions[random.Below(std::size(kQuestions))];
      const PlainMessage answer = internet.Lookup(name, type);
      fault += CheckAnswer(internet, bend, name, type, answer);
      if (internet.last_latency() > milliseconds(5050)) fault += "late; ";
      if (internet.last_upstream_queries() > 64) fault += "budget; ";
    }
    return fault + CheckStore(internet) + internet.CheckRest();
  }

 private:
  std::string CheckAnswer(const SmallInternet& internet, Bend bend, const char* name, RRType type,
                          const PlainMessage& answer) {
    if (answer.opcode != wire::Opcode::kQuery) return std::string(name) + " unsound answer; ";
    if (answer.rcode == Rcode::kServFail) return "";
    const PlainMessage want = internet.oracle().Answer(MakeQuery(1, name, type));
    // If the octets still are a message, it is believed: an address with a flipped bit is an
    // address. But it belongs to the question's own chain.
    if (bend == Bend::kTruncate) {
      return answer.rcode == want.rcode && SameRecords(answer.answer, want.answer)
                 ? ""
                 : "wrong answer\n" + answer.ToText() + "wanted\n" + want.ToText();
    }
    wire::Name at = NameOf(name);
    for (const PlainRecord& record : answer.answer) {
      if (record.type == RRType::kDNAME && at.view().IsSubdomainOf(record.owner)) continue;
      if (!(record.owner == at)) return "stray record\n" + answer.ToText();
      if (record.type == RRType::kCNAME && type != RRType::kCNAME) {
        at = *wire::NameView::FromWire(record.rdata);
      } else if (record.type != type) {
        return "a type that was not asked for\n" + answer.ToText();
      }
    }
    return "";
  }

  std::string CheckStore(SmallInternet& internet) {
    std::string fault;
    internet.resolver().store().ForEach([&](cache::EntryView entry) {
      if (!cache::IsSoundEntry({entry.bytes(), entry.size()})) fault += "unsound entry; ";
      // Replies of example.com.'s server teach only about example.com.
      const bool own = entry.name().IsSubdomainOf(NameOf("example.com."));
      if (own || entry.kind() == cache::EntryKind::kFailure) return;
      wire::Name name(entry.name());
      name.Lower();  // a flipped bit may be a letter's case
      const std::string text = wire::ToText(name.view());
      const bool expected = text == "." || text == "com." || text == "net." ||
                            entry.name().IsSubdomainOf(NameOf("victim.net.")) ||
                            entry.kind() == cache::EntryKind::kNxDomain ||
                            entry.kind() == cache::EntryKind::kNoData;
      if (!expected) fault += "stored: " + text + "; ";
      if (text == "www.victim.net." && entry.kind() == cache::EntryKind::kRRset &&
          resolver::test::RecordLines(entry, RRType::kA) != "198.51.100.7\n") {
        fault += "the victim's address; ";
      }
    });
    return fault;
  }
};

TEST_F(MalformedTest, BentRepliesDoNoHarm) {
  int failed = 0;
  for (uint64_t seed = 1; seed <= kSeeds && failed < 5; ++seed) {
    const Bend bend = kBends[seed % std::size(kBends)];
    const std::string fault = Run(seed, bend);
    if (fault.empty()) continue;
    ++failed;
    ADD_FAILURE() << "seed " << seed << " bend " << static_cast<int>(bend) << ": " << fault;
  }
}

class BrokenRdataTest : public ThreatTest {};

// A replica may be broken for a name, as it may be silent. Then another one is asked.
TEST_F(BrokenRdataTest, OfOneReplicaIsNotFelt) {
  ScriptedServer broken([](const SimQuery&, PlainMessage* reply) {
    const wire::Name name = reply->questions[0].name;
    const uint8_t letter = name.data()[1];
    PlainRecord record;
    record.owner = letter == 's' ? NameOf("attacker.com.") : name;
    record.ttl = 300;
    record.rdata = {0, 0, 1};
    record.type = letter == 's' ? RRType::kSOA : letter == 'c' ? RRType::kNS : RRType::kA;
    if (letter == 'c') reply->flags = wire::kFlagQR;
    (letter == 'r' ? reply->answer : reply->authority).push_back(std::move(record));
    return true;
  });
  AddAttacker(&internet_, &broken);
  internet_.AddToTld("com.",
                     "attacker.com. 3600 NS ns2.attacker.com.\n"
                     "ns2.attacker.com. 3600 A 192.0.2.90\n");
  internet_.AddServer("192.0.2.90", "attacker.com.",
                      "@ 300 SOA ns m 1 2 3 4 5\n*.r 300 A 198.51.100.1\n"
                      "*.s 300 A 198.51.100.1\n*.c 300 A 198.51.100.1\n");
  internet_.Start();
  size_t met = 0;
  for (const char letter : {'r', 's', 'c'}) {
    for (int i = 0; i < 20; ++i) {
      const std::string name =
          letter + std::to_string(i) + "." + std::string(1, letter) + ".attacker.com.";
      const size_t before = broken.queries();
      EXPECT_EQ(internet_.Lookup(name, RRType::kA).answer.size(), 1u) << name << Trace();
      if (broken.queries() > before) ++met;
      // Until nothing is known of the broken server any more.
      internet_.world().RunFor(seconds(90));
    }
  }
  EXPECT_GE(met, 5u);
}

TEST_F(BrokenRdataTest, OfAllIsInvalidData) {
  ScriptedServer broken([](const SimQuery&, PlainMessage* reply) {
    PlainRecord record;
    record.owner = reply->questions[0].name;
    record.type = RRType::kA;
    record.rdata = {0, 0, 1};
    reply->answer.push_back(std::move(record));
    return true;
  });
  AddAttacker(&internet_, &broken);
  internet_.Start();
  const PlainMessage answer = internet_.Lookup("www.attacker.com.", RRType::kA);
  EXPECT_EQ(answer.rcode, Rcode::kServFail);
  EXPECT_EQ(ExtendedErrorOf(answer), wire::ExtendedError::kInvalidData);
  EXPECT_LE(broken.queries(), 3u);
}

// Without a change the same worlds are answered. So the tests above do not just see SERVFAIL.
TEST_F(MalformedTest, TheHonestServerIsAnswered) {
  SmallInternet internet(SimWorld::Options{.seed = 1});
  internet.AddDomain("example.com.", {"192.0.2.20"}, kMalformedTestRecords);
  internet.AddDomain("victim.net.", {"192.0.2.21"}, "www 300 A 198.51.100.7\n");
  internet.Start();
  for (const auto& [name, type] : kQuestions) {
    if (NameOf(name).view().IsSubdomainOf(NameOf("sub.example.com."))) continue;
    EXPECT_NE(internet.Lookup(name, type).rcode, Rcode::kServFail) << name;
  }
}

}  // namespace
}  // namespace tern::sim
