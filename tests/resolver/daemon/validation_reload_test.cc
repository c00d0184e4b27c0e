// What the daemon tells and forgets when the configuration of validation changes.
#include "gtest/gtest.h"
#include "resolver/config/config.h"
#include "resolver/daemon/daemon.h"
#include "wire/parse_presentation.h"

namespace tern::resolver::daemon {
namespace {

StaticZone PrivateStub(std::string_view zone) {
  StaticZone stub;
  stub.zone = *wire::ParseName(zone);
  stub.to = {*Endpoint::Parse("10.0.0.1", 53)};
  return stub;
}

TEST(PrivateZonesLogTest, TheLogSaysWhichZonesAreNotValidated) {
  config::Settings settings = config::DefaultSettings();
  EXPECT_EQ(TellPrivateZones(settings), "");
  settings.static_zones = {PrivateStub("corp.")};
  EXPECT_EQ(TellPrivateZones(settings),
            "not validated, because all their servers have private addresses: corp.; `validate: "
            "true` in a zone changes that");
  for (const char* zone : {"a.", "b.", "c.", "d.", "e.", "f."}) {
    settings.static_zones.push_back(PrivateStub(zone));
  }
  EXPECT_NE(TellPrivateZones(settings).find(": corp., a., b., c., d. and 2 more; "),
            std::string::npos)
      << TellPrivateZones(settings);
  settings.dnssec.validation = Validation::kOff;
  EXPECT_EQ(TellPrivateZones(settings), "");
}

}  // namespace
}  // namespace tern::resolver::daemon
