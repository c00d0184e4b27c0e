// Tells a service supervisor (systemd) what the process does, as sd_notify(3) describes it: one
// datagram for each change, to the socket that NOTIFY_SOCKET names. Without that variable it does
// nothing.
//
// Thread: any; immutable once made.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <string_view>

namespace tern::resolver::daemon {

class Supervisor {
 public:
  // `socket_name`: the value of NOTIFY_SOCKET, or null. It is a path, or `@` and the name of an
  // abstract socket. Other kinds of sockets are not known here.
  explicit Supervisor(const char* socket_name);

  // The service answers queries, and a reload has ended. If this were lost, the supervisor would
  // end the service in time. So when it has much to read, this waits for a second at most.
  void TellReady() const;
  // The service reads its configuration again. TellReady must follow. `now` is CLOCK_MONOTONIC.
  void TellReloading(std::chrono::steady_clock::time_point now) const;
  // The service does its work (watchdog.h).
  void TellAlive() const { Tell("WATCHDOG=1"); }
  void TellStopping() const { Tell("STOPPING=1"); }
  // Another process is the service's main one from now on, and speaks for it.
  void TellMain(pid_t process) const;

  // Gives it a descriptor, which the next process gets under this name after a restart or a crash
  // (given_descriptors.h), and takes all of this name back. It keeps as many as
  // FileDescriptorStoreMax says, by default none. When it does not listen, this waits for a second.
  // False when it could not be told.
  bool Keep(int fd, std::string_view name) const;
  bool Forget(std::string_view name) const;
  bool is_there() const { return !address_.empty(); }

 private:
  // Never waits: a supervisor that does not listen must not hold the service back.
  void Tell(std::string_view state) const;
  bool Send(std::string_view state, int fd, std::chrono::milliseconds time_max) const;

  std::string address_;  // as in sockaddr_un; empty without a supervisor
};

}  // namespace tern::resolver::daemon
