// Zones whose parent delegates them elsewhere while the old delegation is still in the store. The
// old servers refuse, or are silent, or nobody is there any more.
#include "tests/sim/threats/threat_test.h"

namespace tern::sim {
namespace {

class MovedZoneTest : public ThreatTest {
 protected:
  static constexpr std::string_view kNewHome = "192.0.2.77";

  MovedZoneTest() {
    old_ = internet_.AddDomain("moved.com.", {kVictim}, Hosts(9))[0];
    new_ = internet_.AddServer(kNewHome, "moved.com.",
                               "@ 300 SOA ns m 1 2 3 4 300\n@ 300 NS ns1\n" + Hosts(9));
  }
  void Start() {
    internet_.Start();
    EXPECT_EQ(Ask("h0").answer.size(), 1u);
    EXPECT_EQ(new_->queries(), 0u);
  }
  void DelegateTo(const std::string& lines) {
    internet_.com().AddZone("com.",
                            "@ 3600 SOA ns m 1 2 3 4 300\n@ 3600 NS a.gtld-servers.net.\n" + lines);
  }
  void Move() { DelegateTo("moved 3600 NS ns1.moved\nns1.moved 3600 A 192.0.2.77\n"); }
  void MoveBack() { DelegateTo("moved 3600 NS ns1.moved\nns1.moved 3600 A 192.0.2.20\n"); }
  PlainMessage Ask(const std::string& label) {
    return internet_.Lookup(label + ".moved.com.", RRType::kA);
  }

  ZoneServer* old_ = nullptr;
  ZoneServer* new_ = nullptr;
};

TEST_F(MovedZoneTest, IsFoundAtOnceWhenItsOldServersRefuse) {
  for (const Fault fault : {Fault::kRefused, Fault::kRefersUpward, Fault::kNotAuthoritative}) {
    SCOPED_TRACE(static_cast<int>(fault));
    old_->conduct().fault = Fault::kNone;
    MoveBack();
    const size_t before = new_->queries();
    internet_.Start();
    EXPECT_EQ(Ask("h0").answer.size(), 1u) << Trace();
    EXPECT_EQ(new_->queries(), before);
    Move();
    old_->conduct().fault = fault;
    EXPECT_EQ(Ask("h1").answer.size(), 1u) << Trace();
    // The new delegation is known now.
    const size_t asked = old_->queries();
    EXPECT_EQ(Ask("h2").answer.size(), 1u) << Trace();
    EXPECT_EQ(old_->queries(), asked);
    EXPECT_EQ(internet_.CheckRest(), "");
  }
}

// The owner of a zone may make its servers refuse. That must not turn each question into one more
// for the parent's servers.
TEST_F(MovedZoneTest, ItsParentIsAskedRarelyWhenItHasNotMoved) {
  Start();
  old_->conduct().fault = Fault::kRefused;
  const size_t before = internet_.com().queries();
  for (int i = 1; i < 9; ++i) {
    EXPECT_EQ(Ask("h" + std::to_string(i)).rcode, Rcode::kServFail);
  }
  EXPECT_EQ(internet_.com().queries(), before + 1);
  internet_.world().RunFor(seconds(31));
  EXPECT_EQ(Ask("h1").rcode, Rcode::kServFail);
  EXPECT_EQ(internet_.com().queries(), before + 2);
}

TEST_F(MovedZoneTest, IsFoundWhenItsOldServersAreSilentOrGone) {
  for (const Fault fault : {Fault::kSilent, Fault::kUnreachable}) {
    SCOPED_TRACE(static_cast<int>(fault));
    MoveBack();
    old_->conduct().fault = Fault::kNone;
    internet_.Start();
    EXPECT_EQ(Ask("h0").answer.size(), 1u) << Trace();
    internet_.world().RunFor(seconds(31));
    Move();
    old_->conduct().fault = fault;
    EXPECT_EQ(Ask("h1").answer.size(), 1u) << Trace();
    EXPECT_LT(internet_.last_latency(), seconds(5));
    // The new delegation is known now.
    const size_t asked = old_->queries();
    EXPECT_EQ(Ask("h2").answer.size(), 1u) << Trace();
    EXPECT_EQ(old_->queries(), asked);
    EXPECT_EQ(internet_.CheckRest(), "");
  }
}

// The servers are known to be dead. So the parent is asked beside the one try that each of them
// gets, not after it.
TEST_F(MovedZoneTest, IsFoundBesideTheWaitForDeadServers) {
  Start();
  internet_.world().RunFor(seconds(31));
  old_->conduct().fault = Fault::kSilent;
  EXPECT_EQ(Ask("h1").rcode, Rcode::kServFail) << Trace();
  internet_.world().RunFor(seconds(31));
  Move();
  EXPECT_EQ(Ask("h2").answer.size(), 1u) << Trace();
  EXPECT_LT(internet_.last_latency(), milliseconds(700));
  // The dead server got no more than its one try.
  EXPECT_LE(internet_.last_upstream_queries(kVictim), 1u) << Trace();
  EXPECT_EQ(internet_.CheckRest(), "");
}

// The name servers of the new delegation have no glue. So one of them is looked up, beside the wait
// as well.
TEST_F(MovedZoneTest, IsFoundBesideTheWaitThoughItsNewServersHaveNoGlue) {
  internet_.AddDomain("host.net.", {"192.0.2.60"}, "ns 300 A 192.0.2.77\n");
  Start();
  internet_.world().RunFor(seconds(31));
  old_->conduct().fault = Fault::kSilent;
  EXPECT_EQ(Ask("h1").rcode, Rcode::kServFail) << Trace();
  internet_.world().RunFor(seconds(31));
  DelegateTo("moved 3600 NS ns.host.net.\n");
  EXPECT_EQ(Ask("h2").answer.size(), 1u) << Trace();
  EXPECT_LT(internet_.last_latency(), milliseconds(1500));
  EXPECT_EQ(internet_.CheckRest(), "");
}

TEST_F(MovedZoneTest, ItsParentIsAskedRarelyWhileItsServersAreSilent) {
  Start();
  internet_.world().RunFor(seconds(31));
  old_->conduct().fault = Fault::kSilent;
  const size_t before = internet_.com().queries();
  const Time start = internet_.world().Now();
  for (int i = 1; i < 9; ++i) {
    EXPECT_EQ(Ask("h" + std::to_string(i)).rcode, Rcode::kServFail);
  }
  const auto elapsed = internet_.world().Now() - start;
  EXPECT_GE(internet_.com().queries(), before + 1);
  EXPECT_LE(internet_.com().queries(), before + 1 + static_cast<size_t>(elapsed / seconds(30)));
}

// Nobody knew the zone before, so the parent has just said where it is.
TEST_F(MovedZoneTest, ItsParentIsNotAskedTwiceInOneResolution) {
  old_->conduct().fault = Fault::kSilent;
  internet_.Start();
  EXPECT_EQ(Ask("h1").rcode, Rcode::kServFail);
  EXPECT_EQ(internet_.com().queries(), 1u) << Trace();
}

}  // namespace
}  // namespace tern::sim
