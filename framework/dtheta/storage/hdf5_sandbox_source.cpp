#include "dtheta/storage/hdf5_sandbox_source.hpp"

#include <algorithm>
#include <limits>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "dtheta/storage/messages.hpp"

namespace dtheta::hdf5 {
namespace {

using sandbox::Packer;
using sandbox::Question;
using sandbox::Unpacker;

constexpr Size deflate_limit = 1032;

std::vector<std::string> texts_of(Unpacker& answer, std::uint64_t most) {
  std::vector<std::string> texts;
  for (auto left = answer.count(most); left > 0; --left) texts.push_back(answer.text());
  return texts;
}

Shape shape_of(Unpacker& answer) {
  const int rank = answer.number<int>();
  if (rank < 0 || rank > Shape::max_rank) Unpacker::fail();
  std::vector<Size> extents;
  for (int axis = 0; axis < rank; ++axis) extents.push_back(answer.number<Size>());
  try {
    return Shape(extents);
  } catch (const UsageError&) {
    Unpacker::fail();
  }
}

ArrayInfo array_of(Unpacker& answer, Size file_size) {
  constexpr std::uint64_t types = 10;
  const auto type = answer.choice<ElementType>(types);
  const Shape shape = shape_of(answer);
  if (shape.size() / deflate_limit > file_size / element_size(type)) Unpacker::fail();
  return {type, shape};
}

TreeEntry entry_of(Unpacker& answer) {
  constexpr std::uint64_t kinds = 4;
  TreeEntry entry{.path = answer.text(), .name = answer.text(), .level = answer.number<int>()};
  if (entry.level < 1) Unpacker::fail();
  entry.kind = answer.choice<ObjectKind>(kinds);
  entry.text = answer.text();
  return entry;
}

}  // namespace

/// Sends the question, and reads the answer by read(), which has to take all of it.
template <class Read>
auto SandboxSource::ask(Question question, const Packer& asked, Read read) const {
  return with_name([&] {
    const std::string bytes = process_->ask(question, asked.bytes());
    Unpacker answer(bytes);
    if constexpr (std::is_void_v<decltype(read(answer))>) {
      read(answer);
      answer.expect_end();
    } else {
      auto result = read(answer);
      answer.expect_end();
      return result;
    }
  });
}

SandboxSource::SandboxSource(const Sandbox& sandbox, int file, const std::filesystem::path& name)
    : path_(name),
      file_size_(size_of(file)),
      process_(std::make_unique<sandbox::Process>(sandbox, file)) {
  process_->confine();
  ask(Question::open_file, Packer().add(name.string()), [](Unpacker&) {});
}

Presence SandboxSource::presence(std::string_view object) const {
  constexpr std::uint64_t kinds = 4;
  return ask(Question::presence, Packer().add(object),
             [](Unpacker& answer) { return answer.choice<Presence>(kinds); });
}

std::vector<std::string> SandboxSource::members(std::string_view group) const {
  constexpr std::uint64_t most = 1'000;
  return ask(Question::members, Packer().add(group),
             [](Unpacker& answer) { return texts_of(answer, most); });
}

Content SandboxSource::content(std::string_view dataset) const {
  constexpr std::uint64_t kinds = 3;
  return ask(Question::content, Packer().add(dataset),
             [](Unpacker& answer) { return answer.choice<Content>(kinds); });
}

OpenArray SandboxSource::open(std::string_view dataset) const {
  const ArrayInfo info = ask(Question::open, Packer().add(dataset),
                             [&](Unpacker& answer) { return array_of(answer, file_size_); });
  return {.name = std::string(dataset), .info = info};
}

void SandboxSource::read_rows(const OpenArray& array, Size first, Size count,
                              std::span<std::byte> numbers) const {
  if (numbers.empty()) return;
  const Size row = static_cast<Size>(numbers.size()) / count;
  const Size step = std::max<Size>(1, sandbox::most_bytes / row);
  for (Size done = 0; done < count; done += step) {
    const Size some = std::min(step, count - done);
    const auto part =
        numbers.subspan(static_cast<std::size_t>(done * row), static_cast<std::size_t>(some * row));
    const Packer asked = Packer().add(array.name).add(first + done).add(some);
    with_name([&] { process_->ask_into(Question::rows, asked.bytes(), part); });
  }
}

std::vector<std::string> SandboxSource::read_texts(std::string_view dataset) const {
  return ask(Question::texts, Packer().add(dataset), [](Unpacker& answer) {
    return texts_of(answer, std::numeric_limits<std::uint64_t>::max());
  });
}

std::string SandboxSource::storage_text(std::string_view dataset) const {
  return ask(Question::storage, Packer().add(dataset),
             [](Unpacker& answer) { return answer.text(); });
}

std::optional<double> SandboxSource::number(std::string_view object,
                                            const std::string& attribute) const {
  return ask(Question::number, Packer().add(object).add(attribute),
             [](Unpacker& answer) -> std::optional<double> {
               if (answer.number<std::uint8_t>() == 0) return std::nullopt;
               return answer.number<double>();
             });
}

std::optional<std::string> SandboxSource::text(std::string_view object,
                                               const std::string& attribute) const {
  return ask(Question::text, Packer().add(object).add(attribute),
             [](Unpacker& answer) -> std::optional<std::string> {
               if (answer.number<std::uint8_t>() == 0) return std::nullopt;
               return answer.text();
             });
}

std::vector<SplitRow> SandboxSource::split_table() const {
  constexpr std::uint64_t most = 10'000;
  return ask(Question::split_table, Packer(), [](Unpacker& answer) {
    std::vector<SplitRow> rows;
    for (auto left = answer.count(most); left > 0; --left) {
      rows.push_back({.split = answer.text(),
                      .source = answer.text(),
                      .start = answer.number<Size>(),
                      .stop = answer.number<Size>()});
    }
    return rows;
  });
}

std::vector<TreeEntry> SandboxSource::entries(const TreeLimits& limits) const {
  const Packer asked = Packer().add(limits.levels).add(limits.members).add(limits.entries);
  return ask(Question::entries, asked, [&](Unpacker& answer) {
    std::vector<TreeEntry> entries;
    for (auto left = answer.count(limits.entries); left > 0; --left) {
      entries.push_back(entry_of(answer));
    }
    return entries;
  });
}

}  // namespace dtheta::hdf5

namespace dtheta {

std::optional<std::string> sandbox_problem(const Sandbox& sandbox) {
  try {
    sandbox::Process(sandbox, -1).confine();
    return std::nullopt;
  } catch (const Error& error) {
    return error.what();
  }
}

}  // namespace dtheta
