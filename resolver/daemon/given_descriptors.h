// The descriptors with which this process was started: those of systemd (sd_listen_fds(3)), or of
// the ternd before it. What they are says their names:
// - `cache`: the cache, a snapshot in memory (kept_cache.h)
// - `secrets`: the secrets of cookies (cookie_secrets.h)
// - `predecessor`: the ternd that waits for this one to take over
// - any other one: a socket, which says itself what it is
//
// Thread: one, at the start. Bound: kGivenDescriptorsMax.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

#include "resolver/io/given_sockets.h"
#include "resolver/io/sockets.h"

namespace tern::resolver::daemon {

inline constexpr size_t kGivenDescriptorsMax = 16384;
inline constexpr const char* kCacheName = "cache";
inline constexpr const char* kSecretsName = "secrets";
inline constexpr const char* kPredecessorName = "predecessor";
// The variable with the process number of the ternd that started this one. Its own descriptors need
// no LISTEN_PID, which it could not know in time.
inline constexpr const char* kPredecessorVariable = "TERN_PREDECESSOR";

struct GivenDescriptors {
  io::GivenSockets sockets;
  io::OwnedFd cache;
  // Called before the cache is read; may be null.
  std::function<void()> before_cache;
  io::OwnedFd secrets;
  io::OwnedFd predecessor;
  bool has_predecessor = false;
};

// Reads the environment and removes from it what it has read. The descriptors are for this process
// only from now on.
GivenDescriptors TakeGivenDescriptors();

}  // namespace tern::resolver::daemon
