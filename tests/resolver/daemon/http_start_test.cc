#include "resolver/daemon/http_start.h"

#include <sys/socket.h>

#include <cstdlib>
#include <string>

#include "gtest/gtest.h"
#include "resolver/config/config.h"
#include "resolver/daemon/daemon.h"
#include "resolver/io/sockets.h"
#include "wire/parse_presentation.h"

namespace tern::resolver::daemon {
namespace {

config::Settings HttpSettingsOf(const Endpoint& listen) {
  config::Settings settings = config::DefaultSettings();
  settings.listen = {*Endpoint::Parse("127.0.0.1", 0)};
  settings.listen_is_default = false;
  settings.workers = 1;
  settings.http.listen = {listen};
  settings.http.listen_is_default = false;
  settings.cache.memory_octets = size_t{8} << 20;
  settings.resolution.root_hints = {
      {*wire::ParseName("root.test."), {*IpAddress::Parse("127.0.0.1")}}};
  return settings;
}

std::unique_ptr<Daemon> StartedWithHttp(config::Settings settings) {
  auto daemon = Daemon::Start(std::move(settings),
                              [](const absl::Status& status) { ADD_FAILURE() << status; });
  EXPECT_TRUE(daemon.ok()) << daemon.status();
  return daemon.ok() ? *std::move(daemon) : nullptr;
}

// The status of the response to a GET.
int StatusOf(const Endpoint& server, const std::string& path) {
  const io::OwnedFd client(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_storage storage;
  const socklen_t octets = server.ToSockaddr(&storage);
  const std::string request = "GET " + path + " HTTP/1.0\r\n\r\n";
  char reply[13] = {};
  if (connect(client.get(), reinterpret_cast<const sockaddr*>(&storage), octets) != 0 ||
      send(client.get(), request.data(), request.size(), 0) < 0 ||
      recv(client.get(), reply, 12, MSG_WAITALL) != 12) {
    return 0;
  }
  return std::atoi(reply + 9);
}

TEST(HttpStartTest, ServesMetricsOverHttp) {
  const auto daemon = StartedWithHttp(HttpSettingsOf(*Endpoint::Parse("127.0.0.1", 0)));
  ASSERT_NE(daemon, nullptr);
  ASSERT_EQ(daemon->http_listening().size(), 1u);
  EXPECT_EQ(StatusOf(daemon->http_listening()[0], "/metrics"), 200);
  EXPECT_EQ(StatusOf(daemon->http_listening()[0], "/live"), 200);
}

TEST(HttpStartTest, WithoutTheAddressForHttpOnlyAConfigurationThatNamesItFails) {
  const auto taken = io::OpenSoleTcpListener(*Endpoint::Parse("127.0.0.1", 0));
  ASSERT_TRUE(taken.ok());
  config::Settings settings = HttpSettingsOf(io::LocalEndpoint(taken->get()));
  settings.http.listen_is_default = true;
  testing::internal::CaptureStderr();
  const auto daemon = StartedWithHttp(settings);
  const std::string log = testing::internal::GetCapturedStderr();
  ASSERT_NE(daemon, nullptr);
  EXPECT_TRUE(daemon->http_listening().empty());
  EXPECT_NE(log.find("cannot listen on " + settings.http.listen[0].ToText() +
                     ": the address is in use for TCP by another process; so nothing can be read "
                     "over HTTP (http.listen)"),
            std::string::npos)
      << log;

  settings.http.listen_is_default = false;
  settings.places_in_file["http.listen[0]"] = "tern.yaml:3:5";
  const auto fails = Daemon::Start(settings, [](const absl::Status&) {});
  ASSERT_FALSE(fails.ok());
  EXPECT_EQ(fails.status().message(), "tern.yaml:3:5: http.listen[0]: cannot listen on " +
                                          settings.http.listen[0].ToText() +
                                          ": the address is in use for TCP by another process");
}

}  // namespace
}  // namespace tern::resolver::daemon
