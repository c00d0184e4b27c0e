#include "resolver/tool/block_lists.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "resolver/base/list_entries.h"
#include "resolver/base/list_refusal.h"
#include "wire/concat.h"
#include "wire/parse_presentation.h"
#include "wire/presentation.h"

namespace tern::resolver::tool {
namespace {

constexpr std::string_view kRefusalPrefix = "127.255.255.";
// URIBL refuses with this address.
constexpr std::string_view kRefusalOfUribl = "127.0.0.1";

bool IsRefusal(std::string_view address) {
  return address.starts_with(kRefusalPrefix) || address == kRefusalOfUribl;
}

// REQUIRES: IsRefusal.
void ReadRefusal(std::string_view address, BlockListState* state) {
  uint8_t code = 0;  // one that no list uses
  if (address != kRefusalOfUribl) {
    const std::string_view last = address.substr(kRefusalPrefix.size());
    (void)std::from_chars(last.data(), last.data() + last.size(), code);
  }
  const ListRefusalWords words = WordsOfListRefusal(code);
  state->verdict = BlockListVerdict::kRefuses;
  state->words = Concat(words.what, " (", address, ")");
  state->advice = words.advice;
}

class ListJudge {
 public:
  explicit ListJudge(const wire::Name& zone) { state_.zone = wire::ToText(zone); }

  void Take(const ListEntry& entry, const Answer& answer) {
    state_.slowest = std::max(state_.slowest, answer.elapsed);
    if (IsTemporary(answer.kind)) {
      // Only the first one is told. A resolver's own answer says more than silence.
      if (failure_.empty()) failure_ = OutcomeText(answer);
      return;
    }
    if (answer.kind != AnswerKind::kRecords) return;
    for (const ReplyLine* line : RecordsOf(answer, wire::RRType::kA)) {
      if (refused_.empty() && IsRefusal(line->rdata)) refused_ = line->rdata;
      if (!line->rdata.starts_with("127.")) foreign_ = line->rdata;
    }
    if (entry.listed) {
      state_.listed.push_back(entry.family);
    } else {
      // A list of names answers questions for addresses as it likes, and the other way round.
      std::erase(state_.listed, entry.family);
      if (lists_all_.empty()) lists_all_ = entry.entry;
    }
  }

  BlockListState Judge() && {
    if (!refused_.empty()) {
      ReadRefusal(refused_, &state_);
    } else if (!foreign_.empty()) {
      End(BlockListVerdict::kMistaken,
          Concat("it answers ", foreign_, ", which is no answer of a list"),
          "Take the list out: its domain has another owner, or somebody changes its answers.");
    } else if (!state_.listed.empty()) {
      std::string families;
      for (const std::string_view family : state_.listed) {
        families += Concat(families.empty() ? "" : ", ", family);
      }
      End(BlockListVerdict::kWorks, Concat("it lists its test entries (", families, ")"), "");
    } else if (!lists_all_.empty()) {
      End(BlockListVerdict::kMistaken,
          Concat("it lists everything, also ", lists_all_, ", which no list has"),
          "Take the list out at once: with it a mail server rejects all mail.");
    } else if (!failure_.empty()) {
      End(BlockListVerdict::kSilent, failure_,
          "Check that this machine may ask the list. Until then take it out: each mail waits for "
          "it.");
    } else {
      End(BlockListVerdict::kMistaken, "it does not list its test entries",
          "Correct the name of the zone, or take the list out: it may have ended.");
    }
    return std::move(state_);
  }

 private:
  void End(BlockListVerdict verdict, std::string words, std::string_view advice) {
    state_.verdict = verdict;
    state_.words = std::move(words);
    state_.advice = advice;
  }

  BlockListState state_;
  std::string failure_;
  std::string refused_;
  std::string foreign_;
  std::string lists_all_;
};

}  // namespace

std::string_view VerdictText(BlockListVerdict verdict) {
  switch (verdict) {
    case BlockListVerdict::kWorks:
      return "works";
    case BlockListVerdict::kRefuses:
      return "refuses";
    case BlockListVerdict::kMistaken:
      return "is mistaken";
    case BlockListVerdict::kSilent:
      return "does not answer";
  }
  return "";
}

std::vector<BlockListState> CheckBlockLists(std::span<const wire::Name> zones, const AskMany& ask) {
  std::vector<Question> questions;
  for (const wire::Name& zone : zones) {
    for (const ListEntry& entry : kListEntries) {
      if (const auto name = NameInList(entry.entry, zone)) {
        questions.push_back({*name, wire::RRType::kA});
      }
    }
  }
  AnswerBook book(ask);
  book.Ask(questions);
  std::vector<BlockListState> states;
  for (const wire::Name& zone : zones) {
    ListJudge judge(zone);
    for (const ListEntry& entry : kListEntries) {
      const auto name = NameInList(entry.entry, zone);
      if (name) judge.Take(entry, book.Get(*name, wire::RRType::kA));
    }
    states.push_back(std::move(judge).Judge());
  }
  return states;
}

int ExitOf(std::span<const BlockListState> lists) {
  int exit = 0;
  for (const BlockListState& list : lists) {
    if (list.verdict == BlockListVerdict::kSilent && exit == 0) exit = 3;
    if (list.verdict == BlockListVerdict::kRefuses || list.verdict == BlockListVerdict::kMistaken) {
      exit = 1;
    }
  }
  return exit;
}

}  // namespace tern::resolver::tool
