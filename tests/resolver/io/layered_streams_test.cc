// Both kinds of streams through a channel that changes, cuts and greets: they use no send() and no
// octets of their socket besides.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "resolver/io/stream_table.h"
#include "resolver/io/upstream_streams.h"
#include "tests/resolver/io/driven_streams.h"
#include "tests/resolver/io/record_layer.h"

namespace tern::resolver::io {
namespace {

constexpr size_t kPiece = 50;

// All that a layer makes of the octets, as long as it takes them.
Octets Sealed(RecordLayer* layer, std::span<const uint8_t> octets) {
  for (size_t at = 0; at < octets.size();) at += layer->Take(octets.subspan(at));
  const Octets sealed(layer->unsent().begin(), layer->unsent().end());
  layer->Forget(sealed.size());
  return sealed;
}

Octets Opened(RecordLayer* layer, std::span<const uint8_t> octets) {
  const Received received = layer->Receive(octets);
  EXPECT_EQ(received.state, Received::State::kOpen);
  return {received.octets.begin(), received.octets.end()};
}

class LayeredStreamTableTest : public DrivenStreams {
 protected:
  LayeredStreamTableTest() : table_(&engine_, &environment_, StreamLimits{}, 0) {
    table_.AddListener(OwnedFd(listener_.Duplicate()), 0,
                       [this]() -> std::unique_ptr<ChannelLayer> {
                         return no_layer_ ? nullptr : std::make_unique<RecordLayer>(kPiece);
                       });
    table_.StartListening(&service_);
    service_.table = &table_;
    service_.answer = Octets(300, 9);
    listener_id_ = NewestSocket();
  }

  // As far as the stream reads.
  size_t Give(SocketId id, std::span<const uint8_t> octets, size_t cut) {
    size_t at = 0;
    while (at < octets.size()) {
      const size_t piece = std::min(cut, octets.size() - at);
      if (!engine_.GiveBytes(id, octets.subspan(at, piece))) break;
      at += piece;
    }
    return at;
  }

  bool no_layer_ = false;
  AnsweringService service_;
  StreamTable table_;
  SocketId listener_id_ = SocketId::kNone;
};

TEST_F(LayeredStreamTableTest, QueriesAndAnswersPassHoweverTheyAreCut) {
  const Octets query(40, 3);
  for (const size_t cut : {size_t{1}, size_t{7}, size_t{64}, size_t{1000}}) {
    SCOPED_TRACE(cut);
    service_.queries = 0;
    service_.on_query = [&](std::span<const uint8_t> came) {
      EXPECT_TRUE(std::equal(came.begin(), came.end(), query.begin(), query.end()));
    };
    const Client client = Connect(listener_id_);
    ASSERT_NE(client.engine_id, SocketId::kNone);
    RecordLayer layer(kPiece);
    Octets framed;
    Octets answers;
    for (int i = 0; i < 20; ++i) {
      fuzz::AppendFramed(&framed, query);
      fuzz::AppendFramed(&answers, service_.answer);
    }
    const Octets sealed = Sealed(&layer, framed);
    EXPECT_EQ(Give(client.engine_id, sealed, cut), sealed.size());
    EXPECT_EQ(service_.queries, 20);
    table_.Flush();
    EXPECT_TRUE(Opened(&layer, ReadAll(client.fd.get(), client.engine_id)) == answers);
    EXPECT_FALSE(table_.HasUnsent());
  }
}

TEST_F(LayeredStreamTableTest, AnAnswerThatWaitsForTheSocketIsSentBeforeTheClose) {
  service_.answer = Octets(65535, 4);
  const Client client = Connect(listener_id_);
  RecordLayer layer(kPiece);
  const Octets sealed = Sealed(&layer, Framed(Octets(40, 3)));
  EXPECT_EQ(Give(client.engine_id, sealed, sealed.size()), sealed.size());
  table_.Flush();
  EXPECT_TRUE(table_.HasUnsent());
  EXPECT_TRUE(engine_.GiveBytes(client.engine_id, {}));  // the client has finished sending
  Octets arrived;
  for (int turn = 0; turn < 1000 && table_.HasUnsent(); ++turn) {
    ASSERT_EQ(service_.closed, 0);
    fuzz::ReadArrived(client.fd.get(), 4096, 20, &arrived);
    engine_.GiveWritable(client.engine_id);
  }
  EXPECT_FALSE(table_.HasUnsent());
  EXPECT_EQ(service_.closed, 1);
  EXPECT_EQ(table_.size(), 0u);
  // This engine's close throws away what the kernel still holds: the beginning is there.
  const Octets opened = Opened(&layer, arrived);
  const Octets expected = Framed(service_.answer);
  ASSERT_LE(opened.size(), expected.size());
  EXPECT_GT(opened.size(), expected.size() / 4);
  EXPECT_TRUE(std::equal(opened.begin(), opened.end(), expected.begin()));
}

TEST_F(LayeredStreamTableTest, WhatTheLayerRejectsEndsTheStreamOnce) {
  const Client other = Connect(listener_id_);
  const Client client = Connect(listener_id_);
  EXPECT_TRUE(engine_.GiveBytes(client.engine_id, Octets{RecordLayer::kBroken}));
  EXPECT_EQ(service_.closed, 1);
  EXPECT_FALSE(engine_.Has(client.engine_id));
  EXPECT_TRUE(engine_.Has(other.engine_id));
}

TEST_F(LayeredStreamTableTest, WithoutMemoryForALayerTheConnectionIsRefused) {
  no_layer_ = true;
  EXPECT_EQ(Connect(listener_id_).engine_id, SocketId::kNone);
  EXPECT_EQ(table_.size(), 0u);
  no_layer_ = false;
  EXPECT_NE(Connect(listener_id_).engine_id, SocketId::kNone);
}

class LayeredUpstreamStreamsTest : public DrivenStreams {
 protected:
  LayeredUpstreamStreamsTest() : streams_(&engine_, &environment_, {}, 3) {
    streams_.SetLayer([]() { return std::make_unique<RecordLayer>(kPiece, /*greets=*/true); });
  }

  void Start() {
    id_ = streams_.Start(listener_.endpoint(), query_, &sink_);
    engine_id_ = NewestSocket();
    server_ = OwnedFd(listener_.Accept());
    EXPECT_TRUE(engine_.GiveWritable(engine_id_));
  }

  const Octets query_ = Octets(400, 6);
  CountingSink sink_;
  UpstreamStreams streams_;
  ExchangeId id_{};
  SocketId engine_id_ = SocketId::kNone;
  OwnedFd server_;
};

TEST_F(LayeredUpstreamStreamsTest, TheQueryLeavesAfterTheGreetingAndTheReplyComes) {
  const Octets reply(700, 8);
  sink_.on_reply = [&](std::span<const uint8_t> came) {
    EXPECT_TRUE(std::equal(came.begin(), came.end(), reply.begin(), reply.end()));
  };
  Start();
  EXPECT_EQ(ReadAll(server_.get(), engine_id_), Octets{RecordLayer::kHello});
  EXPECT_TRUE(engine_.GiveBytes(engine_id_, Octets{RecordLayer::kHello}));
  RecordLayer layer(kPiece);
  EXPECT_TRUE(Opened(&layer, ReadAll(server_.get(), engine_id_)) == Framed(query_));
  const Octets sealed = Sealed(&layer, Framed(reply));
  for (const uint8_t& octet : sealed) EXPECT_TRUE(engine_.GiveBytes(engine_id_, {&octet, 1}));
  EXPECT_EQ(sink_.replies, 1);
  EXPECT_EQ(sink_.failures, 0);
  streams_.End(id_);
  EXPECT_FALSE(engine_.Has(engine_id_));
}

TEST_F(LayeredUpstreamStreamsTest, AConnectionThatBreaksOffBeforeTheGreetingFails) {
  for (const Octets& last : {Octets{}, Octets{RecordLayer::kBroken}}) {
    sink_.failures = 0;
    Start();
    EXPECT_TRUE(engine_.GiveBytes(engine_id_, last));
    EXPECT_EQ(sink_.failures, 1);
    EXPECT_EQ(sink_.failure, ExchangeFailure::kUnreachable);
    EXPECT_FALSE(engine_.Has(engine_id_));
  }
}

TEST_F(LayeredUpstreamStreamsTest, WithoutMemoryForALayerNoExchangeStarts) {
  streams_.SetLayer([]() { return nullptr; });
  EXPECT_EQ(streams_.Start(listener_.endpoint(), query_, &sink_), ExchangeId{});
  EXPECT_TRUE(engine_.sockets().empty());
}

}  // namespace
}  // namespace tern::resolver::io
