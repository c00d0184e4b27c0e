// The rows of the table of keys (keys.h) for how ternd is watched and steered.
#include "resolver/config/key_limits.h"
#include "resolver/config/key_places.h"
#include "resolver/config/key_tables.h"

namespace tern::resolver::config {
namespace {

constexpr KeySpec kWatchingKeys[] = {
    {.path = "http",
     .value = kMap,
     .summary = "What programs and people watch ternd with: a page at `/`, `/metrics`, `/live`, "
                "`/ready`."},
    {.path = "http.listen",
     .value = List<Endpoint, &Settings::http, &HttpSettings::listen>(KeyKind::kHttpListen, 0,
                                                                     kHttpListenMax),
     .default_text = R"(["127.0.0.1:9530"])",
     .fixed = &kFixed<&Settings::http, &HttpSettings::listen>,
     .summary = "Where HTTP is served. `[]` or `\"\"` is nowhere. Whoever reaches such an address "
                "may read, so outside of the loopback set `http.token_file`.",
     .details = "If ternd cannot listen at an address that is written here, it does not start. "
                "Without this key it starts all the same, with a warning."},
    {.path = "http.hosts",
     .value =
         List<wire::Name, &Settings::http, &HttpSettings::hosts>(KeyKind::kNames, 0, kHttpHostsMax),
     .default_text = "[]",
     .fixed = &kFixed<&Settings::http, &HttpSettings::hosts>,
     .summary = "Names by which HTTP clients may call this machine, besides `localhost` and "
                "addresses. So no web page that a browser shows can read here (DNS rebinding)."},
    {.path = "http.token_file",
     .value = {.kind = KeyKind::kTokenFile},
     .default_text = R"("")",
     .fixed = &kFixed<&Settings::http, &HttpSettings::token>,
     .summary = "A file with a word that HTTP clients must send (`Authorization: Bearer WORD`). "
                "`\"\"`: they need none. `/live` and `/ready` are answered without it.",
     .details = "The word is 16 to 256 letters, digits or signs. The file is read at the start. "
                "Keep it from other users' eyes."},
    {.path = "http.top_clients",
     .value = Choice<&Settings::http, &HttpSettings::top_clients>(kTopClientsWords),
     .default_text = "prefix",
     .summary = "How the page shows the clients that ask most: by the `prefix` of their addresses "
                "(24 bits of IPv4, 56 of IPv6), in `full`, or not at all (`off`).",
     .details = "Nothing more is kept of them. With `off` nothing is noted of clients."},

    {.path = "control", .value = kMap},
    {.path = "control.socket",
     .value = {.kind = KeyKind::kSocketPath},
     .default_text = "/run/tern/control",
     .fixed = &kFixed<&Settings::control, &ControlSettings::socket>,
     .summary =
         "The socket over which `tern` gives commands. `\"\"`: there is none. Root, the user "
         "of ternd and the members of its group may give them.",
     .details = "If the socket that is written here cannot be made, ternd does not start. Without "
                "this key it starts all the same, and the log says why there is no socket."},

    {.path = "log", .value = kMap},
    {.path = "log.level",
     .value = Choice<&Settings::log_level>(kLogWords),
     .default_text = "info",
     .summary = "Which lines the log has: `error`, `warning` (and errors), or `info` (all).",
     .details = "The line that ternd is ready is always there. `tern log level` changes this while "
                "ternd runs."},
};

}  // namespace

std::span<const KeySpec> WatchingKeys() { return kWatchingKeys; }

}  // namespace tern::resolver::config
