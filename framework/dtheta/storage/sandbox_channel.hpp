/// How a process and its sandbox talk.
///
/// Questions and answers are messages: a byte that says what it is, the length, the content. The
/// content is numbers as this machine has them, and texts with their length in front. Whoever reads
/// one checks all of it.
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

#include "dtheta/core/error.hpp"
#include "dtheta/core/shape.hpp"

namespace dtheta::sandbox {

/// The descriptors in the sandbox.
inline constexpr int socket_descriptor = 3;
inline constexpr int file_descriptor = 4;
/// The argument that a program is executed with to be one.
inline constexpr const char* command_word = "--be-the-sandbox-of-dtheta";

/// The largest piece of an array that is asked for at once, in bytes, if its rows are no larger.
inline constexpr Size most_bytes = Size{64} << 20;

/// What is asked. `begin` must come first; `end_of_questions` counts them.
enum class Question : std::uint8_t {
  begin,
  open_file,
  presence,
  members,
  content,
  open,
  rows,
  texts,
  storage,
  number,
  text,
  split_table,
  entries,
};

/// What an answer is: the content that was asked for, or an error, whose message is the content.
enum class Answer : std::uint8_t { content, data_error, input_output, unusable, no_memory };

/// The other side is gone, or takes too long.
struct Gone : std::runtime_error {
  explicit Gone(bool took_too_long)
      : std::runtime_error("the other process is gone"), is_late(took_too_long) {}
  bool is_late;
};

/// A DataError of ours whose message the file's name has to go before; those of the sandbox have
/// it.
struct WithoutName : DataError {
  using DataError::DataError;
};

/// Puts a message together.
class Packer {
 public:
  template <class N>
    requires std::is_arithmetic_v<N> || std::is_enum_v<N>
  Packer& add(N number) {
    bytes_.append(reinterpret_cast<const char*>(&number), sizeof(N));
    return *this;
  }
  Packer& add(std::string_view text) {
    add(static_cast<std::uint64_t>(text.size()));
    bytes_ += text;
    return *this;
  }

  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

/// Takes a message apart. Throws WithoutName when it is not what was expected.
class Unpacker {
 public:
  explicit Unpacker(std::string_view bytes) : left_(bytes) {}

  template <class N>
    requires std::is_arithmetic_v<N>
  N number() {
    N number;
    std::memcpy(&number, take(sizeof(N)).data(), sizeof(N));
    return number;
  }
  /// One of the first `count` values of an enumeration.
  template <class E>
  E choice(std::uint64_t count) {
    const auto number = this->number<std::underlying_type_t<E>>();
    if (static_cast<std::uint64_t>(number) >= count) fail();
    return static_cast<E>(number);
  }
  std::string text() { return std::string(take(number<std::uint64_t>())); }
  /// How many entries follow: at most `most`.
  std::uint64_t count(std::uint64_t most) {
    const auto count = number<std::uint64_t>();
    if (count > most) fail();
    return count;
  }
  bool is_at_end() const { return left_.empty(); }
  void expect_end() const {
    if (!is_at_end()) fail();
  }

  [[noreturn]] static void fail() { throw WithoutName("its sandbox gave an answer without sense"); }

 private:
  std::string_view take(std::uint64_t count) {
    if (count > left_.size()) fail();
    const std::string_view taken = left_.substr(0, static_cast<std::size_t>(count));
    left_.remove_prefix(taken.size());
    return taken;
  }

  std::string_view left_;
};

/// One end of a connected pair of sockets; does not own it. Throws Gone.
class Channel {
 public:
  /// `patience` is for the whole of a message that is received; none: any time.
  Channel(int socket, std::optional<std::chrono::milliseconds> patience)
      : socket_(socket), patience_(patience) {}

  struct Header {
    std::uint8_t kind;
    std::uint64_t size;  ///< of the content
  };

  void send(std::uint8_t kind, std::span<const std::byte> content) const;
  void send(std::uint8_t kind, const std::string& content) const {
    send(kind, std::as_bytes(std::span(content)));
  }

  Header receive_header();
  /// The content, or a part of it.
  void receive(std::span<std::byte> content) const;
  /// `size` bytes; memory grows with what arrives.
  std::string receive_text(std::uint64_t size) const;

 private:
  void wait() const;
  void send_all(std::span<const std::byte> bytes) const;

  int socket_;
  std::optional<std::chrono::milliseconds> patience_;
  std::chrono::steady_clock::time_point deadline_;
};

}  // namespace dtheta::sandbox
