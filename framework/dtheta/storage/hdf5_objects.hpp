/// What HDF5 files consist of, as far as dtheta reads them: plain values.
#pragma once

#include <cstddef>
#include <string>

#include "dtheta/core/shape.hpp"
#include "dtheta/data/dataset.hpp"
#include "dtheta/storage/hdf5.hpp"

namespace dtheta::hdf5 {

/// What a stored array of numbers is, as its header tells.
struct ArrayInfo {
  ElementType type;
  Shape shape;

  Size bytes() const { return shape.size() * element_size(type); }
};

/// What stands at a place of a file's tree.
enum class ObjectKind { group, dataset, link, damaged };

/// One object of a file.
struct TreeEntry {
  std::string path;  ///< "/train/x"
  std::string name;  ///< "x"
  int level = 1;     ///< 1 for the members of the root
  ObjectKind kind = ObjectKind::group;
  std::string text = {};  ///< of a dataset its type and shape, or why it cannot be read

  /// The name as it stands in a tree: indented by its level, "/" after a group.
  std::string label() const;
};

/// How much of a tree is looked at: a file can hold millions of objects, and groups that contain
/// themselves.
struct TreeLimits {
  int levels;
  std::size_t members;  ///< of one group
  std::size_t entries;  ///< of all
};

/// A row of the table in which Fuel keeps which rows of which dataset belong to which part.
struct SplitRow {
  std::string split;   ///< "train"
  std::string source;  ///< "features"
  Size start;
  Size stop;
};

/// A dataset of numbers that has been found fit for reading, held open. Must not outlive what
/// opened it.
struct OpenArray {
  std::string name;
  ArrayInfo info;
  Handle dataset = {};  ///< empty where another process holds it open
};

/// What a name stands for.
enum class Presence { nothing, group, dataset, other };

/// What a dataset's elements are.
enum class Content { numbers, texts, other };

}  // namespace dtheta::hdf5
