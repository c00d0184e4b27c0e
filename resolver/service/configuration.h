// What a worker's service works by: one state of the configuration, for all workers.
//
// The way of a query through it:
//   1. The gate (policy/gate.h) lets the client in or turns it away.
//   2. ViewFor chooses how the client is answered. There is one view today. Views that depend on
//      the client, and rules that answer by policy (RPZ), come in here and nowhere else.
//   3. Everything behind it works by the view: the local data, the store, the resolution. The
//      worker that owns a question chooses again, from the same client.
//
// Thread: any; immutable, but for the buckets of the gate's rate limit.
#pragma once

#include <sys/socket.h>

#include <memory>

#include "resolver/base/endpoint.h"
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

  const View& ViewFor(const sockaddr*) const { return view; }
  const View& ViewFor(const IpAddress&) const { return view; }
};

}  // namespace tern::resolver::service
