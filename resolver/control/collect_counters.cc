#include "resolver/control/collect_counters.h"

#include <span>
#include <string_view>

namespace tern::resolver::control {
namespace {

using Member = uint64_t CounterSnapshot::*;
using C = CounterSnapshot;

// A sample of a family: its counter, and the value of its label if the family has one.
struct Row {
  Member counter;
  std::string_view value = {};
};

struct FamilyRows {
  std::string_view name;
  MetricType type;
  std::string_view help;
  std::string_view label;  // empty: the family has one sample
  std::span<const Row> rows;
};

constexpr Row kTurnedAway[] = {{&C::forbidden, "access"},
                               {&C::over_limit, "rate_limit"},
                               {&C::cookie_demands, "cookie"},
                               {&C::turned_away, "no_room"},
                               {&C::too_late, "too_late"}};
constexpr Row kMisses[] = {{&C::misses_taken}};
constexpr Row kMissesSent[] = {{&C::misses_sent}};
constexpr Row kJobs[] = {{&C::jobs}};
constexpr Row kDropped[] = {{&C::dropped}};
constexpr Row kFailures[] = {{&C::failures}};
constexpr Row kRefreshes[] = {{&C::refreshes}};
constexpr Row kStale[] = {{&C::stale_answers}};
constexpr Row kRangeAnswers[] = {{&C::range_answers}};
constexpr Row kRangeContradictions[] = {{&C::range_contradictions}};
constexpr Row kErrorReports[] = {{&C::error_reports}};
constexpr Row kValidated[] = {{&C::validated_secure, "secure"},
                              {&C::validated_insecure, "insecure"},
                              {&C::bogus_answers, "bogus"},
                              {&C::validated_indeterminate, "indeterminate"}};
constexpr Row kBogus[] = {
    {&C::bogus_expired, "expired"},         {&C::bogus_not_yet_valid, "not_yet_valid"},
    {&C::bogus_never_valid, "never_valid"}, {&C::bogus_no_dnskey, "no_dnskey"},
    {&C::bogus_no_rrsig, "no_rrsig"},       {&C::bogus_no_zone_key, "no_zone_key"},
    {&C::bogus_no_nsec, "no_nsec"},         {&C::bogus_budget, "budget"},
    {&C::bogus_no_means, "no_means"},       {&C::bogus_other, "other"}};
constexpr Row kGrace[] = {{&C::signatures_in_grace}};
constexpr Row kAnchors[] = {{&C::trust_anchors_pending, "pending"},
                            {&C::trust_anchors_valid, "valid"},
                            {&C::trust_anchors_missing, "missing"},
                            {&C::trust_anchors_revoked, "revoked"},
                            {&C::trust_anchors_removed, "removed"}};
constexpr Row kAnchorZonesFailing[] = {{&C::trust_anchor_zones_failing}};
constexpr Row kTimeUnsure[] = {{&C::time_unsure}};
constexpr Row kMailQuestions[] = {{&C::mail_questions}};
constexpr Row kMailFanOuts[] = {{&C::mail_fan_outs}};
constexpr Row kMailWarm[] = {{&C::mail_warm_answers}};
constexpr Row kListQuestions[] = {{&C::list_questions}};
constexpr Row kListRefusals[] = {{&C::list_refusals}};
constexpr Row kListTimeouts[] = {{&C::list_timeouts}};
constexpr Row kLists[] = {{&C::lists_working, "working"}, {&C::lists_failing, "failing"}};

constexpr auto kCounter = MetricType::kCounter;
constexpr auto kGauge = MetricType::kGauge;

constexpr FamilyRows kFamilies[] = {
    {"tern_turned_away", kCounter, "Queries that were not resolved, by the reason.", "reason",
     kTurnedAway},
    {"tern_cache_misses", kCounter, "Queries that had to wait for their answer.", "", kMisses},
    {"tern_misses_handed_over", kCounter,
     "Queries that a worker gave to the worker that owns their question.", "", kMissesSent},
    {"tern_jobs", kCounter, "Questions whose resolution began.", "", kJobs},
    {"tern_dropped", kCounter, "Questions and clients that gave their place to newer ones.", "",
     kDropped},
    {"tern_failures", kCounter, "Questions whose resolution ended in SERVFAIL.", "", kFailures},
    {"tern_refreshes", kCounter, "Questions asked because an entry was about to expire.", "",
     kRefreshes},
    {"tern_stale_answers", kCounter, "Answers that had expired (RFC 8767).", "", kStale},
    {"tern_range_answers", kCounter, "Answers made from what is known of signed zones (RFC 8198).",
     "", kRangeAnswers},
    {"tern_range_contradictions", kCounter, "Zones that denied what they have.", "",
     kRangeContradictions},
    {"tern_error_reports", kCounter, "Reports to agents of zones (RFC 9567).", "", kErrorReports},
    {"tern_validated", kCounter, "Parts of answers that were validated, by the result.", "result",
     kValidated},
    {"tern_bogus", kCounter, "Parts of answers that failed validation, by the reason.", "reason",
     kBogus},
    {"tern_signatures_in_grace", kCounter,
     "Signatures outside of their time that count because clocks may differ.", "", kGrace},
    {"tern_trust_anchors", kGauge, "Keys of zones with a trust anchor (RFC 5011).", "state",
     kAnchors},
    {"tern_trust_anchor_zones_failing", kGauge, "Zones whose keys no trust anchor signs.", "",
     kAnchorZonesFailing},
    {"tern_time_unsure", kGauge, "1 while the clock is plainly wrong, so nothing is secure.", "",
     kTimeUnsure},
    {"tern_mail_questions", kCounter, "MX questions that the cache could not answer.", "",
     kMailQuestions},
    {"tern_mail_fan_outs", kCounter, "Lists of questions asked ahead of a mail server.", "",
     kMailFanOuts},
    {"tern_mail_warm_answers", kCounter,
     "Addresses from the cache that were looked up ahead of the question.", "", kMailWarm},
    {"tern_list_questions", kCounter, "Questions about block lists that the cache did not answer.",
     "", kListQuestions},
    {"tern_list_refusals", kCounter, "Answers of block lists that refuse this resolver.", "",
     kListRefusals},
    {"tern_list_timeouts", kCounter, "Clients that did not get a block list's answer in time.", "",
     kListTimeouts},
    {"tern_lists", kGauge, "Block lists by the result of their last check.", "state", kLists},
};

}  // namespace

void CollectCounters(const CounterSnapshot& counts, std::vector<Family>* families) {
  for (const FamilyRows& rows : kFamilies) {
    Family family;
    family.name = rows.name;
    family.type = rows.type;
    family.help = rows.help;
    for (const Row& row : rows.rows) {
      Sample sample;
      if (!rows.label.empty()) sample.labels = {{rows.label, std::string(row.value)}};
      sample.value = static_cast<double>(counts.*row.counter);
      family.samples.push_back(std::move(sample));
    }
    families->push_back(std::move(family));
  }
}

}  // namespace tern::resolver::control
