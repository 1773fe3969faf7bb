/// show_digits DATASET MODEL [COUNT]: draws test pictures in the terminal, each over what it shows
/// and what the model takes it for. The quick start ends with it.
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <iostream>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dtheta/core/error.hpp"
#include "dtheta/core/workers.hpp"
#include "dtheta/storage/dataset_file.hpp"
#include "dtheta/storage/model_file.hpp"
#include "dtheta/training/evaluation.hpp"
#include "dtheta/training/metrics.hpp"

namespace {

using dtheta::Size;
using dtheta::View;

constexpr Size pictures_a_row = 5;  // 5 · 14 characters and gaps fit 80 columns

/// The braille character whose 2x4 dots are the pixels from (row, column) that hold ink.
std::string braille(View<const std::uint8_t> picture, Size row, Size column) {
  static constexpr unsigned bits[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
  const Size height = picture.dim(0);
  const Size width = picture.dim(1);
  unsigned dots = 0;
  for (Size r = 0; r < std::min<Size>(4, height - row); ++r) {
    for (Size c = 0; c < std::min<Size>(2, width - column); ++c) {
      if (picture[(row + r) * width + column + c] > 96) dots |= bits[r][c];
    }
  }
  // U+2800 + dots in UTF-8.
  return {'\xE2', static_cast<char>(0xA0 | (dots >> 6)), static_cast<char>(0x80 | (dots & 0x3F))};
}

/// The predicted class and its probability, from one sample's predictions.
std::pair<Size, float> most_likely(std::span<const float> row) {
  const Size found = dtheta::class_of(row, 0.5F);
  if (row.size() > 1) return {found, row[static_cast<std::size_t>(found)]};
  return {found, found == 1 ? row[0] : 1 - row[0]};
}

std::string padded(std::string text, Size width) {
  text.resize(std::max(text.size(), static_cast<std::size_t>(width)), ' ');
  return text;
}

/// Draws the samples [first, first + count) side by side.
void draw_row(const dtheta::Dataset& data, View<const float> predictions, Size first, Size count) {
  const Size height = data.sample_shape()[0];
  const Size width = data.sample_shape()[1];
  const auto* pixels = reinterpret_cast<const std::uint8_t*>(data.x().data());
  const View<const std::uint8_t> pictures(pixels, {data.size(), height, width});
  for (Size row = 0; row < height; row += 4) {
    for (Size n = first; n < first + count; ++n) {
      const View<const std::uint8_t> picture = pictures.rows(n, 1).reshaped({height, width});
      for (Size column = 0; column < width; column += 2) std::cout << braille(picture, row, column);
      std::cout << "  ";
    }
    std::cout << '\n';
  }
  for (Size n = first; n < first + count; ++n) {
    const auto [found, probability] = most_likely(predictions.rows(n, 1).span());
    const Size truth = data.labels()[static_cast<std::size_t>(n)];
    const auto& names = data.class_names();
    std::string caption = names[static_cast<std::size_t>(found)] + " (" +
                          std::to_string(static_cast<int>(100 * probability)) + " %)";
    if (found != truth) caption += " is " + names[static_cast<std::size_t>(truth)];
    std::cout << padded(std::move(caption), (width + 1) / 2 + 2);
  }
  std::cout << "\n\n";
}

void show(const std::string& dataset_path, const std::string& model_path, Size count) {
  const dtheta::DatasetSplits splits = dtheta::read_dataset(dataset_path);
  if (!splits.test) throw dtheta::DataError(dataset_path + " has no test samples to show");
  const dtheta::Dataset& data = *splits.test;
  const dtheta::Shape& shape = data.sample_shape();
  if (data.type() != dtheta::ElementType::uint8 || shape.rank() != 3 || shape[2] != 1 ||
      !data.is_classification()) {
    throw dtheta::DataError(dataset_path +
                            " does not hold classified grey pictures (uint8, height x width x 1)");
  }
  const dtheta::Model<float> model = dtheta::load_model<float>(model_path).model;
  dtheta::Workers workers(1);
  const auto numbers = dtheta::predict(model, data, workers);
  const View<const float> predictions = numbers.view({data.size(), numbers.size() / data.size()});
  count = std::min(count, data.size());
  for (Size first = 0; first < count; first += pictures_a_row) {
    draw_row(data, predictions, first, std::min(pictures_a_row, count - first));
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string_view> arguments(argv + 1, argv + argc);
  Size count = 10;
  bool is_understood = arguments.size() == 2 || arguments.size() == 3;
  if (arguments.size() == 3) {
    const std::string_view text = arguments[2];
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    is_understood = error == std::errc{} && end == text.data() + text.size() && count > 0;
  }
  if (!is_understood) {
    std::cerr << "usage: show_digits DATASET MODEL [COUNT]\n";
    return 2;
  }
  try {
    show(std::string(arguments[0]), std::string(arguments[1]), count);
  } catch (const dtheta::Error& error) {
    std::cerr << "show_digits: " << error.what() << '\n';
    return static_cast<int>(error.exit_code());
  }
}
