// Asks a resolver many questions side by side, and tells apart what a mail server tells apart: the
// records, NODATA, NXDOMAIN, a failure, and no reply.
//
// Thread: the tool's main one. It starts up to kSideBySideMax others and waits for them.
// Bounded: an AnswerBook asks kQuestionsMax questions in all.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "resolver/base/endpoint.h"
#include "resolver/tool/lookup_client.h"
#include "resolver/tool/lookup_reply.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver::tool {

inline constexpr size_t kSideBySideMax = 16;
inline constexpr size_t kQuestionsMax = 250;

struct Question {
  wire::Name name;
  wire::RRType type = wire::RRType::kA;
};

enum class AnswerKind : uint8_t {
  kRecords,
  kNoData,      // the name exists without a record of the type
  kNoSuchName,  // NXDOMAIN
  kFailure,     // SERVFAIL, REFUSED, another rcode, or a reply that cannot be read or is a loop
  kNoReply,     // nothing came in time, or the resolver cannot be reached
};

struct Answer {
  AnswerKind kind = AnswerKind::kNoReply;
  std::string reason;  // of kFailure and kNoReply, as harmless text
  LookupReply reply;
  std::chrono::microseconds elapsed{0};
};

// True when the same question may have another answer a while later. A mail server then keeps the
// message.
inline bool IsTemporary(AnswerKind kind) {
  return kind == AnswerKind::kFailure || kind == AnswerKind::kNoReply;
}
// `records`, `NODATA`, `NXDOMAIN`, `failure` or `no reply`.
std::string_view KindText(AnswerKind kind);
// For people: the kind, or the reason when there is one.
std::string OutcomeText(const Answer& answer);

Answer ReadAnswer(const Question& question, const RawReply& raw);

// The answer's records of the type at the end of its alias chain.
std::vector<const ReplyLine*> RecordsOf(const Answer& answer, wire::RRType type);
// The name at the end of the answer's CNAME records, or nothing when it has none.
std::string AliasTarget(const Answer& answer);

// One answer for each question, in their order.
using AskMany = std::function<std::vector<Answer>(std::span<const Question>)>;

// Asks `server`. All questions together get `timeout`, and each at most kAnswerTimeoutMax of it.
// From a server on this machine it wants the trace too, until a reply comes without one.
inline constexpr std::chrono::milliseconds kAnswerTimeoutMax{8000};
AskMany AskingServer(const Endpoint& server, std::chrono::milliseconds timeout);

// Remembers the answers, so that no question is asked twice.
class AnswerBook {
 public:
  explicit AnswerBook(AskMany ask) : ask_(std::move(ask)) {}

  void Ask(std::span<const Question> questions);
  const Answer& AskOne(const wire::Name& name, wire::RRType type);
  // REQUIRES: the question was asked. A question behind the bound has no reply.
  const Answer& Get(const wire::Name& name, wire::RRType type) const;
  const auto& answers() const { return answers_; }

 private:
  using Key = std::pair<std::string, wire::RRType>;
  static Key KeyOf(const wire::Name& name, wire::RRType type);

  AskMany ask_;
  std::map<Key, Answer> answers_;
};

}  // namespace tern::resolver::tool
