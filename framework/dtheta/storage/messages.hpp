/// Parts of error messages about files.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "dtheta/core/error.hpp"
#include "dtheta/core/shape.hpp"

namespace dtheta {

/// 60000 → "60,000".
std::string with_separators(Size number);

/// `text` fit for a terminal: control characters, which a file may hide in a name, become '?';
/// long texts are cut.
std::string printable(std::string_view text);

/// Runs make() and returns what it returns; a DataError or UsageError of it is thrown again as a
/// DataError that says where: "mnist.h5: /train: ...".
template <class F>
auto with_context(std::string_view where, F&& make) {
  try {
    return std::forward<F>(make)();
  } catch (const DataError& error) {
    throw DataError(std::string(where) + ": " + error.what());
  } catch (const UsageError& error) {
    throw DataError(std::string(where) + ": " + error.what());
  }
}

}  // namespace dtheta
