#include "resolver/control/dnstap_message.h"

#include <dnstap.pb-c.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <utility>

#include "resolver/base/version.h"
#include "wire/concat.h"

namespace tern::resolver::control {
namespace {

std::string NameOfMachine() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

// Borrowed: the library only reads it.
ProtobufCBinaryData Borrow(std::span<const uint8_t> octets) {
  return {octets.size(), const_cast<uint8_t*>(octets.data())};
}
ProtobufCBinaryData Borrow(const std::string& text) {
  return Borrow({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
}

// Sets an optional field if there is something to set.
void Set(std::span<const uint8_t> octets, protobuf_c_boolean* has, ProtobufCBinaryData* field) {
  *has = !octets.empty();
  *field = Borrow(octets);
}

std::span<const uint8_t> OctetsOf(const IpAddress& address) {
  return {address.octets, address.size};
}

void SetTime(Time time, Duration wall_shift, protobuf_c_boolean* has_seconds, uint64_t* seconds,
             protobuf_c_boolean* has_nanoseconds, uint32_t* nanoseconds) {
  const int64_t micros = Micros(time) + wall_shift.count();
  *has_seconds = *has_nanoseconds = true;
  *seconds = static_cast<uint64_t>(micros / 1'000'000);
  *nanoseconds = static_cast<uint32_t>(micros % 1'000'000 * 1000);
}

Dnstap__Message__Type TypeOf(const Event& event, bool is_reply) {
  if (event.IsOfClient()) {
    return is_reply ? DNSTAP__MESSAGE__TYPE__CLIENT_RESPONSE : DNSTAP__MESSAGE__TYPE__CLIENT_QUERY;
  }
  if (event.forwarded) {
    return is_reply ? DNSTAP__MESSAGE__TYPE__FORWARDER_RESPONSE
                    : DNSTAP__MESSAGE__TYPE__FORWARDER_QUERY;
  }
  return is_reply ? DNSTAP__MESSAGE__TYPE__RESOLVER_RESPONSE
                  : DNSTAP__MESSAGE__TYPE__RESOLVER_QUERY;
}

// Why there is no reply. Empty: nothing is to be said.
std::string ExtraOf(const Event& event) {
  const bool is_silent = event.kind == Event::Kind::kServerSilent;
  if (!is_silent && event.kind != Event::Kind::kServerUnreachable) return "";
  const auto waited =
      std::chrono::duration_cast<std::chrono::milliseconds>(event.ended - event.began);
  return Concat(is_silent ? "timeout" : "unreachable", " after ", waited.count(), " ms");
}

}  // namespace

DnstapEncoder::DnstapEncoder(const DnstapSettings& settings, std::vector<Endpoint> listening)
    : identity_(settings.identity.empty() ? NameOfMachine() : settings.identity),
      version_(Concat("tern ", kVersion)),
      listening_(std::move(listening)),
      clients_(settings.addresses) {}

void DnstapEncoder::Encode(const Event& event, Duration wall_shift, const Use& use) {
  switch (event.kind) {
    case Event::Kind::kClient:
      EncodeOne(event, /*is_reply=*/false, wall_shift, use);
      if (!event.reply.empty()) EncodeOne(event, /*is_reply=*/true, wall_shift, use);
      return;
    case Event::Kind::kClientReply:
      if (!event.reply.empty()) EncodeOne(event, /*is_reply=*/true, wall_shift, use);
      return;
    case Event::Kind::kServerReply:
      EncodeOne(event, /*is_reply=*/true, wall_shift, use);
      return;
    case Event::Kind::kClientQuery:
    case Event::Kind::kServerQuery:
    case Event::Kind::kServerSilent:
    case Event::Kind::kServerUnreachable:
      EncodeOne(event, /*is_reply=*/false, wall_shift, use);
      return;
  }
}

void DnstapEncoder::EncodeOne(const Event& event, bool is_reply, Duration wall_shift,
                              const Use& use) {
  Dnstap__Message message = DNSTAP__MESSAGE__INIT;
  message.type = TypeOf(event, is_reply);
  const IpAddress peer =
      event.IsOfClient() ? clients_.Show(event.peer.address) : event.peer.address;
  message.has_socket_family = message.has_socket_protocol = true;
  message.socket_family =
      peer.IsIpv4() ? DNSTAP__SOCKET_FAMILY__INET : DNSTAP__SOCKET_FAMILY__INET6;
  message.socket_protocol = event.transport == Transport::kTcp ? DNSTAP__SOCKET_PROTOCOL__TCP
                                                               : DNSTAP__SOCKET_PROTOCOL__UDP;
  Endpoint asked = event.peer;  // who answers
  if (event.IsOfClient()) {
    if (event.listener < listening_.size()) asked = listening_[event.listener];
    if (event.local.size != 0) asked.address = event.local;
    Set(OctetsOf(peer), &message.has_query_address, &message.query_address);
    message.has_query_port = true;
    message.query_port = event.peer.port;
  }
  Set(OctetsOf(asked.address), &message.has_response_address, &message.response_address);
  message.has_response_port = true;
  message.response_port = asked.port;
  Set(event.zone, &message.has_query_zone, &message.query_zone);
  SetTime(event.began, wall_shift, &message.has_query_time_sec, &message.query_time_sec,
          &message.has_query_time_nsec, &message.query_time_nsec);
  if (is_reply) {
    SetTime(event.ended, wall_shift, &message.has_response_time_sec, &message.response_time_sec,
            &message.has_response_time_nsec, &message.response_time_nsec);
    Set(event.reply, &message.has_response_message, &message.response_message);
  } else {
    Set(event.query, &message.has_query_message, &message.query_message);
  }
  Dnstap__Dnstap frame = DNSTAP__DNSTAP__INIT;
  frame.type = DNSTAP__DNSTAP__TYPE__MESSAGE;
  frame.message = &message;
  frame.has_identity = !identity_.empty();
  frame.identity = Borrow(identity_);
  frame.has_version = true;
  frame.version = Borrow(version_);
  const std::string extra = ExtraOf(event);
  frame.has_extra = !extra.empty();
  frame.extra = Borrow(extra);
  octets_.resize(dnstap__dnstap__get_packed_size(&frame));
  dnstap__dnstap__pack(&frame, octets_.data());
  use(octets_);
}

}  // namespace tern::resolver::control
