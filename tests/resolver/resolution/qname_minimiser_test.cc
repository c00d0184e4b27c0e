#include "resolver/resolution/qname_minimiser.h"

#include <gtest/gtest.h>

#include <memory>

#include "tests/support/message_making.h"

namespace tern::resolver::resolution {
namespace {

using test::N;
using wire::RRType;

class QnameMinimiserTest : public testing::Test {
 protected:
  QnameMinimiserTest() : reader_(store_.Register()) {}

  QnameMinimiser Make(std::string_view name, RRType type,
                      QnameMinimisation mode = QnameMinimisation::kRelaxed) {
    name_ = N(name);
    return QnameMinimiser(mode, name_, type);
  }
  NextQuestion Next(QnameMinimiser& minimiser, std::string_view zone) {
    return minimiser.Next(N(zone), store_, cache::Instant(1000));
  }
  // The questions that the servers of `zone` get when every part exists there.
  std::vector<std::string> AskedIn(QnameMinimiser& minimiser, std::string_view zone) {
    std::vector<std::string> asked;
    for (;;) {
      const NextQuestion next = Next(minimiser, zone);
      asked.push_back(wire::ToText(next.name.view()) + " " + wire::ToText(next.type));
      if (next.whole || asked.size() > 200) return asked;
      minimiser.PartExists(next.name);
    }
  }

  cache::Store store_{{.memory_octets = cache::kStoreOctetsMin, .seed = 7}};
  std::unique_ptr<cache::Store::Reader> reader_;
  wire::Name name_;
};

// RFC 9156 section 4, the example of www.example.org.
TEST_F(QnameMinimiserTest, TellsEachZoneOneLabelMore) {
  QnameMinimiser minimiser = Make("a.b.example.org.", RRType::kMX);
  EXPECT_EQ(wire::ToText(Next(minimiser, ".").name.view()), "org.");
  EXPECT_EQ(Next(minimiser, "org.").type, RRType::kA);
  minimiser = Make("a.b.example.org.", RRType::kMX);
  EXPECT_EQ(AskedIn(minimiser, "example.org."),
            (std::vector<std::string>{"b.example.org. A", "a.b.example.org. MX"}));
}

TEST_F(QnameMinimiserTest, LastLabelIsTheQuestionItself) {
  QnameMinimiser minimiser = Make("org.", RRType::kNS);
  const NextQuestion next = Next(minimiser, ".");
  EXPECT_TRUE(next.whole);
  EXPECT_EQ(next.type, RRType::kNS);
  minimiser = Make("example.org.", RRType::kMX);
  EXPECT_TRUE(Next(minimiser, "org.").whole);
  minimiser = Make(".", RRType::kNS);
  EXPECT_TRUE(Next(minimiser, ".").whole);
}

TEST_F(QnameMinimiserTest, OffTellsEverything) {
  QnameMinimiser minimiser = Make("a.b.example.org.", RRType::kA, QnameMinimisation::kOff);
  const NextQuestion next = Next(minimiser, ".");
  EXPECT_TRUE(next.whole);
  EXPECT_EQ(wire::ToText(next.name.view()), "a.b.example.org.");
}

TEST_F(QnameMinimiserTest, GivingUpTellsEverything) {
  QnameMinimiser minimiser = Make("a.b.example.org.", RRType::kA);
  EXPECT_FALSE(Next(minimiser, ".").whole);
  minimiser.GiveUp();
  EXPECT_TRUE(Next(minimiser, ".").whole);
}

// RFC 9156 section 2.3: labels with an underscore are no administrative boundaries.
TEST_F(QnameMinimiserTest, NoPartBeginsWithAnUnderscore) {
  const struct {
    std::string_view name;
    std::vector<std::string> asked;
  } kCases[] = {
      {"_25._tcp.mx.example.org.", {"mx.example.org. A", "_25._tcp.mx.example.org. TLSA"}},
      {"_25._tcp.example.org.", {"_25._tcp.example.org. TLSA"}},
      {"key._domainkey.example.org.", {"key._domainkey.example.org. TLSA"}},
      {"x.y._z.example.org.", {"y._z.example.org. A", "x.y._z.example.org. TLSA"}},
  };
  for (const auto& one : kCases) {
    QnameMinimiser minimiser = Make(one.name, RRType::kTLSA);
    EXPECT_EQ(AskedIn(minimiser, "example.org."), one.asked) << one.name;
  }
}

// RFC 9156 section 2.3: at most 10 questions, the first four of one label each.
TEST_F(QnameMinimiserTest, LongNamesCostTenQuestions) {
  std::string name;
  for (int i = 0; i < 120; ++i) name += "x.";
  QnameMinimiser minimiser = Make(name + "ip6.arpa.", RRType::kPTR);
  const std::vector<std::string> asked = AskedIn(minimiser, "arpa.");
  EXPECT_EQ(asked.size(), 10u);
  EXPECT_EQ(asked[0], "ip6.arpa. A");
  EXPECT_EQ(asked[1], "x.ip6.arpa. A");
  EXPECT_EQ(asked[3], "x.x.x.ip6.arpa. A");
  // Each tells more than the one before.
  for (size_t i = 1; i < asked.size(); ++i) EXPECT_GT(asked[i].size(), asked[i - 1].size());
  EXPECT_EQ(asked.back(), name + "ip6.arpa. PTR");
}

TEST_F(QnameMinimiserTest, CountsOverAllZones) {
  QnameMinimiser minimiser = Make("a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.", RRType::kA);
  int asked = 0;
  std::string zone = ".";
  for (;; ++asked) {
    const NextQuestion next = Next(minimiser, zone);
    if (next.whole) break;
    zone = wire::ToText(next.name.view());  // every part is a zone cut
    ASSERT_LT(asked, 20);
  }
  EXPECT_LE(asked, kMinimisedMax);
}

TEST_F(QnameMinimiserTest, PassesOverWhatTheStoreKnows) {
  test::Put(store_, test::RRset("b.example.org. 300 A 192.0.2.1"));
  test::Put(store_, test::Negative(cache::EntryKind::kNoData, "c.b.example.org.", RRType::kA,
                                   "example.org. 300 SOA a. b. 1 2 3 4 300"));
  QnameMinimiser minimiser = Make("e.d.c.b.example.org.", RRType::kA);
  EXPECT_EQ(AskedIn(minimiser, "example.org."),
            (std::vector<std::string>{"d.c.b.example.org. A", "e.d.c.b.example.org. A"}));
}

TEST_F(QnameMinimiserTest, ADeeperZoneIsNotAskedAboutItsParents) {
  QnameMinimiser minimiser = Make("a.b.c.example.org.", RRType::kA);
  EXPECT_EQ(wire::ToText(Next(minimiser, ".").name.view()), "org.");
  // The referral skipped two labels.
  EXPECT_EQ(wire::ToText(Next(minimiser, "c.example.org.").name.view()), "b.c.example.org.");
}

}  // namespace
}  // namespace tern::resolver::resolution
