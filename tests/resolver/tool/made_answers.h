// Answers to the questions of a mail server, made up for a test.
#pragma once

#include <initializer_list>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "resolver/tool/questions.h"
#include "wire/parse_presentation.h"
#include "wire/presentation.h"

namespace tern::resolver::tool {

// A name that has no record here does not exist.
class MadeAnswers {
 public:
  void Add(const std::string& name, wire::RRType type, std::initializer_list<const char*> rdata) {
    Answer& answer = At(name, type);
    answer.kind = AnswerKind::kRecords;
    for (const char* text : rdata) AddLine(name, type, text, &answer);
  }
  // `name` is an alias of `target`, which has the answer to the same question.
  void AddAlias(const std::string& name, const std::string& target,
                std::initializer_list<wire::RRType> types) {
    for (const wire::RRType type : types) {
      Answer answer = Find(target, type);
      auto& section = answer.reply.sections[0];
      section.insert(section.begin(), {name, 300, "IN", wire::RRType::kCNAME, target});
      At(name, type) = answer;
    }
  }
  void Fail(const std::string& name, wire::RRType type, AnswerKind kind,
            const std::string& reason = "SERVFAIL") {
    At(name, type).kind = kind;
    At(name, type).reason = reason;
  }
  // The resolver says that the answer, also a denial, is secure.
  void Secure(const std::string& name, wire::RRType type, bool secure = true) {
    Answer answer = Find(name, type);
    answer.reply.flags.clear();
    if (secure) answer.reply.flags.push_back("ad");
    answers_[{name, type}] = answer;
  }
  void Bogus(const std::string& name, wire::RRType type) {
    Fail(name, type, AnswerKind::kFailure, "SERVFAIL, DNSSEC Bogus");
    At(name, type).reply.extended_errors.push_back({6, ""});
  }
  void RemoveFirst(const std::string& name, wire::RRType type) {
    auto& section = At(name, type).reply.sections[0];
    section.erase(section.begin());
  }
  void AddTrace(const std::string& name, wire::RRType type, const std::string& lines) {
    At(name, type).reply.trace = lines;
  }

  AskMany Asking() {
    return [this](std::span<const Question> questions) {
      std::vector<Answer> answers;
      for (const Question& question : questions) {
        ++asked_;
        answers.push_back(Find(wire::ToText(question.name), question.type));
      }
      return answers;
    };
  }
  size_t asked() const { return asked_; }

 private:
  static void AddLine(const std::string& name, wire::RRType type, const char* rdata,
                      Answer* answer) {
    answer->reply.sections[0].push_back({name, 300, "IN", type, rdata});
  }
  Answer& At(const std::string& name, wire::RRType type) {
    names_.insert(name);
    const auto [at, is_new] = answers_.try_emplace({name, type});
    if (is_new) at->second.kind = AnswerKind::kNoData;
    return at->second;
  }
  Answer Find(const std::string& name, wire::RRType type) const {
    const auto found = answers_.find({name, type});
    if (found != answers_.end()) return found->second;
    Answer answer;
    answer.kind = names_.contains(name) ? AnswerKind::kNoData : AnswerKind::kNoSuchName;
    return answer;
  }

  std::map<std::pair<std::string, wire::RRType>, Answer> answers_;
  std::set<std::string> names_;
  size_t asked_ = 0;
};

}  // namespace tern::resolver::tool
