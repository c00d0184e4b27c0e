// Says in words what a step of a resolution learnt, for the operator's trace.
//
// Thread: one worker's. Only for traced resolutions.
#pragma once

#include <string>
#include <string_view>

#include "resolver/upstream/reply_class.h"
#include "resolver/upstream/reply_records.h"
#include "resolver/upstream/zone_servers.h"

namespace tern::resolver::resolution {

// `no such name`
std::string_view Describe(upstream::ReplyClass reply_class);
// `NS ns1.example.com. 192.0.2.1, ns2.example.com.`
std::string DescribeServers(const upstream::ZoneServers& servers);
// `www.example.com. CNAME web.example.net.; ...`, and a negative answer's SOA.
std::string DescribeRecords(const upstream::ReplyRecords& records);

}  // namespace tern::resolver::resolution
