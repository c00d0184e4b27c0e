// Owning pointers to OpenSSL's objects, for headers that do not see OpenSSL, and its errors.
//
// Thread: an object belongs to one thread at a time. Errors are those of the calling thread.
#pragma once

#include <memory>

struct evp_md_st;
struct evp_md_ctx_st;
struct evp_pkey_st;
struct evp_pkey_ctx_st;
struct evp_cipher_ctx_st;

namespace tern::resolver::crypto {

struct OpensslFree {
  void operator()(evp_md_st* digest) const;
  void operator()(evp_md_ctx_st* context) const;
  void operator()(evp_pkey_st* key) const;
  void operator()(evp_pkey_ctx_st* context) const;
  void operator()(evp_cipher_ctx_st* context) const;
};

using DigestMethod = std::unique_ptr<evp_md_st, OpensslFree>;
using DigestContext = std::unique_ptr<evp_md_ctx_st, OpensslFree>;
using KeyObject = std::unique_ptr<evp_pkey_st, OpensslFree>;
using CipherContext = std::unique_ptr<evp_cipher_ctx_st, OpensslFree>;
using KeyContext = std::unique_ptr<evp_pkey_ctx_st, OpensslFree>;

// A method is looked up once, because a look-up costs more than a digest. Null when the library has
// no such digest, or refuses it.
// Throws std::bad_alloc when memory is short.
DigestMethod FetchDigest(const char* name);

// Throws std::bad_alloc when memory is short.
DigestContext MakeDigestContext();

// Before a call whose failure will be asked for.
void ForgetLibraryErrors();

// Whether the library itself has failed since ForgetLibraryErrors, as when memory was short.
// Otherwise a refusal is about the octets that it was given.
bool HasLibraryFailed();

// For tests: whether the library's next allocation fails. Null in every other program.
extern bool (*refuse_openssl_allocations)();

}  // namespace tern::resolver::crypto
