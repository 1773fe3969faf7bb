/// The side of a sandbox that talks to the HDF5 library.
#include <cstdlib>
#include <map>
#include <new>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "dtheta/core/aligned_buffer.hpp"
#include "dtheta/storage/confinement.hpp"
#include "dtheta/storage/hdf5_file_source.hpp"
#include "dtheta/storage/hdf5_library.hpp"
#include "dtheta/storage/sandbox.hpp"
#include "dtheta/storage/sandbox_channel.hpp"

namespace dtheta {
namespace {

using namespace sandbox;

class Server {
 public:
  explicit Server(Channel& channel) : channel_(channel) {}

  /// Answers all questions. Ends by Gone, when nobody asks any more.
  [[noreturn]] void serve() {
    for (;;) {
      const auto [kind, size] = channel_.receive_header();
      const std::string question = channel_.receive_text(size);
      try {
        answer(static_cast<Question>(kind), Unpacker(question));
      } catch (const DataError& error) {
        send(Answer::data_error, error.what());
      } catch (const RuntimeUnusable& error) {
        send(Answer::unusable, error.what());
      } catch (const Error& error) {
        send(Answer::input_output, error.what());
      } catch (const std::bad_alloc&) {
        send(Answer::no_memory, "");
      }
    }
  }

 private:
  void send(Answer kind, const std::string& content) const {
    channel_.send(static_cast<std::uint8_t>(kind), content);
  }

  void answer(Question question, Unpacker asked) {
    if (question == Question::rows) return send_rows(asked);
    Packer answer;
    if (question == Question::begin) {
      begin(asked.number<Size>());
    } else if (question == Question::open_file) {
      file_.emplace(file_descriptor, asked.text());
    } else {
      answer_about_file(question, asked, answer);
    }
    send(Answer::content, answer.bytes());
  }

  static void begin(Size memory_limit) {
    start_hdf5();
    confine_process(memory_limit);
  }

  void answer_about_file(Question question, Unpacker& asked, Packer& answer) {
    switch (question) {
      case Question::presence:
        answer.add(file_->presence(asked.text()));
        break;
      case Question::members:
        add_texts(file_->members(asked.text()), answer);
        break;
      case Question::content:
        answer.add(file_->content(asked.text()));
        break;
      case Question::open:
        add_array(opened(asked.text()), answer);
        break;
      case Question::texts:
        add_texts(file_->read_texts(asked.text()), answer);
        break;
      case Question::storage:
        answer.add(file_->storage_text(asked.text()));
        break;
      default:
        answer_about_attributes(question, asked, answer);
    }
  }

  void answer_about_attributes(Question question, Unpacker& asked, Packer& answer) {
    const auto ask = [&](auto member) {
      const std::string object = asked.text();
      const auto found = ((*file_).*member)(object, asked.text());
      answer.add(found.has_value());
      if (found) answer.add(*found);
    };
    if (question == Question::number) ask(&hdf5::FileSource::number);
    if (question == Question::text) ask(&hdf5::FileSource::text);
    if (question == Question::split_table) add_split_table(answer);
    if (question == Question::entries) add_entries(asked, answer);
  }

  void send_rows(Unpacker& asked) {
    const hdf5::OpenArray& array = opened(asked.text());
    const auto first = asked.number<Size>();
    const auto count = asked.number<Size>();
    const Shape& shape = array.info.shape;
    const Size row = shape.rank() == 0 ? 1 : shape.sample().size();
    AlignedBuffer<std::byte> numbers(count * row * element_size(array.info.type));
    file_->read_rows(array, first, count, numbers.span());
    channel_.send(static_cast<std::uint8_t>(Answer::content), numbers.span());
  }

  /// Kept open as long as there are few.
  const hdf5::OpenArray& opened(const std::string& dataset) {
    constexpr std::size_t most = 16;
    const auto known = arrays_.find(dataset);
    if (known != arrays_.end()) return known->second;
    if (arrays_.size() == most) arrays_.clear();
    return arrays_.emplace(dataset, file_->open(dataset)).first->second;
  }

  static void add_texts(const std::vector<std::string>& texts, Packer& answer) {
    answer.add(static_cast<std::uint64_t>(texts.size()));
    for (const std::string& text : texts) answer.add(text);
  }

  static void add_array(const hdf5::OpenArray& array, Packer& answer) {
    answer.add(array.info.type).add(array.info.shape.rank());
    for (const Size extent : array.info.shape.extents()) answer.add(extent);
  }

  void add_split_table(Packer& answer) {
    const auto rows = file_->split_table();
    answer.add(static_cast<std::uint64_t>(rows.size()));
    for (const auto& row : rows) {
      answer.add(row.split).add(row.source).add(row.start).add(row.stop);
    }
  }

  void add_entries(Unpacker& asked, Packer& answer) {
    const auto levels = asked.number<int>();
    const auto members = asked.number<std::size_t>();
    const auto entries = file_->entries(
        {.levels = levels, .members = members, .entries = asked.number<std::size_t>()});
    answer.add(static_cast<std::uint64_t>(entries.size()));
    for (const auto& entry : entries) {
      answer.add(entry.path).add(entry.name).add(entry.level).add(entry.kind).add(entry.text);
    }
  }

  Channel& channel_;
  std::optional<hdf5::FileSource> file_;
  std::map<std::string, hdf5::OpenArray> arrays_;
};

}  // namespace

void serve_sandbox(int argc, const char* const* argv) {
  if (argc != 2 || std::string_view(argv[1]) != command_word) return;
  skip_hdf5_exit_handler();
  Channel channel(socket_descriptor, std::nullopt);
  try {
    Server(channel).serve();
  } catch (const Gone&) {
    std::_Exit(0);  // what is done at exit may need more than the filter allows
  }
}

}  // namespace dtheta
