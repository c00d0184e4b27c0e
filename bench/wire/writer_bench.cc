// The writer: a short answer (the usual case), and a long one with names to compress.
#include <benchmark/benchmark.h>

#include <string_view>
#include <vector>

#include "wire/writer.h"

namespace tern::wire {
namespace {

using namespace std::string_view_literals;

NameView View(std::string_view text) {
  return *NameView::FromWire({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
}

void BM_WriteAnswer(benchmark::State& state) {
  const NameView name = View(
      "\4www1\x0b"
      "example-org\3com\0"sv);
  const uint8_t address[4] = {192, 0, 2, 1};
  uint8_t buffer[512];
  for (auto _ : state) {
    MessageWriter writer(buffer);
    writer.SetHeader(1, kFlagQR | kFlagRD | kFlagRA);
    bool fits = writer.AddQuestion(name, RRType::kA, RRClass::kIN);
    for (int64_t i = 0; i < state.range(0); ++i) {
      fits =
          fits && writer.AddRecord(Section::kAnswer, name, RRType::kA, RRClass::kIN, 300, address);
    }
    fits = fits && writer.AddOpt(Edns{});
    if (!fits) state.SkipWithError("the answer does not fit");
    benchmark::DoNotOptimize(writer.Finish());
    benchmark::ClobberMemory();
  }
}
BENCHMARK(BM_WriteAnswer)->Arg(1)->Arg(4);

// Thirteen name servers with one address each, and all names new: the worst of the usual messages.
void BM_WriteReferral(benchmark::State& state) {
  const NameView zone = View(
      "\x0b"
      "example-org\3com\0"sv);
  std::vector<Name> servers(13, Name(zone));
  for (size_t i = 0; i < servers.size(); ++i) {
    const char label[] = {'n', 's', static_cast<char>('a' + i)};
    if (!servers[i].Prepend({label, sizeof label})) state.SkipWithError("no such name");
  }
  const uint8_t address[4] = {192, 0, 2, 1};
  uint8_t buffer[1232];
  for (auto _ : state) {
    MessageWriter writer(buffer);
    bool fits = writer.AddQuestion(zone, RRType::kNS, RRClass::kIN);
    for (const Name& server : servers) {
      fits = fits && writer.AddRecord(Section::kAnswer, zone, RRType::kNS, RRClass::kIN, 300,
                                      server.view().octets());
    }
    for (const Name& server : servers) {
      fits = fits &&
             writer.AddRecord(Section::kAdditional, server, RRType::kA, RRClass::kIN, 300, address);
    }
    if (!fits) state.SkipWithError("the referral does not fit");
    benchmark::DoNotOptimize(writer.Finish());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * 26);
}
BENCHMARK(BM_WriteReferral);

}  // namespace
}  // namespace tern::wire
