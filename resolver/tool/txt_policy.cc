#include "resolver/tool/txt_policy.h"

#include <optional>

#include "wire/harmless_text.h"
#include "wire/text_encoding.h"

namespace tern::resolver::tool {
namespace {

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t";
  const size_t start = text.find_first_not_of(kBlanks);
  if (start == std::string_view::npos) return {};
  return text.substr(start, text.find_last_not_of(kBlanks) + 1 - start);
}

bool HasVersion(std::string_view text, std::string_view version) {
  if (!wire::EqualTexts(text.substr(0, version.size()), version)) return false;
  text = text.substr(version.size());
  return text.empty() || text.front() == ' ' || text.front() == '\t' || text.front() == ';';
}

}  // namespace

std::string JoinedStrings(std::string_view rdata) {
  std::string joined;
  bool quoted = false;
  while (!rdata.empty()) {
    bool escaped = false;
    const std::optional<uint8_t> octet = wire::TakeOctet(&rdata, &escaped);
    if (!octet) break;
    const char c = static_cast<char>(*octet);
    if (c == '"' && !escaped) {
      quoted = !quoted;
    } else if (quoted || c != ' ') {
      joined += c;
    }
  }
  return joined;
}

TxtPolicy ReadTxtPolicy(const Answer& answer, std::string_view version) {
  TxtPolicy policy;
  policy.kind = answer.kind;
  policy.outcome = OutcomeText(answer);
  for (const ReplyLine* line : RecordsOf(answer, wire::RRType::kTXT)) {
    const std::string text = JoinedStrings(line->rdata);
    if (HasVersion(text, version)) policy.records.push_back(HarmlessText(text));
  }
  return policy;
}

std::string TagValue(std::string_view record, std::string_view tag) {
  while (!record.empty()) {
    const size_t end = record.find(';');
    const std::string_view part = record.substr(0, end);
    record.remove_prefix(end == std::string_view::npos ? record.size() : end + 1);
    const size_t equals = part.find('=');
    if (equals != std::string_view::npos &&
        wire::EqualTexts(Trimmed(part.substr(0, equals)), tag)) {
      return std::string(Trimmed(part.substr(equals + 1)));
    }
  }
  return {};
}

}  // namespace tern::resolver::tool
