#include "resolver/daemon/machine_memory.h"

#include "gtest/gtest.h"
#include "resolver/config/config.h"
#include "resolver/daemon/settings_doubts.h"

namespace tern::resolver::daemon {
namespace {

TEST(MachineMemoryTest, ReadsTheLimitOfAControlGroup) {
  EXPECT_EQ(MemoryMaxIn("536870912\n"), 536870912U);
  EXPECT_EQ(MemoryMaxIn("max\n"), 0U);
  EXPECT_EQ(MemoryMaxIn(""), 0U);
  EXPECT_EQ(MemoryMaxIn("-1\n"), 0U);
}

TEST(MachineMemoryTest, ThisMachineHasSome) { EXPECT_GT(MachineMemory(), uint64_t{1} << 24); }

TEST(DoubtOfMemoryTest, ACacheThatCannotGrowSoLargeIsDoubted) {
  config::Settings settings = config::DefaultSettings();
  settings.cache.memory_octets = size_t{2} << 30;
  EXPECT_EQ(DoubtOfMemory(settings, uint64_t{2} << 30), "");
  EXPECT_EQ(DoubtOfMemory(settings, 0), "");  // nobody tells
  settings.places_in_file["cache.memory"] = "tern.yaml:2:11";
  EXPECT_EQ(DoubtOfMemory(settings, (uint64_t{1} << 30) + 5),
            "tern.yaml:2:11: cache.memory: 2GiB is more than the 1GiB that this process may have "
            "here; it will be killed when the cache has grown");
}

}  // namespace
}  // namespace tern::resolver::daemon
