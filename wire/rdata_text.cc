// Writes RDATA as text and reads it: the part of presentation.h that walks the table of fields.
#include <array>
#include <chrono>
#include <cstdio>
#include <cstring>

#include "wire/address_text.h"
#include "wire/check.h"
#include "wire/concat.h"
#include "wire/parse_presentation.h"
#include "wire/presentation.h"
#include "wire/rdata.h"
#include "wire/rdata_fields.h"
#include "wire/svcb_text.h"
#include "wire/text_encoding.h"

namespace tern::wire {
namespace {

using enum RdataField;
using Octets = std::vector<uint8_t>;

absl::Status Expected(std::string_view what, std::string_view found) {
  return absl::InvalidArgumentError(Concat("expected ", what, ", found `", found, "`"));
}

void Append(std::string_view octets, Octets* out) {
  out->insert(out->end(), octets.begin(), octets.end());
}

void AppendU16(uint16_t value, Octets* out) {
  uint8_t octets[2];
  StoreU16(octets, value);
  Append(AsText(octets), out);
}

void AppendU32(uint32_t value, Octets* out) {
  uint8_t octets[4];
  StoreU32(octets, value);
  Append(AsText(octets), out);
}

std::string GenericText(std::span<const uint8_t> rdata) {
  return Concat("\\# ", rdata.size(), rdata.empty() ? "" : " ", ToHex(rdata));
}

// RFC 4034 section 3.2: YYYYMMDDHHmmSS in UTC.
std::string TimeText(uint32_t seconds_since_1970) {
  const std::chrono::sys_seconds time{std::chrono::seconds(seconds_since_1970)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  char text[32];
  std::snprintf(text, sizeof text, "%04d%02u%02u%02d%02d%02d", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return text;
}

std::optional<uint32_t> ParseTime(std::string_view text) {
  if (text.size() != 14) return ParseDecimal(text, 0xffffffff);
  const auto part = [&](size_t at, size_t size, uint32_t max) {
    return ParseDecimal(text.substr(at, size), max);
  };
  const auto year = part(0, 4, 9999);
  const auto month = part(4, 2, 12);
  const auto day = part(6, 2, 31);
  const auto hour = part(8, 2, 23);
  const auto minute = part(10, 2, 59);
  const auto second = part(12, 2, 59);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(*month), std::chrono::day(*day)};
  if (!date.ok()) return std::nullopt;
  const int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  const int64_t seconds = days * 86400 + *hour * 3600 + *minute * 60 + *second;
  if (seconds < 0 || seconds > 0xffffffff) return std::nullopt;
  return static_cast<uint32_t>(seconds);
}

std::string StringsText(std::span<const uint8_t> left) {
  std::string text;
  while (!left.empty()) {
    const size_t size = left[0];
    text += Concat(text.empty() ? "" : " ", QuotedText(left.subspan(1, size)));
    left = left.subspan(1 + size);
  }
  return text;
}

std::string TypeBitmapText(std::span<const uint8_t> left) {
  std::string text;
  while (!left.empty()) {
    const size_t octets = left[1];
    for (size_t bit = 0; bit < octets * 8; ++bit) {
      if ((left[2 + bit / 8] & 0x80 >> bit % 8) == 0) continue;
      const auto type = static_cast<RRType>(left[0] << 8 | bit);
      text += Concat(text.empty() ? "" : " ", ToText(type));
    }
    left = left.subspan(2 + octets);
  }
  return text;
}

// REQUIRES: `octets` are what FieldOctets counted for `field`.
std::string FieldText(RdataField field, std::span<const uint8_t> octets) {
  TERN_DCHECK(FieldOctets(field, octets) == octets.size());
  switch (field) {
    case kCompressedName:
    case kReadCompressedName:
    case kPlainName:
      return ToText(NameView::FromValid(octets.data(), octets.size()));
    case kU8:
    case kAlgorithm:
      return Concat(octets[0]);
    case kU16:
      return Concat(LoadU16(octets.data()));
    case kU32:
      return Concat(LoadU32(octets.data()));
    case kTime:
      return TimeText(LoadU32(octets.data()));
    case kType:
      return ToText(static_cast<RRType>(LoadU16(octets.data())));
    case kIPv4:
      return AddressToText(octets);
    case kIPv6:
      return AddressToText(octets);
    case kString:
      return QuotedText(octets.subspan(1));
    case kTag: {
      std::string text;
      AppendEscaped(octets.subspan(1), Quoting::kBare, &text);
      return text;
    }
    case kSalt:
      return octets[0] == 0 ? "-" : ToHex(octets.subspan(1));
    case kHashedName:
      return ToBase32Hex(octets.subspan(1));
    case kStrings:
      return StringsText(octets);
    case kQuotedRest:
      return QuotedText(octets);
    case kHex:
      return ToHex(octets);
    case kBase64:
      return ToBase64(octets);
    case kTypeBitmap:
      return TypeBitmapText(octets);
    case kSvcParams:
      return SvcParamsText(octets);
    case kOptions:
    case kEnd:
      return "";
  }
  return "";
}

// Parses the fields behind a type into RDATA.
class RdataParser {
 public:
  RdataParser(std::span<const std::string> tokens, NameView origin)
      : tokens_(tokens), origin_(origin) {}

  absl::Status Parse(RdataField field);
  bool AtEnd() const { return next_ == tokens_.size(); }
  std::string_view Next() const { return AtEnd() ? "the end" : std::string_view(tokens_[next_]); }
  Octets& octets() { return octets_; }

 private:
  absl::Status ParseNumber(uint32_t max, size_t octets);
  absl::Status ParseAddress(size_t octets, std::string_view what);
  absl::Status ParseCounted(std::optional<std::string> octets, size_t min, std::string_view what);
  absl::Status ParseStrings();
  absl::Status ParseTypeBitmap();
  absl::Status AppendRest(std::optional<std::string> octets, std::string_view what);
  std::string JoinedRest() const;
  std::span<const std::string> TakeRest();
  absl::Status Fail(std::string_view what) const { return Expected(what, Next()); }

  std::span<const std::string> tokens_;
  NameView origin_;
  size_t next_ = 0;
  Octets octets_;
};

std::string RdataParser::JoinedRest() const {
  std::string joined;
  for (const std::string& token : tokens_.subspan(next_)) joined += token;
  return joined;
}

std::span<const std::string> RdataParser::TakeRest() {
  const std::span<const std::string> rest = tokens_.subspan(next_);
  next_ = tokens_.size();
  return rest;
}

absl::Status RdataParser::ParseNumber(uint32_t max, size_t octets) {
  const std::optional<uint32_t> value = ParseDecimal(tokens_[next_], max);
  if (!value) return Fail(Concat("a number up to ", max));
  for (size_t left = octets; left > 0; --left) {
    octets_.push_back(static_cast<uint8_t>(*value >> (left - 1) * 8));
  }
  ++next_;
  return absl::OkStatus();
}

absl::Status RdataParser::ParseAddress(size_t octets, std::string_view what) {
  const std::optional<std::string> address = wire::ParseAddress(tokens_[next_]);
  if (!address || address->size() != octets) return Fail(what);
  Append(*address, &octets_);
  ++next_;
  return absl::OkStatus();
}

absl::Status RdataParser::ParseCounted(std::optional<std::string> octets, size_t min,
                                       std::string_view what) {
  if (!octets || octets->size() < min || octets->size() > 255) return Fail(what);
  octets_.push_back(static_cast<uint8_t>(octets->size()));
  Append(*octets, &octets_);
  ++next_;
  return absl::OkStatus();
}

absl::Status RdataParser::ParseStrings() {
  while (!AtEnd()) {
    const absl::Status status =
        ParseCounted(UndoEscapes(tokens_[next_]), 0, "a character-string of up to 255 octets");
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status RdataParser::ParseTypeBitmap() {
  std::vector<std::array<uint8_t, 32>> windows(256);
  for (; !AtEnd(); ++next_) {
    const std::optional<RRType> type = ParseType(tokens_[next_]);
    if (!type) return Fail("a record type");
    const auto value = static_cast<uint16_t>(*type);
    windows[value >> 8][value % 256 / 8] |= static_cast<uint8_t>(0x80 >> value % 8);
  }
  for (size_t window = 0; window < windows.size(); ++window) {
    size_t octets = 32;
    while (octets > 0 && windows[window][octets - 1] == 0) --octets;
    if (octets == 0) continue;  // RFC 4034 section 4.1.2: blocks with no types are left out
    octets_.push_back(static_cast<uint8_t>(window));
    octets_.push_back(static_cast<uint8_t>(octets));
    octets_.insert(octets_.end(), windows[window].begin(), windows[window].begin() + octets);
  }
  return absl::OkStatus();
}

absl::Status RdataParser::AppendRest(std::optional<std::string> octets, std::string_view what) {
  if (!octets) return Fail(what);
  Append(*octets, &octets_);
  TakeRest();
  return absl::OkStatus();
}

absl::Status RdataParser::Parse(RdataField field) {
  const bool may_be_empty = field == kHex || field == kBase64 || field == kTypeBitmap ||
                            field == kSvcParams || field == kEnd;
  if (AtEnd() && !may_be_empty) return Fail("another field");
  switch (field) {
    case kCompressedName:
    case kReadCompressedName:
    case kPlainName: {
      const absl::StatusOr<Name> name = ParseName(tokens_[next_], origin_);
      if (!name.ok()) return name.status();
      octets_.insert(octets_.end(), name->data(), name->data() + name->size());
      ++next_;
      return absl::OkStatus();
    }
    case kU8:
      return ParseNumber(0xff, 1);
    case kAlgorithm: {
      const std::optional<uint8_t> algorithm = ParseAlgorithm(tokens_[next_]);
      if (!algorithm) return Fail("a number up to 255 or the mnemonic of an algorithm");
      octets_.push_back(*algorithm);
      ++next_;
      return absl::OkStatus();
    }
    case kU16:
      return ParseNumber(0xffff, 2);
    case kU32:
      return ParseNumber(0xffffffff, 4);
    case kTime: {
      const std::optional<uint32_t> time = ParseTime(tokens_[next_]);
      if (!time) return Fail("a time as YYYYMMDDHHmmSS");
      AppendU32(*time, &octets_);
      ++next_;
      return absl::OkStatus();
    }
    case kType: {
      const std::optional<RRType> type = ParseType(tokens_[next_]);
      if (!type) return Fail("a record type");
      AppendU16(static_cast<uint16_t>(*type), &octets_);
      ++next_;
      return absl::OkStatus();
    }
    case kIPv4:
      return ParseAddress(4, "an IPv4 address");
    case kIPv6:
      return ParseAddress(16, "an IPv6 address");
    case kString:
      return ParseCounted(UndoEscapes(tokens_[next_]), 0, "a string of up to 255 octets");
    case kTag:
      return ParseCounted(UndoEscapes(tokens_[next_]), 1, "a tag");
    case kSalt:
      return ParseCounted(tokens_[next_] == "-" ? "" : FromHex(tokens_[next_]), 0,
                          "a salt in hexadecimal or `-`");
    case kHashedName:
      return ParseCounted(FromBase32Hex(tokens_[next_]), 1, "a hash in base32hex");
    case kStrings:
      return ParseStrings();
    case kQuotedRest:
      if (tokens_.size() - next_ > 1) return Fail("one quoted string");
      return AppendRest(UndoEscapes(tokens_[next_]), "a quoted string");
    case kHex:
      return AppendRest(FromHex(JoinedRest()), "hexadecimal digits in pairs");
    case kBase64:
      return AppendRest(FromBase64(JoinedRest()), "base64");
    case kTypeBitmap:
      return ParseTypeBitmap();
    case kSvcParams:
      return ParseSvcParams(TakeRest(), &octets_);
    case kOptions:
      return Fail("`\\#`, as this type has no text form");
    case kEnd:
      return AtEnd() ? absl::OkStatus() : Fail("the end of the record");
  }
  return absl::InternalError("unknown field");
}

// `\# length hexadecimal` (RFC 3597 section 5).
absl::StatusOr<Octets> ParseGeneric(RRType type, std::span<const std::string> tokens) {
  const std::optional<uint32_t> size =
      tokens.empty() ? std::nullopt : ParseDecimal(tokens[0], kRdataOctetsMax);
  if (!size) return Expected("a length behind `\\#`", tokens.empty() ? "the end" : tokens[0]);
  std::string digits;
  for (const std::string& token : tokens.subspan(1)) digits += token;
  const std::optional<std::string> octets = FromHex(digits);
  if (!octets || octets->size() != *size) {
    return Expected(Concat(*size, " octets in hexadecimal"), digits);
  }
  if (!IsValidRdata(type, AsOctets(*octets))) {
    return Expected(Concat("octets in the form of ", ToText(type)), digits);
  }
  return Octets(octets->begin(), octets->end());
}

}  // namespace

std::optional<std::string> RdataToText(const RecordView& record) {
  std::vector<uint8_t> rdata(kRdataOctetsMax);
  size_t octets = 0;
  if (CopyRdata(record, rdata, &octets) != ParseError::kNone) return std::nullopt;
  return RdataToText(record.type, std::span(rdata).first(octets));
}

std::string RdataToText(RRType type, std::span<const uint8_t> rdata) {
  const RdataShape* shape = FindShape(type);
  if (shape == nullptr || rdata.empty() || !IsValidRdata(type, rdata) || type == RRType::kOPT) {
    return GenericText(rdata);
  }
  std::string text;
  for (const RdataField field : shape->fields) {
    if (field == kEnd) break;
    const size_t octets = *FieldOctets(field, rdata);
    const std::string field_text = FieldText(field, rdata.first(octets));
    text += Concat(text.empty() || field_text.empty() ? "" : " ", field_text);
    rdata = rdata.subspan(octets);
  }
  return text;
}

absl::StatusOr<Octets> ParseRdata(RRType type, std::span<const std::string> tokens,
                                  NameView origin) {
  if (!tokens.empty() && tokens[0] == "\\#") return ParseGeneric(type, tokens.subspan(1));
  const RdataShape* shape = FindShape(type);
  if (shape == nullptr) {
    return Expected(Concat("`\\#` for type ", ToText(type)),
                    tokens.empty() ? "the end" : tokens[0]);
  }
  RdataParser parser(tokens, origin);
  for (const RdataField field : shape->fields) {
    const absl::Status status = parser.Parse(field);
    if (!status.ok()) return status;
    if (field == kEnd) break;
  }
  if (!IsValidRdata(type, parser.octets())) {
    return absl::InvalidArgumentError(
        Concat(ToText(type), " has more than ", kRdataOctetsMax, " octets"));
  }
  return std::move(parser.octets());
}

}  // namespace tern::wire
