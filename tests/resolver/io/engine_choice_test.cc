#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <functional>
#include <string>

#include "resolver/io/worker.h"
#include "tests/resolver/io/running_worker.h"

namespace tern::resolver::io {
namespace {

// Makes io_uring_setup fail with `error`, as containers' default profiles do, for this process.
bool ForbidIoUring(int error) {
  sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_io_uring_setup, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<uint32_t>(error)),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  sock_fprog program{static_cast<unsigned short>(std::size(filter)), filter};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

// Runs `body` in a child process; 0 when it returned true.
int InChild(const std::function<bool()>& body) {
  const pid_t child = fork();
  if (child == 0) _exit(body() ? 0 : 1);
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}

bool ServesOneQuery(std::unique_ptr<Worker> worker) {
  RunningWorker running(std::move(worker));
  running.Start();
  PlainSocket client = PlainSocket::ConnectedTo(running.endpoint(), SOCK_DGRAM);
  return client.Send(Query(1)) && client.Receive() == AnswerTo(Query(1));
}

TEST(EngineChoiceTest, WhereTheRingIsForbiddenEpollServesAndSaysWhy) {
  for (const int error : {EPERM, ENOSYS}) {
    EXPECT_EQ(InChild([error] {
                unsetenv("TERN_IO_ENGINE");
                if (!ForbidIoUring(error)) return false;
                WorkerOptions options;
                options.listen.push_back(Loopback());
                auto worker = Worker::Create(options, 0);
                if (!worker.ok() || (*worker)->engine_name() != "epoll") return false;
                const std::string note((*worker)->engine_note());
                if (note.find("io_uring") == std::string::npos) return false;
                return ServesOneQuery(*std::move(worker));
              }),
              0);
  }
}

TEST(EngineChoiceTest, AnExplicitRingThatIsForbiddenIsAnErrorWithTheReason) {
  EXPECT_EQ(InChild([] {
              if (!ForbidIoUring(EPERM)) return false;
              WorkerOptions options;
              options.engine = EngineChoice::kRing;
              const auto worker = Worker::Create(options, 0);
              return !worker.ok() &&
                     worker.status().message().find("io_uring") != std::string::npos;
            }),
            0);
}

TEST(EngineChoiceTest, TheEnvironmentChoosesWhereTheOptionsDoNot) {
  setenv("TERN_IO_ENGINE", "epoll", 1);
  WorkerOptions options;
  const auto by_environment = Worker::Create(options, 0);
  ASSERT_TRUE(by_environment.ok());
  EXPECT_EQ((*by_environment)->engine_name(), "epoll");
  EXPECT_EQ((*by_environment)->engine_note(), "");
  options.engine = EngineChoice::kRing;
  const auto by_options = Worker::Create(options, 0);
  if (by_options.ok()) {
    EXPECT_EQ((*by_options)->engine_name(), "io_uring");
  }
  unsetenv("TERN_IO_ENGINE");
}

TEST(EngineChoiceTest, AnEngineThatNobodyKnowsIsAnError) {
  setenv("TERN_IO_ENGINE", "uring", 1);
  const auto worker = Worker::Create({}, 0);
  ASSERT_FALSE(worker.ok());
  EXPECT_NE(worker.status().message().find("TERN_IO_ENGINE: expected ring or epoll"),
            std::string::npos)
      << worker.status();
  unsetenv("TERN_IO_ENGINE");
}

}  // namespace
}  // namespace tern::resolver::io
