#include "resolver/tool/mail_dane.h"

#include <algorithm>
#include <optional>
#include <span>

#include "wire/concat.h"
#include "wire/parse_presentation.h"
#include "wire/presentation.h"
#include "wire/text_encoding.h"

namespace tern::resolver::tool {
namespace {

using wire::ExtendedError;
using wire::RRType;

constexpr RRType kFamilies[] = {RRType::kA, RRType::kAAAA};

bool IsBogus(const Answer& answer) {
  constexpr ExtendedError kBogusErrors[] = {
      ExtendedError::kDnssecBogus,          ExtendedError::kSignatureExpired,
      ExtendedError::kSignatureNotYetValid, ExtendedError::kDnskeyMissing,
      ExtendedError::kRrsigsMissing,        ExtendedError::kNoZoneKeyBitSet,
      ExtendedError::kNsecMissing,          ExtendedError::kSignatureExpiredBeforeValid};
  const auto& errors = answer.reply.extended_errors;
  return answer.kind == AnswerKind::kFailure &&
         std::any_of(errors.begin(), errors.end(), [&](const ExtendedErrorLine& error) {
           return std::find(std::begin(kBogusErrors), std::end(kBogusErrors),
                            ExtendedError(error.code)) != std::end(kBogusErrors);
         });
}

std::optional<wire::Name> TlsaName(const wire::Name& host) {
  wire::Name name = host;
  if (!name.Prepend("_tcp") || !name.Prepend("_25")) return std::nullopt;
  return name;
}

// Takes the next word off the text.
std::string_view TakeWord(std::string_view* text) {
  const size_t end = std::min(text->find(' '), text->size());
  const std::string_view word = text->substr(0, end);
  text->remove_prefix(std::min(end + 1, text->size()));
  return word;
}

// `3 1 1 ABCD...`
TlsaRecord ReadTlsa(std::string_view rdata) {
  TlsaRecord record;
  const auto number = [&] {
    return wire::ParseDecimal<uint8_t>(TakeWord(&rdata)).value_or(UINT8_MAX);
  };
  record.usage = number();
  record.selector = number();
  record.matching = number();
  record.association = rdata;
  record.usable =
      (record.usage == 2 || record.usage == 3) && record.selector <= 1 && record.matching <= 2;
  return record;
}

std::string_view Acronym(std::span<const std::string_view> acronyms, uint8_t number) {
  return number < acronyms.size() ? acronyms[number] : "unknown";
}

// Answers of which one is bogus: the first of them.
const Answer* BogusAddress(const wire::Name& host, const AnswerBook& book) {
  for (const RRType type : kFamilies) {
    if (IsBogus(book.Get(host, type))) return &book.Get(host, type);
  }
  return nullptr;
}

Dane Because(DaneState state, std::string reason) {
  Dane dane;
  dane.state = state;
  dane.reason = std::move(reason);
  return dane;
}

// What the TLSA answers say, the first one first.
Dane ReadTlsaAnswers(const std::vector<wire::Name>& names, AnswerBook* book) {
  bool insecure = false;
  for (const wire::Name& name : names) {
    const Answer& answer = book->AskOne(name, RRType::kTLSA);
    if (IsBogus(answer)) return Because(DaneState::kBogus, OutcomeText(answer));
    if (IsTemporary(answer.kind)) return Because(DaneState::kFailed, OutcomeText(answer));
    insecure |= !IsSecure(answer);
    if (answer.kind != AnswerKind::kRecords || !IsSecure(answer)) continue;
    Dane dane;
    dane.name = wire::ToText(name);
    for (const ReplyLine* line : RecordsOf(answer, RRType::kTLSA)) {
      dane.records.push_back(ReadTlsa(line->rdata));
    }
    const bool is_usable = std::any_of(dane.records.begin(), dane.records.end(),
                                       [](const TlsaRecord& record) { return record.usable; });
    dane.state = is_usable ? DaneState::kSecure : DaneState::kUnusable;
    return dane;
  }
  if (insecure) return Because(DaneState::kInsecure, "the TLSA answer is not secure");
  return Because(DaneState::kNone, "there is no TLSA record");
}

}  // namespace

std::string_view StateText(DaneState state) {
  switch (state) {
    case DaneState::kSecure:
      return "secure";
    case DaneState::kUnusable:
      return "unusable";
    case DaneState::kNone:
      return "none";
    case DaneState::kInsecure:
      return "insecure";
    case DaneState::kBogus:
      return "bogus";
    case DaneState::kFailed:
      return "failed";
  }
  return "";
}

std::string RecordText(const TlsaRecord& record) {
  static constexpr std::string_view kUsages[] = {"PKIX-TA", "PKIX-EE", "DANE-TA", "DANE-EE"};
  static constexpr std::string_view kSelectors[] = {"Cert", "SPKI"};
  static constexpr std::string_view kMatchings[] = {"Full", "SHA2-256", "SHA2-512"};
  return Concat(int{record.usage}, " ", int{record.selector}, " ", int{record.matching}, " (",
                Acronym(kUsages, record.usage), ", ", Acronym(kSelectors, record.selector), ", ",
                Acronym(kMatchings, record.matching), ")", record.usable ? "" : " unusable");
}

bool IsSecure(const Answer& answer) {
  const auto& flags = answer.reply.flags;
  return std::find(flags.begin(), flags.end(), "ad") != flags.end();
}

std::vector<wire::Name> TlsaNames(const wire::Name& host, AnswerBook* book) {
  std::vector<wire::Name> names;
  const auto add = [&](const wire::Name& at) {
    const auto name = TlsaName(at);
    if (name && std::find(names.begin(), names.end(), *name) == names.end()) names.push_back(*name);
  };
  bool is_alias = false;
  for (const RRType type : kFamilies) {
    const Answer& address = book->Get(host, type);
    const auto target = wire::ParseName(AliasTarget(address));
    const bool has_target = !AliasTarget(address).empty() && target.ok();
    is_alias |= has_target;
    if (address.kind == AnswerKind::kRecords && IsSecure(address)) add(has_target ? *target : host);
  }
  // The alias itself may be secure, although it leads to an insecure zone.
  const bool counts = !names.empty() || (is_alias && IsSecure(book->AskOne(host, RRType::kCNAME)));
  if (is_alias && counts) add(host);
  return names;
}

Dane FindDane(const wire::Name& host, bool mx_is_secure, AnswerBook* book) {
  if (!mx_is_secure) return Because(DaneState::kInsecure, "the MX answer is not secure");
  const std::vector<wire::Name> names = TlsaNames(host, book);
  if (!names.empty()) return ReadTlsaAnswers(names, book);
  if (const Answer* bogus = BogusAddress(host, *book)) {
    return Because(DaneState::kBogus, OutcomeText(*bogus));
  }
  for (const RRType type : kFamilies) {
    if (book->Get(host, type).kind == AnswerKind::kRecords) {
      return Because(DaneState::kInsecure, "its addresses are not secure");
    }
  }
  return Because(DaneState::kNone, "it has no address");
}

}  // namespace tern::resolver::tool
