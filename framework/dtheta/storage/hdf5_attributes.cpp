#include <fmt/format.h>
#include <hdf5.h>

#include "dtheta/storage/hdf5_file_source.hpp"
#include "dtheta/storage/hdf5_texts.hpp"
#include "dtheta/storage/hdf5_types.hpp"
#include "dtheta/storage/messages.hpp"

namespace dtheta::hdf5 {
namespace {

std::string attribute_of(std::string_view object, const std::string& attribute) {
  return fmt::format("{}, attribute {}", object, attribute);
}

}  // namespace

/// The attribute, or an empty handle where it or the object is missing.
Handle FileSource::open_attribute(std::string_view object, const std::string& attribute) const {
  const Handle owner = find(object);
  if (!owner) return Handle();
  const htri_t exists = H5Aexists(owner.get(), attribute.c_str());
  check(attribute_of(object, attribute), exists);
  if (exists == 0) return Handle();
  Handle opened(H5Aopen(owner.get(), attribute.c_str(), H5P_DEFAULT));
  check(attribute_of(object, attribute), opened.get());
  return opened;
}

std::optional<double> FileSource::number(std::string_view object,
                                         const std::string& attribute) const {
  const Quiet quiet;
  const Handle opened = open_attribute(object, attribute);
  if (!opened) return std::nullopt;
  const std::string where = attribute_of(object, attribute);
  const Handle type(H5Aget_type(opened.get()));
  const Shape shape = shape_of(where, Handle(H5Aget_space(opened.get())));
  if (!element_type(type.get()) || shape.size() != 1) {
    fail(where, fmt::format("is {} of {}; wanted one number", shape.text(), type_text(type.get())));
  }
  double number = 0;
  check(where, H5Aread(opened.get(), H5T_NATIVE_DOUBLE, &number));
  return number;
}

std::optional<std::string> FileSource::text(std::string_view object,
                                            const std::string& attribute) const {
  const Quiet quiet;
  const Handle opened = open_attribute(object, attribute);
  if (!opened) return std::nullopt;
  const std::string where = attribute_of(object, attribute);
  const Handle type(H5Aget_type(opened.get()));
  const Handle space(H5Aget_space(opened.get()));
  const Shape shape = shape_of(where, space);
  if (H5Tget_class(type.get()) != H5T_STRING || shape.size() != 1) {
    fail(where, fmt::format("is {} of {}; wanted one string", shape.text(), type_text(type.get())));
  }
  if (static_cast<Size>(H5Tget_size(type.get())) > file_size_) {
    fail(where, "claims more text than the file holds");
  }
  TextBuffer buffer(type.get(), 1);
  check(where, H5Aread(opened.get(), buffer.memory_type(), buffer.data()));
  return texts_in(where, buffer).front();
}

}  // namespace dtheta::hdf5
