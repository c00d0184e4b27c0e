#include "resolver/crypto/address_cipher.h"

#include <algorithm>
#include <array>
#include <string>

#include "gtest/gtest.h"
#include "wire/text_encoding.h"

namespace tern::resolver::crypto {
namespace {

template <typename Octets>
Octets FromHex(const std::string& text) {
  const std::string octets = *wire::FromHex(text);
  Octets result{};
  std::copy(octets.begin(), octets.end(), result.begin());
  return result;
}

std::string Encrypt(const std::string& key, const std::string& address) {
  AddressCipher cipher(FromHex<std::array<uint8_t, kAddressKeyOctets>>(key));
  return wire::ToHex(cipher.Encrypt(FromHex<AddressCipher::Octets>(address)));
}

// The test vectors of draft-denis-ipcrypt: 0.0.0.0, 255.255.255.255 and 192.0.2.1.
TEST(AddressCipherTest, IsIpcryptDeterministic) {
  EXPECT_EQ(Encrypt("0123456789abcdeffedcba9876543210", "00000000000000000000ffff00000000"),
            "BDE96789D353824CD7C6F58A6BD226EB");
  EXPECT_EQ(Encrypt("1032547698badcfeefcdab8967452301", "00000000000000000000ffffffffffff"),
            "AED292F6EA2358C348FD08B874E845D8");
  EXPECT_EQ(Encrypt("2b7e151628aed2a6abf7158809cf4f3c", "00000000000000000000ffffc0000201"),
            "1DBDC1B9FFF175867D0B67B4E76E4777");
}

TEST(AddressCipherTest, OneCipherDoesManyAddresses) {
  constexpr AddressCipher::Octets kOne = {1};
  AddressCipher cipher({1, 2, 3});
  const auto first = cipher.Encrypt(kOne);
  const auto other = cipher.Encrypt({2});
  EXPECT_NE(first, other);
  EXPECT_EQ(cipher.Encrypt(kOne), first);
  EXPECT_EQ(AddressCipher({1, 2, 3}).Encrypt(kOne), first);
  EXPECT_NE(AddressCipher({1, 2, 4}).Encrypt(kOne), first);
}

}  // namespace
}  // namespace tern::resolver::crypto
