#include "tests/resolver/crypto/signed_zone.h"

namespace tern::resolver::crypto::test {

std::filesystem::path VectorPath(const std::string& file) {
  return std::filesystem::path(TERN_SIGNATURE_VECTORS) / file;
}

}  // namespace tern::resolver::crypto::test
