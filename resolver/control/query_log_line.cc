#include "resolver/control/query_log_line.h"

#include <array>
#include <cinttypes>
#include <cstdio>
#include <ctime>
#include <string_view>
#include <vector>

#include "resolver/base/answer_counts.h"
#include "wire/concat.h"
#include "wire/edns.h"
#include "wire/extended_error_name.h"
#include "wire/harmless_text.h"
#include "wire/message.h"
#include "wire/presentation.h"
#include "wire/text_encoding.h"

namespace tern::resolver::control {
namespace {

// ISO 8601, with microseconds.
std::string TimeText(int64_t micros) {
  const std::time_t seconds = micros / 1'000'000;
  std::tm utc = {};
  gmtime_r(&seconds, &utc);
  std::array<char, 40> text{};
  const size_t octets = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &utc);
  std::snprintf(text.data() + octets, text.size() - octets, ".%06dZ",
                static_cast<int>(micros % 1'000'000));
  return text.data();
}

std::string Milliseconds(Duration time) {
  std::array<char, 32> text{};
  const int64_t micros = time.count() < 0 ? 0 : time.count();
  std::snprintf(text.data(), text.size(), "%" PRId64 ".%03d", micros / 1000,
                static_cast<int>(micros % 1000));
  return text.data();
}

// REQUIRES: the text is printable ASCII.
void AppendString(std::string_view text, std::string* line) {
  *line += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') *line += '\\';
    *line += c;
  }
  *line += '"';
}

// The flags of the header, the RCODE with the part that is in OPT, and the extended errors.
struct Verdict {
  std::string flags;  // as dig shows them, without `qr`
  uint16_t rcode = 0;
  std::vector<uint16_t> errors;
  std::string reason;  // of the first extended error, in words
};

std::string FlagsText(const wire::Header& header) {
  std::string text;
  for (const std::string_view flag : wire::FlagNames(header)) {
    text += Concat(text.empty() ? "" : " ", flag);
  }
  return text;
}

void AddError(uint16_t code, std::string_view text, Verdict* verdict) {
  if (verdict->errors.empty()) {
    verdict->reason = HarmlessText(text.empty() ? wire::ExtendedErrorName(code) : text);
  }
  verdict->errors.push_back(code);
}

Verdict Read(std::span<const uint8_t> reply) {
  Verdict verdict;
  wire::MessageReader reader;
  if (wire::MessageReader::Open(reply, &reader) != wire::ParseError::kNone) return verdict;
  verdict.flags = FlagsText(reader.header());
  verdict.rcode = static_cast<uint16_t>(reader.header().rcode());
  wire::Question question;
  for (uint16_t i = 0; i < reader.header().question_count; ++i) {
    if (reader.ReadQuestion(&question) != wire::ParseError::kNone) return verdict;
  }
  wire::RecordView record;
  wire::Section section;
  bool done = false;
  while (reader.NextRecord(&record, &section, &done) == wire::ParseError::kNone && !done) {
    wire::Edns edns;
    if (record.type != wire::RRType::kOPT ||
        wire::ReadEdns(record, &edns) != wire::ParseError::kNone) {
      continue;
    }
    verdict.rcode = static_cast<uint16_t>(edns.extended_rcode << 4 | verdict.rcode);
    wire::OptionCursor options(edns.options);
    wire::EdnsOptionView option;
    while (options.Next(&option)) {
      if (option.code != wire::EdnsOption::kExtendedError || option.content.size() < 2) continue;
      AddError(wire::LoadU16(option.content.data()), wire::AsText(option.content.subspan(2)),
               &verdict);
    }
  }
  return verdict;
}

void AppendQuestion(std::span<const uint8_t> message, std::string* line) {
  if (message.size() < wire::kHeaderOctets) return;
  const auto question = wire::ReadFirstQuestion(message);
  if (!question) return;
  *line += ",\"name\":";
  AppendString(wire::ToText(question->name), line);
  *line += ",\"type\":";
  AppendString(wire::ToText(question->type), line);
  if (question->rrclass == wire::RRClass::kIN) return;
  *line += ",\"class\":";
  AppendString(wire::ToText(question->rrclass), line);
}

void AppendReply(const Event& event, std::string* line) {
  if (event.reply.empty()) return;
  Verdict verdict = Read(event.reply);
  if (event.error != wire::ExtendedError::kNone) {
    AddError(static_cast<uint16_t>(event.error), wire::AsText(event.error_text), &verdict);
  }
  *line += ",\"rcode\":";
  AppendString(wire::ToText(static_cast<wire::Rcode>(verdict.rcode)), line);
  *line += ",\"flags\":";
  AppendString(verdict.flags, line);
  if (verdict.errors.empty()) return;
  *line += ",\"ede\":";
  for (size_t i = 0; i < verdict.errors.size(); ++i) {
    *line += Concat(i == 0 ? "[" : ",", verdict.errors[i]);
  }
  *line += "],\"reason\":";
  AppendString(verdict.reason, line);
}

}  // namespace

void QueryLogLines::Append(const Event& event, Duration wall_shift, std::string* lines) {
  std::string line =
      Concat("{\"time\":\"", TimeText(Micros(event.began) + wall_shift.count()), "\",\"client\":\"",
             clients_.ToText(event.peer.address), "\",\"transport\":\"",
             event.transport == Transport::kTcp ? "tcp" : "udp", "\"");
  AppendQuestion(event.query, &line);
  AppendReply(event, &line);
  const Duration total = event.ended - event.began;
  line += Concat(",\"source\":\"", kAnswerSourceWords[static_cast<size_t>(event.source)],
                 "\",\"octets\":", event.reply.size(), ",\"total_ms\":", Milliseconds(total),
                 ",\"queue_ms\":", Milliseconds(event.queued),
                 ",\"upstream_ms\":", Milliseconds(total - event.queued), "}\n");
  if (line.size() <= kLineOctetsMax) *lines += line;
}

}  // namespace tern::resolver::control
