#include "resolver/control/dnstap_message.h"

#include <dnstap.pb-c.h>

#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "wire/parse_presentation.h"

namespace tern::resolver::control {
namespace {

struct FrameFree {
  void operator()(Dnstap__Dnstap* frame) const { dnstap__dnstap__free_unpacked(frame, nullptr); }
};
using Frame = std::unique_ptr<Dnstap__Dnstap, FrameFree>;

std::string TextOf(const ProtobufCBinaryData& data) {
  return std::string(reinterpret_cast<const char*>(data.data), data.len);
}
std::string AddressOf(const ProtobufCBinaryData& data) {
  return IpAddress::FromOctets({data.data, data.len}).ToText();
}

class DnstapMessageTest : public testing::Test {
 protected:
  DnstapMessageTest() {
    settings_.identity = "me";
    event_.peer = {*IpAddress::Parse("192.0.2.77"), 4242};
    event_.local = *IpAddress::Parse("192.0.2.53");
    event_.began = Time(std::chrono::microseconds(5'000'001));
    event_.ended = Time(std::chrono::microseconds(5'250'002));
    event_.query = query_;
    event_.reply = reply_;
  }
  std::vector<Frame> Encode() {
    std::vector<Frame> frames;
    DnstapEncoder encoder(settings_, {*Endpoint::Parse("[::]:53", 0)});
    encoder.Encode(
        event_, std::chrono::seconds(1'000'000'000), [&](std::span<const uint8_t> message) {
          frames.emplace_back(dnstap__dnstap__unpack(nullptr, message.size(), message.data()));
          ASSERT_NE(frames.back(), nullptr);
        });
    return frames;
  }

  const std::vector<uint8_t> query_ = {'q', 'u', 'e'};
  const std::vector<uint8_t> reply_ = {'r', 'e', 'p', 'l'};
  DnstapSettings settings_;
  Event event_;
};

TEST_F(DnstapMessageTest, AClientsQueryAndItsAnswerAreTwo) {
  const auto frames = Encode();
  ASSERT_EQ(frames.size(), 2u);
  const Dnstap__Message& query = *frames[0]->message;
  EXPECT_EQ(frames[0]->type, DNSTAP__DNSTAP__TYPE__MESSAGE);
  EXPECT_EQ(TextOf(frames[0]->identity), "me");
  EXPECT_TRUE(TextOf(frames[0]->version).starts_with("tern "));
  EXPECT_FALSE(frames[0]->has_extra);
  EXPECT_EQ(query.type, DNSTAP__MESSAGE__TYPE__CLIENT_QUERY);
  EXPECT_EQ(query.socket_family, DNSTAP__SOCKET_FAMILY__INET);
  EXPECT_EQ(query.socket_protocol, DNSTAP__SOCKET_PROTOCOL__UDP);
  EXPECT_EQ(AddressOf(query.query_address), "192.0.2.77");
  EXPECT_EQ(query.query_port, 4242u);
  EXPECT_EQ(AddressOf(query.response_address), "192.0.2.53");
  EXPECT_EQ(query.response_port, 53u);
  EXPECT_EQ(query.query_time_sec, 1'000'000'005u);
  EXPECT_EQ(query.query_time_nsec, 1000u);
  EXPECT_EQ(TextOf(query.query_message), "que");
  EXPECT_FALSE(query.has_response_message || query.has_response_time_sec);
  const Dnstap__Message& reply = *frames[1]->message;
  EXPECT_EQ(reply.type, DNSTAP__MESSAGE__TYPE__CLIENT_RESPONSE);
  EXPECT_EQ(reply.query_time_sec, 1'000'000'005u);
  EXPECT_EQ(reply.response_time_sec, 1'000'000'005u);
  EXPECT_EQ(reply.response_time_nsec, 250'002'000u);
  EXPECT_EQ(TextOf(reply.response_message), "repl");
  EXPECT_FALSE(reply.has_query_message);
}

TEST_F(DnstapMessageTest, AQueryThatGetsNoAnswerIsOne) {
  event_.reply = {};
  EXPECT_EQ(Encode().size(), 1u);
  event_.kind = Event::Kind::kClientReply;
  EXPECT_EQ(Encode().size(), 0u);
}

TEST_F(DnstapMessageTest, AServersAreToldWithTheZone) {
  const wire::Name zone = *wire::ParseName("example.");
  event_.zone = {zone.data(), zone.size()};
  event_.transport = Transport::kTcp;
  event_.kind = Event::Kind::kServerQuery;
  event_.peer = {*IpAddress::Parse("2001:db8::53"), 5353};
  auto frames = Encode();
  ASSERT_EQ(frames.size(), 1u);
  const Dnstap__Message& query = *frames[0]->message;
  EXPECT_EQ(query.type, DNSTAP__MESSAGE__TYPE__RESOLVER_QUERY);
  EXPECT_EQ(query.socket_family, DNSTAP__SOCKET_FAMILY__INET6);
  EXPECT_EQ(query.socket_protocol, DNSTAP__SOCKET_PROTOCOL__TCP);
  EXPECT_EQ(AddressOf(query.response_address), "2001:db8::53");
  EXPECT_EQ(query.response_port, 5353u);
  EXPECT_FALSE(query.has_query_address);
  EXPECT_EQ(TextOf(query.query_zone), std::string("\7example\0", 9));
  EXPECT_EQ(TextOf(query.query_message), "que");
  event_.kind = Event::Kind::kServerReply;
  frames = Encode();
  ASSERT_EQ(frames.size(), 1u);
  EXPECT_EQ(frames[0]->message->type, DNSTAP__MESSAGE__TYPE__RESOLVER_RESPONSE);
  EXPECT_EQ(TextOf(frames[0]->message->response_message), "repl");
  event_.forwarded = true;
  EXPECT_EQ(Encode()[0]->message->type, DNSTAP__MESSAGE__TYPE__FORWARDER_RESPONSE);
}

TEST_F(DnstapMessageTest, SilenceIsToldByTheQueryAndAText) {
  event_.kind = Event::Kind::kServerSilent;
  event_.reply = {};
  auto frames = Encode();
  ASSERT_EQ(frames.size(), 1u);
  EXPECT_EQ(frames[0]->message->type, DNSTAP__MESSAGE__TYPE__RESOLVER_QUERY);
  EXPECT_EQ(TextOf(frames[0]->extra), "timeout after 250 ms");
  EXPECT_EQ(TextOf(frames[0]->message->query_message), "que");
  EXPECT_FALSE(frames[0]->message->has_response_message);
  event_.kind = Event::Kind::kServerUnreachable;
  EXPECT_EQ(TextOf(Encode()[0]->extra), "unreachable after 250 ms");
}

TEST_F(DnstapMessageTest, ClientsAddressesCanBeHiddenAndServersAreNot) {
  settings_.addresses.form = AddressForm::kPrefix;
  EXPECT_EQ(AddressOf(Encode()[0]->message->query_address), "192.0.2.0");
  settings_.addresses = {.form = AddressForm::kEncrypted, .key = "0123456789abcdef"};
  const auto frames = Encode();
  EXPECT_EQ(frames[0]->message->query_address.len, 16u);
  EXPECT_EQ(frames[0]->message->socket_family, DNSTAP__SOCKET_FAMILY__INET6);
  event_.kind = Event::Kind::kServerQuery;
  EXPECT_EQ(AddressOf(Encode()[0]->message->response_address), "192.0.2.77");
}

TEST_F(DnstapMessageTest, TheMachinesNameIsTheIdentityByDefault) {
  settings_.identity = "";
  EXPECT_FALSE(TextOf(Encode()[0]->identity).empty());
}

}  // namespace
}  // namespace tern::resolver::control
