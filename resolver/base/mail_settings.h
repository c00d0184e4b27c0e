// The settings of the mail path: plain values with their defaults.
//
// Thread: any may read a snapshot; nobody writes one after it was made.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "resolver/base/time.h"
#include "wire/name.h"

namespace tern::resolver {

// A block list (RFC 5782): a zone that says of an address or a domain whether it is listed.
struct BlockList {
  wire::Name zone;
  Duration timeout = std::chrono::seconds(1);  // then clients get a stale answer or SERVFAIL
  uint32_t max_negative_ttl = 300;             // seconds; in place of the cache's
};

struct MailSettings {
  bool additional = true;  // MX and SRV answers come with the addresses that the cache has
  bool warm = true;        // the addresses of exchangers are looked up behind an MX answer
  bool spf = true;         // what an SPF record refers to is looked up behind a TXT answer
  bool policies = false;   // _dmarc and _mta-sts are looked up behind an MX answer
  std::vector<BlockList> dnsbl;
};

}  // namespace tern::resolver
