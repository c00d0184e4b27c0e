// How much of a worker's bounds is in use, and how often they were met (service/README.md).
//
// The bounds of sockets are counted where the sockets are (io/socket_bounds.h).
//
// Thread: as counters.h says: the worker's writes, any reads.
// Bound: the members.
#pragma once

namespace tern::resolver {

template <typename Count>
struct LimitCounts {
  // States: what is there now.
  Count clients{};
  Count jobs{};
  Count jobs_max{};  // with those for nested questions, as the configuration says
  Count refreshes{};
  Count misses{};  // on their way to other workers
  Count late_replies{};
  Count mail_fan_outs{};
  // How often the bound was met.
  Count clients_met{};         // a client made way for another one
  Count waiters_met{};         // a question had as many clients as it may have
  Count jobs_met{};            // a question made way for another one, or had no room
  Count refreshes_met{};       // a refresh was left out
  Count prefix_waiting_met{};  // a prefix had as many waiting questions as it may have
  Count misses_met{};          // too many questions were on their way to other workers
  Count late_replies_met{};    // a late reply made way for another one
  Count mail_fan_outs_met{};   // what a mail server asks next was not looked up ahead of it
  Count zone_questions_met{};  // too many questions waited for a zone's servers
  Count server_queries_met{};  // a server was not asked, because it had too many open queries
  Count attempts_met{};        // an attempt of a race made way for another one, or had no room
  Count reply_records_met{};   // a reply had too many records
  Count reply_steps_met{};     // a reply took too many steps to read
  // What one client query may cost was used up.
  Count query_queries_met{};
  Count query_octets_met{};
  Count query_referrals_met{};
  Count query_failed_addresses_met{};
  Count query_nesting_met{};
  Count query_aliases_met{};
};

}  // namespace tern::resolver
