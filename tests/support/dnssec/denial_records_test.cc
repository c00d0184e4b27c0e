#include "tests/support/dnssec/denial_records.h"

#include "gtest/gtest.h"
#include "tests/sim/zone.h"

namespace tern::sim {
namespace {

using wire::RRType;

TEST(DenialRecordsTest, FieldsSurviveTheirRdata) {
  for (const std::string_view text :
       {"a. 60 NSEC b.a. A MX RRSIG NSEC TYPE1234\n", "a. 60 NSEC a. NS\n",
        "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom. 60 NSEC3 1 1 12 aabb "
        "2vptu5timamqttgl4luu9kg21e0aor3s A RRSIG\n",
        "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom. 60 NSEC3 1 0 0 - 2vptu5timamqttgl4luu9kg21e0aor3s\n"}) {
    const PlainRecord record = RecordsOfText(".", text).at(0);
    const Octets again = record.type == RRType::kNSEC ? Nsec::FromRdata(record.rdata)->Rdata()
                                                      : Nsec3::FromRdata(record.rdata)->Rdata();
    EXPECT_EQ(again, record.rdata) << text;
  }
}

TEST(DenialRecordsTest, BitmapsHoldWhatWasPutInto) {
  const std::set<RRType> types = {RRType::kA, RRType::kNSEC, RRType::kCAA,
                                  static_cast<RRType>(65280)};
  EXPECT_EQ(TypesInBitmap(TypeBitmap(types)), types);
  EXPECT_FALSE(TypesInBitmap(Octets{0, 0}).has_value());
  EXPECT_FALSE(TypesInBitmap(Octets{0, 2, 1}).has_value());
}

TEST(DenialRecordsTest, HashesAreReadBackFromOwners) {
  const Octets hash = {0, 1, 2, 3, 4, 250, 251, 252, 253, 254, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  EXPECT_EQ(HashInOwner(HashedOwner(hash, NameOf("example."))), hash);
  EXPECT_TRUE(HashInOwner(NameOf("zz.example.")).empty());
}

}  // namespace
}  // namespace tern::sim
