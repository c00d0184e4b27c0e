#include "resolver/crypto/openssl_objects.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include <cstdlib>
#include <new>

namespace tern::resolver::crypto {
namespace {

// The library does not say everywhere that memory was short: some functions then answer as if a
// signature were wrong. So its allocations are looked at.
thread_local bool allocation_failed = false;

void* Noted(void* memory, size_t octets) {
  if (memory == nullptr && octets != 0) allocation_failed = true;
  return memory;
}

bool IsRefused() { return refuse_openssl_allocations != nullptr && refuse_openssl_allocations(); }

void* Allocate(size_t octets, const char*, int) {
  return Noted(IsRefused() ? nullptr : std::malloc(octets), octets);
}

void* Reallocate(void* memory, size_t octets, const char*, int) {
  return Noted(IsRefused() ? nullptr : std::realloc(memory, octets), octets);
}

void Free(void* memory, const char*, int) { std::free(memory); }

// It has to be before the library's first allocation, so before main().
[[maybe_unused]] const bool kAllocationsAreNoted =
    CRYPTO_set_mem_functions(Allocate, Reallocate, Free) == 1;

}  // namespace

bool (*refuse_openssl_allocations)() = nullptr;

void OpensslFree::operator()(evp_md_st* digest) const { EVP_MD_free(digest); }
void OpensslFree::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }
void OpensslFree::operator()(evp_pkey_st* key) const { EVP_PKEY_free(key); }
void OpensslFree::operator()(evp_pkey_ctx_st* context) const { EVP_PKEY_CTX_free(context); }
void OpensslFree::operator()(evp_cipher_ctx_st* context) const { EVP_CIPHER_CTX_free(context); }

DigestMethod FetchDigest(const char* name) {
  ForgetLibraryErrors();
  DigestMethod digest(EVP_MD_fetch(nullptr, name, nullptr));
  if (digest == nullptr && HasLibraryFailed()) throw std::bad_alloc();
  return digest;
}

DigestContext MakeDigestContext() {
  DigestContext context(EVP_MD_CTX_new());
  if (context == nullptr) throw std::bad_alloc();
  return context;
}

void ForgetLibraryErrors() {
  ERR_clear_error();
  allocation_failed = false;
}

bool HasLibraryFailed() {
  bool failed = allocation_failed;
  while (const unsigned long error = ERR_get_error()) {
    failed = failed || ERR_FATAL_ERROR(error) != 0;
  }
  return failed;
}

}  // namespace tern::resolver::crypto
