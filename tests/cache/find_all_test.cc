// All entries of one name, as people look at them.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "cache/store.h"
#include "cache/use_mark.h"
#include "tests/cache/entry_making.h"

namespace tern::cache {
namespace {

constexpr Instant kFindNow(1000);

TEST(FindAllTest, FindsAllEntriesOfANameAndMarksNone) {
  Store store({.memory_octets = size_t{8} << 20, .seed = 77});
  const std::unique_ptr<Store::Reader> reader = store.Register();
  const auto put = [&store](const std::string& name, uint16_t type) {
    const RRsetSpec spec = {.type = static_cast<wire::RRType>(type), .now = kFindNow};
    store.Put(MakeRRset(MakeName(name), "abcd", spec).bytes(), kFindNow);
  };
  for (int i = 0; i < 5000; ++i) put("host" + std::to_string(i) + ".example.test", 1);
  const wire::Name www = MakeName("www.example.test");
  EXPECT_TRUE(store.FindAll(www).empty());
  for (const uint16_t type : {1, 2, 15, 16, 28}) put("www.example.test", type);
  alignas(8) uint8_t octets[512];
  EntryBuilder denial(octets);
  ASSERT_TRUE(denial.StartNxDomain(www, wire::Name(), 60, kFindNow));
  store.Put(denial.Finish(), kFindNow);
  size_t denials = 0;
  const std::vector<EntryView> found = store.FindAll(MakeName("WWW.example.test"));
  for (const EntryView entry : found) {
    EXPECT_TRUE(entry.name().Equals(www));
    EXPECT_EQ(Used(entry.bytes()), 0);
    if (entry.kind() == EntryKind::kNxDomain) ++denials;
  }
  EXPECT_EQ(found.size(), 6u);
  EXPECT_EQ(denials, 1u);
}

// Whatever the hashes are: the border of a bucket may be between the entries of a name.
TEST(FindAllTest, FindsBothEntriesOfEveryName) {
  Store store({.memory_octets = size_t{8} << 20, .seed = 5});
  const std::unique_ptr<Store::Reader> reader = store.Register();
  constexpr int kNames = 20'000;
  const auto name_of = [](int i) { return MakeName("n" + std::to_string(i) + ".test"); };
  for (int i = 0; i < kNames; ++i) {
    for (const wire::RRType type : {wire::RRType::kA, wire::RRType::kAAAA}) {
      store.Put(MakeRRset(name_of(i), "abcd", {.type = type, .now = kFindNow}).bytes(), kFindNow);
    }
    reader->Quiescent();
  }
  size_t missed = 0;
  for (int i = 0; i < kNames; ++i) {
    size_t known = 0;
    for (const wire::RRType type : {wire::RRType::kA, wire::RRType::kAAAA}) {
      if (store.Find(name_of(i), KeySpace::kData, type)) ++known;
    }
    if (store.FindAll(name_of(i)).size() != known) ++missed;
  }
  EXPECT_EQ(missed, 0u);
}

}  // namespace
}  // namespace tern::cache
