#include "dtheta/storage/hdf5_writer.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <hdf5.h>

#include "dtheta/core/error.hpp"
#include "dtheta/storage/hdf5_types.hpp"

namespace dtheta::hdf5 {
namespace {

/// Properties of an object that is to be created: no time of creation in the file.
Handle creation_properties(Id property_class) {
  Handle properties(H5Pcreate(property_class));
  H5Pset_obj_track_times(properties.get(), false);
  return properties;
}

Handle simple_space(const Shape& shape) {
  const std::vector<hsize_t> extents(shape.extents().begin(), shape.extents().end());
  return Handle(extents.empty() ? H5Screate(H5S_SCALAR)
                                : H5Screate_simple(shape.rank(), extents.data(), nullptr));
}

Handle fixed_text_type(std::size_t length) {
  Handle type(H5Tcopy(H5T_C_S1));
  H5Tset_size(type.get(), length);
  H5Tset_strpad(type.get(), H5T_STR_NULLPAD);
  H5Tset_cset(type.get(), H5T_CSET_UTF8);
  return type;
}

/// Strings of one length, the longest one's; shorter ones end in zeros.
struct FixedTexts {
  explicit FixedTexts(std::span<const std::string> texts) {
    for (const std::string& text : texts) length = std::max(length, text.size());
    for (const std::string& text : texts)
      characters += text + std::string(length - text.size(), '\0');
  }
  std::size_t length = 1;
  std::string characters;
};

/// Extents of a chunk: as many rows as fit into 1 MiB, spread evenly over the chunks.
std::vector<hsize_t> chunk_extents(const Shape& shape, Size element) {
  constexpr Size most = Size{1} << 20;
  const Size row = shape.sample().size() * element;
  const Size fitting = std::max<Size>(1, most / row);
  const Size chunks = (shape[0] + fitting - 1) / fitting;
  std::vector<hsize_t> extents(shape.extents().begin(), shape.extents().end());
  extents[0] = static_cast<hsize_t>((shape[0] + chunks - 1) / chunks);
  return extents;
}

}  // namespace

Writer::Writer(const std::filesystem::path& path)
    : path_(path), output_(path), destination_{.bytes = &*output_, .failure = {}} {
  create(0);
}

Writer::Writer(const std::filesystem::path& path, MemoryImage& image, Size user_block)
    : path_(path), destination_{.bytes = &image, .failure = {}} {
  create(user_block);
}

void Writer::create(Size user_block) {
  const Quiet quiet;
  const Handle creation = creation_properties(H5P_FILE_CREATE);
  check(H5Pset_userblock(creation.get(), static_cast<hsize_t>(user_block)), "creating the file");
  file_ = driver_.create(destination_, creation.get());
  check(file_.get(), "creating the file");
}

/// HDF5 says no: throws what the operating system said where that was the reason.
void Writer::check(std::int64_t result, std::string_view what) const {
  if (destination_.failure) std::rethrow_exception(destination_.failure);
  if (result >= 0) return;
  throw InputOutputError(fmt::format("{}: {} failed: {}", path_.string(), what, last_failure()));
}

void Writer::create_group(const std::string& group) {
  const Quiet quiet;
  const Handle creation = creation_properties(H5P_GROUP_CREATE);
  const Handle created(
      H5Gcreate2(file_.get(), group.c_str(), H5P_DEFAULT, creation.get(), H5P_DEFAULT));
  check(created.get(), "creating " + group);
}

void Writer::write_numbers(const std::string& dataset, ElementType type, const Shape& shape,
                           std::span<const std::byte> numbers, Storage storage, int compression) {
  const Quiet quiet;
  const Handle creation = creation_properties(H5P_DATASET_CREATE);
  if (storage == Storage::in_chunks_of_rows && shape.rank() > 0 && shape.size() > 0) {
    H5Pset_chunk(creation.get(), shape.rank(), chunk_extents(shape, element_size(type)).data());
    if (compression > 0) {
      if (element_size(type) > 1) H5Pset_shuffle(creation.get());
      H5Pset_deflate(creation.get(), static_cast<unsigned>(compression));
    }
  }
  write(dataset, native_type(type), simple_space(shape).get(), creation.get(), numbers.data());
}

void Writer::write_texts(const std::string& dataset, std::span<const std::string> texts) {
  const Quiet quiet;
  const FixedTexts fixed(texts);
  const Handle creation = creation_properties(H5P_DATASET_CREATE);
  write(dataset, fixed_text_type(fixed.length).get(),
        simple_space({static_cast<Size>(texts.size())}).get(), creation.get(),
        fixed.characters.data());
}

void Writer::write(const std::string& dataset, Id type, Id space, Id creation, const void* data) {
  Handle created(
      H5Dcreate2(file_.get(), dataset.c_str(), type, space, H5P_DEFAULT, creation, H5P_DEFAULT));
  check(created.get(), "creating " + dataset);
  check(H5Dwrite(created.get(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data), "writing " + dataset);
  check(created.close() ? 0 : -1, "writing " + dataset);
}

void Writer::set_number(const std::string& object, const std::string& name, double number) {
  const Quiet quiet;
  set_attribute(object, name, H5T_NATIVE_DOUBLE, simple_space({}).get(), &number);
}

void Writer::set_number(const std::string& object, const std::string& name, std::int64_t number) {
  const Quiet quiet;
  set_attribute(object, name, H5T_NATIVE_INT64, simple_space({}).get(), &number);
}

void Writer::set_text(const std::string& object, const std::string& name, const std::string& text) {
  const Quiet quiet;
  const Handle type(H5Tcopy(H5T_C_S1));
  H5Tset_size(type.get(), H5T_VARIABLE);
  H5Tset_cset(type.get(), H5T_CSET_UTF8);
  const char* const characters = text.c_str();
  set_attribute(object, name, type.get(), simple_space({}).get(), &characters);
}

void Writer::set_texts(const std::string& object, const std::string& name,
                       std::span<const std::string> texts) {
  const Quiet quiet;
  const FixedTexts fixed(texts);
  set_attribute(object, name, fixed_text_type(fixed.length).get(),
                simple_space({static_cast<Size>(texts.size())}).get(), fixed.characters.data());
}

void Writer::set_attribute(const std::string& object, const std::string& name, Id type, Id space,
                           const void* data) {
  const std::string what = fmt::format("writing the attribute {} of {}", name, object);
  const Handle created(H5Acreate_by_name(file_.get(), object.c_str(), name.c_str(), type, space,
                                         H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  check(created.get(), what);
  check(H5Awrite(created.get(), type, data), what);
}

void Writer::commit() {
  {
    const Quiet quiet;  // the reason must be this failure's
    check(file_.close() ? 0 : -1, "completing the file");
  }
  if (output_) output_->commit();
}

}  // namespace dtheta::hdf5
