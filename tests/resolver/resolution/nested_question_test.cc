#include "resolver/resolution/nested_question.h"

#include <gtest/gtest.h>

#include "resolver/policy/local_data_build.h"
#include "resolver/resolution/job_table.h"
#include "resolver/resolution/resolve.h"
#include "tests/support/recursor_world.h"

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif

namespace tern::resolver::resolution {
namespace {

using test::HeardAnswer;
using test::N;
using test::RecursorWorld;
using test::seconds;
using wire::Rcode;
using wire::RRType;

// A question for TXT is answered with what a nested question for MX of the same name brings. Every
// other question is resolved.
Task<bool> ResolveTxtByMx(Job& job) {
  if (job.type() != RRType::kTXT) {
    const bool answered = co_await Resolve(job);
    co_return answered;
  }
  NestedAnswer nested(job, job.name(), RRType::kMX);
  job.answer() = co_await nested;
  job.table().OnResolved(&job);
  co_return true;
}

// A question for TXT asks for itself.
Task<bool> AskItself(Job& job) {
  NestedAnswer nested(job, job.name(), job.type());
  job.answer() = co_await nested;
  if (nested.met_cycle()) job.answer().SetFailure(wire::ExtendedError::kOther, "a cycle");
  job.table().OnResolved(&job);
  co_return true;
}

class NestedQuestionTest : public testing::Test {
 protected:
  explicit NestedQuestionTest(JobTable::ResolveFunction resolve = ResolveTxtByMx) {
    server_ = world_.Add("192.0.2.1", "example.", "@ 300 MX 10 mail\nmail 300 A 192.0.2.9\n");
    world_.Start("example. 3600 NS ns.example.\nns.example. 3600 A 192.0.2.1\n");
    auto local = policy::BuildLocalData({.special_names = false, .hosts_file = ""}, {});
    if (!local.ok()) std::abort();
    facilities_ = std::make_unique<Facilities>(
        &world_.store(), &world_.table(), &world_.world(),
        std::make_shared<const policy::CoreSettings>(config::CoreSettingsOf(world_.settings())),
        std::shared_ptr<const policy::LocalData>(std::move(*local)));
    table_ = std::make_unique<JobTable>(facilities_.get(), resolve);
    facilities_->finisher = table_.get();
  }
  const HeardAnswer& Ask(std::string_view name) {
    HeardAnswer& heard = heard_.emplace_back(&world_.world());
    if (!table_->Ask(N(name), RRType::kTXT, &heard, false)) std::abort();
    world_.world().RunUntil([&] { return heard.count > 0; }, seconds(10));
    return heard;
  }

  RecursorWorld world_;
  sim::ZoneServer* server_ = nullptr;
  std::unique_ptr<Facilities> facilities_;
  std::unique_ptr<JobTable> table_;
  std::deque<HeardAnswer> heard_;
};

TEST_F(NestedQuestionTest, BringsTheAnswerOfAnyType) {
  const HeardAnswer& heard = Ask("example.");
  EXPECT_EQ(heard.text, "example. MX 10 mail.example.\n");
  EXPECT_EQ(table_->in_flight(), 0u);
}

TEST_F(NestedQuestionTest, BringsADenial) {
  EXPECT_EQ(Ask("gone.example.").rcode, Rcode::kNXDomain);
}

TEST_F(NestedQuestionTest, BringsAFailure) {
  server_->conduct().fault = sim::Fault::kRefused;
  const HeardAnswer& heard = Ask("www.example.");
  EXPECT_EQ(heard.rcode, Rcode::kServFail);
  world_.Run(seconds(10));
  EXPECT_EQ(table_->in_flight(), 0u);
  EXPECT_EQ(facilities_->frames.in_use(), 0u);
}

TEST_F(NestedQuestionTest, GoesWithItsParent) {
  HeardAnswer heard(&world_.world());
  ASSERT_TRUE(table_->Ask(N("example."), RRType::kTXT, &heard, false));
  ASSERT_GE(table_->in_flight(), 2u);
  table_.reset();
  EXPECT_EQ(facilities_->frames.in_use(), 0u);
  EXPECT_EQ(world_.world().open_exchanges(), 0u);
}

class NestedCycleTest : public NestedQuestionTest {
 protected:
  NestedCycleTest() : NestedQuestionTest(AskItself) {}
};

TEST_F(NestedCycleTest, AQuestionThatWaitsForItselfFailsAtOnce) {
  const Time before = world_.world().Now();
  const HeardAnswer& heard = Ask("example.");
  EXPECT_EQ(heard.rcode, Rcode::kServFail);
  EXPECT_EQ(heard.error_text, "a cycle");
  EXPECT_EQ(world_.world().Now(), before);
  EXPECT_EQ(table_->in_flight(), 0u);
}

}  // namespace
}  // namespace tern::resolver::resolution
