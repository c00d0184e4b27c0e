// Which questions a mail server will ask next.
//
// Thread: any that owns a Reader of the store. All functions throw std::bad_alloc.
#pragma once

#include "cache/entry.h"
#include "resolver/answer/knowledge.h"
#include "resolver/answer/reply.h"
#include "resolver/mail/question.h"
#include "resolver/mail/spf.h"
#include "wire/name.h"

namespace tern::resolver::mail {

// Adds the address questions for the exchangers of an MX RRset, in order of preference, at most
// answer::kTargetsMax of them. Left out are addresses that are known and do not expire soon, and
// hosts that local data answers for.
// `purpose` is that of the address questions. With kFollowHost, TLSA of exchangers whose addresses
// are known is added too.
void PlanExchangers(const answer::Knowledge& known, cache::EntryView mx, Purpose purpose,
                    Questions* questions);

// Adds the TLSA questions of an exchanger (RFC 7672 section 2.2). `host` is its name in a secure MX
// answer, and `address` the answer to an address question for it.
// - If all of the answer is secure, they are asked at the end of the chain, and at `host`.
// - If only the alias at `host` is secure, they are asked there.
// - Otherwise nobody could use TLSA, and nothing is added.
// What is known already is left out.
void PlanTlsa(const answer::Knowledge& known, wire::NameView host,
              const answer::AnswerParts& address, Questions* questions);

// Adds the questions for the policies of a mail domain: DMARC (RFC 7489) and MTA-STS (RFC 8461).
void PlanPolicies(wire::NameView domain, Questions* questions);

// If a TXT RRset that is in the store has an SPF record, adds the RRset's own question, to be
// followed.
void PlanSpfOf(const answer::Knowledge& known, cache::EntryView txt, Questions* questions);

// Adds the questions for what the SPF record among the TXT records of a domain refers to.
// `*lookups_left` counts down for each term that costs a look-up (RFC 7208 section 4.6.4).
void PlanSpf(const answer::Knowledge& known, cache::EntryView txt, int* lookups_left,
             Questions* questions);

}  // namespace tern::resolver::mail
