#include "resolver/daemon/kept_cache.h"

#include <sys/stat.h>

#include <memory>
#include <string>

#include "gtest/gtest.h"
#include "resolver/daemon/memory_file.h"
#include "tests/cache/entry_making.h"

namespace tern::resolver::daemon {
namespace {

constexpr CacheMoment kMoment{cache::Instant(70'000), 1'700'000'000};
constexpr SipKey kZeroKey{};

std::unique_ptr<cache::Store> MakeSmallStore() {
  return std::make_unique<cache::Store>(cache::StoreOptions{.memory_octets = size_t{8} << 20});
}

size_t OctetsOf(int fd) {
  struct stat status {};
  EXPECT_EQ(fstat(fd, &status), 0);
  return static_cast<size_t>(status.st_blocks) * 512;
}

TEST(KeptCacheTest, AFileInMemoryShrinksWhileItIsRead) {
  const auto full = MakeSmallStore();
  for (int i = 0; i < 20'000; ++i) {
    const cache::OwnedEntry entry = cache::MakeRRset(cache::MakeName(std::to_string(i) + ".test"),
                                                     "\1\2\3\4", {.ttl = 300, .now = kMoment.now});
    ASSERT_EQ(full->Put(entry.bytes(), kMoment.now), cache::PutOutcome::kStored);
  }
  const auto file = MakeMemoryFile("cache");
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(WhyForeign(file->get(), kOpenToOthers), "");
  const auto always = [] { return true; };
  ASSERT_EQ(WriteKeptCache(file->get(), kZeroKey, {.moment = kMoment}, always, full.get()).entries,
            20'000u);
  const size_t before = OctetsOf(file->get());
  for (const bool frees : {false, true}) {
    const auto next = MakeSmallStore();
    EXPECT_EQ(ReadKeptCache(
                  file->get(), kZeroKey, {.moment = kMoment, .threads = 2, .frees = frees}, "",
                  [](LogLevel, std::string_view) {}, next.get()),
              "");
    EXPECT_EQ(next->Statistics().entries, 20'000u);
    if (frees) {
      EXPECT_LT(OctetsOf(file->get()), before / 4);
    } else {
      EXPECT_EQ(OctetsOf(file->get()), before);
    }
  }
}

TEST(KeptCacheTest, NamesOfTheZonesThatAreLeftOutAreNotInIt) {
  const auto full = MakeSmallStore();
  for (const char* name : {"gone.test", "www.gone.test", "www.Gone.test", "www.kept.test"}) {
    const cache::OwnedEntry entry =
        cache::MakeRRset(cache::MakeName(name), "\1\2\3\4", {.ttl = 300, .now = kMoment.now});
    ASSERT_EQ(full->Put(entry.bytes(), kMoment.now), cache::PutOutcome::kStored);
  }
  const auto file = MakeMemoryFile("cache");
  ASSERT_TRUE(file.ok()) << file.status();
  const KeptCacheWriting writing{
      .moment = kMoment,
      .what = {.facts = 1, .left_out = ZoneSet({cache::MakeName("gone.test")})},
      .threads = 2};
  const auto always = [] { return true; };
  EXPECT_EQ(WriteKeptCache(file->get(), kZeroKey, writing, always, full.get()).entries, 1u);
}

}  // namespace
}  // namespace tern::resolver::daemon
