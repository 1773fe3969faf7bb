/// dtheta's element types and HDF5's.
#pragma once

#include <optional>
#include <string>

#include "dtheta/data/dataset.hpp"
#include "dtheta/storage/hdf5.hpp"

namespace dtheta::hdf5 {

/// HDF5's type for `type` in memory and in written files: native byte order. Not to be closed.
Id native_type(ElementType type);

/// The element type whose numbers a stored type holds, in whatever byte order; none for types that
/// are not on the list: odd widths, half precision, strings, compounds, enumerations, references.
std::optional<ElementType> element_type(Id type);

/// A stored type in words: "int16", "strings", "compounds", ...
std::string type_text(Id type);

}  // namespace dtheta::hdf5
