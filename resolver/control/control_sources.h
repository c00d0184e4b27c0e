// Where the commands of the control socket take what they tell, and what they steer.
//
// Thread: the control socket's. All of it outlives the server.
#pragma once

#include "resolver/base/counters.h"
#include "resolver/control/steered.h"

namespace tern::resolver::control {

struct ControlSources {
  Steered* steered = nullptr;
  const CounterSource* counters = nullptr;
};

}  // namespace tern::resolver::control
