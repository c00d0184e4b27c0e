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
    {RRType::kTKEY, "TKEY"}, {RRType::kTSIG, "TSIG"},   {RRType::kIXFR, "IXFR"},
    {RRType::kAXFR, "AXFR"}, {RRType::kMAILB, "MAILB"}, {RRType::kMAILA, "MAILA"},
    {RRType::kANY, "ANY"},
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

}  // namespace tern::wire
