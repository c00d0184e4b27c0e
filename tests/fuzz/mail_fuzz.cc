// RRsets of TXT, MX and SRV whose content is the input. What an SPF record refers to is within its
// limits. The hosts of MX and SRV are in order of preference, and the reply with their addresses is
// sound and not larger than allowed.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "cache/entry.h"
#include "cache/store.h"
#include "resolver/answer/hot_path.h"
#include "resolver/answer/targets.h"
#include "resolver/mail/spf.h"
#include "tests/fuzz/property.h"
#include "tests/fuzz/tape.h"
#include "wire/message.h"
#include "wire/rdata.h"

namespace tern::resolver {
namespace {

using fuzz::Tape;
using wire::RRType;

constexpr cache::Instant kNow(1000);

// A few names, many of which end alike.
wire::Name TakeName(Tape& tape, const wire::Name& owner) {
  wire::Name name = tape.Chance(4) ? wire::Name() : owner;
  for (size_t labels = tape.Below(6); labels > 0; --labels) {
    const std::span<const uint8_t> label = tape.Octets(1 + tape.Below(tape.Chance(8) ? 63 : 2));
    const std::string_view text(reinterpret_cast<const char*>(label.data()), label.size());
    if (text.empty() || !name.Prepend(text)) break;
  }
  return name;
}

std::vector<uint8_t> TakeText(Tape& tape) {
  std::vector<uint8_t> rdata;
  for (size_t strings = 1 + tape.Below(20); strings > 0; --strings) {
    const std::span<const uint8_t> text = tape.Octets(tape.Octet());
    rdata.push_back(static_cast<uint8_t>(text.size()));
    rdata.insert(rdata.end(), text.begin(), text.end());
  }
  return rdata;
}

std::vector<uint8_t> TakeHost(Tape& tape, RRType type, const wire::Name& name) {
  std::vector<uint8_t> rdata(answer::TargetOffset(type));
  for (uint8_t& octet : rdata) octet = static_cast<uint8_t>(tape.Below(3));
  const std::span<const uint8_t> octets = name.view().octets();
  rdata.insert(rdata.end(), octets.begin(), octets.end());
  return rdata;
}

// A compressed name may come back in another case.
bool EqualsInAnyCase(std::span<const uint8_t> a, std::span<const uint8_t> b) {
  const auto lower = [](uint8_t c) { return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : int{c}; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

class World {
 public:
  explicit World(Tape* tape) : tape_(*tape), store_({.memory_octets = cache::kStoreOctetsMin}) {
    reader_ = store_.Register();
  }

  void Run() {
    constexpr std::array kTypes = {RRType::kTXT, RRType::kMX, RRType::kSRV};
    const RRType type = kTypes[tape_.Below(kTypes.size())];
    const size_t limit = 512 + 8 * size_t{tape_.Octet()};
    const wire::Name owner = TakeName(tape_, wire::Name());
    Put(owner, type, 1 + tape_.Below(tape_.Chance(8) ? cache::kRecordsMax : 24));
    const cache::EntryView rrset = store_.Find(owner, cache::KeySpace::kData, type);
    TERN_FUZZ_PROPERTY(rrset);
    if (type == RRType::kTXT) {
      CheckSpf(rrset);
    } else {
      CheckTargets(rrset);
      CheckReply(owner, type, limit, rrset);
    }
  }

 private:
  std::span<uint8_t> Room() { return {reinterpret_cast<uint8_t*>(room_.data()), sizeof room_}; }

  void Put(const wire::Name& owner, RRType type, size_t records) {
    cache::EntryBuilder builder(Room());
    TERN_FUZZ_PROPERTY(
        builder.StartRRset(owner, type, 300, kNow, cache::Rank::kAnswerAuthoritative));
    std::vector<wire::Name> hosts;
    for (size_t i = 0; i < records; ++i) {
      if (type != RRType::kTXT) hosts.push_back(TakeName(tape_, owner));
      if (!builder.AddRecord(type == RRType::kTXT ? TakeText(tape_)
                                                  : TakeHost(tape_, type, hosts.back()))) {
        break;
      }
    }
    if (store_.Put(builder.Finish(), kNow) != cache::PutOutcome::kStored) return;
    for (const wire::Name& host : hosts) {
      if (tape_.Chance(2)) PutAddresses(host, RRType::kA, 4);
      if (tape_.Chance(2)) PutAddresses(host, RRType::kAAAA, 16);
    }
  }

  void PutAddresses(const wire::Name& host, RRType type, size_t octets) {
    cache::EntryBuilder builder(Room());
    const bool started =
        builder.StartRRset(host, type, 300, kNow, cache::Rank::kAnswerAuthoritative);
    TERN_FUZZ_PROPERTY(started);
    for (size_t i = tape_.Below(9) + 1; i > 0; --i) {
      TERN_FUZZ_PROPERTY(builder.AddRecord(std::vector<uint8_t>(octets, static_cast<uint8_t>(i))));
    }
    (void)store_.Put(builder.Finish(), kNow);
  }

  static void CheckSpf(cache::EntryView txt) {
    const std::vector<mail::SpfTerm> terms = mail::ReadSpf(txt);
    TERN_FUZZ_PROPERTY(terms.size() <= static_cast<size_t>(mail::kSpfLookupsMax));
    for (const mail::SpfTerm& term : terms) {
      TERN_FUZZ_PROPERTY(wire::NameView::FromWire(term.domain.view().octets()));
      TERN_FUZZ_PROPERTY(term.kind != mail::SpfTerm::Kind::kRecord || !term.domain.view().IsRoot());
    }
  }

  static void CheckTargets(cache::EntryView rrset) {
    answer::Targets targets;
    answer::ReadTargets(rrset, &targets);
    TERN_FUZZ_PROPERTY(targets.count <= std::min<size_t>(rrset.count(), answer::kTargetsMax));
    for (size_t i = 0; i < targets.count; ++i) {
      TERN_FUZZ_PROPERTY(targets.hosts[i].record < rrset.count());
      TERN_FUZZ_PROPERTY(!targets.hosts[i].name.IsRoot());
      TERN_FUZZ_PROPERTY(i == 0 || targets.hosts[i - 1].preference <= targets.hosts[i].preference);
    }
  }

  void CheckReply(const wire::Name& owner, RRType type, size_t limit, cache::EntryView rrset) {
    std::vector<uint8_t> query = {0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0};
    const std::span<const uint8_t> name = owner.view().octets();
    query.insert(query.end(), name.begin(), name.end());
    query.insert(query.end(), {0, static_cast<uint8_t>(type), 0, 1});
    answer::ParsedQuery parsed;
    answer::ParseQuery(query, store_, &parsed);
    TERN_FUZZ_PROPERTY(parsed.verdict == answer::RequestVerdict::kResolve);
    answer::AnswerParts parts;
    TERN_FUZZ_PROPERTY(parts.Add(rrset));
    answer::Additional additional;
    answer::CollectAdditional(store_, nullptr, rrset, kNow, cache::Security::kBogus, &additional);
    TERN_FUZZ_PROPERTY(additional.count <= additional.parts.size());
    // Of exact size, so that a sanitizer sees a step behind the end.
    std::vector<uint8_t> reply(limit);
    const size_t octets = answer::ComposeReply(query, parsed.request, parts, kNow, tape_.Octet(),
                                               limit, reply, &additional);
    TERN_FUZZ_PROPERTY(octets >= query.size() && octets <= limit);
    CheckRecords(std::span(reply).first(octets), rrset, additional);
  }

  // The answer has the RRset itself, and each address has an owner whose address it is.
  void CheckRecords(std::span<const uint8_t> reply, cache::EntryView rrset,
                    const answer::Additional& additional) {
    wire::MessageReader reader;
    wire::Question question;
    TERN_FUZZ_PROPERTY(wire::MessageReader::Open(reply, &reader) == wire::ParseError::kNone);
    TERN_FUZZ_PROPERTY(reader.ReadQuestion(&question) == wire::ParseError::kNone);
    std::array<uint8_t, 512> rdata;
    std::span<const uint8_t> expected;
    cache::RecordCursor cursor = rrset.Records();
    size_t answers = 0;
    size_t part = 0;
    size_t of_part = 0;
    for (bool done = false;;) {
      wire::RecordView record;
      wire::Section section;
      TERN_FUZZ_PROPERTY(reader.NextRecord(&record, &section, &done) == wire::ParseError::kNone);
      if (done) break;
      size_t written = 0;
      TERN_FUZZ_PROPERTY(wire::CopyRdata(record, rdata, &written) == wire::ParseError::kNone);
      wire::Name owner;
      record.owner.CopyTo(&owner);
      if (section == wire::Section::kAnswer) {
        ++answers;
        TERN_FUZZ_PROPERTY(owner.view().Equals(rrset.name()) && cursor.Next(&expected));
        TERN_FUZZ_PROPERTY(EqualsInAnyCase(expected, std::span(rdata).first(written)));
        continue;
      }
      TERN_FUZZ_PROPERTY(section == wire::Section::kAdditional && part < additional.count);
      const cache::EntryView addresses = additional.parts[part].addresses;
      TERN_FUZZ_PROPERTY(record.type == addresses.type());
      TERN_FUZZ_PROPERTY(owner.view().Equals(addresses.name()));
      if (++of_part == addresses.count()) {
        ++part;
        of_part = 0;
      }
    }
    TERN_FUZZ_PROPERTY(of_part == 0);
    const bool truncated = (reader.header().flags & wire::kFlagTC) != 0;
    TERN_FUZZ_PROPERTY(answers == (truncated ? 0 : rrset.count()));
    TERN_FUZZ_PROPERTY(!truncated || part == 0);
  }

  Tape& tape_;
  std::array<uint64_t, 8192> room_;
  cache::Store store_;
  std::unique_ptr<cache::Store::Reader> reader_;
};

}  // namespace
}  // namespace tern::resolver

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* octets, size_t size) {
  tern::fuzz::Tape tape({octets, size});
  tern::resolver::World(&tape).Run();
  return 0;
}
