// The cached answer, in steps and whole: parse, look up, compose.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "cache/entry.h"
#include "cache/store.h"
#include "resolver/answer/hot_path.h"
#include "resolver/answer/reply.h"
#include "resolver/answer/request.h"
#include "resolver/base/resolution_settings.h"
#include "resolver/policy/cookies.h"
#include "wire/edns.h"
#include "wire/message.h"
#include "wire/name.h"

namespace tern::resolver {
namespace {

using wire::RRType;

constexpr cache::Instant kNow(1000);
constexpr size_t kNames = 20000;
const int kAliases = Budget().aliases;

wire::Name NumberedName(std::string_view label, size_t number) {
  wire::Name name;
  for (const std::string& part :
       {std::string("test"), std::string("example"), std::string(label) + std::to_string(number)}) {
    if (!name.Prepend(part)) std::abort();
  }
  return name;
}

using Octets = std::vector<uint8_t>;

Octets Query(wire::NameView name, RRType type, bool edns) {
  Octets query = {0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, static_cast<uint8_t>(edns ? 1 : 0)};
  query.insert(query.end(), name.data(), name.data() + name.size());
  const auto value = static_cast<uint16_t>(type);
  query.insert(query.end(), {static_cast<uint8_t>(value >> 8), static_cast<uint8_t>(value), 0, 1});
  if (edns) query.insert(query.end(), {0, 0, 41, 4, 0xd0, 0, 0, 0, 0, 0, 0});
  return query;
}

// A query with a good cookie of 192.0.2.1.
constexpr uint32_t kWallSeconds = 1'700'000'000;
constexpr IpAddress kClient = {{192, 0, 2, 1}, 4};

Octets QueryWithCookie(wire::NameView name, RRType type, const policy::ServerCookies& cookies) {
  Octets query = Query(name, type, true);
  query.back() = 4 + policy::kOurCookieOctets;
  query.insert(query.end(), {0, 10, 0, policy::kOurCookieOctets});
  const uint8_t client_cookie[kClientCookieOctets] = {1, 2, 3, 4, 5, 6, 7, 8};
  query.resize(query.size() + policy::kOurCookieOctets);
  cookies.Make(client_cookie, kClient, kWallSeconds,
               &query[query.size() - policy::kOurCookieOctets]);
  return query;
}

// Names h0.. with one address each, an alias chain of three links, and a denied name.
class FilledStore {
 public:
  FilledStore() : store_({.memory_octets = size_t{64} << 20, .seed = 42}) {
    reader_ = store_.Register();
    for (size_t i = 0; i < kNames; ++i) {
      const uint8_t address[4] = {192, 0, static_cast<uint8_t>(i >> 8), static_cast<uint8_t>(i)};
      Put(NumberedName("h", i), RRType::kA, address);
    }
    for (size_t i = 0; i < 3; ++i) {
      const wire::Name target = i == 2 ? NumberedName("h", 7) : NumberedName("alias", i + 1);
      Put(NumberedName("alias", i), RRType::kCNAME, target.view().octets());
    }
    PutNxDomain(NumberedName("gone", 0));
    PutMailDomain(NumberedName("mail", 0));
    reader_->Quiescent();
  }
  const cache::Store& store() const { return store_; }

 private:
  std::span<uint8_t> Room() { return {reinterpret_cast<uint8_t*>(room_), sizeof room_}; }

  void Put(wire::NameView name, RRType type, std::span<const uint8_t> rdata) {
    cache::EntryBuilder builder(Room());
    if (!builder.StartRRset(name, type, 3600, kNow, cache::Rank::kAnswerAuthoritative) ||
        !builder.AddRecord(rdata) ||
        store_.Put(builder.Finish(), kNow) != cache::PutOutcome::kStored) {
      std::abort();
    }
  }

  // Two exchangers inside the domain. Each has an address in both families.
  void PutMailDomain(wire::NameView domain) {
    constexpr uint8_t kAddress[16] = {0x20, 0x01, 0x0d, 0xb8};
    std::vector<Octets> exchangers;
    for (const std::string_view label : {"mx1", "mx2"}) {
      wire::Name host(domain);
      if (!host.Prepend(label)) std::abort();
      Put(host, RRType::kA, std::span(kAddress).first<4>());
      Put(host, RRType::kAAAA, kAddress);
      exchangers.push_back({0, static_cast<uint8_t>(label[2] - '0')});
      exchangers.back().insert(exchangers.back().end(), host.data(), host.data() + host.size());
    }
    cache::EntryBuilder builder(Room());
    if (!builder.StartRRset(domain, RRType::kMX, 3600, kNow, cache::Rank::kAnswerAuthoritative) ||
        !builder.AddRecord(exchangers[0]) || !builder.AddRecord(exchangers[1]) ||
        store_.Put(builder.Finish(), kNow) != cache::PutOutcome::kStored) {
      std::abort();
    }
  }

  void PutNxDomain(wire::NameView name) {
    // ns.example.test. root.example.test., and the numbers.
    const wire::NameView zone = name.Parent();
    Octets soa;
    for (const std::string_view label : {"ns", "root"}) {
      wire::Name server(zone);
      if (!server.Prepend(label)) std::abort();
      soa.insert(soa.end(), server.data(), server.data() + server.size());
    }
    soa.resize(soa.size() + 20, 1);
    cache::EntryBuilder builder(Room());
    if (!builder.StartNxDomain(name, zone, 3600, kNow) || !builder.AddRecord(soa) ||
        store_.Put(builder.Finish(), kNow) != cache::PutOutcome::kStored) {
      std::abort();
    }
  }

  uint64_t room_[512];
  cache::Store store_;
  std::unique_ptr<cache::Store::Reader> reader_;
};

const cache::Store& Filled() {
  static const FilledStore filled;
  return filled.store();
}

// Guards ParseRequest's budget of 15 ns.
void BM_ParseRequest(benchmark::State& state) {
  const Octets query = Query(NumberedName("h", 7), RRType::kA, state.range(0) != 0);
  for (auto _ : state) {
    answer::Request request;
    wire::Rcode rcode = wire::Rcode::kNoError;
    benchmark::DoNotOptimize(answer::ParseRequest(query, &request, &rcode));
    benchmark::DoNotOptimize(request);
  }
}
BENCHMARK(BM_ParseRequest)->ArgName("edns")->Arg(0)->Arg(1);

// Guards the budget of resolver/policy/cookies.h for verifying a cookie and making a new one.
void BM_CheckCookie(benchmark::State& state) {
  const policy::ServerCookies cookies(policy::CookieSecret{1, 2, 3});
  const Octets query = QueryWithCookie(NumberedName("h", 7), RRType::kA, cookies);
  answer::Request request;
  wire::Rcode rcode = wire::Rcode::kNoError;
  (void)answer::ParseRequest(query, &request, &rcode);
  for (auto _ : state) {
    answer::CheckCookie(cookies, kClient, kWallSeconds, &request, &rcode);
    benchmark::DoNotOptimize(request);
  }
  if (request.cookie.state != answer::CookieState::kGood) state.SkipWithError("not good");
}
BENCHMARK(BM_CheckCookie);

void BM_CollectFromCache(benchmark::State& state) {
  const wire::Name name = NumberedName("h", 7);
  for (auto _ : state) {
    answer::AnswerParts parts;
    wire::NameView missing;
    benchmark::DoNotOptimize(
        answer::CollectFromCache(Filled(), name, RRType::kA, kNow, &parts, &missing));
    benchmark::DoNotOptimize(parts);
  }
}
BENCHMARK(BM_CollectFromCache);

void BM_ComposeReply(benchmark::State& state) {
  const wire::Name name = NumberedName(state.range(0) == 0 ? "h" : "alias", 0);
  const Octets query = Query(name, RRType::kA, true);
  answer::Request request;
  wire::Rcode rcode = wire::Rcode::kNoError;
  answer::AnswerParts parts;
  wire::NameView missing;
  if (answer::ParseRequest(query, &request, &rcode) != answer::RequestVerdict::kResolve ||
      !answer::CollectFromCache(Filled(), name, RRType::kA, kNow, &parts, &missing)) {
    state.SkipWithError("not in the store");
    return;
  }
  Octets reply(1232);
  for (auto _ : state) {
    benchmark::DoNotOptimize(answer::ComposeReply(query, request, parts, kNow, 1, 1232, reply));
  }
}
BENCHMARK(BM_ComposeReply)->ArgName("links")->Arg(0)->Arg(3);

// As a worker does it.
answer::HotOutcome AnswerOne(const Octets& query, uint32_t rotation, Octets& reply,
                             size_t* octets) {
  answer::ParsedQuery parsed;
  answer::ParseQuery(query, Filled(), &parsed);
  return answer::AnswerParsed(query, parsed, false, {Filled(), kNow, rotation, kAliases}, reply,
                              octets);
}

// Answers the queries in turn. Each of them must be a hit.
void AnswerAll(benchmark::State& state, const std::vector<Octets>& queries) {
  Octets reply(1472);
  size_t i = 0;
  uint32_t rotation = 0;
  for (auto _ : state) {
    size_t octets = 0;
    if (AnswerOne(queries[i], ++rotation, reply, &octets) != answer::HotOutcome::kReplied) {
      state.SkipWithError("not answered");
      return;
    }
    benchmark::DoNotOptimize(octets);
    if (++i == queries.size()) i = 0;
  }
  state.SetItemsProcessed(state.iterations());
}

// Guards the hot path's budget of 150 ns: one name, its lines in the processor's cache.
void BM_AnswerFromCache(benchmark::State& state) {
  AnswerAll(state, {Query(NumberedName("h", 7), RRType::kA, true)});
}
BENCHMARK(BM_AnswerFromCache);

// The same with a cookie that is verified and renewed.
void BM_AnswerFromCacheWithCookie(benchmark::State& state) {
  const policy::ServerCookies cookies(policy::CookieSecret{1, 2, 3});
  const Octets query = QueryWithCookie(NumberedName("h", 7), RRType::kA, cookies);
  Octets reply(1472);
  uint32_t rotation = 0;
  for (auto _ : state) {
    answer::ParsedQuery parsed;
    answer::ParseQuery(query, Filled(), &parsed);
    answer::CheckCookie(cookies, kClient, kWallSeconds, &parsed.request, &parsed.rcode);
    size_t octets = 0;
    benchmark::DoNotOptimize(answer::AnswerParsed(
        query, parsed, false, {Filled(), kNow, ++rotation, kAliases}, reply, &octets));
    benchmark::DoNotOptimize(octets);
  }
}
BENCHMARK(BM_AnswerFromCacheWithCookie);

// As clients ask: Zipf's law over 20,000 names.
void BM_AnswerFromCacheZipf(benchmark::State& state) {
  std::vector<double> weights(kNames);
  for (size_t i = 0; i < kNames; ++i) weights[i] = 1.0 / static_cast<double>(i + 1);
  std::discrete_distribution<size_t> draw(weights.begin(), weights.end());
  std::mt19937_64 engine(1);
  std::vector<Octets> queries;
  for (int i = 0; i < 65536; ++i) {
    queries.push_back(Query(NumberedName("h", draw(engine)), RRType::kA, true));
  }
  AnswerAll(state, queries);
}
BENCHMARK(BM_AnswerFromCacheZipf);

void BM_AnswerFromCacheAliases(benchmark::State& state) {
  AnswerAll(state, {Query(NumberedName("alias", 0), RRType::kA, true)});
}
BENCHMARK(BM_AnswerFromCacheAliases);

void BM_AnswerFromCacheNxDomain(benchmark::State& state) {
  AnswerAll(state, {Query(NumberedName("gone", 0), RRType::kA, true)});
}
BENCHMARK(BM_AnswerFromCacheNxDomain);

// An MX question of a domain with two exchangers, with and without their four RRsets of addresses.
void BM_AnswerFromCacheMail(benchmark::State& state) {
  const Octets query = Query(NumberedName("mail", 0), RRType::kMX, true);
  Octets reply(1472);
  for (auto _ : state) {
    answer::ParsedQuery parsed;
    answer::ParseQuery(query, Filled(), &parsed);
    answer::AnswerContext context = {Filled(), kNow, 1, kAliases};
    context.additional = state.range(0) != 0;
    size_t octets = 0;
    benchmark::DoNotOptimize(answer::AnswerParsed(query, parsed, false, context, reply, &octets));
    benchmark::DoNotOptimize(octets);
  }
}
BENCHMARK(BM_AnswerFromCacheMail)->ArgName("additional")->Arg(0)->Arg(1);

void BM_FindOutItIsAMiss(benchmark::State& state) {
  const Octets query = Query(NumberedName("missing", 0), RRType::kA, true);
  Octets reply(1472);
  for (auto _ : state) {
    size_t octets = 0;
    benchmark::DoNotOptimize(AnswerOne(query, 1, reply, &octets));
  }
}
BENCHMARK(BM_FindOutItIsAMiss);

}  // namespace
}  // namespace tern::resolver
