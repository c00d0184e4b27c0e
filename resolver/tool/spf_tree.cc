#include "resolver/tool/spf_tree.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "resolver/base/endpoint.h"
#include "wire/concat.h"
#include "wire/parse_presentation.h"
#include "wire/presentation.h"
#include "wire/text_encoding.h"

namespace tern::resolver::tool {
namespace {

using Kind = SpfTerm::Kind;

struct TermName {
  std::string_view name;
  Kind kind;
  bool needs_domain;
};
constexpr TermName kMechanisms[] = {
    {"all", Kind::kAll, false}, {"include", Kind::kInclude, true}, {"a", Kind::kA, false},
    {"mx", Kind::kMx, false},   {"ptr", Kind::kPtr, false},        {"ip4", Kind::kIp, true},
    {"ip6", Kind::kIp, true},   {"exists", Kind::kExists, true},
};

bool IsSpfAddress(std::string_view text, bool ipv6) {
  const size_t slash = text.find('/');
  const auto address = IpAddress::Parse(text.substr(0, slash));
  if (!address || address->IsIpv6() != ipv6) return false;
  return slash == std::string_view::npos ||
         wire::ParseDecimal<uint32_t>(text.substr(slash + 1), ipv6 ? 128 : 32).has_value();
}

// Adds the term, or an error. Unknown modifiers count for nothing (RFC 7208 section 6).
void ReadTerm(std::string_view word, SpfRecord* record, std::vector<SpfTerm>* redirects) {
  std::string_view rest = word;
  const bool qualified = std::string_view("+-~?").find(rest.front()) != std::string_view::npos;
  if (qualified) rest.remove_prefix(1);
  const size_t name_end = std::min(rest.find_first_of(":/="), rest.size());
  const std::string_view name = rest.substr(0, name_end);
  rest.remove_prefix(name_end);
  if (!qualified && rest.starts_with('=')) {
    if (wire::EqualTexts(name, "redirect")) {
      redirects->push_back({Kind::kRedirect, std::string(word), std::string(rest.substr(1))});
    }
    return;
  }
  const auto known =
      std::find_if(std::begin(kMechanisms), std::end(kMechanisms),
                   [&](const auto& each) { return wire::EqualTexts(each.name, name); });
  if (known == std::end(kMechanisms)) {
    record->errors.push_back(Concat("unknown mechanism ", word));
    return;
  }
  const std::string_view value = rest.starts_with(':') ? rest.substr(1) : std::string_view();
  const bool is_address = known->kind == Kind::kIp;
  if ((known->needs_domain && value.empty()) ||
      (is_address && !IsSpfAddress(value, known->name == "ip6"))) {
    record->errors.push_back(Concat("mistake in ", word));
    return;
  }
  // Behind the domain of `a` and `mx` there may be prefix lengths.
  const bool has_lengths = known->kind == Kind::kA || known->kind == Kind::kMx;
  record->terms.push_back({known->kind, std::string(word),
                           std::string(has_lengths ? value.substr(0, value.find('/')) : value)});
}

// One record of the tree that is still to be followed.
struct Node {
  std::string text;
  std::vector<wire::Name> path;  // from the domain to this record's own name
};

// A term that costs a look-up.
struct Lookup {
  SpfTerm term;
  wire::Name name;
  size_t node = 0;
};

std::vector<Question> QuestionsOf(const Lookup& lookup) {
  switch (lookup.term.kind) {
    case Kind::kInclude:
    case Kind::kRedirect:
      return {{lookup.name, wire::RRType::kTXT}};
    case Kind::kA:
      return {{lookup.name, wire::RRType::kA}, {lookup.name, wire::RRType::kAAAA}};
    case Kind::kMx:
      return {{lookup.name, wire::RRType::kMX}};
    case Kind::kExists:
      return {{lookup.name, wire::RRType::kA}};
    case Kind::kAll:
    case Kind::kIp:
    case Kind::kPtr:  // depends on the client's address
      break;
  }
  return {};
}

class SpfWalk {
 public:
  SpfWalk(SpfTree* tree, AnswerBook* book) : tree_(tree), book_(book) {}

  void Follow(std::vector<Node> level) {
    while (!level.empty()) {
      const std::vector<Lookup> lookups = LookupsOf(level);
      std::vector<Question> questions;
      for (const Lookup& lookup : lookups) {
        for (const Question& question : QuestionsOf(lookup)) questions.push_back(question);
      }
      book_->Ask(questions);
      std::vector<Node> next;
      for (const Lookup& lookup : lookups) Judge(lookup, level[lookup.node], &next);
      if (!tree_->complete) return;
      level = std::move(next);
    }
  }

 private:
  std::vector<Lookup> LookupsOf(const std::vector<Node>& level) {
    std::vector<Lookup> lookups;
    for (size_t i = 0; i < level.size(); ++i) {
      SpfRecord record = ParseSpf(level[i].text);
      const std::string at = wire::ToText(level[i].path.back());
      for (const std::string& error : record.errors) AddError(Concat(at, ": ", error));
      for (SpfTerm& term : record.terms) {
        if (term.kind == Kind::kAll || term.kind == Kind::kIp) continue;
        if (tree_->lookups == kSpfLookupsTold) {
          tree_->complete = false;
          return lookups;
        }
        ++tree_->lookups;
        if (term.domain.find('%') != std::string::npos) {
          ++tree_->macros;
        } else if (const auto name = NameOf(term, level[i])) {
          lookups.push_back({std::move(term), *name, i});
        } else {
          AddError(Concat(at, ": mistake in ", term.text));
        }
      }
    }
    return lookups;
  }

  static std::optional<wire::Name> NameOf(const SpfTerm& term, const Node& node) {
    if (term.domain.empty()) return node.path.back();
    const auto name = wire::ParseName(term.domain);
    return name.ok() ? std::optional(*name) : std::nullopt;
  }

  void Judge(const Lookup& lookup, const Node& node, std::vector<Node>* next) {
    const std::vector<Question> questions = QuestionsOf(lookup);
    if (questions.empty()) return;
    bool is_void = true;
    bool failed = false;
    for (const Question& question : questions) {
      const Answer& answer = book_->Get(question.name, question.type);
      is_void =
          is_void && (answer.kind == AnswerKind::kNoData || answer.kind == AnswerKind::kNoSuchName);
      if (IsTemporary(answer.kind) && !failed) {
        failed = true;
        AddOnce(Concat(lookup.term.text, ": ", OutcomeText(answer)), &tree_->failures);
      }
    }
    if (is_void) ++tree_->voids;
    if (failed) return;
    if (lookup.term.kind == Kind::kMx) JudgeExchangers(lookup);
    if (lookup.term.kind == Kind::kInclude || lookup.term.kind == Kind::kRedirect) {
      Include(lookup, node, next);
    }
  }

  void JudgeExchangers(const Lookup& lookup) {
    const size_t count =
        RecordsOf(book_->Get(lookup.name, wire::RRType::kMX), wire::RRType::kMX).size();
    if (count > kSpfExchangersMax) {
      AddError(Concat(lookup.term.text, " has ", count, " exchangers, ", kSpfExchangersMax,
                      " are allowed"));
    }
  }

  void Include(const Lookup& lookup, const Node& node, std::vector<Node>* next) {
    if (std::find(node.path.begin(), node.path.end(), lookup.name) != node.path.end()) {
      AddError(Concat("a loop: ", lookup.term.text, " in the record of ",
                      wire::ToText(node.path.back())));
      return;
    }
    const TxtPolicy policy =
        ReadTxtPolicy(book_->Get(lookup.name, wire::RRType::kTXT), kSpfVersion);
    if (policy.records.size() != 1) {
      AddError(Concat(lookup.term.text, " leads to ",
                      policy.records.empty() ? "no SPF record" : "several SPF records"));
      return;
    }
    Node child = {policy.records[0], node.path};
    child.path.push_back(lookup.name);
    next->push_back(std::move(child));
  }

  static void AddOnce(std::string text, std::vector<std::string>* list) {
    if (std::find(list->begin(), list->end(), text) == list->end()) {
      list->push_back(std::move(text));
    }
  }
  void AddError(std::string text) { AddOnce(std::move(text), &tree_->errors); }

  SpfTree* const tree_;
  AnswerBook* const book_;
};

}  // namespace

SpfRecord ParseSpf(std::string_view text) {
  SpfRecord record;
  std::vector<SpfTerm> redirects;
  text.remove_prefix(std::min(text.find(' '), text.size()));
  while (!text.empty()) {
    const size_t end = text.find(' ');
    if (end != 0) ReadTerm(text.substr(0, end), &record, &redirects);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  if (redirects.size() > 1) record.errors.push_back("several redirects");
  const auto all = std::find_if(record.terms.begin(), record.terms.end(),
                                [](const SpfTerm& term) { return term.kind == Kind::kAll; });
  if (all != record.terms.end()) {
    // RFC 7208 section 5.1: what stands behind it counts for nothing, and redirect neither.
    record.terms.erase(all + 1, record.terms.end());
  } else if (!redirects.empty()) {
    record.terms.push_back(redirects.front());
  }
  return record;
}

SpfTree WalkSpf(const wire::Name& domain, AnswerBook* book) {
  SpfTree tree;
  tree.policy = ReadTxtPolicy(book->AskOne(domain, wire::RRType::kTXT), kSpfVersion);
  if (tree.policy.records.size() == 1) {
    SpfWalk(&tree, book).Follow({{tree.policy.records[0], {domain}}});
  }
  return tree;
}

}  // namespace tern::resolver::tool
