// One state of the configuration, as the workers' services use it.
//
// How a query is treated:
// 1. The gate (policy/gate.h) lets the client in or turns it away.
// 2. ViewFor chooses the view, which decides how the client is answered. There is one view today.
//    Views that depend on the client, and policy rules (RPZ), belong here and nowhere else.
// 3. All later steps use the view: local data, store and resolution. The worker that owns the
//    question chooses the view again for the same client.
//
// Thread: any; immutable, except for the buckets of the gate's rate limit.
// Bound: as its parts.
#pragma once

#include <sys/socket.h>

#include <memory>
#include <string>
#include <vector>

#include "resolver/base/endpoint.h"
#include "resolver/base/events.h"
#include "resolver/base/top_clients.h"
#include "resolver/policy/cookies.h"
#include "resolver/policy/core_settings.h"
#include "resolver/policy/gate.h"
#include "resolver/policy/local_data.h"

namespace tern::resolver::service {

struct View {
  std::shared_ptr<const policy::CoreSettings> settings;
  std::shared_ptr<const policy::LocalData> local_data;
};

struct Configuration {
  std::shared_ptr<policy::Gate> gate;
  std::shared_ptr<const policy::ServerCookies> cookies;
  View view;
  // What trustanchor.server says, or null.
  std::shared_ptr<const std::vector<std::string>> trust_anchors;
  bool trace = true;  // clients on the loopback may ask for a trace of their resolution
  // For the query log and dnstap. Null: nobody wants to see anything.
  std::shared_ptr<const Events> events;
  TopClients top_clients = TopClients::kPrefix;  // how those who watch see clients

  const View& ViewFor(const sockaddr*) const { return view; }
  const View& ViewFor(const IpAddress&) const { return view; }
};

}  // namespace tern::resolver::service
