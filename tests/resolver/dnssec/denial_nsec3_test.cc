// Proofs of absence by NSEC3: what is ignored, what is refused, what is only insecure.
#include "resolver/dnssec/denial_nsec3.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "resolver/crypto/openssl_objects.h"
#include "resolver/dnssec/denial.h"
#include "tests/resolver/dnssec/model_zone.h"
#include "wire/text_encoding.h"

namespace tern::resolver::dnssec {
namespace {

using wire::RRType;

constexpr size_t kFlags = 1;  // where they are in NSEC3 RDATA
constexpr size_t kIterations = 2;

class DenialNsec3Test : public testing::Test {
 protected:
  DenialNsec3Test() : model_("example.") {
    model_.Put(NameOf("a.example."), {RRType::kA});
    model_.Put(NameOf("d.example."), {RRType::kDNAME});
    model_.Put(NameOf("insecure.example."), {RRType::kNS});
    model_.Put(NameOf("secure.example."), {RRType::kNS, RRType::kDS});
    model_.Put(NameOf("*.w.example."), {RRType::kMX});
    model_.Put(NameOf("x.y.example."), {RRType::kA});
  }

  void Sign(const Nsec3Form& form) { model_.AddNsec3Chain(form, &records_); }

  DenialProof NameError(std::string_view name) {
    return ProveNameError(model_.apex(), NameOf(name), records_, &hashes_);
  }
  DenialProof NoData(std::string_view name, RRType type) {
    return ProveNoData(model_.apex(), NameOf(name), type, records_, &hashes_);
  }
  NoDsProof WithoutDs(std::string_view name) {
    return ProveNoDs(model_.apex(), NameOf(name), records_, &hashes_);
  }
  DenialProof WildcardAnswer(std::string_view name, size_t labels) {
    return ProveWildcardAnswer(model_.apex(), NameOf(name), labels, records_, &hashes_);
  }

  // All records of `form`, each changed.
  template <typename Change>
  void SignAndChange(const Nsec3Form& form, Change change) {
    RecordList whole;
    model_.AddNsec3Chain(form, &whole);
    for (const DenialRecord& record : whole.records()) {
      std::vector<uint8_t> rdata(record.rdata.begin(), record.rdata.end());
      change(&rdata);
      records_.Add(record.owner, record.type, std::move(rdata));
    }
  }

  ModelZone model_;
  RecordList records_;
  crypto::Nsec3Hasher hasher_;
  HashBudget hashes_{&hasher_, 32};
};

TEST_F(DenialNsec3Test, EveryShape) {
  Sign({.iterations = 2, .salt = "\xaa\xbb"});
  EXPECT_EQ(NameError("q.example.").outcome, Denial::kProven);
  EXPECT_EQ(NameError("q.w.example.").reason, DenialReason::kWildcardNotDenied);
  EXPECT_EQ(NameError("A.example.").reason, DenialReason::kNameExists);
  EXPECT_EQ(NoData("a.example.", RRType::kMX).outcome, Denial::kProven);
  EXPECT_EQ(NoData("a.example.", RRType::kA).reason, DenialReason::kTypeExists);
  EXPECT_EQ(NoData("y.example.", RRType::kA).outcome, Denial::kProven);  // empty non-terminal
  EXPECT_EQ(NoData("q.w.example.", RRType::kA).outcome, Denial::kProven);
  EXPECT_EQ(NoData("q.w.example.", RRType::kMX).reason, DenialReason::kTypeExists);
  EXPECT_EQ(NoData("q.example.", RRType::kA).reason, DenialReason::kNoSuchName);
  EXPECT_EQ(WithoutDs("insecure.example.").outcome, NoDs::kInsecureDelegation);
  EXPECT_EQ(WithoutDs("secure.example.").reason, DenialReason::kTypeExists);
  EXPECT_EQ(WithoutDs("y.example.").outcome, NoDs::kNotACut);
  EXPECT_EQ(WithoutDs("q.example.").outcome, NoDs::kNoSuchName);
  EXPECT_EQ(WildcardAnswer("p.q.w.example.", 2).outcome, Denial::kProven);
  EXPECT_EQ(WildcardAnswer("x.y.example.", 1).reason, DenialReason::kCloserNameExists);
}

TEST_F(DenialNsec3Test, NothingIsDeniedBelowACutOrADname) {
  Sign({});
  for (const char* name : {"q.insecure.example.", "q.secure.example.", "q.d.example."}) {
    EXPECT_EQ(NameError(name).reason, DenialReason::kBelowCut) << name;
    EXPECT_EQ(NoData(name, RRType::kDS).reason, DenialReason::kBelowCut) << name;
    EXPECT_EQ(WithoutDs(name).reason, DenialReason::kBelowCut) << name;
  }
  EXPECT_EQ(NoData("insecure.example.", RRType::kA).reason, DenialReason::kBelowCut);
  EXPECT_EQ(NoData("insecure.example.", RRType::kDS).outcome, Denial::kProven);
}

// RFC 5155 section 9.2.
TEST_F(DenialNsec3Test, AnOptOutSpanMakesTheAnswerInsecure) {
  Sign({.opt_out = true});
  for (const Denial outcome :
       {NameError("q.example.").outcome, NoData("insecure.example.", RRType::kDS).outcome,
        NoData("q.example.", RRType::kA).outcome, NoData("q.w.example.", RRType::kA).outcome,
        WildcardAnswer("q.w.example.", 2).outcome}) {
    EXPECT_EQ(outcome, Denial::kInsecure);
  }
  EXPECT_EQ(NameError("q.example.").reason, DenialReason::kOptOut);
  EXPECT_EQ(WithoutDs("insecure.example.").outcome, NoDs::kInsecure);
  EXPECT_EQ(WithoutDs("q.insecure.example.").outcome, NoDs::kInsecure);
  // What a record matches is as sure as ever.
  EXPECT_EQ(NoData("a.example.", RRType::kMX).outcome, Denial::kProven);
  EXPECT_EQ(WithoutDs("secure.example.").reason, DenialReason::kTypeExists);
  EXPECT_EQ(NoData("q.w.example.", RRType::kMX).reason, DenialReason::kTypeExists);
}

// RFC 9276 section 3.2.
TEST_F(DenialNsec3Test, TooManyIterationsMakeTheZoneInsecure) {
  Sign({.iterations = kNsec3IterationsMax + 1});
  EXPECT_EQ(NameError("q.example.").outcome, Denial::kInsecure);
  EXPECT_EQ(NameError("q.example.").reason, DenialReason::kTooManyIterations);
  EXPECT_EQ(NoData("a.example.", RRType::kMX).outcome, Denial::kInsecure);
  EXPECT_EQ(WithoutDs("secure.example.").outcome, NoDs::kInsecure);
  EXPECT_EQ(WildcardAnswer("q.w.example.", 2).outcome, Denial::kInsecure);
  EXPECT_EQ(hashes_.left, 32);
  EXPECT_EQ(ReasonOf(DenialReason::kTooManyIterations), Reason::kTooManyIterations);
}

TEST_F(DenialNsec3Test, TheMostIterationsAreNotTooMany) {
  Sign({.iterations = kNsec3IterationsMax});
  EXPECT_EQ(NameError("q.example.").outcome, Denial::kProven);
}

TEST_F(DenialNsec3Test, ARecordThatCanBeUsedOutdoesOneWithTooManyIterations) {
  SignAndChange({}, [](std::vector<uint8_t>* rdata) { (*rdata)[kIterations] = 1; });
  Sign({});
  EXPECT_EQ(NameError("a.example.").reason, DenialReason::kNameExists);
}

TEST_F(DenialNsec3Test, TheBudgetOfHashesIsKept) {
  Sign({});
  hashes_.left = 2;  // the name and the zone; nothing for the wildcard
  EXPECT_EQ(NameError("q.example.").reason, DenialReason::kTooCostly);
  EXPECT_EQ(hashes_.left, 0);
  EXPECT_EQ(NoData("a.example.", RRType::kMX).reason, DenialReason::kTooCostly);
  EXPECT_EQ(WithoutDs("a.example.").reason, DenialReason::kTooCostly);
  EXPECT_EQ(WildcardAnswer("q.w.example.", 2).reason, DenialReason::kTooCostly);
  EXPECT_EQ(hashes_.left, 0);
}

TEST_F(DenialNsec3Test, AHashThatTheLibraryRefusesIsAFaultOfThisMachine) {
  Sign({});
  crypto::refuse_openssl_allocations = [] { return true; };
  const DenialProof proof = NameError("q.example.");
  crypto::refuse_openssl_allocations = nullptr;
  EXPECT_EQ(proof.reason, DenialReason::kHashFailed);
  EXPECT_EQ(ReasonOf(proof.reason), Reason::kNoMeans);
}

TEST_F(DenialNsec3Test, AProofCostsAHashForEachNameOfTheSearch) {
  Sign({});
  EXPECT_EQ(NameError("q.example.").outcome, Denial::kProven);
  EXPECT_EQ(hashes_.left, 29);
}

TEST_F(DenialNsec3Test, IterationsAndALongSaltCostMore) {
  Sign({.iterations = kNsec3IterationsMax, .salt = std::string(255, 's')});
  EXPECT_EQ(NameError("q.example.").outcome, Denial::kProven);
  EXPECT_EQ(hashes_.left, 32 - 3 * 8);
  EXPECT_EQ(NameError("r.example.").reason, DenialReason::kTooCostly);
  EXPECT_EQ(hashes_.left, 0);
}

// RFC 5155 section 8.2.
TEST_F(DenialNsec3Test, RecordsOfAnotherSaltAreIgnored) {
  Sign({.salt = "one"});
  Sign({.salt = "two"});
  EXPECT_EQ(NameError("q.example.").outcome, Denial::kProven);
}

// A range with another salt than the first record covers all hashes, but those of another salt.
TEST_F(DenialNsec3Test, ARangeOfAnotherSaltCoversNothing) {
  RecordList whole;
  model_.AddNsec3Chain({.salt = "one"}, &whole);
  const crypto::Nsec3Hash apex =
      *hasher_.Hash(model_.apex(), wire::AsOctets(std::string_view("one")), 0);
  for (const DenialRecord& record : whole.records()) {
    if (ReadNsec3Range(model_.apex(), record)->owner != apex) continue;
    records_.Add(record.owner, record.type, {record.rdata.begin(), record.rdata.end()});
  }
  ASSERT_EQ(records_.records().size(), 1u);
  ModelZone("example.").AddNsec3Chain({.salt = "two"}, &records_);
  int not_covered = 0;
  for (char label = 'e'; label <= 'u'; ++label) {
    const DenialProof proof = NameError(std::string(1, label) + ".example.");
    EXPECT_EQ(proof.outcome, Denial::kNotProven);
    not_covered += proof.reason == DenialReason::kNotCovered ? 1 : 0;
    hashes_.left = 32;
  }
  EXPECT_GT(not_covered, 0);
}

// RFC 5155 sections 8.1 and 8.2.
TEST_F(DenialNsec3Test, UnknownAlgorithmsAndFlagsAreIgnored) {
  SignAndChange({}, [](std::vector<uint8_t>* rdata) { (*rdata)[0] = 2; });
  EXPECT_EQ(NameError("q.example.").reason, DenialReason::kNoRecords);
  SignAndChange({}, [](std::vector<uint8_t>* rdata) { (*rdata)[kFlags] = 2; });
  EXPECT_EQ(NameError("q.example.").reason, DenialReason::kNoRecords);
}

TEST_F(DenialNsec3Test, AHashHasTwentyOctets) {
  SignAndChange({}, [](std::vector<uint8_t>* rdata) {
    (*rdata)[5] = 19;
    rdata->erase(rdata->begin() + 6);
  });
  EXPECT_EQ(NameError("q.example.").reason, DenialReason::kNoRecords);
}

// Records of a zone below, whose keys are the same.
TEST_F(DenialNsec3Test, AChildsRecordsAreNoneOfItsParent) {
  ModelZone child("sub.example.");
  child.AddNsec3Chain({}, &records_);
  EXPECT_EQ(WithoutDs("sub.example.").reason, DenialReason::kNoRecords);
  EXPECT_EQ(NameError("q.example.").reason, DenialReason::kNoRecords);
}

// A record below the zone's name that has an SOA denies no DS (RFC 5155 section 8.6).
TEST_F(DenialNsec3Test, ADsIsNotDeniedByAnApex) {
  model_.Put(NameOf("sub.example."), {RRType::kNS, RRType::kSOA});
  Sign({});
  EXPECT_EQ(WithoutDs("sub.example.").reason, DenialReason::kFromChild);
  EXPECT_EQ(NoData("sub.example.", RRType::kDS).reason, DenialReason::kFromChild);
  EXPECT_EQ(WithoutDs("example.").reason, DenialReason::kFromChild);
}

TEST_F(DenialNsec3Test, OwnersThatAreNoHashesAreIgnored) {
  RecordList whole;
  model_.AddNsec3Chain({}, &whole);
  for (const DenialRecord& record : whole.records()) {
    std::vector<uint8_t> rdata(record.rdata.begin(), record.rdata.end());
    records_.Add(NameOf("w0000000000000000000000000000000.example."), RRType::kNSEC3, rdata);
    records_.Add(NameOf("00.example."), RRType::kNSEC3, rdata);
    records_.Add(model_.apex(), RRType::kNSEC3, rdata);
  }
  EXPECT_EQ(NameError("q.example.").reason, DenialReason::kNoRecords);
}

TEST_F(DenialNsec3Test, AZoneOfOneNameHasOneRange) {
  ModelZone empty("example.");
  empty.AddNsec3Chain({}, &records_);
  ASSERT_EQ(records_.records().size(), 1u);
  EXPECT_EQ(NameError("q.example.").outcome, Denial::kProven);
  EXPECT_EQ(NoData("example.", RRType::kA).outcome, Denial::kProven);
}

// A zone on its way from one to the other.
TEST_F(DenialNsec3Test, NsecAndNsec3BesideEachOther) {
  Sign({});
  records_.Nsec("example.", "a.example. NS SOA RRSIG NSEC DNSKEY");
  EXPECT_EQ(NameError("q.example.").outcome, Denial::kProven);  // which NSEC does not say
  EXPECT_EQ(NoData("example.", RRType::kMX).outcome, Denial::kProven);
  EXPECT_EQ(NoData("a.example.", RRType::kA).reason, DenialReason::kTypeExists);
}

}  // namespace
}  // namespace tern::resolver::dnssec
