// What is left of the budget of one client query, with all that it makes this process ask.
//
// It bounds the work that a malicious zone can cause, so nothing ever fills it up again.
//
// Thread: one worker's; a value.
#pragma once

namespace tern::resolver {

struct Allowance {
  int upstream_queries = 0;
  int referrals = 0;
  int failed_address_lookups = 0;
  // Nested look-ups leave this many of failed_address_lookups to the question itself: a name server
  // that cannot be found may be one of several.
  int kept_for_the_question = 0;
};

}  // namespace tern::resolver
