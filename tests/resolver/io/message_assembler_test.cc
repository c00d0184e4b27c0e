#include "resolver/io/message_assembler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

namespace tern::resolver::io {
namespace {

using Bytes = std::vector<uint8_t>;

void AppendFramed(Bytes* stream, const Bytes& message) {
  stream->push_back(static_cast<uint8_t>(message.size() >> 8));
  stream->push_back(static_cast<uint8_t>(message.size()));
  stream->insert(stream->end(), message.begin(), message.end());
}

TEST(MessageAssemblerTest, FindsTheSameMessagesHoweverTheStreamIsCut) {
  for (uint32_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    std::vector<Bytes> sent;
    Bytes stream;
    for (int i = 0; i < 40; ++i) {
      Bytes message(i == 7 ? 65535 : random() % 300);
      for (uint8_t& octet : message) octet = static_cast<uint8_t>(random());
      AppendFramed(&stream, message);
      sent.push_back(message);
    }
    MessageAssembler assembler;
    std::vector<Bytes> received;
    for (size_t at = 0; at < stream.size();) {
      const size_t most = seed % 3 == 0 ? 3 : seed % 3 == 1 ? 700 : 5000;
      const size_t piece = std::min<size_t>(1 + random() % most, stream.size() - at);
      ASSERT_EQ(assembler.Feed({stream.data() + at, piece},
                               [&](std::span<const uint8_t> message) {
                                 received.emplace_back(message.begin(), message.end());
                                 return true;
                               }),
                Fed::kAll);
      at += piece;
    }
    EXPECT_EQ(received, sent);
    EXPECT_EQ(assembler.buffered(), 0u);
  }
}

TEST(MessageAssemblerTest, StopsWhenItsReaderWantsNoMore) {
  Bytes stream;
  for (int i = 0; i < 3; ++i) AppendFramed(&stream, Bytes(20, static_cast<uint8_t>(i)));
  MessageAssembler assembler;
  int taken = 0;
  EXPECT_EQ(assembler.Feed(stream, [&](std::span<const uint8_t>) { return ++taken < 2; }),
            Fed::kStopped);
  EXPECT_EQ(taken, 2);
}

TEST(MessageAssemblerTest, HoldsWhatCameAndNotWhatWasClaimed) {
  MessageAssembler assembler;
  const uint8_t claim[] = {0xff, 0xff, 1, 2, 3};
  EXPECT_EQ(assembler.Feed(claim, [](std::span<const uint8_t>) { return true; }), Fed::kAll);
  EXPECT_EQ(assembler.buffered(), 5u);
}

}  // namespace
}  // namespace tern::resolver::io
