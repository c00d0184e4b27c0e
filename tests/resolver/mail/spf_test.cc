#include "resolver/mail/spf.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/message_making.h"

namespace tern::resolver::mail {
namespace {

// The look-ups of the SPF record among the TXT records, such as `txt a.example.`.
std::vector<std::string> Read(const std::string& records) {
  const test::OwnedEntry entry = test::RRset(records);
  std::vector<std::string> terms;
  for (const SpfTerm& term : ReadSpf(entry.view())) {
    switch (term.kind) {
      case SpfTerm::Kind::kRecord:
        terms.push_back("txt " + wire::ToText(term.domain.view()));
        break;
      case SpfTerm::Kind::kHost:
        terms.push_back("host " + wire::ToText(term.domain.view()));
        break;
      case SpfTerm::Kind::kExchangers:
        terms.push_back("mx " + wire::ToText(term.domain.view()));
        break;
      case SpfTerm::Kind::kOther:
        terms.emplace_back("other");
        break;
    }
  }
  return terms;
}
using Terms = std::vector<std::string>;

TEST(SpfTest, ReadsTheTermsThatCostLookUps) {
  EXPECT_EQ(Read("d.example. 300 TXT \"v=spf1 +a -mx ?a:h.example/24 ~mx:m.example//64 "
                 "include:_spf.example. ip4:192.0.2.0/24 ip6:2001:db8::/32 exists:%{i}.x.example "
                 "ptr redirect=r.example -all\"\n"),
            (Terms{"host d.example.", "mx d.example.", "host h.example.", "mx m.example.",
                   "txt _spf.example.", "other", "other", "txt r.example."}));
}

TEST(SpfTest, CaseDoesNotMatter) {
  EXPECT_EQ(Read("d.example. 300 TXT \"V=SPF1 Include:A.Example ALL\"\n"),
            (Terms{"txt a.example."}));
}

// RFC 7208 section 3.3.
TEST(SpfTest, JoinsTheStringsOfARecord) {
  EXPECT_EQ(Read("d.example. 300 TXT \"v=spf1 incl\" \"ude:a.exa\" \"mple -all\"\n"),
            (Terms{"txt a.example."}));
}

// RFC 7208 section 3.4: a record should fit into a small datagram. To read a long one costs time.
TEST(SpfTest, AVeryLongRecordIsNotRead) {
  const auto record = [](size_t strings) {
    std::string text = "d.example. 300 TXT \"v=spf1 a:h.example \"";
    for (size_t i = 0; i < strings; ++i) text += " \"" + std::string(250, ' ') + "\"";
    return text + "\n";
  };
  EXPECT_EQ(Read(record(15)), (Terms{"host h.example."}));
  EXPECT_EQ(Read(record(17)), Terms());
}

TEST(SpfTest, OtherRecordsAreNone) {
  for (const char* record :
       {"v=spf10 a", "v=spf2 a", "xv=spf1 a", "spf1 a", "", "v=spf1", "v=spf1 ", "v=spf1 -all"}) {
    EXPECT_TRUE(Read("d.example. 300 TXT \"" + std::string(record) + "\"\n").empty()) << record;
  }
}

// RFC 7208 section 4.5.
TEST(SpfTest, TwoRecordsAreAnError) {
  EXPECT_TRUE(
      Read("d.example. 300 TXT \"v=spf1 a -all\"\nd.example. 300 TXT \"v=spf1 mx\"\n").empty());
  EXPECT_EQ(Read("d.example. 300 TXT \"v=spf1 a -all\"\nd.example. 300 TXT \"other\"\n").size(),
            1u);
}

TEST(SpfTest, NamesThatAreNoneCostALookUpAllTheSame) {
  const std::string label(64, 'x');
  for (const std::string& name :
       {std::string("%{d}.example"), label + ".example", std::string("a..example")}) {
    EXPECT_EQ(Read("d.example. 300 TXT \"v=spf1 include:" + name + " -all\"\n"), (Terms{"other"}))
        << name;
  }
}

TEST(SpfTest, ThereAreTenAtMost) {
  std::string text = "v=spf1";
  for (int i = 0; i < 12; ++i) text += " a:h" + std::to_string(i) + ".e";
  EXPECT_EQ(Read("d.example. 300 TXT \"" + text + "\"\n").size(), 10u);
}

}  // namespace
}  // namespace tern::resolver::mail
