#include "resolver/control/peer.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "resolver/base/control_socket.h"

namespace tern::resolver::control {

std::optional<Peer> PeerOf(int socket) {
  ucred credentials{};
  socklen_t octets = sizeof credentials;
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &octets) != 0) return std::nullopt;
  Peer peer{.user = credentials.uid, .groups = {credentials.gid}};
  std::vector<gid_t> groups(64);
  for (int tries = 0; tries < 2; ++tries) {
    octets = static_cast<socklen_t>(groups.size() * sizeof(gid_t));
    const bool known = getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &octets) == 0;
    if (!known && errno != ERANGE) break;
    groups.resize(octets / sizeof(gid_t));
    if (!known) continue;  // there are more, and now there is room for them
    peer.groups.insert(peer.groups.end(), groups.begin(), groups.end());
    break;
  }
  return peer;
}

bool MaySteer(const Peer& peer, uid_t own_user, gid_t own_group) {
  if (peer.user == 0 || peer.user == own_user) return true;
  return own_group != kNoGroup &&
         std::find(peer.groups.begin(), peer.groups.end(), own_group) != peer.groups.end();
}

}  // namespace tern::resolver::control
