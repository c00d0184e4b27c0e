// The process at the other end of the control socket, as the kernel knows it.
//
// Thread: any. Bound: the groups of a process.
#pragma once

#include <sys/types.h>

#include <optional>
#include <vector>

namespace tern::resolver::control {

struct Peer {
  uid_t user = 0;
  std::vector<gid_t> groups;  // all that the process was in when it connected
};

// Nothing when the kernel does not say it.
std::optional<Peer> PeerOf(int socket);

// Root may give commands, and so may the daemon's own user and the members of its group, unless
// that is nogroup.
bool MaySteer(const Peer& peer, uid_t own_user, gid_t own_group);

}  // namespace tern::resolver::control
