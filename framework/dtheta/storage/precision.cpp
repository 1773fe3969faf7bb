#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "dtheta/storage/model_file.hpp"

namespace dtheta {

Precision parse_precision(std::string_view name) {
  if (name == "float32") return Precision::float32;
  if (name == "float64") return Precision::float64;
  throw UsageError(fmt::format("unknown precision '{}'; wanted float32 or float64", name));
}

std::string_view precision_name(Precision precision) {
  return precision == Precision::float32 ? "float32" : "float64";
}

}  // namespace dtheta
