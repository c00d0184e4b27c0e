#include "wire/ascii_case.h"

#include <gtest/gtest.h>

#include <cctype>

#include "tests/wire/generators.h"

namespace tern::wire {
namespace {

using test::Generator;
using test::Octets;

TEST(AsciiCaseTest, LowersEveryOctetInEveryLaneLikeTheCLocale) {
  for (int value = 0; value < 256; ++value) {
    const int expected = value < 128 ? std::tolower(value) : value;
    EXPECT_EQ(LowerOctet(static_cast<uint8_t>(value)), expected);
    for (int lane = 0; lane < 8; ++lane) {
      for (const uint64_t others : {uint64_t{0}, 0x4141414141414141u, 0xffffffffffffffffu}) {
        const uint64_t mask = uint64_t{0xff} << 8 * lane;
        const uint64_t word = (others & ~mask) | uint64_t(value) << 8 * lane;
        EXPECT_EQ((LowerWord(word) & mask) >> 8 * lane, uint64_t(expected)) << value;
      }
    }
  }
}

TEST(AsciiCaseTest, LeavesLabelLengthsAlone) {
  for (uint8_t length = 0; length <= 63; ++length) EXPECT_EQ(LowerOctet(length), length);
}

TEST(AsciiCaseTest, ComparesLikeOneOctetAtATimeAtEverySize) {
  Generator generator(1);
  for (size_t size = 0; size <= 80; ++size) {
    for (int round = 0; round < 60; ++round) {
      Octets a(size);
      for (uint8_t& octet : a) octet = generator.LabelOctet();
      Octets b = a;
      for (uint8_t& octet : b) {
        if (generator.Below(2) == 0 && std::isalpha(octet) && octet < 128) octet ^= 0x20;
      }
      if (size != 0 && generator.Below(2) == 0) {
        b[generator.Below(static_cast<uint32_t>(size))] ^= uint8_t(1u << generator.Below(8));
      }
      bool equal = true;
      for (size_t i = 0; i < size; ++i) equal = equal && LowerOctet(a[i]) == LowerOctet(b[i]);
      EXPECT_EQ(EqualIgnoringCase(a.data(), b.data(), size), equal) << size;
    }
  }
}

}  // namespace
}  // namespace tern::wire
