/// The list of classes in a data set's file.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dtheta/storage/hdf5_reader.hpp"

namespace dtheta {

/// More classes than this are not believed where they have no names.
inline constexpr Size most_unnamed_classes = 65'536;

/// The classes' names, and the numbers that labels call them by where the list is of numbers.
struct ClassList {
  std::vector<std::string> names;
  std::vector<double> numbers;
};

/// Reads the list, texts or whole numbers; none for an empty path. Throws DataError for a list of
/// anything else, an empty one, and one of too many numbers.
std::optional<ClassList> read_class_list(const hdf5::Reader& file, const std::string& path);

}  // namespace dtheta
