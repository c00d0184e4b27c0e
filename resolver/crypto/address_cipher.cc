#include "resolver/crypto/address_cipher.h"

#include <openssl/evp.h>

#include <new>

#include "wire/check.h"

namespace tern::resolver::crypto {

AddressCipher::AddressCipher(const std::array<uint8_t, kAddressKeyOctets>& key)
    : context_(EVP_CIPHER_CTX_new()) {
  if (context_ == nullptr ||
      EVP_EncryptInit_ex(context_.get(), EVP_aes_128_ecb(), nullptr, key.data(), nullptr) != 1 ||
      EVP_CIPHER_CTX_set_padding(context_.get(), 0) != 1) {
    ForgetLibraryErrors();
    throw std::bad_alloc();
  }
}

AddressCipher::Octets AddressCipher::Encrypt(const Octets& address) {
  Octets hidden{};
  int octets = 0;
  const int done = EVP_EncryptUpdate(context_.get(), hidden.data(), &octets, address.data(),
                                     static_cast<int>(address.size()));
  // One whole block needs no memory.
  TERN_REQUIRE(done == 1 && octets == static_cast<int>(hidden.size()));
  return hidden;
}

}  // namespace tern::resolver::crypto
