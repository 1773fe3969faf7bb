#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

#include <fmt/format.h>
#include <hdf5.h>

#include "dtheta/core/error.hpp"
#include "dtheta/storage/hdf5_reader.hpp"
#include "dtheta/storage/hdf5_safety.hpp"
#include "dtheta/storage/hdf5_texts.hpp"
#include "dtheta/storage/hdf5_types.hpp"

namespace dtheta::hdf5 {

Handle Reader::open_dataset(std::string_view dataset) const {
  Handle opened = find(dataset);
  if (!opened) fail(dataset, "is missing");
  if (H5Iget_type(opened.get()) != H5I_DATASET) fail(dataset, "is not a dataset; wanted one");
  if (const auto reason = unsafe_layout(opened.get())) fail(dataset, *reason);
  return opened;
}

Shape Reader::shape_of(std::string_view object, const Handle& space) const {
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

OpenArray Reader::open(std::string_view dataset) const {
  const Quiet quiet;
  Handle opened = open_dataset(dataset);
  const Handle type(H5Dget_type(opened.get()));
  const auto element = element_type(type.get());
  if (!element) {
    fail(dataset, fmt::format("holds {}; wanted whole numbers of 8 to 64 bits, float32 or float64",
                              type_text(type.get())));
  }
  const Shape shape = shape_of(dataset, Handle(H5Dget_space(opened.get())));
  if (const auto reason = unsafe_size(opened.get(), shape, element_size(*element), stamp_.size)) {
    fail(dataset, *reason);
  }
  return {std::string(dataset), {*element, shape}, std::move(opened)};
}

ArrayInfo Reader::describe(std::string_view dataset) const { return open(dataset).info; }

void Reader::read_rows(const OpenArray& array, Size first, Size count,
                       std::span<std::byte> numbers) const {
  assert(static_cast<Size>(numbers.size()) ==
         count * array.info.shape.sample().size() * element_size(array.info.type));
  read_rows_into(array, first, count, array.info.type, numbers.data());
}

void Reader::read_rows(const OpenArray& array, Size first, Size count,
                       std::span<double> numbers) const {
  assert(static_cast<Size>(numbers.size()) == count * array.info.shape.sample().size());
  read_rows_into(array, first, count, ElementType::float64, numbers.data());
}

/// `type` is that of `numbers`: HDF5 converts.
void Reader::read_rows_into(const OpenArray& array, Size first, Size count, ElementType type,
                            void* numbers) const {
  const Shape rows = array.info.shape.sample().batch(count);
  assert(first >= 0 && count >= 0 && first + count <= array.info.shape[0]);
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
  check(array.name, H5Dread(array.dataset.get(), native_type(type), in_memory.get(), in_file.get(),
                            H5P_DEFAULT, numbers));
}

/// `type` is that of `numbers`: HDF5 converts.
void Reader::read_into(const OpenArray& array, ElementType type, void* numbers) const {
  if (array.info.shape.size() == 0) return;
  const Quiet quiet;
  check(array.name,
        H5Dread(array.dataset.get(), native_type(type), H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers));
}

AlignedBuffer<std::byte> Reader::read_numbers(std::string_view dataset) const {
  const OpenArray array = open(dataset);
  AlignedBuffer<std::byte> numbers(array.info.bytes());
  read_into(array, array.info.type, numbers.data());
  return numbers;
}

AlignedBuffer<double> Reader::read_doubles(std::string_view dataset) const {
  const OpenArray array = open(dataset);
  AlignedBuffer<double> numbers(array.info.shape.size());
  read_into(array, ElementType::float64, numbers.data());
  return numbers;
}

bool Reader::holds_numbers(std::string_view dataset) const {
  const Quiet quiet;
  const Handle opened = open_dataset(dataset);
  return element_type(Handle(H5Dget_type(opened.get())).get()).has_value();
}

bool Reader::holds_texts(std::string_view dataset) const {
  const Quiet quiet;
  const Handle opened = open_dataset(dataset);
  return H5Tget_class(Handle(H5Dget_type(opened.get())).get()) == H5T_STRING;
}

std::vector<std::string> Reader::read_texts(std::string_view dataset) const {
  const Quiet quiet;
  const Handle opened = open_dataset(dataset);
  const Handle type(H5Dget_type(opened.get()));
  if (H5Tget_class(type.get()) != H5T_STRING) {
    fail(dataset, fmt::format("holds {}; wanted strings", type_text(type.get())));
  }
  const Handle space(H5Dget_space(opened.get()));
  const Shape shape = shape_of(dataset, space);
  const auto length = static_cast<Size>(H5Tget_size(type.get()));
  if (const auto reason = unsafe_size(opened.get(), shape, length, stamp_.size)) {
    fail(dataset, *reason);
  }
  if (shape.size() == 0) return {};
  TextBuffer buffer(type.get(), shape.size());
  check(dataset,
        H5Dread(opened.get(), buffer.memory_type(), H5S_ALL, H5S_ALL, H5P_DEFAULT, buffer.data()));
  return texts_in(dataset, buffer);
}

}  // namespace dtheta::hdf5
