#include "wire/signed_octets.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "tests/wire/generators.h"
#include "wire/rdata.h"
#include "wire/text_encoding.h"

namespace tern::wire {
namespace {

using namespace std::string_view_literals;
using test::Bytes;
using test::N;
using test::Octets;

// An RRset and a signature of it, and the octets that are signed.
struct Case {
  Case(std::string_view owner_text, RRType rrtype, std::vector<Octets> records,
       std::string_view rrsig_octets)
      : owner(N(owner_text)),
        type(rrtype),
        rdatas(std::move(records)),
        rrsig(Bytes(rrsig_octets)) {}

  SignedOctetsError Write(size_t room = 200000) {
    const std::vector<std::span<const uint8_t>> spans(rdatas.begin(), rdatas.end());
    const SignedRRset rrset{owner, type, RRClass::kIN, spans};
    CanonicalOrder order;
    EXPECT_TRUE(order.Make(type, spans));
    const auto view = ReadRrsig(rrsig);
    EXPECT_TRUE(view);
    size = SignedOctetsSize(rrset, order, *view);
    written.resize(room);
    size_t octets = 0;
    const SignedOctetsError error = WriteSignedOctets(rrset, order, *view, written, &octets);
    if (error == SignedOctetsError::kNone) written.resize(octets);
    return error;
  }

  Name owner;
  RRType type;
  std::vector<Octets> rdatas;
  Octets rrsig;
  Octets written;
  size_t size = 0;
};

// RRSIG of MX, algorithm 13; `labels` labels; original TTL 0x0e10.
std::string Rrsig(char labels) {
  return std::string("\0\x0f\x0d"sv) + labels +
         std::string("\0\0\x0e\x10\x11\x11\x11\x11\x22\x22\x22\x22\xab\xcd\7Example\3ORG\0SIG"sv);
}
constexpr std::string_view kFront =
    "\x11\x11\x11\x11\x22\x22\x22\x22\xab\xcd\7example\3org\0"sv;  // behind the original TTL

std::string Signed(char labels, std::string_view records) {
  return std::string("\0\x0f\x0d"sv) + labels + std::string("\0\0\x0e\x10"sv) +
         std::string(kFront) + std::string(records);
}

TEST(WriteSignedOctetsTest, AreTheRrsigWithoutSignatureAndTheSortedRecords) {
  Case mail("Mail.EXAMPLE.org.", RRType::kMX,
            {Bytes("\0\x0a\2MX\0"sv), Bytes("\0\5\2mX\0"sv), Bytes("\0\x0a\2mx\0"sv)}, Rrsig(3));
  ASSERT_EQ(mail.Write(), SignedOctetsError::kNone);
  EXPECT_EQ(AsText(mail.written),
            Signed(3,
                   "\4mail\7example\3org\0\0\x0f\0\1\0\0\x0e\x10\0\6\0\5\2mx\0"
                   "\4mail\7example\3org\0\0\x0f\0\1\0\0\x0e\x10\0\6\0\x0a\2mx\0"sv));
  EXPECT_EQ(mail.size, mail.written.size());
}

TEST(WriteSignedOctetsTest, FewerLabelsMeanTheWildcard) {  // RFC 4035 section 5.3.2
  Case below("a.B.example.org.", RRType::kMX, {Bytes("\0\5\0"sv)}, Rrsig(2));
  ASSERT_EQ(below.Write(), SignedOctetsError::kNone);
  EXPECT_EQ(AsText(below.written),
            Signed(2, "\1*\7example\3org\0\0\x0f\0\1\0\0\x0e\x10\0\3\0\5\0"sv));
  EXPECT_EQ(below.size, below.written.size());
  Case root("a.b.example.org.", RRType::kMX, {Bytes("\0\5\0"sv)}, Rrsig(0));
  ASSERT_EQ(root.Write(), SignedOctetsError::kNone);
  EXPECT_EQ(AsText(root.written), Signed(0, "\1*\0\0\x0f\0\1\0\0\x0e\x10\0\3\0\5\0"sv));
}

TEST(WriteSignedOctetsTest, AWildcardItselfHasItsAsteriskUncounted) {  // RFC 4034 section 3.1.3
  EXPECT_EQ(SignedLabels(N("*.example.org.")), 2u);
  EXPECT_EQ(SignedLabels(N("a.*.example.org.")), 4u);
  EXPECT_EQ(SignedLabels(N(".")), 0u);
  Case itself("*.example.org.", RRType::kMX, {Bytes("\0\5\0"sv)}, Rrsig(2));
  ASSERT_EQ(itself.Write(), SignedOctetsError::kNone);
  EXPECT_EQ(AsText(itself.written),
            Signed(2, "\1*\7example\3org\0\0\x0f\0\1\0\0\x0e\x10\0\3\0\5\0"sv));
  EXPECT_EQ(Case("*.example.org.", RRType::kMX, {Bytes("\0\5\0"sv)}, Rrsig(3)).Write(),
            SignedOctetsError::kLabels);
}

TEST(WriteSignedOctetsTest, MoreLabelsThanTheOwnerHasAreAnError) {  // RFC 4035 section 5.3.1
  EXPECT_EQ(Case("example.org.", RRType::kMX, {Bytes("\0\5\0"sv)}, Rrsig(3)).Write(),
            SignedOctetsError::kLabels);
  EXPECT_EQ(Case("example.org.", RRType::kMX, {Bytes("\0\5\0"sv)}, Rrsig('\xff')).Write(),
            SignedOctetsError::kLabels);
}

TEST(WriteSignedOctetsTest, SaysWhichRdataItCannotLower) {
  EXPECT_EQ(Case("example.org.", RRType::kMX, {Bytes("\0"sv)}, Rrsig(2)).Write(),
            SignedOctetsError::kBadRdata);
  EXPECT_EQ(Case("example.org.", RRType::kTXT, {Octets(kRdataOctetsMax + 1)}, Rrsig(2)).Write(),
            SignedOctetsError::kBadRdata);
  EXPECT_EQ(Case("example.org.", RRType::kTXT, {Octets(kRdataOctetsMax)}, Rrsig(2)).Write(),
            SignedOctetsError::kNone);
}

TEST(WriteSignedOctetsTest, NeverWritesBehindTheBuffer) {
  Case mail("a.b.example.org.", RRType::kMX, {Bytes("\0\x0a\2MX\0"sv), Bytes("\0\5\2mX\0"sv)},
            Rrsig(2));
  ASSERT_EQ(mail.Write(), SignedOctetsError::kNone);
  const size_t size = mail.size;
  for (size_t room = 0; room < size; ++room) {
    EXPECT_EQ(mail.Write(room), SignedOctetsError::kNoRoom) << room;
  }
  EXPECT_EQ(mail.Write(size), SignedOctetsError::kNone);
}

TEST(WriteSignedOctetsTest, HasRoomForTheLongestNames) {
  std::string longest;
  for (int i = 0; i < 127; ++i) longest += "A.";
  std::vector<Octets> rdatas;
  for (int i = 0; i < 256; ++i) rdatas.push_back({1, static_cast<uint8_t>(i)});
  std::string rrsig = Rrsig(127).substr(0, RrsigView::kFixedOctets);
  for (int i = 0; i < 127; ++i) rrsig += "\1S";
  rrsig += '\0';
  Case largest(longest, RRType::kTXT, rdatas, rrsig);
  ASSERT_EQ(largest.Write(), SignedOctetsError::kNone);
  EXPECT_EQ(largest.size, largest.written.size());
  EXPECT_EQ(largest.size, 68113u + 512u);
}

}  // namespace
}  // namespace tern::wire
