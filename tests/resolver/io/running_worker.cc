#include "tests/resolver/io/running_worker.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <future>
#include <utility>

namespace tern::resolver::io {

namespace {

class Task final : public Message {
 public:
  explicit Task(std::function<void()> run) : run(std::move(run)) {}
  const std::function<void()> run;
};

// A ring that is torn down interrupts the thread that made it, and a call with a timeout is not
// restarted by itself.
template <typename Call>
auto Uninterrupted(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

}  // namespace

void EchoService::Called() {
  if (asleep_) ++calls_while_asleep;
}

void EchoService::OnDatagrams(std::span<Datagram> batch) {
  Called();
  datagrams += static_cast<int>(batch.size());
  largest_batch = std::max(largest_batch.load(), static_cast<int>(batch.size()));
  for (Datagram& datagram : batch) {
    if (on_datagram) {
      on_datagram(datagram);
      continue;
    }
    std::memcpy(datagram.reply.data(), datagram.query.data(), datagram.query.size());
    if (datagram.query.size() > 2) datagram.reply[2] |= 0x80;
    datagram.reply_octets = datagram.query.size();
  }
}

void EchoService::OnStreamMessage(const ReturnPath& path, std::span<const uint8_t> query) {
  Called();
  ++stream_messages;
  if (on_stream_message) {
    on_stream_message(path, query);
  } else {
    worker_->SendReply(path, AnswerTo(Bytes(query.begin(), query.end())));
  }
}

void EchoService::OnMessage(Message* message) {
  Called();
  std::unique_ptr<Task> task(static_cast<Task*>(message));
  task->run();
}

void EchoService::OnTurnEnd(bool sleeping) {
  Called();
  ++turns;
  asleep_ = sleeping;
}

void EchoService::OnWake() {
  if (!asleep_) ++calls_while_asleep;
  asleep_ = false;
}

RunningWorker::RunningWorker(std::unique_ptr<Worker> worker)
    : worker_(std::move(worker)), service_(worker_.get()) {
  worker_->SetService(&service_);
}

RunningWorker::~RunningWorker() {
  StopAndJoin();
  EXPECT_EQ(service_.calls_while_asleep.load(), 0);
}

void RunningWorker::Start() {
  thread_ = std::thread([this] { EXPECT_TRUE(worker_->Run().ok()); });
}

void RunningWorker::StopAndJoin() {
  if (!thread_.joinable()) return;
  worker_->Stop();
  thread_.join();
}

void RunningWorker::OnThread(const std::function<void()>& task) {
  std::promise<void> done;
  Post([&] {
    task();
    done.set_value();
  });
  done.get_future().wait();
}

void RunningWorker::Post(std::function<void()> task) { worker_->Post(new Task(std::move(task))); }

PlainSocket::PlainSocket(int family, int type, milliseconds timeout)
    : fd_(socket(family, type | SOCK_CLOEXEC, 0)) {
  EXPECT_GE(fd_.get(), 0) << std::strerror(errno);
  SetTimeout(timeout);
}

PlainSocket PlainSocket::ConnectedTo(const Endpoint& peer, int type) {
  PlainSocket socket(peer.address.IsIpv4() ? AF_INET : AF_INET6, type);
  EXPECT_TRUE(socket.Connect(peer)) << peer.ToText() << ": " << std::strerror(errno);
  return socket;
}

bool PlainSocket::Bind(const Endpoint& endpoint) {
  sockaddr_storage storage;
  const socklen_t octets = endpoint.ToSockaddr(&storage);
  return bind(fd_.get(), reinterpret_cast<sockaddr*>(&storage), octets) == 0;
}

bool PlainSocket::Connect(const Endpoint& peer) {
  sockaddr_storage storage;
  const socklen_t octets = peer.ToSockaddr(&storage);
  const int result = connect(fd_.get(), reinterpret_cast<sockaddr*>(&storage), octets);
  if (result == 0 || errno != EINTR) return result == 0;
  // Interrupted: it goes on by itself.
  pollfd wait{fd_.get(), POLLOUT, 0};
  return Uninterrupted([&] { return poll(&wait, 1, 5000); }) == 1;
}

bool PlainSocket::Listen() { return listen(fd_.get(), 64) == 0; }

std::optional<PlainSocket> PlainSocket::Accept() {
  OwnedFd accepted(Uninterrupted([this] { return accept(fd_.get(), nullptr, nullptr); }));
  if (accepted.get() < 0) return std::nullopt;
  PlainSocket socket(std::move(accepted));
  socket.SetTimeout(milliseconds(5000));
  return socket;
}

bool PlainSocket::Send(const Bytes& bytes) {
  size_t sent = 0;
  do {
    const ssize_t taken = Uninterrupted(
        [&] { return send(fd_.get(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL); });
    if (taken < 0) return false;
    sent += static_cast<size_t>(taken);
  } while (sent < bytes.size());
  return true;
}

bool PlainSocket::SendTo(const Bytes& bytes, const Endpoint& peer) {
  sockaddr_storage storage;
  const socklen_t octets = peer.ToSockaddr(&storage);
  return sendto(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL,
                reinterpret_cast<sockaddr*>(&storage), octets) >= 0;
}

std::optional<Bytes> PlainSocket::Receive() { return ReceiveFrom(nullptr); }

std::optional<Bytes> PlainSocket::ReceiveFrom(Endpoint* source) {
  Bytes bytes(65536);
  sockaddr_storage storage{};
  socklen_t octets = sizeof(storage);
  const ssize_t received = Uninterrupted([&] {
    return recvfrom(fd_.get(), bytes.data(), bytes.size(), 0, reinterpret_cast<sockaddr*>(&storage),
                    &octets);
  });
  if (received < 0) return std::nullopt;
  if (source != nullptr) {
    *source = Endpoint::FromSockaddr(reinterpret_cast<const sockaddr*>(&storage));
  }
  bytes.resize(static_cast<size_t>(received));
  return bytes;
}

bool PlainSocket::SendMessage(const Bytes& message) {
  Bytes framed(2 + message.size());
  framed[0] = static_cast<uint8_t>(message.size() >> 8);
  framed[1] = static_cast<uint8_t>(message.size());
  std::copy(message.begin(), message.end(), framed.begin() + 2);
  return Send(framed);
}

std::optional<Bytes> PlainSocket::ReceiveMessage() {
  const auto read_exactly = [this](size_t octets) -> std::optional<Bytes> {
    Bytes bytes(octets);
    for (size_t at = 0; at < octets;) {
      const ssize_t received =
          Uninterrupted([&] { return recv(fd_.get(), bytes.data() + at, octets - at, 0); });
      if (received <= 0) return std::nullopt;
      at += static_cast<size_t>(received);
    }
    return bytes;
  };
  const auto length = read_exactly(2);
  if (!length.has_value()) return std::nullopt;
  return read_exactly(static_cast<size_t>((*length)[0]) << 8 | (*length)[1]);
}

bool PlainSocket::IsClosedWithin(milliseconds time) {
  pollfd wait{fd_.get(), POLLIN, 0};
  const int milliseconds_left = static_cast<int>(time.count());
  if (Uninterrupted([&] { return poll(&wait, 1, milliseconds_left); }) != 1) return false;
  uint8_t octet;
  return recv(fd_.get(), &octet, 1, MSG_PEEK | MSG_DONTWAIT) <= 0;
}

void PlainSocket::SetTimeout(milliseconds timeout) {
  timeval value{};
  value.tv_sec = timeout.count() / 1000;
  value.tv_usec = timeout.count() % 1000 * 1000;
  setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &value, sizeof(value));
}

Endpoint AddressOf(const std::string& text) { return *Endpoint::Parse(text, 0); }

Bytes Query(uint16_t id, size_t octets) {
  Bytes query(std::max<size_t>(octets, 12));
  for (size_t i = 0; i < query.size(); ++i) query[i] = static_cast<uint8_t>(i * 7 + id);
  query[0] = static_cast<uint8_t>(id >> 8);
  query[1] = static_cast<uint8_t>(id);
  query[2] = 0;
  return query;
}

Bytes AnswerTo(Bytes query) {
  if (query.size() > 2) query[2] |= 0x80;
  return query;
}

bool WaitFor(const std::function<bool()>& condition, milliseconds time) {
  const auto until = std::chrono::steady_clock::now() + time;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(milliseconds(2));
  }
  return true;
}

void BothEngines::SetUp() {
  if (GetParam() != EngineChoice::kRing) return;
  WorkerOptions options;
  options.engine = EngineChoice::kRing;
  const auto worker = Worker::Create(options, 0);
  if (!worker.ok()) GTEST_SKIP() << worker.status().message();
}

WorkerOptions BothEngines::OnLoopback() {
  WorkerOptions options;
  options.listen.push_back(Loopback());
  StreamLimits& streams = options.streams;
  for (Duration* time : {&streams.idle, &streams.idle_under_pressure, &streams.message_deadline,
                         &streams.send_deadline}) {
    *time = 3 * kCloseMax;
  }
  return options;
}

std::unique_ptr<RunningWorker> BothEngines::Make(WorkerOptions options) {
  options.engine = GetParam();
  auto worker = Worker::Create(options, 0);
  EXPECT_TRUE(worker.ok()) << worker.status().ToString();
  if (!worker.ok()) return nullptr;
  return std::make_unique<RunningWorker>(*std::move(worker));
}

std::string EngineName(const ::testing::TestParamInfo<EngineChoice>& choice) {
  return choice.param == EngineChoice::kRing ? "Ring" : "Epoll";
}

}  // namespace tern::resolver::io
