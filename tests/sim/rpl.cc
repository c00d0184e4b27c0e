#include "tests/sim/rpl.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "absl/status/status.h"
#include "tests/sim/rpl_config.h"
#include "tests/sim/words.h"
#include "wire/parse_presentation.h"
#include "wire/presentation.h"

namespace tern::sim {
namespace {

using Words = std::vector<std::string>;

constexpr int kSleepSecondsMax = 86400;

struct Keyword {
  std::string_view word;  // upper case
  uint32_t bits;
};

// Sections that a client's answer leaves open (authority, additional) match anything.
constexpr Keyword kMatchWords[] = {
    {"OPCODE", kMatchOpcode},
    {"QTYPE", kMatchQtype},
    {"QNAME", kMatchQname},
    {"SUBDOMAIN", kMatchSubdomain},
    {"FLAGS", kMatchFlags},
    {"RCODE", kMatchRcode},
    {"QUESTION", kMatchQuestion},
    {"ANSWER", kMatchAnswer},
    {"AUTHORITY", 0},
    {"ADDITIONAL", 0},
    {"TTL", kMatchTtl},
    {"UDP", kMatchUdp},
    {"TCP", kMatchTcp},
    {"DO", kMatchDo},
    {"NOEDNS", kMatchNoEdns},
    {"NOCOOKIE", kMatchNoCookie},
    {"EXACT_AUTHORITY", kMatchExactAuthority},
    {"EDNSDATA", kMatchEdnsData},
    {"ALL", kMatchAll},
    {"REPLY", kMatchFlags | kMatchRcode | kMatchAnswer},
};

constexpr Keyword kFlagWords[] = {
    {"QR", wire::kFlagQR}, {"AA", wire::kFlagAA}, {"TC", wire::kFlagTC}, {"RD", wire::kFlagRD},
    {"RA", wire::kFlagRA}, {"AD", wire::kFlagAD}, {"CD", wire::kFlagCD},
};

constexpr Keyword kRcodeWords[] = {
    {"NOERROR", 0}, {"FORMERR", 1},  {"SERVFAIL", 2}, {"NXDOMAIN", 3},   {"NOTIMP", 4},
    {"NOTIMPL", 4}, {"REFUSED", 5},  {"YXDOMAIN", 6}, {"YXRRSET", 7},    {"NXRRSET", 8},
    {"NOTAUTH", 9}, {"NOTZONE", 10}, {"BADVERS", 16}, {"BADCOOKIE", 23},
};

constexpr Keyword kOpcodeWords[] = {
    {"QUERY", 0}, {"IQUERY", 1}, {"STATUS", 2}, {"NOTIFY", 4}, {"UPDATE", 5},
};

template <size_t N>
const Keyword* FindWord(const Keyword (&words)[N], std::string_view word) {
  const std::string upper = UpperCase(word);
  const auto found = std::find_if(std::begin(words), std::end(words),
                                  [&](const Keyword& keyword) { return keyword.word == upper; });
  return found == std::end(words) ? nullptr : found;
}

// Walks the lines of one file.
class RplReader {
 public:
  RplReader(std::string_view text, std::string_view file_name)
      : lines_(SplitLines(text)), file_name_(file_name) {}

  absl::StatusOr<Scenario> Read();

 private:
  absl::Status Error(std::string_view what) const {
    return absl::InvalidArgumentError(file_name_ + ":" + std::to_string(next_) + ": " +
                                      std::string(what));
  }
  // The next line with content that is not a comment, split at white space. False at the end.
  bool NextWords(Words* words);

  absl::Status ReadConfig();
  absl::Status ReadRange(const Words& words);
  absl::Status ReadStep(const Words& words);
  absl::Status ReadStepArguments(const Words& words, RplStep* step);
  absl::Status ReadTimePasses(const Words& words, size_t* next, RplStep* step) const;
  absl::Status ReadAssign(const Words& words, RplStep* step) const;
  // $ORIGIN and $TTL count for everything that follows. False when the line is neither of these.
  bool ReadDirective(const Words& words, absl::Status* status);
  absl::Status ReadEntry(RplEntry* entry);
  absl::Status ReadMatch(const Words& words, RplEntry* entry);
  absl::Status ReadAdjust(const Words& words, RplEntry* entry);
  absl::Status ReadReplyFlags(const Words& words, RplEntry* entry);
  absl::Status ReadHex(std::string_view end, Octets* octets);
  // Reads up to the next SECTION or ENTRY_END, and does not read that line.
  absl::Status ReadSection(const Words& words, RplEntry* entry);
  absl::Status ReadQuestion(const Words& words, RplEntry* entry);

  std::vector<std::string_view> lines_;
  std::string file_name_;
  // the line after the current one, counted from 0; so it is the current one counted from 1
  size_t next_ = 0;
  wire::Name origin_;
  uint32_t ttl_ = 3600;
  Scenario scenario_;
};

bool RplReader::NextWords(Words* words) {
  while (next_ < lines_.size()) {
    const std::string_view line = Trim(lines_[next_++]);
    if (line.empty() || line.front() == ';' || line.front() == '#') continue;
    *words = SplitWords(line.substr(0, line.find(';')));
    if (!words->empty()) return true;
  }
  return false;
}

absl::StatusOr<Scenario> RplReader::Read() {
  absl::Status status = ReadConfig();
  Words words;
  bool began = false;
  while (status.ok() && NextWords(&words)) {
    if (words[0] == "SCENARIO_BEGIN") {
      scenario_.title = Trim(Trim(lines_[next_ - 1]).substr(words[0].size()));
      began = true;
    } else if (words[0] == "SCENARIO_END") {
      if (!began) return Error("expected SCENARIO_BEGIN");
      return std::move(scenario_);
    } else if (words[0] == "RANGE_BEGIN") {
      status = ReadRange(words);
    } else if (words[0] == "STEP") {
      status = ReadStep(words);
    } else {
      status = Error(std::string("expected RANGE_BEGIN, STEP or SCENARIO_END, got ") + words[0]);
    }
  }
  return status.ok() ? Error("expected SCENARIO_END") : status;
}

absl::Status RplReader::ReadConfig() {
  RplConfigReader reader(&scenario_.config);
  while (next_ < lines_.size()) {
    const std::string_view line = Trim(lines_[next_++]);
    const bool ends = line == "CONFIG_END";
    const absl::Status status = ends ? reader.Finish() : reader.ApplyLine(line);
    if (ends && status.ok()) return status;
    if (!status.ok()) return Error(std::string(status.message()));
  }
  return Error("expected CONFIG_END");
}

absl::Status RplReader::ReadRange(const Words& words) {
  RplRange range;
  if (words.size() != 3 || !ReadNumber(words[1], &range.first) ||
      !ReadNumber(words[2], &range.last)) {
    return Error("expected RANGE_BEGIN first last");
  }
  Words line;
  while (NextWords(&line)) {
    if (line[0] == "RANGE_END") {
      scenario_.ranges.push_back(std::move(range));
      return absl::OkStatus();
    }
    if (line[0] == "ADDRESS" && line.size() >= 2) {
      const auto address = resolver::IpAddress::Parse(line[1]);
      if (!address) return Error("expected an address");
      range.addresses.push_back(*address);
    } else if (line[0] == "ENTRY_BEGIN") {
      const absl::Status status = ReadEntry(&range.entries.emplace_back());
      if (!status.ok()) return status;
    } else {
      return Error(std::string("expected ADDRESS, ENTRY_BEGIN or RANGE_END, got ") + line[0]);
    }
  }
  return Error("expected RANGE_END");
}

absl::Status RplReader::ReadStep(const Words& words) {
  static constexpr struct {
    std::string_view word;
    RplStepKind kind;
    bool has_entry;
  } kKinds[] = {
      {"QUERY", RplStepKind::kQuery, true},
      {"CHECK_ANSWER", RplStepKind::kCheckAnswer, true},
      {"REPLY", RplStepKind::kReply, true},
      {"TIMEOUT", RplStepKind::kTimeout, false},
      {"ERROR", RplStepKind::kError, false},
      {"TRAFFIC", RplStepKind::kTraffic, false},
      {"TIME_PASSES", RplStepKind::kTimePasses, false},
      {"ASSIGN", RplStepKind::kAssign, false},
      {"INFRA_RTT", RplStepKind::kNothing, false},
      {"NOTHING", RplStepKind::kNothing, false},
      {"CHECK_UPSTREAM_QUERIES", RplStepKind::kCheckUpstreamQueries, false},
      {"CHECK_OUT_QUERY", RplStepKind::kCheckOutQuery, true},
      {"CHECK_NO_OUT_QUERY", RplStepKind::kCheckNoOutQuery, true},
  };
  RplStep step;
  step.line = static_cast<int>(next_);
  if (words.size() < 3 || !ReadNumber(words[1], &step.number)) {
    return Error("expected STEP number kind");
  }
  const auto kind = std::find_if(std::begin(kKinds), std::end(kKinds),
                                 [&](const auto& k) { return k.word == words[2]; });
  if (kind == std::end(kKinds)) return Error(std::string("unknown step ") + words[2]);
  step.kind = kind->kind;
  absl::Status status = ReadStepArguments(words, &step);
  if (status.ok() && kind->has_entry) {
    Words line;
    if (!NextWords(&line) || line[0] != "ENTRY_BEGIN") return Error("expected ENTRY_BEGIN");
    status = ReadEntry(&step.entry.emplace());
  }
  if (status.ok()) scenario_.steps.push_back(std::move(step));
  return status;
}

absl::Status RplReader::ReadStepArguments(const Words& words, RplStep* step) {
  size_t i = 3;
  if (step->kind == RplStepKind::kTimePasses) {
    const absl::Status status = ReadTimePasses(words, &i, step);
    if (!status.ok()) return status;
  } else if (step->kind == RplStepKind::kAssign) {
    return ReadAssign(words, step);
  } else if (words[2] == "INFRA_RTT") {
    double milliseconds = 0;
    if (words.size() != 6 || !resolver::IpAddress::Parse(words[3]) ||
        !ReadNumber(words[5], &milliseconds)) {
      return Error("expected INFRA_RTT address zone milliseconds");
    }
    return absl::OkStatus();
  } else if (step->kind == RplStepKind::kCheckUpstreamQueries) {
    if (words.size() < 4 || !ReadNumber(words[3], &step->count)) {
      return Error("expected CHECK_UPSTREAM_QUERIES count");
    }
    i = 4;
  }
  if (i < words.size() && words[i] == "ADDRESS" && i + 1 < words.size()) {
    step->address = resolver::IpAddress::Parse(words[i + 1]);
    if (!step->address) return Error("expected an address");
    i += 2;
  }
  if (i != words.size()) return Error(std::string("unexpected ") + words[i]);
  return absl::OkStatus();
}

absl::Status RplReader::ReadTimePasses(const Words& words, size_t* next, RplStep* step) const {
  double seconds = 0;
  const bool evaluates = words.size() >= 5 && words[3] == "EVAL";
  if (evaluates) {
    for (size_t i = 4; i < words.size(); ++i) step->expression += words[i] + " ";
    *next = words.size();
    return absl::OkStatus();
  }
  // Not a number compares as false.
  if (words.size() < 5 || words[3] != "ELAPSE" || !ReadNumber(words[4], &seconds) ||
      !(seconds >= 0 && seconds <= kElapseSecondsMax)) {
    return Error("expected TIME_PASSES ELAPSE seconds, at most a year of them, or EVAL expression");
  }
  step->elapse = resolver::Duration(static_cast<resolver::Duration::rep>(seconds * 1e6));
  *next = 5;
  return absl::OkStatus();
}

absl::Status RplReader::ReadAssign(const Words& words, RplStep* step) const {
  std::string text;
  for (size_t i = 3; i < words.size(); ++i) text += words[i] + " ";
  const size_t equals = text.find('=');
  if (equals == std::string::npos) return Error("expected ASSIGN variable = value");
  step->variable = Trim(std::string_view(text).substr(0, equals));
  step->expression = Trim(std::string_view(text).substr(equals + 1));
  if (step->variable.empty()) return Error("expected ASSIGN variable = value");
  return absl::OkStatus();
}

bool RplReader::ReadDirective(const Words& words, absl::Status* status) {
  if (words[0] != "$ORIGIN" && words[0] != "$TTL") return false;
  if (words.size() != 2) {
    *status = Error("expected a value behind " + words[0]);
  } else if (words[0] == "$TTL") {
    if (!ReadNumber(words[1], &ttl_)) *status = Error("expected seconds, got " + words[1]);
  } else {
    const absl::StatusOr<wire::Name> name = wire::ParseName(words[1]);
    if (name.ok()) {
      origin_ = *name;
    } else {
      *status = Error(std::string(name.status().message()));
    }
  }
  return true;
}

absl::Status RplReader::ReadEntry(RplEntry* entry) {
  entry->line = static_cast<int>(next_);
  Words words;
  while (NextWords(&words)) {
    absl::Status status;
    if (words[0] == "ENTRY_END") return absl::OkStatus();
    if (ReadDirective(words, &status)) {
      // Done.
    } else if (words[0] == "MATCH") {
      status = ReadMatch(words, entry);
    } else if (words[0] == "ADJUST") {
      status = ReadAdjust(words, entry);
    } else if (words[0] == "REPLY") {
      status = ReadReplyFlags(words, entry);
    } else if (words[0] == "MANDATORY") {
      entry->mandatory = true;
    } else if (words[0] == "SECTION") {
      status = ReadSection(words, entry);
    } else if (words[0] == "RAW") {
      status = ReadHex("", &entry->raw.emplace());
    } else if (words[0] == "HEX_ANSWER_BEGIN") {
      status = ReadHex("HEX_ANSWER_END", &entry->raw.emplace());
    } else {
      status = Error(std::string("unknown word in an entry: ") + words[0]);
    }
    if (!status.ok()) return status;
  }
  return Error("expected ENTRY_END");
}

absl::Status RplReader::ReadMatch(const Words& words, RplEntry* entry) {
  for (size_t i = 1; i < words.size(); ++i) {
    if (const std::string word = UpperCase(words[i]); word.starts_with("EDE=")) {
      entry->match |= kMatchExtendedError;
      uint16_t code = 0;
      if (word == "EDE=ANY") continue;
      if (!ReadNumber(word.substr(4), &code)) return Error("expected a number: MATCH " + words[i]);
      entry->extended_error = code;
      continue;
    }
    const Keyword* keyword = FindWord(kMatchWords, words[i]);
    if (keyword == nullptr) return Error(std::string("unknown MATCH ") + words[i]);
    entry->match |= keyword->bits;
  }
  return absl::OkStatus();
}

absl::Status RplReader::ReadAdjust(const Words& words, RplEntry* entry) {
  for (size_t i = 1; i < words.size(); ++i) {
    const std::string word = UpperCase(words[i]);
    int seconds = 0;
    if (word == "COPY_ID") {
      entry->copy_id = true;
    } else if (word == "COPY_QUERY") {
      entry->copy_query = true;
    } else if (word == "COPY_EDNSDATA_ASSUME_CLIENTSUBNET") {
      entry->copy_edns_options = true;
    } else if (word == "DO_NOT_ANSWER") {
      entry->do_not_answer = true;
    } else if ((word.starts_with("SLEEP=") || word.starts_with("PACKET_SLEEP=")) &&
               ReadNumber(word.substr(word.find('=') + 1), &seconds) && seconds >= 0 &&
               seconds <= kSleepSecondsMax) {
      entry->sleep = std::chrono::seconds(seconds);
    } else {
      return Error(std::string("unknown ADJUST ") + words[i]);
    }
  }
  return absl::OkStatus();
}

absl::Status RplReader::ReadReplyFlags(const Words& words, RplEntry* entry) {
  for (size_t i = 1; i < words.size(); ++i) {
    if (const Keyword* flag = FindWord(kFlagWords, words[i])) {
      entry->message.flags |= static_cast<uint16_t>(flag->bits);
    } else if (const Keyword* rcode = FindWord(kRcodeWords, words[i])) {
      entry->message.rcode = static_cast<wire::Rcode>(rcode->bits);
      // Its upper bits are in OPT.
      if (rcode->bits > 15 && !entry->message.edns) entry->message.edns.emplace();
    } else if (const Keyword* opcode = FindWord(kOpcodeWords, words[i])) {
      entry->message.opcode = static_cast<wire::Opcode>(opcode->bits);
    } else if (UpperCase(words[i]) == "DO") {
      if (!entry->message.edns) entry->message.edns.emplace();
      entry->message.edns->dnssec_ok = true;
    } else {
      return Error(std::string("unknown REPLY ") + words[i]);
    }
  }
  return absl::OkStatus();
}

absl::Status RplReader::ReadHex(std::string_view end, Octets* octets) {
  std::string digits;
  Words words;
  while (NextWords(&words)) {
    if (!end.empty() && words[0] == end) break;
    for (const std::string& word : words) digits += word;
    if (end.empty()) break;
  }
  for (size_t i = 0; i < digits.size(); i += 2) {
    uint8_t octet = 0;
    const char* const end_of_pair = digits.data() + std::min(i + 2, digits.size());
    const auto [end_read, error] = std::from_chars(digits.data() + i, end_of_pair, octet, 16);
    if (error != std::errc() || end_read != digits.data() + i + 2) {
      return Error("expected hexadecimal digits");
    }
    octets->push_back(octet);
  }
  return absl::OkStatus();
}

absl::Status RplReader::ReadQuestion(const Words& words, RplEntry* entry) {
  PlainQuestion question;
  const absl::StatusOr<wire::Name> name = wire::ParseName(words[0], origin_);
  if (!name.ok()) return Error(std::string(name.status().message()));
  question.name = *name;
  if (words.size() < 2) return Error("expected a type");
  if (words.size() > 3) return Error(std::string("unexpected ") + words[3]);
  const std::optional<wire::RRType> type = wire::ParseType(words.back());
  if (!type) return Error(std::string("expected a type, got ") + words.back());
  question.type = *type;
  if (words.size() == 3) {
    const std::optional<wire::RRClass> rrclass = wire::ParseClass(words[1]);
    if (!rrclass) return Error(std::string("expected a class, got ") + words[1]);
    question.rrclass = *rrclass;
  }
  entry->message.questions.push_back(question);
  return absl::OkStatus();
}

// Some scenarios have a signature or a key of four letters or eight with padding behind them. It
// means nothing.
std::string WithoutNeedlessPadding(std::string_view text) {
  std::string result;
  for (std::string_view line : SplitLines(text)) {
    const size_t word = line.find_last_of(kBlanks) + 1;
    const size_t padding = line.find('=', word);
    if (padding != std::string_view::npos && (padding - word) % 4 == 0) {
      line = line.substr(0, padding);
    }
    result.append(line).append("\n");
  }
  return result;
}

absl::Status RplReader::ReadSection(const Words& words, RplEntry* entry) {
  if (words.size() != 2) return Error("expected SECTION name");
  const std::string section = UpperCase(words[1]);
  if (section != "QUESTION" && section != "ANSWER" && section != "AUTHORITY" &&
      section != "ADDITIONAL") {
    return Error(std::string("unknown section ") + words[1]);
  }
  std::string zone_text;
  const size_t first_line = next_;
  const wire::Name origin = origin_;
  const uint32_t ttl = ttl_;
  Words line;
  absl::Status status;
  while (status.ok() && NextWords(&line)) {
    if (line[0] == "SECTION" || line[0] == "ENTRY_END") {
      --next_;
      break;
    }
    if (line[0] == "HEX_EDNSDATA_BEGIN") {
      if (!entry->message.edns) entry->message.edns.emplace();
      status = ReadHex("HEX_EDNSDATA_END", &entry->message.edns->options);
    } else if (ReadDirective(line, &status) && section == "QUESTION") {
      continue;
    } else if (section == "QUESTION") {
      status = ReadQuestion(line, entry);
    } else {
      // In a master file indentation means "the same owner". Here it means nothing.
      zone_text.append(Trim(lines_[next_ - 1])).append("\n");
    }
  }
  if (!status.ok() || zone_text.empty()) return status;
  absl::StatusOr<std::vector<wire::MasterRecord>> records =
      wire::ParseMasterFile(zone_text, file_name_ + ":" + std::to_string(first_line), origin, ttl);
  if (!records.ok()) {
    const absl::Status first = records.status();
    records = wire::ParseMasterFile(WithoutNeedlessPadding(zone_text),
                                    file_name_ + ":" + std::to_string(first_line), origin, ttl);
    if (!records.ok()) return first;
  }
  std::vector<PlainRecord>& target = section == "ANSWER"      ? entry->message.answer
                                     : section == "AUTHORITY" ? entry->message.authority
                                                              : entry->message.additional;
  for (wire::MasterRecord& record : *records) {
    target.push_back(
        {record.owner, record.type, record.rrclass, record.ttl, std::move(record.rdata)});
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Scenario> ParseScenario(std::string_view text, std::string_view file_name) {
  return RplReader(text, file_name).Read();
}

}  // namespace tern::sim
