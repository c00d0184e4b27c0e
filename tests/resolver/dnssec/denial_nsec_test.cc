// Proofs of absence by NSEC, with zones written by hand.
#include "resolver/dnssec/denial_nsec.h"

#include <gtest/gtest.h>

#include "resolver/dnssec/denial.h"
#include "tests/resolver/dnssec/denial_records.h"

namespace tern::resolver::dnssec {
namespace {

using wire::RRType;

// example.           a, *.w, x.y.w (so y.w is empty), an insecure cut, a secure cut, a DNAME, a
// CNAME
class DenialNsecTest : public testing::Test {
 protected:
  DenialNsecTest() {
    zone_.Nsec("example.", "a.example. NS SOA RRSIG NSEC DNSKEY")
        .Nsec("a.example.", "alias.example. A TXT RRSIG NSEC")
        .Nsec("alias.example.", "d.example. CNAME RRSIG NSEC")
        .Nsec("d.example.", "insecure.example. DNAME RRSIG NSEC")
        .Nsec("insecure.example.", "secure.example. NS RRSIG NSEC")
        .Nsec("secure.example.", "*.w.example. NS DS RRSIG NSEC")
        .Nsec("*.w.example.", "x.y.w.example. MX RRSIG NSEC")
        .Nsec("x.y.w.example.", "xx.example. A RRSIG NSEC")
        .Nsec("xx.example.", "example. A RRSIG NSEC");
  }

  DenialProof NameError(std::string_view name) {
    return ProveNameError(NameOf("example."), NameOf(name), zone_, &hashes_);
  }
  DenialProof NoData(std::string_view name, RRType type) {
    return ProveNoData(NameOf("example."), NameOf(name), type, zone_, &hashes_);
  }
  NoDsProof WithoutDs(std::string_view name) {
    return ProveNoDs(NameOf("example."), NameOf(name), zone_, &hashes_);
  }
  DenialProof WildcardAnswer(std::string_view name, size_t labels) {
    return ProveWildcardAnswer(NameOf("example."), NameOf(name), labels, zone_, &hashes_);
  }

  RecordList zone_;
  HashBudget hashes_;  // none is needed
};

TEST_F(DenialNsecTest, NameErrorNeedsTheNameAndTheWildcardDenied) {
  EXPECT_EQ(NameError("b.example.").outcome, Denial::kProven);
  EXPECT_EQ(NameError("B.Example.").outcome, Denial::kProven);
  EXPECT_EQ(NameError("zz.example.").outcome, Denial::kProven);  // behind the last name
  EXPECT_EQ(NameError("q.a.example.").outcome, Denial::kProven);
  RecordList only_name;
  only_name.Nsec("a.example.", "alias.example. A RRSIG NSEC");
  const DenialProof proof =
      ProveNameError(NameOf("example."), NameOf("ab.example."), only_name, &hashes_);
  EXPECT_EQ(proof.outcome, Denial::kNotProven);
  EXPECT_EQ(proof.reason, DenialReason::kWildcardNotDenied);
  EXPECT_EQ(ReasonOf(proof.reason), Reason::kNoProof);
}

TEST_F(DenialNsecTest, NameErrorTellsTheClosestEncloser) {
  const wire::Name name = NameOf("q.r.a.example.");
  const DenialProof proof = ProveNameError(NameOf("example."), name, zone_, &hashes_);
  EXPECT_EQ(proof.closest_encloser, NameOf("a.example."));
}

TEST_F(DenialNsecTest, WhatExistsIsNoNameError) {
  EXPECT_EQ(NameError("a.example.").reason, DenialReason::kNameExists);
  EXPECT_EQ(NameError("y.w.example.").reason, DenialReason::kNameExists);  // empty non-terminal
  EXPECT_EQ(NameError("w.example.").reason, DenialReason::kNameExists);
  EXPECT_EQ(NameError("q.w.example.").reason, DenialReason::kWildcardNotDenied);
  EXPECT_EQ(NameError("example.").reason, DenialReason::kNameExists);
}

TEST_F(DenialNsecTest, NoDataAtANameAtAnEmptyOneAndAtAWildcard) {
  EXPECT_EQ(NoData("a.example.", RRType::kMX).outcome, Denial::kProven);
  EXPECT_EQ(NoData("a.example.", RRType::kA).reason, DenialReason::kTypeExists);
  EXPECT_EQ(NoData("alias.example.", RRType::kA).reason, DenialReason::kTypeExists);  // a CNAME
  EXPECT_EQ(NoData("y.w.example.", RRType::kA).outcome, Denial::kProven);
  EXPECT_EQ(NoData("q.w.example.", RRType::kA).outcome, Denial::kProven);
  EXPECT_EQ(NoData("q.w.example.", RRType::kMX).reason, DenialReason::kTypeExists);
  EXPECT_EQ(NoData("b.example.", RRType::kA).reason, DenialReason::kNoSuchName);
  EXPECT_EQ(NoData("a.example.", RRType::kANY).reason, DenialReason::kTypeExists);
}

TEST_F(DenialNsecTest, NothingIsDeniedBelowACutOrADname) {
  for (const char* name : {"q.insecure.example.", "q.secure.example.", "q.d.example."}) {
    EXPECT_EQ(NameError(name).reason, DenialReason::kBelowCut) << name;
    EXPECT_EQ(NoData(name, RRType::kA).reason, DenialReason::kBelowCut) << name;
    EXPECT_EQ(NoData(name, RRType::kDS).reason, DenialReason::kBelowCut) << name;
    EXPECT_EQ(WithoutDs(name).reason, DenialReason::kBelowCut) << name;
    EXPECT_EQ(WildcardAnswer(name, 1).reason, DenialReason::kBelowCut) << name;
  }
  EXPECT_EQ(ReasonOf(DenialReason::kBelowCut), Reason::kBadProof);
}

// RFC 6840 section 4.1.
TEST_F(DenialNsecTest, AtACutOnlyTheDsIsDenied) {
  EXPECT_EQ(NoData("insecure.example.", RRType::kA).reason, DenialReason::kBelowCut);
  EXPECT_EQ(NoData("insecure.example.", RRType::kDS).outcome, Denial::kProven);
  EXPECT_EQ(NoData("secure.example.", RRType::kDS).reason, DenialReason::kTypeExists);
}

TEST_F(DenialNsecTest, WithoutADsTellsWhatIsThere) {
  EXPECT_EQ(WithoutDs("insecure.example.").outcome, NoDs::kInsecureDelegation);
  EXPECT_EQ(WithoutDs("secure.example.").reason, DenialReason::kTypeExists);
  EXPECT_EQ(WithoutDs("a.example.").outcome, NoDs::kNotACut);
  EXPECT_EQ(WithoutDs("d.example.").outcome, NoDs::kNotACut);
  EXPECT_EQ(WithoutDs("y.w.example.").outcome, NoDs::kNotACut);
  EXPECT_EQ(WithoutDs("b.example.").outcome, NoDs::kNoSuchName);
  EXPECT_EQ(WithoutDs("q.w.example.").outcome, NoDs::kNoSuchName);
}

TEST_F(DenialNsecTest, AZoneDoesNotDenyItsOwnDs) {
  EXPECT_EQ(WithoutDs("example.").reason, DenialReason::kFromChild);
  EXPECT_EQ(NoData("example.", RRType::kDS).reason, DenialReason::kFromChild);
  EXPECT_EQ(NoData("example.", RRType::kMX).outcome, Denial::kProven);
}

TEST_F(DenialNsecTest, OnlyTheRootDeniesItsOwnDs) {
  RecordList root;
  root.Nsec(".", "aaa. NS SOA RRSIG NSEC DNSKEY");
  const wire::Name zone;
  EXPECT_EQ(ProveNoData(zone, zone, RRType::kDS, root, &hashes_).outcome, Denial::kProven);
}

// The record of a zone's own name, signed by a zone above that has its keys.
TEST_F(DenialNsecTest, AChildsRecordIsNoneOfItsParent) {
  RecordList child;
  child.Nsec("sub.example.", "a.sub.example. NS SOA RRSIG NSEC DNSKEY");
  const wire::Name zone = NameOf("example.");
  const wire::Name name = NameOf("sub.example.");
  EXPECT_EQ(ProveNoDs(zone, name, child, &hashes_).reason, DenialReason::kNoRecords);
  EXPECT_EQ(ProveNoData(zone, name, RRType::kDS, child, &hashes_).outcome, Denial::kNotProven);
}

TEST_F(DenialNsecTest, AWildcardAnswerNeedsTheNearerNamesDenied) {
  EXPECT_EQ(WildcardAnswer("q.w.example.", 2).outcome, Denial::kProven);
  EXPECT_EQ(WildcardAnswer("p.q.w.example.", 2).outcome, Denial::kProven);
  // y.w.example exists, so *.w.example makes nothing below it.
  EXPECT_EQ(WildcardAnswer("q.y.w.example.", 2).reason, DenialReason::kCloserNameExists);
  EXPECT_EQ(WildcardAnswer("y.w.example.", 2).reason, DenialReason::kNameExists);
  EXPECT_EQ(WildcardAnswer("x.y.w.example.", 3).reason, DenialReason::kNameExists);
  // The range denies *.b.example too.
  EXPECT_EQ(WildcardAnswer("q.b.example.", 2).reason, DenialReason::kCloserNameExists);
  EXPECT_EQ(WildcardAnswer("q.w.example.", 3).reason, DenialReason::kOutsideZone);
  EXPECT_EQ(WildcardAnswer("q.w.example.", 0).reason, DenialReason::kOutsideZone);
}

TEST_F(DenialNsecTest, ARangeStaysInsideItsZone) {
  RecordList records;
  records.Nsec("a.example.", "examplf. A RRSIG NSEC").Nsec("b.test.", "d.test. A RRSIG NSEC");
  for (const char* name : {"b.example.", "zz.example."}) {
    EXPECT_EQ(ProveNameError(NameOf("example."), NameOf(name), records, &hashes_).reason,
              DenialReason::kNoRecords);
  }
  EXPECT_EQ(ProveNameError(NameOf("example."), NameOf("c.test."), records, &hashes_).reason,
            DenialReason::kOutsideZone);
}

TEST_F(DenialNsecTest, OnlyTheLastRangeGoesBack) {
  RecordList records;
  records.Nsec("m.example.", "c.example. A RRSIG NSEC").Nsec("c.example.", "c.example. A NSEC");
  EXPECT_EQ(ProveNameError(NameOf("example."), NameOf("z.example."), records, &hashes_).reason,
            DenialReason::kNoRecords);
}

TEST_F(DenialNsecTest, AZoneOfOneNameHasOneRange) {
  RecordList records;
  records.Nsec("example.", "example. NS SOA RRSIG NSEC DNSKEY");
  EXPECT_EQ(ProveNameError(NameOf("example."), NameOf("a.example."), records, &hashes_).outcome,
            Denial::kProven);
  EXPECT_EQ(
      ProveNoData(NameOf("example."), NameOf("example."), RRType::kA, records, &hashes_).outcome,
      Denial::kProven);
}

// RFC 9824 section 3.5.
TEST_F(DenialNsecTest, CompactDenialSaysThatThereIsNoSuchName) {
  RecordList records;
  records.Nsec("q.example.", "\\000.q.example. RRSIG NSEC NXNAME");
  const wire::Name zone = NameOf("example.");
  const wire::Name name = NameOf("q.example.");
  const DenialProof no_data = ProveNoData(zone, name, RRType::kA, records, &hashes_);
  EXPECT_EQ(no_data.outcome, Denial::kProven);
  EXPECT_TRUE(no_data.says_name_error);
  EXPECT_EQ(ProveNameError(zone, name, records, &hashes_).outcome, Denial::kProven);
  EXPECT_EQ(ProveNoDs(zone, name, records, &hashes_).outcome, NoDs::kNoSuchName);
  // Of the name only.
  EXPECT_EQ(ProveNameError(zone, NameOf("r.example."), records, &hashes_).outcome,
            Denial::kNotProven);
}

TEST_F(DenialNsecTest, NxNameBesideOtherTypesSaysNothing) {
  RecordList records;
  records.Nsec("q.example.", "\\000.q.example. A RRSIG NSEC NXNAME");
  const wire::Name zone = NameOf("example.");
  const wire::Name name = NameOf("q.example.");
  EXPECT_EQ(ProveNameError(zone, name, records, &hashes_).reason, DenialReason::kNameExists);
  EXPECT_FALSE(ProveNoData(zone, name, RRType::kMX, records, &hashes_).says_name_error);
}

TEST_F(DenialNsecTest, MalformedRecordsAreIgnored) {
  RecordList records;
  const wire::Name owner = NameOf("a.example.");
  std::vector<uint8_t> rdata = RdataOf(RRType::kNSEC, "c.example. A");
  records.Add(owner, RRType::kNSEC, {});
  rdata.push_back(0);  // half of a window
  records.Add(owner, RRType::kNSEC, rdata);
  rdata.back() = 1;
  rdata.insert(rdata.end(), {1, 0});  // a window that ends in a zero octet
  records.Add(owner, RRType::kNSEC, rdata);
  records.Add(owner, RRType::kA, RdataOf(RRType::kNSEC, "c.example. A"));
  EXPECT_EQ(ProveNameError(NameOf("example."), NameOf("b.example."), records, &hashes_).reason,
            DenialReason::kNoRecords);
}

TEST_F(DenialNsecTest, RecordsBehindTheMostAreIgnored) {
  RecordList records;
  for (size_t i = 0; i < kDenialRecordsMax; ++i) {
    records.Nsec("a.example.", "a0.example. A RRSIG NSEC");
  }
  records.Nsec("b.example.", "d.example. A RRSIG NSEC").Nsec("example.", "a.example. NS SOA NSEC");
  EXPECT_EQ(ProveNameError(NameOf("example."), NameOf("c.example."), records, &hashes_).reason,
            DenialReason::kNotCovered);
}

}  // namespace
}  // namespace tern::resolver::dnssec
