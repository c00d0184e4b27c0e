#include "resolver/control/collect_answers.h"

#include <string>

#include "resolver/control/answer_words.h"

namespace tern::resolver::control {
namespace {

using wire::Rcode;

// What every resolver has sooner or later is there from the start, so that a rate can be taken.
bool IsUsual(AnswerSource source, Rcode rcode) {
  switch (source) {
    case AnswerSource::kCache:
    case AnswerSource::kStale:
    case AnswerSource::kLocal:
      return rcode == Rcode::kNoError || rcode == Rcode::kNXDomain;
    case AnswerSource::kUpstream:
      return rcode == Rcode::kNoError || rcode == Rcode::kNXDomain || rcode == Rcode::kServFail;
    case AnswerSource::kRefused:
      return rcode == Rcode::kRefused || rcode == Rcode::kServFail;
    case AnswerSource::kDropped:
      break;
  }
  return false;
}

Family QueriesOf(const AnswerCounts<uint64_t>& counts) {
  Family family{.name = "tern_queries",
                .type = MetricType::kCounter,
                .help = "Queries of clients, by transport and family of addresses."};
  constexpr std::string_view kTransports[] = {"udp", "tcp"};
  constexpr std::string_view kFamilies[] = {"ipv4", "ipv6"};
  for (size_t transport = 0; transport < 2; ++transport) {
    for (size_t of = 0; of < 2; ++of) {
      family.samples.push_back({{{"transport", std::string(kTransports[transport])},
                                 {"family", std::string(kFamilies[of])}},
                                static_cast<double>(counts.queries[transport][of])});
    }
  }
  return family;
}

Family AnswersOf(const AnswerCounts<uint64_t>& counts) {
  Family family{
      .name = "tern_answers",
      .type = MetricType::kCounter,
      .help = "Answers to clients by RCODE and source. Those that were dropped got none."};
  const auto add = [&](std::string_view rcode, size_t source, uint64_t count) {
    family.samples.push_back(
        {{{"rcode", std::string(rcode)}, {"source", std::string(kAnswerSourceWords[source])}},
         static_cast<double>(count)});
  };
  for (size_t source = 0; source < kDroppedSource; ++source) {
    for (const RcodeWord& each : kRcodeWords) {
      const uint64_t count = counts.answers[source][PlaceOf(each.rcode)];
      if (count != 0 || IsUsual(static_cast<AnswerSource>(source), each.rcode)) {
        add(each.word, source, count);
      }
    }
  }
  add("none", kDroppedSource, counts.answers[kDroppedSource][0]);
  return family;
}

Family ExtendedErrorsOf(const AnswerCounts<uint64_t>& counts) {
  Family family{.name = "tern_ede",
                .type = MetricType::kCounter,
                .help = "Extended errors (RFC 8914) told to clients, by code."};
  for (size_t code = 0; code < kExtendedErrorPlaces; ++code) {
    if (counts.extended_errors[code] == 0) continue;
    family.samples.push_back(
        {{{"code", std::to_string(code)}}, static_cast<double>(counts.extended_errors[code])});
  }
  return family;
}

}  // namespace

void CollectAnswers(const AnswerCounts<uint64_t>& counts, std::vector<Family>* families) {
  families->push_back(QueriesOf(counts));
  families->push_back(AnswersOf(counts));
  families->push_back(ExtendedErrorsOf(counts));
  families->push_back(SingleOf("tern_cache_hits", MetricType::kCounter,
                               "Queries answered from the cache at once.", counts.hits()));
  families->push_back(HistogramOf("tern_answer_seconds",
                                  "Time from reading a query to its answer, for hits and misses "
                                  "apart.",
                                  {SampleOf(counts.hit_time, {{"cache", "hit"}}),
                                   SampleOf(counts.miss_time, {{"cache", "miss"}})}));
}

}  // namespace tern::resolver::control
