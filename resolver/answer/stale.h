// Answers from entries past their TTL, for when nobody answers in time (RFC 8767).
//
// For clients alone. Nested look-ups get no stale address, and a delegation past its TTL, which is
// the parent's, is never used. Otherwise a domain that its parent took away would live on by what
// its old servers say as long as somebody asks for it (ghost domains). A stale answer is made anew
// for each use and never put into the store.
//
// Thread: one worker's.
#pragma once

#include "resolver/answer/answer.h"
#include "resolver/answer/knowledge.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver::answer {

// Fills the empty `answer` with what the store last knew of (name, type): the links of a chain and
// its end, or a denial. False when some part of it is not there or expired longer than max_stale
// ago; what `answer` holds then is to be thrown away.
bool AnswerFromStale(const Knowledge& known, const wire::Name& name, wire::RRType type,
                     Answer* answer);

// Whether the entry may serve at `now`: fresh, or stale within the limit.
bool MayServe(cache::EntryView entry, uint32_t max_stale, cache::Seconds now);

}  // namespace tern::resolver::answer
