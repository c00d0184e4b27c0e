// The settings of the mail path: plain values with their defaults.
//
// Thread: any may read a snapshot; nobody writes one after it was made.
#pragma once

namespace tern::resolver {

struct MailSettings {
  bool additional = true;  // MX and SRV answers come with the addresses that the cache has
  bool warm = true;        // the addresses of exchangers are looked up behind an MX answer
  bool spf = true;         // what an SPF record refers to is looked up behind a TXT answer
  bool policies = false;   // _dmarc and _mta-sts are looked up behind an MX answer
};

}  // namespace tern::resolver
