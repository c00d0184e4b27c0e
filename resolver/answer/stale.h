// Answers from entries past their TTL, for when no server answers in time (RFC 8767).
//
// - They are for clients only. Nested look-ups get no stale address.
// - A delegation is never used past its TTL, which is the parent's. Otherwise a domain that its
//   parent took away would live on through its old servers, as long as somebody asks for it (ghost
//   domains).
// - TLSA has no stale answers. It says whom a mail server may trust, and its absence says that
//   nothing must be checked (RFC 7672).
// - A stale answer is made again for each use. It never goes into the store.
//
// Thread: one worker's.
#pragma once

#include "resolver/answer/answer.h"
#include "resolver/answer/knowledge.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver::answer {

// Fills the empty `answer` with what the store last knew of (name, type): the links of a chain and
// its end, or a denial. False when some part of it is missing, or expired longer than max_stale
// ago. Then the content of `answer` must not be used.
bool AnswerFromStale(const Knowledge& known, const wire::Name& name, wire::RRType type,
                     Answer* answer);

// Whether the entry may serve at `now`: it is fresh, or stale within the limit.
bool MayServe(cache::EntryView entry, uint32_t max_stale, cache::Instant now);

}  // namespace tern::resolver::answer
