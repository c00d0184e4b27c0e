#include "resolver/answer/targets.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/message_making.h"

namespace tern::resolver::answer {
namespace {

std::vector<std::string> Read(const std::string& records) {
  const test::OwnedEntry entry = test::RRset(records);
  Targets targets;
  ReadTargets(entry.view(), &targets);
  std::vector<std::string> hosts;
  for (size_t i = 0; i < targets.count; ++i) {
    hosts.push_back(wire::ToText(targets.hosts[i].name) + " " +
                    std::to_string(targets.hosts[i].record));
  }
  return hosts;
}
using Hosts = std::vector<std::string>;

TEST(TargetsTest, HostsAreInOrderOfPreference) {
  EXPECT_EQ(Read("e. 300 MX 20 c.\ne. 300 MX 10 b.\ne. 300 MX 5 a.\ne. 300 MX 10 d.\n"),
            (Hosts{"a. 2", "b. 1", "d. 3", "c. 0"}));
  EXPECT_EQ(Read("_x. 300 SRV 2 9 25 b.\n_x. 300 SRV 1 0 25 a.\n"), (Hosts{"a. 1", "b. 0"}));
}

TEST(TargetsTest, TheRootIsNoHost) { EXPECT_TRUE(Read("e. 300 MX 0 .\n").empty()); }

TEST(TargetsTest, OnlyTheMostPreferredAreKept) {
  std::string records;
  for (int i = 0; i < 40; ++i) {
    records += "e. 300 MX " + std::to_string(100 - i) + " h" + std::to_string(i) + ".\n";
  }
  const Hosts hosts = Read(records);
  ASSERT_EQ(hosts.size(), kTargetsMax);
  EXPECT_EQ(hosts.front(), "h39. 39");
  EXPECT_EQ(hosts.back(), "h24. 24");
}

}  // namespace
}  // namespace tern::resolver::answer
