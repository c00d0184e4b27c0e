#include "resolver/config/private_zones.h"

#include <string>

#include "gtest/gtest.h"
#include "resolver/config/config.h"
#include "wire/parse_presentation.h"
#include "wire/presentation.h"

namespace tern::resolver::config {
namespace {

// The private zones of a configuration, as text.
std::string PrivateZonesOf(std::string_view yaml) {
  const auto settings = ParseConfig(yaml, "tern.yaml");
  EXPECT_TRUE(settings.ok()) << settings.status();
  std::string text;
  for (const wire::Name& zone : PrivateZones(settings->static_zones, settings->dnssec.anchors)) {
    text += wire::ToText(zone) + " ";
  }
  return text;
}

TEST(PrivateZonesTest, AllServersHavePrivateAddresses) {
  for (const char* address : {"10.255.0.1", "172.31.0.1", "192.168.3.4", "127.0.0.53:5353",
                              "169.254.1.1", "::1", "fd00::1", "fc00::1", "fe80::1%lo"}) {
    for (const char* kind : {"forward", "stub"}) {
      EXPECT_EQ(PrivateZonesOf(std::string(kind) + ": [{zone: corp., to: [\"" + address + "\"]}]"),
                "corp. ")
          << address;
    }
  }
  for (const char* address :
       {"11.0.0.1", "172.32.0.1", "192.169.0.1", "100.64.0.1", "2001:db8::1"}) {
    EXPECT_EQ(
        PrivateZonesOf(std::string("stub: [{zone: corp., to: [10.0.0.1, \"") + address + "\"]}]"),
        "")
        << address;
  }
}

TEST(PrivateZonesTest, TheOperatorMayWantThemValidated) {
  EXPECT_EQ(PrivateZonesOf("forward: [{zone: corp., to: [10.0.0.1], validate: true}, "
                           "{zone: a.corp., to: [10.0.0.1], validate: false}]\n"
                           "stub: [{zone: lab., to: [10.0.0.1], validate: true}]"),
            "a.corp. ");
}

TEST(PrivateZonesTest, TheRootIsValidated) {
  EXPECT_EQ(PrivateZonesOf("forward: [{zone: \".\", to: [10.0.0.1]}]"), "");
}

TEST(PrivateZonesTest, AZoneWithATrustAnchorIsValidated) {
  StaticZone corp;
  corp.zone = *wire::ParseName("corp.");
  corp.to = {*Endpoint::Parse("10.0.0.1", 53)};
  TrustAnchor anchor;
  EXPECT_EQ(PrivateZones({corp}, {anchor}).size(), 1u);
  anchor.zone = *wire::ParseName("Corp.");
  EXPECT_EQ(PrivateZones({corp}, {anchor}).size(), 0u);
}

}  // namespace
}  // namespace tern::resolver::config
