#include "resolver/daemon/cookie_secrets.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#include "resolver/crypto/random.h"
#include "wire/concat.h"

namespace tern::resolver::daemon {
namespace {

constexpr std::string_view kTitle = "tern cookie secrets 1\n";  // the secrets follow
constexpr size_t kSecretsMax = 3;

std::string_view Octets(const policy::CookieSecret& secret) {
  return {reinterpret_cast<const char*>(secret.data()), secret.size()};
}

}  // namespace

CookieSecrets::CookieSecrets() : drawn_(Draw()) {}

policy::CookieSecret CookieSecrets::Draw() {
  crypto::RandomGenerator random;
  const uint64_t words[2] = {random.Next(), random.Next()};
  policy::CookieSecret secret;
  static_assert(sizeof words == sizeof secret);
  std::memcpy(secret.data(), words, sizeof words);
  return secret;
}

std::shared_ptr<const policy::ServerCookies> CookieSecrets::With(
    const policy::CookieSecret& secret) const {
  return std::make_shared<const policy::ServerCookies>(secret,
                                                       in_force_ != secret ? in_force_ : previous_);
}

void CookieSecrets::Use(const policy::CookieSecret& secret) {
  if (in_force_ != secret) previous_ = std::exchange(in_force_, secret);
}

std::string CookieSecrets::ToText() const {
  std::string text = Concat(kTitle, Octets(drawn_));
  if (in_force_) text += Octets(*in_force_);
  if (in_force_ && previous_) text += Octets(*previous_);
  return text;
}

bool CookieSecrets::Restore(std::string_view text) {
  policy::CookieSecret secret;
  if (!text.starts_with(kTitle)) return false;
  text.remove_prefix(kTitle.size());
  const size_t count = text.size() / secret.size();
  if (count == 0 || count > kSecretsMax || text.size() % secret.size() != 0) return false;
  std::optional<policy::CookieSecret> secrets[kSecretsMax];
  for (size_t i = 0; i < count; ++i) {
    std::memcpy(secret.data(), text.data() + i * secret.size(), secret.size());
    secrets[i] = secret;
  }
  drawn_ = *secrets[0];
  in_force_ = secrets[1];
  previous_ = secrets[2];
  return true;
}

}  // namespace tern::resolver::daemon
