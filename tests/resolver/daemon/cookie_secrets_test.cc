#include "resolver/daemon/cookie_secrets.h"

#include <gtest/gtest.h>

namespace tern::resolver::daemon {
namespace {

TEST(CookieSecretsTest, TheNextProcessHasTheSame) {
  CookieSecrets first;
  first.Use(first.drawn());
  CookieSecrets next;
  ASSERT_NE(next.drawn(), first.drawn());
  ASSERT_TRUE(next.Restore(first.ToText()));
  EXPECT_EQ(next.drawn(), first.drawn());
  EXPECT_EQ(next.ToText(), first.ToText());
  first.SetDrawn(CookieSecrets::Draw());
  first.Use(first.drawn());
  ASSERT_TRUE(next.Restore(first.ToText()));
  EXPECT_EQ(next.ToText(), first.ToText()) << "with the secret before it";
}

TEST(CookieSecretsTest, WhatIsNoneChangesNothing) {
  CookieSecrets secrets;
  secrets.Use(secrets.drawn());
  const std::string before = secrets.ToText();
  for (const std::string& text :
       {std::string(), std::string("x"), before + "x", before.substr(1), before.substr(0, 22),
        before.substr(0, before.size() - 1), before + before + before}) {
    EXPECT_FALSE(secrets.Restore(text)) << text.size();
    EXPECT_EQ(secrets.ToText(), before);
  }
}

}  // namespace
}  // namespace tern::resolver::daemon
