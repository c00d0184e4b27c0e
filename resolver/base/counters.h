// The counters of a worker, and their sum over all workers.
//
// Each worker has one WorkerCounters and is its only writer. So counting is one plain addition: it
// takes no lock and touches no cache line of another worker. Any thread may read the counters.
// Values of different counters may come from different moments.
//
// To add a counter, add a member to Counts or to one of its tables, each of type Count.
//
// Thread: the worker's writes, any reads.
// Bound: 8 octets for each counter.
#pragma once

#include <cstddef>
#include <cstdint>

#include "resolver/base/answer_counts.h"
#include "resolver/base/counter.h"
#include "resolver/base/limit_counts.h"
#include "resolver/base/upstream_counts.h"

namespace tern::resolver {

template <typename Count>
struct Counts {
  // Queries of clients.
  Count forbidden{};       // from clients that may not ask
  Count over_limit{};      // from clients over the limit of rate or of waiting questions
  Count cookie_demands{};  // answered with a demand for a cookie
  Count misses_sent{};     // handed to the worker that owns the question
  Count misses_taken{};    // from any worker: the question began to wait here
  Count turned_away{};     // answered SERVFAIL because there was no room
  Count too_late{};        // UDP answers not sent because the client has given up

  // Resolution.
  Count jobs{};
  Count upstream_queries{};
  Count hedges{};     // queries sent while another query of the question was open
  Count forgeries{};  // replies with a wrong ID or question
  Count failures{};   // jobs that ended in SERVFAIL
  Count refreshes{};  // jobs started because an entry was about to expire
  Count stale_answers{};
  Count range_answers{};         // made from the ranges of signed zones (RFC 8198)
  Count error_reports{};         // sent to agents of zones (RFC 9567)
  Count range_contradictions{};  // zones that denied what they have, each for 15 minutes
  // Parts of answers that were validated, by the result. Those that the store had validated do not
  // count again.
  Count validated_secure{};
  Count validated_insecure{};
  Count validated_indeterminate{};  // secure, had the clock not been plainly wrong
  Count bogus_answers{};            // bogus, even if they are answered (`dnssec.validation: log`)
  // The same by the extended error (RFC 8914) that a client gets, or would get.
  Count bogus_expired{};
  Count bogus_not_yet_valid{};
  Count bogus_never_valid{};  // the signature expires before it begins
  Count bogus_no_dnskey{};
  Count bogus_no_rrsig{};
  Count bogus_no_zone_key{};
  Count bogus_no_nsec{};
  Count bogus_other{};     // the error DNSSEC Bogus, for another reason than the next
  Count bogus_budget{};    // the same error: the answer needs more checks than one may have
  Count bogus_no_means{};  // this machine lacked memory
  // What it took to validate the answers of clients' questions, each question once: histograms, by
  // which the budgets of limits.h are set. With `dnssec.validation: log` the budgets refuse
  // nothing.
  Count validation_checks_2{};   // up to 2 public-key operations
  Count validation_checks_8{};   // up to 8, but more than 2
  Count validation_checks_16{};  // up to 16, but more than 8
  Count validation_checks_more{};
  Count validation_hashes_4{};  // up to 4 hashes of names and keys
  Count validation_hashes_16{};
  Count validation_hashes_64{};
  Count validation_hashes_more{};
  Count validation_zones_0{};  // no zone's keys had to be checked
  Count validation_zones_1{};
  Count validation_zones_3{};  // up to 3, but more than 1
  Count validation_zones_more{};
  Count validation_tags_1{};  // each signature had one key of its tag at most
  Count validation_tags_2{};
  Count validation_tags_more{};  // an attack, see zone_keys.h
  // Signatures before their time, or after it, that count because clocks may differ.
  Count signatures_in_grace{};
  // Keys of zones with a trust anchor, by their state (RFC 5011); states.
  Count trust_anchors_pending{};
  Count trust_anchors_valid{};
  Count trust_anchors_missing{};
  Count trust_anchors_revoked{};
  Count trust_anchors_removed{};
  Count trust_anchor_zones_failing{};  // zones whose keys no anchor signs; a state
  Count time_unsure{};                 // 1: the clock is plainly wrong; a state
  Count mail_fan_outs{};               // lists of questions asked ahead of a mail server
  Count mail_warm_answers{};  // addresses from the store that were looked up ahead of the question
  Count mail_questions{};     // MX questions of clients
  Count list_questions{};  // questions of clients about block lists that the store did not answer
  Count list_refusals{};   // answers of block lists in 127.255.255.0/24
  Count list_timeouts{};   // clients that did not get a block list's answer in its time
  // Answers of block lists that clients waited for, by the time since the question of the first
  // client. Answers that came too late for the clients count too.
  Count list_answers_10ms{};   // up to 10 ms
  Count list_answers_100ms{};  // up to 100 ms, but more than 10 ms
  Count list_answers_1s{};     // up to 1 s, but more than 100 ms
  Count list_answers_later{};
  Count list_answer_ms{};  // the time of all these answers together
  Count lists_working{};   // block lists whose last check was good; a state
  Count lists_failing{};   // block lists whose last check was not good; a state
  Count dropped{};         // jobs and clients that gave their place to newer ones

  // What is counted in tables.
  AnswerCounts<Count> of_answers;
  UpstreamCounts<Count> of_upstream;
  LimitCounts<Count> of_limits;
};

using WorkerCounters = Counts<Counter>;
using CounterSnapshot = Counts<uint64_t>;

// Counts is one counter after the other, its tables too.
static_assert(sizeof(Counter) == sizeof(uint64_t) && alignof(Counter) == alignof(uint64_t) &&
              sizeof(WorkerCounters) == sizeof(CounterSnapshot));
inline constexpr size_t kCounterCount = sizeof(CounterSnapshot) / sizeof(uint64_t);

// Knows the sums over all workers. Any thread may ask it.
class CounterSource {
 public:
  virtual CounterSnapshot ReadCounters() const = 0;

 protected:
  ~CounterSource() = default;
};

// Adds the worker's counters to the sum. Any thread may call it.
inline void AddTo(CounterSnapshot* sum, const WorkerCounters& counters) {
  auto* const sums = reinterpret_cast<uint64_t*>(sum);
  const auto* const counts = reinterpret_cast<const Counter*>(&counters);
  for (size_t i = 0; i < kCounterCount; ++i) sums[i] += counts[i];
}

}  // namespace tern::resolver
