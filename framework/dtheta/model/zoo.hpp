/// The zoo: networks with a name.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "dtheta/core/shape.hpp"

namespace dtheta {

/// A network with a name, written as a layer list without its output layer's width.
struct ZooEntry {
  std::string_view name;
  std::string_view description;
  std::string_view layers;  ///< a layer list in which `{outputs}` stands for the output width
  Shape natural_input;      ///< the data it was made for; any other that fits will do
  Size natural_outputs;

  /// The layer list for that many outputs.
  std::string layer_list(Size outputs) const;
};

/// All of them, in the order `dtheta models` shows.
std::span<const ZooEntry> zoo();

/// The entry of that name, or null.
const ZooEntry* find_in_zoo(std::string_view name);

}  // namespace dtheta
