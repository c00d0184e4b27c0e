#include "resolver/tool/questions.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <set>
#include <thread>

#include "wire/check.h"
#include "wire/concat.h"
#include "wire/extended_error_name.h"
#include "wire/harmless_text.h"
#include "wire/presentation.h"
#include "wire/text_encoding.h"

namespace tern::resolver::tool {
namespace {

using SteadyClock = std::chrono::steady_clock;

const std::vector<ReplyLine>& AnswerSection(const Answer& answer) {
  return answer.reply.sections[static_cast<size_t>(wire::Section::kAnswer)];
}

// `SERVFAIL, No Reachable Authority: no name server answered`
std::string FailureText(const LookupReply& reply) {
  if (reply.malformed) return "a reply that cannot be read";
  std::string text = wire::ToText(reply.rcode);
  if (reply.extended_errors.empty()) return text;
  const ExtendedErrorLine& error = reply.extended_errors.front();
  const bool tells = error.code != 0 || error.text.empty();
  if (tells) text += Concat(", ", wire::ExtendedErrorName(error.code));
  if (!error.text.empty()) text += Concat(tells ? ": " : ", ", HarmlessText(error.text));
  return text;
}

// Asks the questions of one or more batches, from many threads.
class ServerAsker {
 public:
  ServerAsker(const Endpoint& server, std::chrono::milliseconds timeout)
      : server_(server),
        deadline_(SteadyClock::now() + timeout),
        traces_(server.address.IsLoopback()) {}

  std::vector<Answer> Ask(std::span<const Question> questions) {
    std::vector<Answer> answers(questions.size());
    std::atomic<size_t> next = 0;
    const auto work = [&] {
      for (size_t i = next++; i < questions.size(); i = next++) answers[i] = AskOne(questions[i]);
    };
    std::vector<std::thread> threads;
    for (size_t i = 1; i < std::min(questions.size(), kSideBySideMax); ++i) {
      threads.emplace_back(work);
    }
    work();
    for (std::thread& thread : threads) thread.join();
    return answers;
  }

 private:
  Answer AskOne(const Question& question) {
    LookupOptions options;
    options.name = question.name;
    options.type = question.type;
    options.server = server_;
    options.trace = traces_;
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - SteadyClock::now());
    options.timeout = std::clamp(left, std::chrono::milliseconds(0), kAnswerTimeoutMax);
    RawReply raw = AskServer(options);
    // A trace needs TCP, which a resolver may not have.
    if (options.trace && raw.outcome == LookupOutcome::kUnreachable) {
      traces_ = false;
      options.trace = false;
      raw = AskServer(options);
    }
    Answer answer = ReadAnswer(question, raw);
    if (options.trace && raw.outcome == LookupOutcome::kReply && !answer.reply.trace) {
      traces_ = false;
    }
    return answer;
  }

  const Endpoint server_;
  const SteadyClock::time_point deadline_;
  std::atomic<bool> traces_;
};

}  // namespace

std::string_view KindText(AnswerKind kind) {
  switch (kind) {
    case AnswerKind::kRecords:
      return "records";
    case AnswerKind::kNoData:
      return "NODATA";
    case AnswerKind::kNoSuchName:
      return "NXDOMAIN";
    case AnswerKind::kFailure:
      return "failure";
    case AnswerKind::kNoReply:
      return "no reply";
  }
  return "";
}

std::string OutcomeText(const Answer& answer) {
  if (answer.kind == AnswerKind::kNoReply) return Concat("no reply: ", answer.reason);
  return answer.reason.empty() ? std::string(KindText(answer.kind)) : answer.reason;
}

Answer ReadAnswer(const Question& question, const RawReply& raw) {
  Answer answer;
  if (raw.outcome != LookupOutcome::kReply) {
    answer.reason = NoReplyReason(raw);
    return answer;
  }
  answer.elapsed = raw.elapsed;
  answer.reply = ReadLookupReply(raw.message);
  switch (ExitOf(answer.reply, question.type)) {
    case LookupExit::kAnswer:
      answer.kind = AnswerKind::kRecords;
      return answer;
    case LookupExit::kNoSuchRecord:
      answer.kind = answer.reply.rcode == wire::Rcode::kNXDomain ? AnswerKind::kNoSuchName
                                                                 : AnswerKind::kNoData;
      break;
    default:
      answer.kind = AnswerKind::kFailure;
      answer.reason = FailureText(answer.reply);
      return answer;
  }
  // Some resolvers answer a loop with NOERROR and its CNAME records.
  std::set<std::string> owners;
  for (const ReplyLine& line : AnswerSection(answer)) {
    if (line.type == wire::RRType::kCNAME) owners.insert(line.owner);
  }
  const std::string target = AliasTarget(answer);
  if (answer.kind == AnswerKind::kNoData && owners.contains(target)) {
    answer.kind = AnswerKind::kFailure;
    answer.reason = "an alias loop";
  }
  return answer;
}

std::vector<const ReplyLine*> RecordsOf(const Answer& answer, wire::RRType type) {
  std::vector<const ReplyLine*> records;
  for (const ReplyLine& line : AnswerSection(answer)) {
    if (line.type == type) records.push_back(&line);
  }
  return records;
}

std::string AliasTarget(const Answer& answer) {
  const std::vector<const ReplyLine*> aliases = RecordsOf(answer, wire::RRType::kCNAME);
  return aliases.empty() ? std::string() : aliases.back()->rdata;
}

AskMany AskingServer(const Endpoint& server, std::chrono::milliseconds timeout) {
  return [asker = std::make_shared<ServerAsker>(server, timeout)](
             std::span<const Question> questions) { return asker->Ask(questions); };
}

AnswerBook::Key AnswerBook::KeyOf(const wire::Name& name, wire::RRType type) {
  wire::Name lower = name;
  lower.Lower();
  return {wire::ToText(lower), type};
}

void AnswerBook::Ask(std::span<const Question> questions) {
  std::vector<Question> fresh;
  std::vector<Key> keys;
  for (const Question& question : questions) {
    Key key = KeyOf(question.name, question.type);
    if (answers_.contains(key)) continue;
    Answer& answer = answers_[key];
    if (answers_.size() > kQuestionsMax) {
      answer.reason = "not asked, there are too many questions";
      continue;
    }
    fresh.push_back(question);
    keys.push_back(std::move(key));
  }
  if (fresh.empty()) return;
  std::vector<Answer> answers = ask_(fresh);
  TERN_REQUIRE(answers.size() == fresh.size());
  for (size_t i = 0; i < answers.size(); ++i) answers_[keys[i]] = std::move(answers[i]);
}

const Answer& AnswerBook::AskOne(const wire::Name& name, wire::RRType type) {
  const Question question = {name, type};
  Ask({&question, 1});
  return Get(name, type);
}

const Answer& AnswerBook::Get(const wire::Name& name, wire::RRType type) const {
  const auto found = answers_.find(KeyOf(name, type));
  TERN_REQUIRE(found != answers_.end());
  return found->second;
}

}  // namespace tern::resolver::tool
