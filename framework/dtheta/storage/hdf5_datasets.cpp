#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

#include <fmt/format.h>
#include <hdf5.h>

#include "dtheta/core/error.hpp"
#include "dtheta/storage/hdf5_file_source.hpp"
#include "dtheta/storage/hdf5_safety.hpp"
#include "dtheta/storage/hdf5_texts.hpp"
#include "dtheta/storage/hdf5_types.hpp"

namespace dtheta::hdf5 {

Handle FileSource::open_dataset(std::string_view dataset) const {
  Handle opened = find(dataset);
  if (!opened) fail(dataset, "is missing");
  if (H5Iget_type(opened.get()) != H5I_DATASET) fail(dataset, "is not a dataset; wanted one");
  if (const auto reason = unsafe_layout(opened.get())) fail(dataset, *reason);
  return opened;
}

Shape FileSource::shape_of(std::string_view object, const Handle& space) const {
  const int rank = H5Sget_simple_extent_ndims(space.get());
  check(object, rank);
  if (H5Sget_simple_extent_type(space.get()) == H5S_NULL) fail(object, "is empty");
  if (rank > Shape::max_rank) {
    fail(object, fmt::format("has {} axes; wanted at most {}", rank, Shape::max_rank));
  }
  std::array<hsize_t, Shape::max_rank> extents{};
  check(object, H5Sget_simple_extent_dims(space.get(), extents.data(), nullptr));
  std::array<Size, Shape::max_rank> sizes{};
  std::ranges::transform(extents, sizes.begin(), [](hsize_t n) { return static_cast<Size>(n); });
  try {
    return Shape(std::span<const Size>(sizes).first(static_cast<std::size_t>(rank)));
  } catch (const UsageError&) {
    fail(object, "has a shape that is too large to be true");
  }
}

OpenArray FileSource::open(std::string_view dataset) const {
  const Quiet quiet;
  Handle opened = open_dataset(dataset);
  const Handle type(H5Dget_type(opened.get()));
  const auto element = element_type(type.get());
  if (!element) {
    fail(dataset, fmt::format("holds {}; wanted whole numbers of 8 to 64 bits, float32 or float64",
                              type_text(type.get())));
  }
  const Shape shape = shape_of(dataset, Handle(H5Dget_space(opened.get())));
  if (const auto reason = unsafe_size(opened.get(), shape, element_size(*element), file_size_)) {
    fail(dataset, *reason);
  }
  return {std::string(dataset), {*element, shape}, std::move(opened)};
}

void FileSource::read_rows(const OpenArray& array, Size first, Size count,
                           std::span<std::byte> numbers) const {
  const Shape& shape = array.info.shape;
  if (shape.rank() == 0) return read_scalar(array, numbers);
  const Shape rows = shape.sample().batch(count);
  assert(first >= 0 && count >= 0 && first + count <= shape[0]);
  assert(static_cast<Size>(numbers.size()) == rows.size() * element_size(array.info.type));
  if (rows.size() == 0) return;
  const Quiet quiet;
  std::array<hsize_t, Shape::max_rank> start{static_cast<hsize_t>(first)};
  std::array<hsize_t, Shape::max_rank> extents{};
  std::ranges::transform(rows.extents(), extents.begin(),
                         [](Size extent) { return static_cast<hsize_t>(extent); });
  const Handle in_file(H5Dget_space(array.dataset.get()));
  check(array.name, H5Sselect_hyperslab(in_file.get(), H5S_SELECT_SET, start.data(), nullptr,
                                        extents.data(), nullptr));
  const Handle in_memory(H5Screate_simple(rows.rank(), extents.data(), nullptr));
  check(array.name, H5Dread(array.dataset.get(), native_type(array.info.type), in_memory.get(),
                            in_file.get(), H5P_DEFAULT, numbers.data()));
}

void FileSource::read_scalar(const OpenArray& array, std::span<std::byte> number) const {
  const Quiet quiet;
  check(array.name, H5Dread(array.dataset.get(), native_type(array.info.type), H5S_ALL, H5S_ALL,
                            H5P_DEFAULT, number.data()));
}

Content FileSource::content(std::string_view dataset) const {
  const Quiet quiet;
  const Handle opened = open_dataset(dataset);
  const Handle type(H5Dget_type(opened.get()));
  if (element_type(type.get())) return Content::numbers;
  return H5Tget_class(type.get()) == H5T_STRING ? Content::texts : Content::other;
}

std::vector<std::string> FileSource::read_texts(std::string_view dataset) const {
  const Quiet quiet;
  const Handle opened = open_dataset(dataset);
  const Handle type(H5Dget_type(opened.get()));
  if (H5Tget_class(type.get()) != H5T_STRING) {
    fail(dataset, fmt::format("holds {}; wanted strings", type_text(type.get())));
  }
  const Handle space(H5Dget_space(opened.get()));
  const Shape shape = shape_of(dataset, space);
  const auto length = static_cast<Size>(H5Tget_size(type.get()));
  if (const auto reason = unsafe_size(opened.get(), shape, length, file_size_)) {
    fail(dataset, *reason);
  }
  if (shape.size() == 0) return {};
  TextBuffer buffer(type.get(), shape.size());
  check(dataset,
        H5Dread(opened.get(), buffer.memory_type(), H5S_ALL, H5S_ALL, H5P_DEFAULT, buffer.data()));
  return texts_in(dataset, buffer);
}

}  // namespace dtheta::hdf5
