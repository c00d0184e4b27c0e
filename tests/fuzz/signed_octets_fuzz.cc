// An RRset and an RRSIG from the input: the octets that are signed, against the plainest way to
// make them. The buffer has exactly the size that was announced, so a sanitizer sees any octet
// more.
//
// The input is a tape: the type, the labels, the owner's size and octets, the signer's, then
// records, each with its size in front.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "tests/fuzz/property.h"
#include "tests/fuzz/tape.h"
#include "wire/rdata.h"
#include "wire/signed_octets.h"

namespace tern::wire {
namespace {

using Octets = std::vector<uint8_t>;

Octets Lowered(std::span<const uint8_t> octets) {
  Octets lowered(octets.begin(), octets.end());
  for (uint8_t& octet : lowered) {
    if (octet >= 'A' && octet <= 'Z') octet = static_cast<uint8_t>(octet + 32);
  }
  return lowered;
}

// Where the names of a type that lowers them begin. Nothing for another type.
std::optional<size_t> NamesBegin(int type, std::span<const uint8_t> rdata) {
  switch (type) {
    case 15:  // MX
    case 18:  // AFSDB
    case 21:  // RT
    case 26:  // PX
    case 36:  // KX
      return 2;
    case 33:  // SRV
      return 6;
    case 24:  // SIG
    case 46:  // RRSIG
      return 18;
    case 35: {  // NAPTR: three strings
      size_t at = 4;
      for (int i = 0; i < 3; ++i) at += at < rdata.size() ? rdata[at] + size_t{1} : 1;
      return at;
    }
    default: {
      const std::set<int> first = {2, 3, 4, 5, 6, 7, 8, 9, 12, 14, 17, 30, 39};
      return first.contains(type) ? std::optional<size_t>(0) : std::nullopt;
    }
  }
}

// Nothing when a name is not there.
std::optional<Octets> NaiveCanonical(int type, const Octets& rdata) {
  const std::optional<size_t> begin = NamesBegin(type, rdata);
  if (!begin) return rdata;
  Octets canonical = rdata;
  size_t at = *begin;
  const bool has_two_names = type == 6 || type == 14 || type == 17 || type == 26;
  for (int names = has_two_names ? 2 : 1; names > 0; --names) {
    if (at > rdata.size()) return std::nullopt;
    const auto name = NameView::FromWire(std::span(rdata).subspan(at));
    if (!name) return std::nullopt;
    std::ranges::copy(Lowered(name->octets()), canonical.begin() + static_cast<ptrdiff_t>(at));
    at += name->size();
  }
  return canonical;
}

void Append(Octets* to, std::span<const uint8_t> octets) {
  to->insert(to->end(), octets.begin(), octets.end());
}

// The octets by RFC 4035 section 5.3.2. Nothing where they cannot be made.
std::optional<Octets> NaiveSigned(const SignedRRset& rrset, const RrsigView& rrsig) {
  const size_t labels = rrset.owner.LabelCount() - (rrset.owner.IsWildcard() ? 1 : 0);
  if (rrsig.labels > labels) return std::nullopt;
  Octets owner = Lowered(rrset.owner.octets());
  if (rrsig.labels < labels) {
    owner = {1, '*'};
    Append(&owner, Lowered(rrset.owner.Suffix(rrsig.labels).octets()));
  }
  std::set<Octets> records;
  for (const std::span<const uint8_t> rdata : rrset.rdatas) {
    const auto canonical =
        NaiveCanonical(static_cast<int>(rrset.type), Octets(rdata.begin(), rdata.end()));
    if (!canonical) return std::nullopt;
    records.insert(*canonical);
  }
  Octets octets;
  Append(&octets, rrsig.fixed_fields());
  Append(&octets, Lowered(rrsig.signer.octets()));
  const auto type = static_cast<uint16_t>(rrset.type);
  for (const Octets& record : records) {
    Append(&octets, owner);
    Append(&octets, Octets{static_cast<uint8_t>(type >> 8), static_cast<uint8_t>(type), 0, 1});
    Append(&octets, rrsig.fixed_fields().subspan(4, 4));  // the original TTL
    Append(&octets,
           Octets{static_cast<uint8_t>(record.size() >> 8), static_cast<uint8_t>(record.size())});
    Append(&octets, record);
  }
  return octets;
}

void CheckOrder(const SignedRRset& rrset, const CanonicalOrder& order) {
  const std::span<const uint8_t> places = order.places();
  for (size_t i = 1; i < places.size(); ++i) {
    TERN_FUZZ_PROPERTY(CompareCanonicalRdata(rrset.type, rrset.rdatas[places[i - 1]],
                                             rrset.rdatas[places[i]]) < 0);
    TERN_FUZZ_PROPERTY(CompareCanonicalRdata(rrset.type, rrset.rdatas[places[i]],
                                             rrset.rdatas[places[i - 1]]) > 0);
  }
}

void CheckSigned(const SignedRRset& rrset, const RrsigView& rrsig) {
  CanonicalOrder order;
  const bool made = order.Make(rrset.type, rrset.rdatas);
  TERN_FUZZ_PROPERTY(made == (rrset.rdatas.size() <= CanonicalOrder::kRecordsMax));
  if (!made) return;
  CheckOrder(rrset, order);
  const size_t size = SignedOctetsSize(rrset, order, rrsig);
  const auto buffer = std::make_unique<uint8_t[]>(size);
  size_t written = 0;
  const SignedOctetsError error =
      WriteSignedOctets(rrset, order, rrsig, {buffer.get(), size}, &written);
  const std::optional<Octets> expected = NaiveSigned(rrset, rrsig);
  TERN_FUZZ_PROPERTY((error == SignedOctetsError::kNone) == expected.has_value());
  if (!expected) return;
  TERN_FUZZ_PROPERTY(written == size);
  TERN_FUZZ_PROPERTY(std::ranges::equal(*expected, std::span(buffer.get(), size)));
  TERN_FUZZ_PROPERTY(WriteSignedOctets(rrset, order, rrsig, {buffer.get(), size - 1}, &written) ==
                     SignedOctetsError::kNoRoom);
}

// The root if the tape has no name there.
Name TakeName(fuzz::Tape& tape) {
  const auto name = NameView::FromWire(tape.Octets(tape.Octet()));
  return name ? Name(*name) : Name();
}

}  // namespace
}  // namespace tern::wire

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* octets, size_t size) {
  using namespace tern::wire;
  tern::fuzz::Tape tape({octets, size});
  // A6 (38) has a rule of its own that the unit tests cover.
  const uint8_t number = tape.Octet();
  const auto type = static_cast<RRType>(number == 38 ? 16 : number);
  std::vector<uint8_t> rrsig = {0, number, 13, tape.Octet(), 0, 0, 14, 16};
  rrsig.resize(RrsigView::kFixedOctets, 7);
  const Name owner = TakeName(tape);
  const Name signer = TakeName(tape);
  rrsig.insert(rrsig.end(), signer.data(), signer.data() + signer.size());
  std::vector<std::vector<uint8_t>> records;
  while (!tape.AtEnd() && records.size() < 300) {
    const std::span<const uint8_t> rdata = tape.Octets(tape.Octet());
    records.emplace_back(rdata.begin(), rdata.end());
  }
  std::vector<std::span<const uint8_t>> rdatas(records.begin(), records.end());
  const auto view = ReadRrsig(rrsig);
  TERN_FUZZ_PROPERTY(view.has_value());
  CheckSigned({owner, type, RRClass::kIN, rdatas}, *view);
  std::ranges::reverse(rdatas);
  CheckSigned({owner, type, RRClass::kIN, rdatas}, *view);
  return 0;
}
