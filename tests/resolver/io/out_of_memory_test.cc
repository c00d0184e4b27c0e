// Memory that runs out at each allocation in turn: it costs the connection or the exchange that
// lacks it, and nothing besides.
#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "resolver/io/message_assembler.h"
#include "resolver/io/stream_table.h"
#include "resolver/io/upstream_sockets.h"
#include "resolver/io/upstream_streams.h"
#include "tests/resolver/io/driven_streams.h"
#include "tests/support/allocation_count.h"

namespace tern::resolver::io {
namespace {

// None of these scenarios allocates more often.
template <typename Scenario>
void WithEachAllocationRefused(size_t allocations_least, Scenario&& scenario) {
  test::WithEachAllocationRefused(allocations_least, 100, scenario);
}

TEST(MessageAssemblerMemoryTest, AMessageInPartThatLacksMemoryIsTold) {
  MessageAssembler assembler;
  const auto take = [](std::span<const uint8_t>) { return true; };
  const Octets whole = {0, 2, 7, 7};
  const Octets part = {0, 9, 1};
  const test::MemoryRunsOut no_memory;
  const Fed fed_whole = assembler.Feed(whole, take);
  const Fed fed_part = assembler.Feed(part, take);
  EXPECT_EQ(fed_whole, Fed::kAll) << "needs no memory";
  EXPECT_EQ(fed_part, Fed::kNoMemory);
}

class StreamTableMemoryTest : public DrivenStreams {};

TEST_F(StreamTableMemoryTest, AStreamThatLacksMemoryIsClosedAndNoOther) {
  const Octets query = Framed(Octets(40, 3));
  const std::span<const uint8_t> half = std::span(query).first(20);
  const std::span<const uint8_t> rest = std::span(query).subspan(20);
  for (const bool beside_another : {false, true}) {
    SCOPED_TRACE(beside_another);
    WithEachAllocationRefused(beside_another ? 3 : 4, [&](size_t granted) {
      AnsweringService service;
      StreamTable table(&engine_, &environment_, StreamLimits{}, 0);
      service.table = &table;
      service.answer = Octets(3000, 5);
      table.AddListener(OwnedFd(listener_.Duplicate()), 0);
      table.StartListening(&service);
      const SocketId listener_id = NewestSocket();
      std::optional<Client> other;
      if (beside_another) other = Connect(listener_id);
      const OwnedFd fd(listener_.Connect(1));
      const int accepted = listener_.Accept();
      const SocketId id{static_cast<uint64_t>(listener_id) + (beside_another ? 2 : 1)};
      size_t refused = 0;
      {
        const test::MemoryRunsOut memory(granted);
        engine_.GiveConnection(listener_id, accepted);
        engine_.GiveBytes(id, half);
        engine_.GiveBytes(id, rest);
        table.Flush();
        refused = memory.refused();
      }
      EXPECT_EQ(engine_.Has(id), refused == 0);
      EXPECT_EQ(engine_.sockets().size(), 1 + table.size());
      EXPECT_EQ(ReadAll(fd.get(), id), refused == 0 ? Framed(service.answer) : Octets{});
      // There is memory again: the other one, or a new one, is served.
      if (!other.has_value()) other = Connect(listener_id);
      EXPECT_TRUE(engine_.GiveBytes(other->engine_id, query));
      table.Flush();
      EXPECT_EQ(ReadAll(other->fd.get(), other->engine_id), Framed(service.answer));
      return refused;
    });
  }
}

TEST_F(StreamTableMemoryTest, AStreamWhoseQueriesWaitLacksMemory) {
  StreamLimits limits;
  limits.unanswered = 1;
  Octets queries = Framed(Octets(40, 3));
  fuzz::AppendFramed(&queries, Octets(40, 3));
  WithEachAllocationRefused(1, [&](size_t granted) {
    AnsweringService service;
    StreamTable table(&engine_, &environment_, limits, 0);
    service.table = &table;
    service.answers = false;  // so the second query waits
    table.AddListener(OwnedFd(listener_.Duplicate()), 0);
    table.StartListening(&service);
    const Client client = Connect(NewestSocket());
    size_t refused = 0;
    {
      const test::MemoryRunsOut memory(granted);
      engine_.GiveBytes(client.engine_id, queries);
      refused = memory.refused();
    }
    EXPECT_EQ(engine_.Has(client.engine_id), refused == 0);
    EXPECT_EQ(service.queries, 1);
    return refused;
  });
}

class UpstreamMemoryTest : public DrivenStreams {};

TEST_F(UpstreamMemoryTest, ATcpExchangeThatLacksMemoryDoesNotStartOrFails) {
  const Octets query(60, 3);
  const Octets reply = Framed(Octets(500, 4));
  const Endpoint server = listener_.endpoint();
  int failed_later = 0;
  WithEachAllocationRefused(4, [&](size_t granted) {
    UpstreamStreams streams(&engine_, &environment_, {}, 2);
    CountingSink sink;
    ExchangeId id{};
    SocketId socket = SocketId::kNone;
    OwnedFd fd;
    size_t refused = 0;
    {
      const test::MemoryRunsOut memory(granted);
      id = streams.Start(server, query, &sink);
      if (id != ExchangeId{}) {
        socket = NewestSocket();
        fd = OwnedFd(listener_.Accept());
        engine_.GiveWritable(socket);
        engine_.GiveBytes(socket, std::span(reply).first(100));
        engine_.GiveBytes(socket, std::span(reply).subspan(100));
      }
      refused = memory.refused();
    }
    EXPECT_EQ(engine_.sockets().size(), refused == 0 ? 1u : 0u);
    EXPECT_EQ(sink.replies, refused == 0 ? 1 : 0);
    EXPECT_EQ(sink.failures, id != ExchangeId{} && refused != 0 ? 1 : 0);
    if (sink.failures != 0) {
      ++failed_later;
      EXPECT_EQ(sink.failure, ExchangeFailure::kNoResources);
    }
    return refused;
  });
  EXPECT_GE(failed_later, 1);
}

TEST_F(UpstreamMemoryTest, AUdpExchangeThatLacksMemoryDoesNotStart) {
  const Octets query(60, 3);
  WithEachAllocationRefused(2, [&](size_t granted) {
    UpstreamSockets sockets(&engine_, &environment_, {}, 8);
    CountingSink sink;
    ExchangeId id{};
    size_t refused = 0;
    {
      const test::MemoryRunsOut memory(granted);
      id = sockets.Start(listener_.endpoint(), query, &sink);
      sockets.Flush();
      refused = memory.refused();
    }
    EXPECT_EQ(id != ExchangeId{}, refused == 0);
    EXPECT_EQ(sockets.sockets(), refused == 0 ? 1u : 0u);
    EXPECT_NE(sockets.Start(listener_.endpoint(), query, &sink), ExchangeId{});
    EXPECT_EQ(sink.failures, 0);
    return refused;
  });
}

}  // namespace
}  // namespace tern::resolver::io
