// What a question's clients could have had before its job began, if that had expired. It is for
// operators who prefer it to SERVFAIL while a zone is bogus (cache.stale_instead_of_bogus).
//
// What a job learns replaces expired entries before anybody knows whether it is good. So a copy of
// them is kept here until then. If the job fails, they come back into the store, from where stale
// answers are made. What other questions replace is not kept: those of clients with CD, and
// look-ups of name servers' addresses.
//
// Thread: one worker's. Bound: one answer (answer/answer.h).
#pragma once

#include <memory>

#include "resolver/answer/answer.h"
#include "resolver/answer/knowledge.h"
#include "resolver/resolution/facilities.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver::resolution {

class KeptStale {
 public:
  // What the client of a bogus answer is told beside the stale one.
  static constexpr char kWhy[] = "what its servers say now fails validation";

  // Keeps what answers (name, type), when a part of it has expired and the operator wants that.
  // What is kept already stays. Keeps nothing when memory is short.
  void Keep(const answer::Knowledge& known, const wire::Name& name, wire::RRType type);
  bool has_answer() const { return answer_ != nullptr; }
  // Puts the expired parts into the store, unless something that was validated has replaced them.
  void PutBack(Facilities* facilities) const;
  void Clear() { answer_.reset(); }
  // The memory that it holds.
  size_t held_octets() const { return answer_ == nullptr ? 0 : answer_->held_octets(); }

 private:
  std::unique_ptr<answer::Answer> answer_;
};

}  // namespace tern::resolver::resolution
