#include "resolver/base/domain_text.h"

#include <string>

#include "gtest/gtest.h"
#include "wire/presentation.h"

namespace tern::resolver {
namespace {

std::string NameOfText(std::string_view text) {
  const auto name = ParseDomainText(text);
  return name.ok() ? wire::ToText(*name) : "error";
}

TEST(DomainTextTest, AsciiIsTheNameItself) {
  EXPECT_EQ(NameOfText("WWW.example.com"), "WWW.example.com.");
  EXPECT_EQ(NameOfText("_25._tcp.example.com."), "_25._tcp.example.com.");
  EXPECT_EQ(NameOfText("*.example"), "*.example.");
  EXPECT_EQ(NameOfText("."), ".");
  EXPECT_EQ(NameOfText("xn--bcher-kva.example"), "xn--bcher-kva.example.");
}

TEST(DomainTextTest, OtherLettersAreConverted) {
  EXPECT_EQ(NameOfText("b\xc3\xbc"
                       "cher.example"),
            "xn--bcher-kva.example.");
  EXPECT_EQ(NameOfText("B\xc3\x9c"
                       "CHER.example."),
            "xn--bcher-kva.example.");
  // IDNA 2008 keeps the sharp s.
  EXPECT_EQ(NameOfText("stra\xc3\x9f"
                       "e.example"),
            "xn--strae-oqa.example.");
}

TEST(DomainTextTest, WhatIsNoTextIsAnError) {
  EXPECT_EQ(NameOfText("a\xff.example"), "error");
  EXPECT_EQ(NameOfText(std::string_view("\xc3\xbc\0.example", 11)), "error");
  EXPECT_EQ(NameOfText("\xe2\x98\x83\xe2\x80\xa6"), "error");
  std::string text = "\xc3\xbc";
  while (text.size() < 5000) text += ".\xc3\xbc";
  EXPECT_EQ(NameOfText(text), "error");
}

}  // namespace
}  // namespace tern::resolver
