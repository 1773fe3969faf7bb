#include "dtheta/storage/sandbox_channel.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include <poll.h>
#include <sys/socket.h>

namespace dtheta::sandbox {

using Clock = std::chrono::steady_clock;

void Channel::send_all(std::span<const std::byte> bytes) const {
  while (!bytes.empty()) {
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) throw Gone(false);
    bytes = bytes.subspan(static_cast<std::size_t>(sent));
  }
}

void Channel::send(std::uint8_t kind, std::span<const std::byte> content) const {
  const Packer header = Packer().add(kind).add(static_cast<std::uint64_t>(content.size()));
  send_all(std::as_bytes(std::span(header.bytes())));
  send_all(content);
}

Channel::Header Channel::receive_header() {
  if (patience_) deadline_ = Clock::now() + *patience_;
  std::array<std::byte, 9> bytes;
  receive(bytes);
  Unpacker header({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  const auto kind = header.number<std::uint8_t>();
  return {.kind = kind, .size = header.number<std::uint64_t>()};
}

/// Until there is something to receive.
void Channel::wait() const {
  if (!patience_) return;
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - Clock::now());
    struct ::pollfd socket {
      .fd = socket_, .events = POLLIN, .revents = 0
    };
    const int ready = ::poll(&socket, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
    if (ready > 0) return;
    if (ready == 0) throw Gone(true);
    if (errno != EINTR) throw Gone(false);
  }
}

void Channel::receive(std::span<std::byte> content) const {
  while (!content.empty()) {
    wait();
    const auto got = ::recv(socket_, content.data(), content.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) throw Gone(false);
    content = content.subspan(static_cast<std::size_t>(got));
  }
}

std::string Channel::receive_text(std::uint64_t size) const {
  constexpr std::uint64_t piece = 1 << 20;
  std::string text;
  while (text.size() < size) {
    const std::size_t before = text.size();
    text.resize(static_cast<std::size_t>(std::min(size, before + piece)));
    receive(std::as_writable_bytes(std::span(text).subspan(before)));
  }
  return text;
}

}  // namespace dtheta::sandbox
