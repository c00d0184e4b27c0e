// What is left of the budget of one client query. All queries that this process sends because of
// the client query are paid from it.
//
// The budget limits the work that a malicious zone can cause. So nothing ever refills it.
//
// Thread: one worker's; a value.
#pragma once

#include <cstddef>

namespace tern::resolver {

struct Allowance {
  int upstream_queries = 0;
  int upstream_octets = 0;  // of replies; the last one may exceed it
  int referrals = 0;
  int failed_address_lookups = 0;
  // Nested look-ups leave this many of failed_address_lookups to the client's own question. A zone
  // may have other name servers besides the one that a nested look-up cannot find.
  int kept_for_the_question = 0;
  int signature_checks = 0;  // public-key operations of validation
  int validation_work = 0;   // the same by their cost, in verifications by P-256
  int hashes = 0;            // of names and keys, in validation
  // What validation has met, for the counters.
  int zones_checked = 0;            // zones whose keys were checked
  int keys_of_one_tag = 0;          // the most that fitted one signature
  bool half_failed_lookup = false;  // a cheap one was counted, and the next one makes a whole
};

// The part of the allowance for `count` of `of` things that it pays for. All parts together are not
// more than the whole.
// REQUIRES: count <= of.
inline Allowance ShareOf(const Allowance& whole, size_t count, size_t of) {
  const auto part = [&](int amount) {
    return static_cast<int>(static_cast<size_t>(amount) * count / of);
  };
  return {part(whole.upstream_queries),
          part(whole.upstream_octets),
          part(whole.referrals),
          part(whole.failed_address_lookups),
          part(whole.kept_for_the_question),
          part(whole.signature_checks),
          part(whole.validation_work),
          part(whole.hashes)};
}

}  // namespace tern::resolver
