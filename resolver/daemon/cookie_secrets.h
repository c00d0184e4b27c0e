// The secrets of cookies to clients (RFC 7873), and their way to the next process. Without them,
// all cookies that clients hold would be bad after a restart.
//
// Thread: one. Bound: a few octets.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "resolver/policy/cookies.h"
#include "resolver/policy/policy_settings.h"

namespace tern::resolver::daemon {

class CookieSecrets {
 public:
  // With a random secret.
  CookieSecrets();

  // The random secret, which is in force when the configuration has none.
  const policy::CookieSecret& drawn() const { return drawn_; }
  static policy::CookieSecret Draw();

  // What services use once `secret` is in force. Cookies that were made with the one before it stay
  // good. Nothing changes until Use.
  std::shared_ptr<const policy::ServerCookies> With(const policy::CookieSecret& secret) const;
  // `secret` is in force from now on.
  void Use(const policy::CookieSecret& secret);
  void SetDrawn(const policy::CookieSecret& secret) { drawn_ = secret; }

  // For the next process: octets.
  std::string ToText() const;
  // Takes them over. False when the text is not what ToText writes; then nothing has changed.
  bool Restore(std::string_view text);

 private:
  policy::CookieSecret drawn_;
  std::optional<policy::CookieSecret> in_force_;
  std::optional<policy::CookieSecret> previous_;
};

}  // namespace tern::resolver::daemon
