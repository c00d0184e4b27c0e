#include "wire/presentation.h"

#include "wire/concat.h"
#include "wire/rdata_fields.h"
#include "wire/text_encoding.h"

namespace tern::wire {
namespace {

template <typename Value>
struct Mnemonic {
  Value value;
  std::string_view text;
};

// Types without RDATA of their own. rdata_fields.h has the mnemonics of the others.
constexpr Mnemonic<RRType> kQuestionTypes[] = {
    {RRType::kTKEY, "TKEY"}, {RRType::kTSIG, "TSIG"},     {RRType::kIXFR, "IXFR"},
    {RRType::kAXFR, "AXFR"}, {RRType::kMAILB, "MAILB"},   {RRType::kMAILA, "MAILA"},
    {RRType::kANY, "ANY"},   {RRType::kNXNAME, "NXNAME"},
};

constexpr Mnemonic<RRClass> kClasses[] = {
    {RRClass::kIN, "IN"},     {RRClass::kCH, "CH"},   {RRClass::kHS, "HS"},
    {RRClass::kNONE, "NONE"}, {RRClass::kANY, "ANY"},
};

constexpr Mnemonic<Rcode> kRcodes[] = {
    {Rcode::kNoError, "NOERROR"},   {Rcode::kFormErr, "FORMERR"}, {Rcode::kServFail, "SERVFAIL"},
    {Rcode::kNXDomain, "NXDOMAIN"}, {Rcode::kNotImp, "NOTIMP"},   {Rcode::kRefused, "REFUSED"},
    {Rcode::kYXDomain, "YXDOMAIN"}, {Rcode::kBadVers, "BADVERS"}, {Rcode::kBadCookie, "BADCOOKIE"},
};

// The names of RFC 4034 and of IANA's registry, and two that BIND uses.
constexpr Mnemonic<uint8_t> kAlgorithms[] = {
    {0, "DELETE"},
    {1, "RSAMD5"},
    {2, "DH"},
    {3, "DSA"},
    {4, "ECC"},
    {5, "RSASHA1"},
    {6, "DSA-NSEC3-SHA1"},
    {6, "NSEC3DSA"},
    {7, "RSASHA1-NSEC3-SHA1"},
    {7, "NSEC3RSASHA1"},
    {8, "RSASHA256"},
    {10, "RSASHA512"},
    {12, "ECC-GOST"},
    {13, "ECDSAP256SHA256"},
    {14, "ECDSAP384SHA384"},
    {15, "ED25519"},
    {16, "ED448"},
    {17, "SM2SM3"},
    {23, "ECC-GOST12"},
    {252, "INDIRECT"},
    {253, "PRIVATEDNS"},
    {254, "PRIVATEOID"},
};

template <typename Value, size_t kCount>
std::string TextOf(const Mnemonic<Value> (&mnemonics)[kCount], Value value,
                   std::string_view otherwise) {
  for (const Mnemonic<Value>& mnemonic : mnemonics) {
    if (mnemonic.value == value) return std::string(mnemonic.text);
  }
  return Concat(otherwise, static_cast<uint16_t>(value));
}

// `TYPE65280`, `CLASS32` (RFC 3597 section 5).
std::optional<uint16_t> ParseNumbered(std::string_view text, std::string_view prefix) {
  if (!EqualTexts(text.substr(0, prefix.size()), prefix)) return std::nullopt;
  return ParseDecimal<uint16_t>(text.substr(prefix.size()));
}

}  // namespace

std::string ToText(const PackedName& name) {
  Name copy;
  name.CopyTo(&copy);
  return ToText(copy.view());
}

std::string ToText(NameView name) {
  if (name.IsRoot()) return ".";
  std::string text;
  for (NameView rest = name; !rest.IsRoot(); rest = rest.Parent()) {
    AppendEscaped(AsOctets(rest.FirstLabel()), Quoting::kLabel, &text);
    text.push_back('.');
  }
  return text;
}

std::string ToText(RRType type) {
  const RdataShape* shape = FindShape(type);
  if (shape != nullptr) return std::string(shape->mnemonic);
  return TextOf(kQuestionTypes, type, "TYPE");
}

std::string ToText(RRClass rrclass) { return TextOf(kClasses, rrclass, "CLASS"); }

std::string ToText(Rcode rcode) { return TextOf(kRcodes, rcode, "RCODE"); }

std::vector<std::string_view> FlagNames(const Header& header) {
  struct Flag {
    uint16_t bit;
    std::string_view name;
  };
  constexpr Flag kFlags[] = {{kFlagAA, "aa"}, {kFlagTC, "tc"}, {kFlagRD, "rd"},
                             {kFlagRA, "ra"}, {kFlagAD, "ad"}, {kFlagCD, "cd"}};
  std::vector<std::string_view> names;
  for (const Flag& flag : kFlags) {
    if (header.Has(flag.bit)) names.push_back(flag.name);
  }
  return names;
}

std::optional<RRType> ParseType(std::string_view text) {
  for (const RdataShape& shape : KnownShapes()) {
    if (EqualTexts(text, shape.mnemonic)) return shape.type;
  }
  for (const Mnemonic<RRType>& mnemonic : kQuestionTypes) {
    if (EqualTexts(text, mnemonic.text)) return mnemonic.value;
  }
  const std::optional<uint16_t> number = ParseNumbered(text, "TYPE");
  if (!number) return std::nullopt;
  return static_cast<RRType>(*number);
}

std::optional<RRClass> ParseClass(std::string_view text) {
  for (const Mnemonic<RRClass>& mnemonic : kClasses) {
    if (EqualTexts(text, mnemonic.text)) return mnemonic.value;
  }
  const std::optional<uint16_t> number = ParseNumbered(text, "CLASS");
  if (!number) return std::nullopt;
  return static_cast<RRClass>(*number);
}

std::optional<uint8_t> ParseAlgorithm(std::string_view text) {
  for (const Mnemonic<uint8_t>& mnemonic : kAlgorithms) {
    if (EqualTexts(text, mnemonic.text)) return mnemonic.value;
  }
  return ParseDecimal<uint8_t>(text);
}

}  // namespace tern::wire
