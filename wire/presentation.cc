#include "wire/presentation.h"

#include "wire/rdata_fields.h"
#include "wire/text_encoding.h"

namespace tern::wire {
namespace {

template <typename Value>
struct Mnemonic {
  Value value;
  std::string_view text;
};

// Types that have no RDATA of their own; the others' mnemonics stand with their fields.
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
  const std::optional<uint32_t> value = ParseDecimal(text.substr(prefix.size()), 0xffff);
  if (!value) return std::nullopt;
  return static_cast<uint16_t>(*value);
}

absl::Status BadName(std::string_view text, std::string_view why) {
  return absl::InvalidArgumentError(Concat("`", text, "` is no domain name: ", why));
}

// The labels of a name as they are read, from the left.
struct LabelBuilder {
  std::string octets;  // whole labels with their length octets
  std::string label;   // the one that is being read

  bool EndLabel() {
    if (label.empty() || label.size() > kLabelOctetsMax) return false;
    octets.push_back(static_cast<char>(label.size()));
    octets += label;
    label.clear();
    return true;
  }
};

}  // namespace

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

absl::StatusOr<Name> ParseName(std::string_view text, NameView origin) {
  if (text == "@") return Name(origin);
  if (text == ".") return Name();
  if (text.empty()) return BadName(text, "it is empty");
  LabelBuilder builder;
  bool absolute = false;
  for (std::string_view left = text; !left.empty();) {
    bool escaped;
    const std::optional<uint8_t> octet = TakeOctet(&left, &escaped);
    if (!octet) return BadName(text, "an escape is cut off or above 255");
    if (*octet == '.' && !escaped) {
      if (!builder.EndLabel()) return BadName(text, "a label must have 1 to 63 octets");
      absolute = left.empty();
      continue;
    }
    builder.label.push_back(static_cast<char>(*octet));
  }
  if (!absolute && !builder.EndLabel()) {
    return BadName(text, "a label must have 1 to 63 octets");
  }
  Name name;
  if (!name.AssignJoined(AsOctets(builder.octets), absolute ? NameView() : origin)) {
    return BadName(text, "it has more than 255 octets");
  }
  return name;
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

}  // namespace tern::wire
