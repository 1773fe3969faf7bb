/// Strings out of HDF5's buffers.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "dtheta/core/shape.hpp"
#include "dtheta/storage/hdf5.hpp"

namespace dtheta::hdf5 {

/// The `count` strings, of fixed or variable length, of a dataset or attribute with that string
/// type and space; read(buffer) fills a buffer of that type. What pads strings of fixed length is
/// taken off. Memory of count · length is allocated: check first.
std::vector<std::string> take_texts(Id type, Id space, Size count,
                                    const std::function<void(void*)>& read);

}  // namespace dtheta::hdf5
