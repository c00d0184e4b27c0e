// Starts a daemon for tests (loopback_settings.h).
//
// Thread: one.
#pragma once

#include <memory>
#include <utility>

#include "gtest/gtest.h"
#include "resolver/daemon/daemon.h"
#include "tests/resolver/daemon/loopback_settings.h"

namespace tern::resolver::daemon {

// Null after a failure, which fails the test.
inline std::unique_ptr<Daemon> Started(config::Settings settings) {
  auto daemon = Daemon::Start(std::move(settings),
                              [](const absl::Status& status) { ADD_FAILURE() << status; });
  EXPECT_TRUE(daemon.ok()) << daemon.status();
  return daemon.ok() ? *std::move(daemon) : nullptr;
}

}  // namespace tern::resolver::daemon
