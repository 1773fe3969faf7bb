#include "dtheta/storage/hdf5_types.hpp"

#include <array>
#include <initializer_list>

#include <hdf5.h>

namespace dtheta::hdf5 {

Id native_type(ElementType type) {
  const std::array types{H5T_NATIVE_UINT8,  H5T_NATIVE_INT8,  H5T_NATIVE_UINT16, H5T_NATIVE_INT16,
                         H5T_NATIVE_UINT32, H5T_NATIVE_INT32, H5T_NATIVE_UINT64, H5T_NATIVE_INT64,
                         H5T_NATIVE_FLOAT,  H5T_NATIVE_DOUBLE};
  return types[static_cast<std::size_t>(type)];
}

std::optional<ElementType> element_type(Id type) {
  const auto is_one_of = [type](std::initializer_list<Id> types) {
    for (const Id candidate : types) {
      if (H5Tequal(type, candidate) > 0) return true;
    }
    return false;
  };
  if (is_one_of({H5T_STD_U8LE, H5T_STD_U8BE})) return ElementType::uint8;
  if (is_one_of({H5T_STD_I8LE, H5T_STD_I8BE})) return ElementType::int8;
  if (is_one_of({H5T_STD_U16LE, H5T_STD_U16BE})) return ElementType::uint16;
  if (is_one_of({H5T_STD_I16LE, H5T_STD_I16BE})) return ElementType::int16;
  if (is_one_of({H5T_STD_U32LE, H5T_STD_U32BE})) return ElementType::uint32;
  if (is_one_of({H5T_STD_I32LE, H5T_STD_I32BE})) return ElementType::int32;
  if (is_one_of({H5T_STD_U64LE, H5T_STD_U64BE})) return ElementType::uint64;
  if (is_one_of({H5T_STD_I64LE, H5T_STD_I64BE})) return ElementType::int64;
  if (is_one_of({H5T_IEEE_F32LE, H5T_IEEE_F32BE})) return ElementType::float32;
  if (is_one_of({H5T_IEEE_F64LE, H5T_IEEE_F64BE})) return ElementType::float64;
  return std::nullopt;
}

std::string type_text(Id type) {
  if (const auto known = element_type(type)) return std::string(element_name(*known));
  const std::string bits = std::to_string(8 * H5Tget_size(type));
  switch (H5Tget_class(type)) {
    case H5T_INTEGER:
      return "integers of an unusual kind (" + bits + " bits)";
    case H5T_FLOAT:
      return "floating-point numbers of an unusual kind (" + bits + " bits)";
    case H5T_STRING:
      return "strings";
    case H5T_COMPOUND:
      return "compounds";
    case H5T_ENUM:
      return "an enumeration";
    case H5T_REFERENCE:
      return "references";
    case H5T_VLEN:
      return "sequences of varying length";
    case H5T_ARRAY:
      return "arrays";
    default:
      return "a type that is neither numbers nor strings";
  }
}

}  // namespace dtheta::hdf5
