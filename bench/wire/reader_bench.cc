// The reader: what a client's query costs, and an answer with compressed names.
#include <benchmark/benchmark.h>

#include <string_view>
#include <vector>

#include "wire/edns.h"
#include "wire/message.h"
#include "wire/rdata.h"
#include "wire/writer.h"

namespace tern::wire {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kOwner =
    "\4www1\x0b"
    "example-org\3com\0"sv;
constexpr std::string_view kTarget =
    "\2ns\x0b"
    "example-org\3com\0"sv;

std::span<const uint8_t> Octets(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

std::vector<uint8_t> Query() {
  std::vector<uint8_t> buffer(512);
  MessageWriter writer(buffer);
  writer.SetHeader(1, kFlagRD);
  bool fits = writer.AddQuestion(*NameView::FromWire(Octets(kOwner)), RRType::kA, RRClass::kIN);
  Edns edns;
  edns.payload_octets = kEdnsPayloadDefault;
  fits = fits && writer.AddOpt(edns);
  buffer.resize(fits ? writer.Finish() : 0);
  return buffer;
}

// A referral: `records` NS with compressed owners and targets.
std::vector<uint8_t> Referral(int records) {
  std::vector<uint8_t> buffer(kMessageOctetsMax);
  MessageWriter writer(buffer);
  const NameView owner = *NameView::FromWire(Octets(kOwner));
  bool fits = writer.AddQuestion(owner, RRType::kA, RRClass::kIN);
  for (int i = 0; i < records; ++i) {
    fits = fits && writer.AddRecord(Section::kAuthority, owner.Parent(), RRType::kNS, RRClass::kIN,
                                    300, Octets(kTarget));
  }
  buffer.resize(fits ? writer.Finish() : 0);
  return buffer;
}

void BM_ReadQuery(benchmark::State& state) {
  const std::vector<uint8_t> query = Query();
  for (auto _ : state) {
    MessageReader reader;
    Question question;
    RecordView record;
    Section section;
    bool done = false;
    Edns edns;
    const bool sound = MessageReader::Open(query, &reader) == ParseError::kNone &&
                       reader.ReadQuestion(&question) == ParseError::kNone &&
                       reader.NextRecord(&record, &section, &done) == ParseError::kNone && !done &&
                       ReadEdns(record, &edns) == ParseError::kNone &&
                       reader.NextRecord(&record, &section, &done) == ParseError::kNone && done;
    if (!sound) state.SkipWithError("the query was not read");
    benchmark::DoNotOptimize(edns);
    benchmark::DoNotOptimize(question);
  }
}
BENCHMARK(BM_ReadQuery);

// Reads every record and copies its owner and RDATA, as the resolver does when it learns.
void BM_ReadReferral(benchmark::State& state) {
  const int records = static_cast<int>(state.range(0));
  const std::vector<uint8_t> message = Referral(records);
  for (auto _ : state) {
    MessageReader reader;
    Question question;
    bool sound = MessageReader::Open(message, &reader) == ParseError::kNone &&
                 reader.ReadQuestion(&question) == ParseError::kNone;
    int seen = 0;
    while (sound) {
      RecordView record;
      Section section;
      bool done = false;
      sound = reader.NextRecord(&record, &section, &done) == ParseError::kNone;
      if (!sound || done) break;
      Name owner;
      record.owner.CopyTo(&owner);
      uint8_t rdata[512];
      size_t written = 0;
      sound = CopyRdata(record, rdata, &written) == ParseError::kNone;
      benchmark::DoNotOptimize(owner);
      benchmark::DoNotOptimize(rdata);
      ++seen;
    }
    if (!sound || seen != records) state.SkipWithError("the referral was not read");
  }
  state.SetItemsProcessed(state.iterations() * records);
}
BENCHMARK(BM_ReadReferral)->Arg(2)->Arg(13);

}  // namespace
}  // namespace tern::wire
