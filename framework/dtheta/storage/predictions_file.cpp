#include "dtheta/storage/predictions_file.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <vector>

#include <fmt/format.h>

#include "dtheta/core/aligned_buffer.hpp"
#include "dtheta/core/error.hpp"
#include "dtheta/storage/atomic_file.hpp"
#include "dtheta/storage/hdf5_writer.hpp"

namespace dtheta {
namespace {

/// p {N, 1}, the probabilities of class 1 → {1 − p, p} {N, 2}.
template <class T>
AlignedBuffer<T> both_classes(View<const T> p) {
  AlignedBuffer<T> both(2 * p.size());
  for (Size n = 0; n < p.size(); ++n) {
    both[2 * n] = 1 - p[n];
    both[2 * n + 1] = p[n];
  }
  return both;
}

/// The class of each row: the first of its largest probabilities.
template <class T>
std::vector<std::int32_t> classes_of(View<const T> predictions) {
  std::vector<std::int32_t> classes;
  for (Size n = 0; n < predictions.dim(0); ++n) {
    const auto row = predictions.rows(n, 1).span();
    classes.push_back(static_cast<std::int32_t>(std::ranges::max_element(row) - row.begin()));
  }
  return classes;
}

/// A CSV field, in quotes where it needs them.
std::string field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

std::string header(Size width, std::span<const std::string> class_names) {
  std::string line = class_names.empty() ? "sample" : "sample,class";
  for (const std::string& name : class_names) line += "," + field(name);
  for (Size k = 0; class_names.empty() && k < width; ++k) line += fmt::format(",value_{}", k);
  return line + "\n";
}

template <class T>
void write_csv(const std::filesystem::path& path, View<const T> predictions,
               std::span<const std::string> class_names) {
  std::string text = header(predictions.dim(1), class_names);
  const auto classes = classes_of(predictions);
  for (Size n = 0; n < predictions.dim(0); ++n) {
    text += std::to_string(n);
    if (!class_names.empty()) {
      const auto index = static_cast<std::size_t>(classes[static_cast<std::size_t>(n)]);
      text += "," + field(class_names[index]);
    }
    for (const T number : predictions.rows(n, 1).span()) {
      fmt::format_to(std::back_inserter(text), ",{}", number);
    }
    text += '\n';
  }
  write_atomically(path, std::as_bytes(std::span(text)));
}

template <class T>
void write_hdf5(const std::filesystem::path& path, View<const T> predictions,
                std::span<const std::string> class_names) {
  constexpr ElementType type =
      std::is_same_v<T, float> ? ElementType::float32 : ElementType::float64;
  hdf5::Writer file(path);
  file.write_numbers("/predictions", type, predictions.shape(), std::as_bytes(predictions.span()),
                     hdf5::Storage::in_one_piece);
  if (!class_names.empty()) {
    const auto classes = classes_of(predictions);
    file.write_numbers("/class", ElementType::int32, {predictions.dim(0)},
                       std::as_bytes(std::span(classes)), hdf5::Storage::in_one_piece);
    file.write_texts("/class_names", class_names);
  }
  file.commit();
}

}  // namespace

template <std::floating_point T>
void write_predictions(const std::filesystem::path& path, View<const T> predictions,
                       std::span<const std::string> class_names) {
  const std::string ending = path.extension().string();
  if (ending != ".csv" && ending != ".h5") {
    throw UsageError(
        fmt::format("{}: predictions are written as .csv or .h5, not '{}'", path.string(), ending));
  }
  if (class_names.size() == 2 && predictions.dim(1) == 1) {
    const AlignedBuffer<T> both = both_classes(predictions);
    return write_predictions(path, both.view({predictions.dim(0), 2}), class_names);
  }
  if (!class_names.empty() && static_cast<Size>(class_names.size()) != predictions.dim(1)) {
    throw UsageError(fmt::format("{}: there are {} class names for predictions of {} classes",
                                 path.string(), class_names.size(), predictions.dim(1)));
  }
  if (ending == ".csv") return write_csv(path, predictions, class_names);
  write_hdf5(path, predictions, class_names);
}

template void write_predictions(const std::filesystem::path&, View<const float>,
                                std::span<const std::string>);
template void write_predictions(const std::filesystem::path&, View<const double>,
                                std::span<const std::string>);

}  // namespace dtheta
