// Events as dnstap messages (https://dnstap.info), in the octets of protobuf.
//
// - A client's query and its answer are CLIENT_QUERY and CLIENT_RESPONSE.
// - A query to a name server and its reply are RESOLVER_QUERY and RESOLVER_RESPONSE, and for the
//   servers of a forward zone FORWARDER_QUERY and FORWARDER_RESPONSE. The zone goes with them.
// - If no reply comes, the query is told once more, with the same time and with `timeout` or
//   `unreachable` in `extra`, and for how long it was waited. It is written anew, so a cookie is
//   not in it. (A response without a message would be an error to readers.)
//
// Thread: the writer's. Bound: the message that is being written.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "resolver/base/endpoint.h"
#include "resolver/base/event.h"
#include "resolver/base/event_settings.h"
#include "resolver/control/shown_address.h"

namespace tern::resolver::control {

// The content type that the frames of dnstap have.
inline constexpr std::string_view kDnstapContentType = "protobuf:dnstap.Dnstap";

class DnstapEncoder {
 public:
  // `listening`: where clients ask, as events name it. Throws std::bad_alloc.
  DnstapEncoder(const DnstapSettings& settings, std::vector<Endpoint> listening);

  // Gives each message of the event to `use`. A time of an event and `wall_shift` are together the
  // time since 1970. Throws std::bad_alloc.
  using Use = std::function<void(std::span<const uint8_t> message)>;
  void Encode(const Event& event, Duration wall_shift, const Use& use);

 private:
  void EncodeOne(const Event& event, bool is_reply, Duration wall_shift, const Use& use);

  const std::string identity_;
  const std::string version_;
  const std::vector<Endpoint> listening_;
  ShownAddress clients_;
  std::vector<uint8_t> octets_;
};

}  // namespace tern::resolver::control
