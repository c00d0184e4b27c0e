// What a step of a resolution learnt, in words for the operator's account.
//
// Thread: one worker's; only for traced resolutions.
#pragma once

#include <string>
#include <string_view>

#include "resolver/reply_class.h"
#include "resolver/reply_records.h"
#include "resolver/zone_servers.h"

namespace tern::resolver {

// `no such name`
std::string_view Describe(ReplyClass reply_class);
// `NS ns1.example.com. 192.0.2.1, ns2.example.com.`
std::string DescribeServers(const ZoneServers& servers);
// `www.example.com. CNAME web.example.net.; ...`; a negative answer's SOA.
std::string DescribeRecords(const ReplyRecords& records);

}  // namespace tern::resolver
