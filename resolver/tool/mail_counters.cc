#include "resolver/tool/mail_counters.h"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "resolver/tool/told.h"
#include "wire/concat.h"
#include "wire/name.h"

namespace tern::resolver::tool {
namespace {

constexpr uint8_t kCountersName[] = "\4mail\10counters\4tern";

bool IsCounterName(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

}  // namespace

std::vector<MailCounter> AskMailCounters(const Endpoint& server,
                                         std::chrono::milliseconds timeout) {
  const auto reply =
      AskTold(wire::NameView::FromValid(kCountersName, sizeof kCountersName), server, timeout);
  return reply ? ReadMailCounters(*reply) : std::vector<MailCounter>();
}

std::vector<MailCounter> ReadMailCounters(const LookupReply& reply) {
  std::vector<MailCounter> counters;
  for (const ReplyLine& line : reply.sections[0]) {
    std::string_view text = line.rdata;
    if (line.type != wire::RRType::kTXT || text.size() < 2 || text.front() != '"') continue;
    text = text.substr(1, text.size() - 2);
    const size_t space = std::min(text.find(' '), text.size());
    MailCounter counter{std::string(text.substr(0, space)), 0};
    const std::string_view digits = text.substr(std::min(space + 1, text.size()));
    const char* const end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, counter.value);
    if (read.ec != std::errc() || read.ptr != end || !IsCounterName(counter.name)) continue;
    counters.push_back(std::move(counter));
  }
  return counters;
}

std::string CounterText(const MailCounter& counter) {
  const std::string_view words =
      counter.name == "mail_questions"       ? "MX questions"
      : counter.name == "mail_fan_outs"      ? "answers whose next questions were asked ahead"
      : counter.name == "mail_warm_answers"  ? "addresses that were known when a mail server asked"
      : counter.name == "list_questions"     ? "questions that block lists were asked"
      : counter.name == "list_refusals"      ? "answers in which a block list refused"
      : counter.name == "list_timeouts"      ? "clients that a block list did not answer in time"
      : counter.name == "list_answers_10ms"  ? "answers of block lists in up to 10 ms"
      : counter.name == "list_answers_100ms" ? "answers of block lists in 10 to 100 ms"
      : counter.name == "list_answers_1s"    ? "answers of block lists in 0.1 to 1 s"
      : counter.name == "list_answers_later" ? "answers of block lists in more than 1 s"
      : counter.name == "list_answer_ms"     ? "ms that these answers took together"
      : counter.name == "lists_working"      ? "block lists that passed their last test"
      : counter.name == "lists_failing"      ? "block lists that failed their last test"
                                             : std::string_view(counter.name);
  return Concat(counter.value, " ", words);
}

}  // namespace tern::resolver::tool
