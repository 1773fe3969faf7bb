#include "model_source.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "dtheta/core/suggestion.hpp"
#include "dtheta/model/network_spec.hpp"
#include "dtheta/model/zoo.hpp"
#include "dtheta/storage/model_file.hpp"

namespace dtheta::cli {
namespace {

std::string read_layer_list(const std::filesystem::path& file) {
  constexpr std::uintmax_t longest = 1 << 20;
  std::ifstream stream(file, std::ios::binary);
  std::string text;
  if (std::filesystem::file_size(file) <= longest) {
    text.assign(std::istreambuf_iterator<char>(stream), {});
  }
  if (!stream) throw InputOutputError(file.string() + ": cannot read");
  if (text.empty() || text.find('\0') != std::string::npos) {
    throw DataError(file.string() + ": found neither a model file nor a text with a layer list");
  }
  return text;
}

/// Whether the text was meant as the name of a file: no layer of a list looks like that.
bool looks_like_file(std::string_view text) {
  constexpr std::array<std::string_view, 5> endings{".h5", ".hdf5", ".keras", ".txt", ".layers"};
  return std::ranges::any_of(endings, [&](auto ending) { return text.ends_with(ending); }) ||
         (text.find('/') != std::string_view::npos && text.find(',') == std::string_view::npos);
}

/// A word that is no layer is a mistyped name rather than a mistyped layer list.
void check_word(const std::string& text) {
  if (text.find_first_of(" ,;\n") != std::string::npos) return;
  try {
    parse_layer_list(text);
  } catch (const UsageError&) {
    std::vector<std::string> names;
    for (const ZooEntry& entry : zoo()) names.emplace_back(entry.name);
    throw UsageError(fmt::format(
        "model {}: found neither a network that dtheta models lists, nor a file, nor a layer "
        "list{}",
        text, did_you_mean(text, names)));
  }
}

}  // namespace

ModelSource find_model(const std::string& text, const std::optional<Sandbox>& sandbox) {
  if (find_in_zoo(text) != nullptr) {
    return {.kind = ModelKind::named, .name = text, .layers = text, .file = {}};
  }
  const std::filesystem::path file = text;
  std::error_code too_long;  // a layer list may be longer than a file's name can be
  if (std::filesystem::is_regular_file(file, too_long)) {
    if (is_model_file(file, sandbox) || is_keras_archive(file)) {
      return {.kind = ModelKind::file, .name = file.stem().string(), .layers = {}, .file = file};
    }
    return {.kind = ModelKind::list,
            .name = file.stem().string(),
            .layers = read_layer_list(file),
            .file = {}};
  }
  if (looks_like_file(text)) throw InputOutputError(text + ": there is no such file");
  check_word(text);
  return {.kind = ModelKind::list, .name = "model", .layers = text, .file = {}};
}

}  // namespace dtheta::cli
